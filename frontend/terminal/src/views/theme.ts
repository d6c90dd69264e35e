/** Dark or light, and the palette: what the person chose, else what the system has. */

import { computed, type ComputedRef, shallowRef, watchEffect } from "vue";
import type { Preferences, Theme } from "../state/preferences";

const system = matchMedia("(prefers-color-scheme: dark)");
const systemTheme = shallowRef<Theme>(system.matches ? "dark" : "light");
system.addEventListener("change", ({ matches }) => {
  systemTheme.value = matches ? "dark" : "light";
});

/** The page takes on the theme and the palette while the calling component lives. */
export function useTheme({ theme, palette }: Pick<Preferences, "theme" | "palette">): void {
  const { dataset } = document.documentElement;
  watchEffect(() => {
    if (theme.value === null) delete dataset["theme"];
    else dataset["theme"] = theme.value;
  });
  watchEffect(() => (dataset["palette"] = palette.value));
}

/** The theme in force. */
export function currentTheme({ theme }: Pick<Preferences, "theme">): ComputedRef<Theme> {
  return computed(() => theme.value ?? systemTheme.value);
}
