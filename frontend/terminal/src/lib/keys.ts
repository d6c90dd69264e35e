/** Keys of the keyboard, written as in the keyboard map. */

/** What stands for Ctrl, and for ⌘ on Apple's machines. */
const MOD = "Mod";

/**
 * The key of an event as it is written in a command: `b`, `?`, `Mod+k`, `Shift+c`, `Alt+ArrowUp`.
 *
 * Shift is named with letters and named keys only: whoever types `?` has pressed what it takes.
 */
export function chordOf({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const isLetter = /^\p{L}$/u.test(key);
  // Many keyboards give signs like [ with AltGr, which some systems report as Ctrl and Alt.
  const isAltGr = altKey && key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
  const parts = [
    (ctrlKey || metaKey) && !isAltGr && MOD,
    altKey && !isAltGr && "Alt",
    shiftKey && (isLetter || key.length > 1) && "Shift",
    isLetter ? key.toLowerCase() : key,
  ];
  return parts.filter((part) => part !== false).join("+");
}

/** Whether it is one character, which a person who dictates may say by accident. */
export function isSingle(chord: string): boolean {
  return chord.replace("Shift+", "").length === 1;
}

/** The keys of a chord as they are printed on the keyboard. */
export function printed(chord: string, isApple: boolean): string[] {
  return chord.split(/\+(?=.)/).map((key) => {
    if (key === MOD) return isApple ? "⌘" : "Ctrl";
    const arrow = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" }[key];
    return arrow ?? (key.length === 1 ? key.toUpperCase() : key);
  });
}
