/** How long the bar that is being built will stay open. */

import type { SymbolInfo } from "@trading-api/client";
import { t } from "../lib/i18n";
import { isIntraday, type Resolution } from "./resolutions";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/**
 * When a bar closes, epoch milliseconds.
 *
 * Null for bars of a day or longer in a market that is not always open: their end is the exchange's
 * to say.
 */
export function barEnd(
  start: number,
  resolution: Resolution,
  { session, timezone }: Pick<SymbolInfo, "session" | "timezone">,
): number | null {
  if (isIntraday(resolution)) return start + Number(resolution) * MINUTE_MS;
  if (session !== "24x7" || timezone !== "Etc/UTC") return null;
  if (resolution === "1D") return start + DAY_MS;
  if (resolution === "1W") return start + 7 * DAY_MS;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** `4:09`, `1:02:03` or `3d 04:05`; empty when nothing is left. */
export function formatLeft(leftMs: number): string {
  if (leftMs <= 0) return "";
  const seconds = Math.ceil(leftMs / 1000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  if (days > 0) return `${t("{days}d", { days })} ${two(hours)}:${two((seconds / 60) % 60)}`;
  const minutes = (seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${Math.floor(minutes)}:${rest}`;
}
