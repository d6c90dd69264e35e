/** The lengths of bars. */

import type { BarSeries } from "@trading-api/client";
import { type Phrase, t } from "../lib/i18n";

export type Resolution = BarSeries["resolution"];

interface Choice {
  readonly value: Resolution;
  readonly label: string;
  readonly name: Phrase;
}

export const RESOLUTIONS: readonly Choice[] = [
  { value: "1", label: "1m", name: "1 minute" },
  { value: "5", label: "5m", name: "5 minutes" },
  { value: "15", label: "15m", name: "15 minutes" },
  { value: "30", label: "30m", name: "30 minutes" },
  { value: "60", label: "1h", name: "1 hour" },
  { value: "240", label: "4h", name: "4 hours" },
  { value: "1D", label: "1D", name: "1 day" },
  { value: "1W", label: "1W", name: "1 week" },
  { value: "1M", label: "1M", name: "1 month" },
];

export function isResolution(text: string | null): text is Resolution {
  return RESOLUTIONS.some(({ value }) => value === text);
}

export function isIntraday(resolution: Resolution): boolean {
  return /^\d+$/.test(resolution);
}

/** `5 minutes`, in the language of the page. */
export function resolutionName(resolution: Resolution): string {
  const name = RESOLUTIONS.find(({ value }) => value === resolution)?.name;
  return name === undefined ? resolution : t(name);
}

/** The one that is wanted where the symbol has it, else the shortest that it has. */
export function offered(
  wanted: Resolution,
  supported: readonly Resolution[] | undefined,
): Resolution {
  if (supported === undefined || supported.includes(wanted)) return wanted;
  return RESOLUTIONS.find(({ value }) => supported.includes(value))?.value ?? wanted;
}
