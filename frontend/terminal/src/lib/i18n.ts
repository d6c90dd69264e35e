/** The language of the page: English is written in the code, others translate it sentence by sentence. */

import { shallowRef } from "vue";

export type Locale = "en" | "de";
export type Catalog = Readonly<Record<string, string>>;

export const LOCALES: readonly { readonly value: Locale; readonly label: string }[] = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
];

/** The translations in force; none for English. What was rendered with them follows a change. */
const catalog = shallowRef<Catalog>({});

/** The sentence in the language of the page, with the values of its `{names}` put in. */
export function t(english: string, values: Readonly<Record<string, string | number>> = {}): string {
  const sentence = catalog.value[english] ?? english;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Speak this language from now on; its catalogue is fetched when it is first wanted. */
export async function speak(locale: Locale): Promise<void> {
  catalog.value = locale === "en" ? {} : (await import("./locales/de")).default;
  document.documentElement.lang = locale;
}

export function isLocale(text: string | null): text is Locale {
  return LOCALES.some(({ value }) => value === text);
}
