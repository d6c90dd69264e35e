/** Commands of a component, and the keys that run them. */

import { onMounted, onUnmounted } from "vue";
import { chordOf, isSingle } from "../lib/keys";
import type { Command, Commands } from "../state/commands";
import type { Preferences } from "../state/preferences";
import { deskKey, use } from "./context";

/** Offer commands while the calling component lives. */
export function useCommands(commands: readonly Command[]): void {
  const withdraw = use(deskKey).commands.offer(commands);
  onUnmounted(withdraw);
}

/** Listen to the keyboard while the calling component lives. */
export function useKeyboard(
  commands: Pick<Commands, "press">,
  { singleKeys }: Pick<Preferences, "singleKeys">,
): void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isInDialog()) return;
    const chord = chordOf(event);
    if (isTyping(event.target)) {
      if (chord === "Escape") (event.target as HTMLElement).blur();
      if (isSingle(chord) || chord.length === 1 || !chord.includes("+")) return;
    } else if (isSingle(chord) && !singleKeys.value) return;
    if (commands.press(chord)) event.preventDefault();
  };
  onMounted(() => window.addEventListener("keydown", press));
  onUnmounted(() => window.removeEventListener("keydown", press));
}

function isInDialog(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  // Until the next frame the focus stays in a dialog that has been closed.
  if (target instanceof Element && target.closest("dialog:not([open])") !== null) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
