/** The language that the person chose is spoken, and the page says which it is. */

import { watch, watchEffect } from "vue";
import { languageTag } from "../lib/format";
import { speak } from "../lib/i18n";
import type { Preferences } from "../state/preferences";

/** Follow the choice while the calling component lives. */
export function useLanguage({ locale }: Pick<Preferences, "locale">): void {
  watch(locale, (language) => void speak(language), { immediate: true });
  watchEffect(() => (document.documentElement.lang = languageTag()));
}
