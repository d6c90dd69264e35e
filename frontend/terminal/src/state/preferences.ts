/** What the person chose, remembered by the browser. */

import { type ShallowRef, shallowRef, watch } from "vue";
import { isLocale, type Locale, type Phrase, preferredLocale } from "../lib/i18n";
import { forget, recall, remember } from "../lib/storage";
import { type Alert, parseAlerts } from "./alerts";
import { INITIAL_LAYOUT, type Layout, parseLayout } from "./layout";
import { isResolution, type Resolution } from "./resolutions";
import { parseStudies, type Study } from "./studies";

type Choices = readonly { readonly value: string; readonly label: Phrase }[];

export type Theme = "dark" | "light";
export const THEMES = [
  { value: "system", label: "As the system has it" },
  { value: "dark", label: "Dark" },
  { value: "light", label: "Light" },
] as const satisfies Choices;

export const PALETTES = [
  { value: "usual", label: "Green and red" },
  { value: "color_blind", label: "Blue and orange, for colour-blind eyes" },
] as const satisfies Choices;
export type Palette = (typeof PALETTES)[number]["value"];

export const CHART_TYPES = [
  { value: "candle", label: "Candles" },
  { value: "hollow", label: "Hollow candles" },
  { value: "bar", label: "Bars" },
  { value: "line", label: "Line" },
  { value: "area", label: "Area" },
  { value: "heikin_ashi", label: "Heikin-Ashi" },
] as const satisfies Choices;
export type ChartType = (typeof CHART_TYPES)[number]["value"];

export interface Preferences {
  /** Null follows the system. */
  readonly theme: ShallowRef<Theme | null>;
  readonly palette: ShallowRef<Palette>;
  readonly locale: ShallowRef<Locale>;
  readonly symbol: ShallowRef<string | null>;
  readonly resolution: ShallowRef<Resolution>;
  readonly chartType: ShallowRef<ChartType>;
  readonly studies: ShallowRef<readonly Study[]>;
  /** Orders are sent without being asked about. */
  readonly isInstant: ShallowRef<boolean>;
  readonly account: ShallowRef<string | null>;
  readonly layout: ShallowRef<Layout>;
  readonly alerts: ShallowRef<readonly Alert[]>;
  /** A sound comes with alerts and fills. */
  readonly isLoud: ShallowRef<boolean>;
  /** Keys without Ctrl or ⌘ do something; who dictates may not want that. */
  readonly singleKeys: ShallowRef<boolean>;
}

export function createPreferences(): Preferences {
  return {
    theme: kept<Theme | null>("theme", null, oneOf<Theme>("dark", "light")),
    palette: kept<Palette>("palette", "usual", oneOf<Palette>("usual", "color_blind")),
    locale: kept<Locale>("locale", preferredLocale(navigator.languages), (text) =>
      isLocale(text) ? text : undefined,
    ),
    symbol: kept<string | null>("symbol", null, (text) => text),
    resolution: kept<Resolution>("resolution", "1", (text) =>
      isResolution(text) ? text : undefined,
    ),
    chartType: kept<ChartType>(
      "chart-type",
      "candle",
      oneOf(...CHART_TYPES.map(({ value }) => value)),
    ),
    studies: kept<readonly Study[]>("studies", [], parseStudies, JSON.stringify),
    isInstant: kept("instant", false, (text) => text === "true"),
    account: kept<string | null>("account", null, (text) => text),
    alerts: kept<readonly Alert[]>("alerts", [], parseAlerts, JSON.stringify),
    isLoud: kept("loud", false, (text) => text === "true"),
    layout: kept<Layout>("layout", INITIAL_LAYOUT, parseLayout, JSON.stringify),
    singleKeys: kept("single-keys", true, (text) => text !== "false"),
  };
}

/**
 * A value that outlives the page.
 *
 * What was kept and cannot be read, because an older version wrote it for instance, is as if it
 * had never been.
 */
export function kept<T>(
  name: string,
  initial: T,
  parse: (text: string) => T | undefined,
  write: (value: T) => string = String,
): ShallowRef<T> {
  const value = shallowRef(read(name, parse) ?? initial) as ShallowRef<T>;
  watch(value, (now) => {
    if (now === null) forget(name);
    else remember(name, write(now));
  });
  return value;
}

function read<T>(name: string, parse: (text: string) => T | undefined): T | undefined {
  const text = recall(name);
  if (text === null) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function oneOf<T extends string>(...values: T[]): (text: string) => T | undefined {
  return (text) => values.find((value) => value === text);
}
