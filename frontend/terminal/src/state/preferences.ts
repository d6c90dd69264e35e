/** What the person chose, remembered by the browser: theme, symbol, resolution. */

import { type ShallowRef, shallowRef, watch } from "vue";
import { recall, remember } from "../lib/storage";
import { isResolution, type Resolution } from "./resolutions";

export type Theme = "dark" | "light";

export interface Preferences {
  /** Null follows the system. */
  readonly theme: ShallowRef<Theme | null>;
  readonly symbol: ShallowRef<string | null>;
  readonly resolution: ShallowRef<Resolution>;
}

export function createPreferences(): Preferences {
  const theme = recall("theme");
  const resolution = recall("resolution");
  const preferences = {
    theme: shallowRef<Theme | null>(theme === "dark" || theme === "light" ? theme : null),
    symbol: shallowRef(recall("symbol")),
    resolution: shallowRef<Resolution>(isResolution(resolution) ? resolution : "1"),
  };
  for (const name of ["theme", "symbol", "resolution"] as const) {
    watch(preferences[name], (value) => value !== null && remember(name, value));
  }
  return preferences;
}
