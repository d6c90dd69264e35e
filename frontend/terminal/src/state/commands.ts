/** What can be done from the keyboard: offered by the parts of the page, found by key or by name. */

import { computed, type ComputedRef, shallowRef } from "vue";
import type { Phrase } from "../lib/i18n";

export const GROUPS = [
  "Everywhere",
  "Chart",
  "Watchlist",
  "Order ticket",
  "Blotter",
] as const satisfies readonly Phrase[];

export interface Command {
  readonly id: string;
  readonly group: (typeof GROUPS)[number];
  readonly name: Phrase;
  /** What is put into its name. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** As `chordOf` writes them; the first is shown. */
  readonly keys?: readonly string[];
  run(): void;
}

export interface Commands {
  /** In the order of their groups. */
  readonly list: ComputedRef<readonly Command[]>;
  /** Offer these; gives what withdraws them. */
  offer(commands: readonly Command[]): () => void;
  /** Do what the key stands for; whether it stands for something. */
  press(chord: string): boolean;
}

export function createCommands(): Commands {
  const offers = shallowRef<readonly (readonly Command[])[]>([]);
  const list = computed(() =>
    offers.value.flat().sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group)),
  );
  return {
    list,
    offer(commands) {
      offers.value = [...offers.value, commands];
      return () => (offers.value = offers.value.filter((other) => other !== commands));
    },
    press(chord) {
      const found = list.value.find(({ keys }) => keys?.includes(chord));
      found?.run();
      return found !== undefined;
    },
  };
}
