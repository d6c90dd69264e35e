/** Dark or light: what the person chose, else what the system has. */

import { computed, type ComputedRef, shallowRef, watchEffect } from "vue";
import type { Preferences, Theme } from "../state/preferences";

const system = matchMedia("(prefers-color-scheme: dark)");
const systemTheme = shallowRef<Theme>(system.matches ? "dark" : "light");
system.addEventListener("change", ({ matches }) => {
  systemTheme.value = matches ? "dark" : "light";
});

/** The theme in force; the page takes it on while the calling component lives. */
export function useTheme({ theme }: Preferences): ComputedRef<Theme> {
  watchEffect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === null) delete dataset["theme"];
    else dataset["theme"] = theme.value;
  });
  return currentTheme({ theme });
}

/** The theme in force. */
export function currentTheme({ theme }: Pick<Preferences, "theme">): ComputedRef<Theme> {
  return computed(() => theme.value ?? systemTheme.value);
}
