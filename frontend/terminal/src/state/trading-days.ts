/** Tells the trading days of a symbol apart, by the hours and the zone of its session. */

import type { SymbolInfo } from "@trading-api/client";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

/** A number of the trading day that an instant belongs to; it grows by one from day to day. */
export type DayOf = (timeMs: number) => number;

/**
 * Trading days of a session: each begins where the first part of the session does.
 *
 * That is the evening before for a part that closes no later than it opens (`1800-1700`), as the
 * server reads it; `24x7` begins at midnight of the zone.
 */
export function tradingDays({
  session,
  timezone,
}: Pick<SymbolInfo, "session" | "timezone">): DayOf {
  const opens = session === "24x7" ? 0 : openingOf(session);
  const offset = zoneOffset(timezone);
  return (timeMs) => Math.floor((timeMs + offset(timeMs) - opens) / DAY_MS);
}

/** Milliseconds from local midnight to the first opening; below 0 for the evening before. */
function openingOf(session: string): number {
  const parts = [...session.matchAll(/(\d\d)(\d\d)-(\d\d)(\d\d)/g)].map(([, ...digits]) => {
    const [openHour = 0, openMinute = 0, closeHour = 0, closeMinute = 0] = digits.map(Number);
    const [opens, closes] = [60 * openHour + openMinute, 60 * closeHour + closeMinute];
    return MINUTE_MS * (closes <= opens && closes > 0 ? opens - 1_440 : opens);
  });
  return Math.min(...parts, DAY_MS) % DAY_MS;
}

/** Gives the milliseconds by which the zone's clocks are ahead of UTC; they change on the quarter. */
function zoneOffset(timezone: string): (timeMs: number) => number {
  if (timezone === "Etc/UTC") return () => 0;
  const options = { hourCycle: "h23", dateStyle: "short", timeStyle: "medium" } as const;
  const clock = new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: timezone });
  const known = new Map<number, number>();
  return (timeMs) => {
    const quarter = Math.floor(timeMs / QUARTER_MS);
    let offset = known.get(quarter);
    if (offset === undefined) {
      const shown = clock.format(quarter * QUARTER_MS); // 2026-11-25 14:30:00
      offset = Date.parse(`${shown.replace(" ", "T")}Z`) - quarter * QUARTER_MS;
      known.set(quarter, offset);
    }
    return offset;
  };
}
