/** The language of the page: English is written in the code, others translate it sentence by sentence. */

import { shallowRef } from "vue";
import type german from "./locales/de";

export type Locale = "en" | "de";
/** An English sentence that has a translation: one without is an error of its types. */
export type Phrase = keyof typeof german;
type Catalog = Readonly<Partial<Record<Phrase, string>>>;

export const LOCALES: readonly { readonly value: Locale; readonly label: string }[] = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
];

/** What the page speaks. What was rendered with it follows a change. */
export const locale = shallowRef<Locale>("en");
/** The translations in force; none for English. */
const catalog = shallowRef<Catalog>({});
let wanted: Locale = "en";

/**
 * The sentence in the language of the page, with the values of its `{names}` put in.
 *
 * What stands after a bar tells apart what English says in one word: `Close` and `Close|price`.
 */
export function t(english: Phrase, values: Readonly<Record<string, string | number>> = {}): string {
  const sentence = catalog.value[english] ?? english.replace(/\|.*/, "");
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The sentence for one, or that for another `{count}`. */
export function plural(count: number, one: Phrase, others: Phrase): string {
  return t(count === 1 ? one : others, { count });
}

/** Speak this language from now on; its catalogue is fetched when it is first wanted. */
export async function speak(language: Locale): Promise<void> {
  wanted = language;
  const words: Catalog = language === "en" ? {} : (await import("./locales/de")).default;
  if (language !== wanted) return; // another was chosen meanwhile
  catalog.value = words;
  locale.value = language;
}

export function isLocale(text: string | null): text is Locale {
  return LOCALES.some(({ value }) => value === text);
}

/** The first of the languages that the browser asks for and the page speaks. */
export function preferredLocale(languages: readonly string[]): Locale {
  return languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLocale) ?? "en";
}
