/** What an account was worth over time, and how far below its best it stood. */

import { type EquityPage, type EquityPoint, unwrap } from "@trading-api/client";
import type { Phrase } from "../lib/i18n";
import type { Backend } from "./backend";

const DAY_MS = 86_400_000;

export type Interval = "1m" | "1h" | "1d";

export interface Span {
  readonly name: "day" | "week" | "month" | "all";
  readonly label: Phrase;
  readonly interval: Interval;
  /** How many days it begins before the midnight that was last; null at the account's creation. */
  readonly daysBack: number | null;
}

export const SPANS: readonly [Span, ...Span[]] = [
  { name: "day", label: "Today", interval: "1m", daysBack: 0 },
  { name: "week", label: "Week", interval: "1h", daysBack: 6 },
  { name: "month", label: "Month", interval: "1h", daysBack: 30 },
  { name: "all", label: "All time", interval: "1d", daysBack: null },
];

/** One point of the curve, for drawing. */
export interface CurvePoint {
  /** Epoch milliseconds, UTC. */
  readonly time: number;
  readonly equity: number;
  readonly balance: number;
  /** How far the equity is below its highest since the first point, per cent: 0 or negative. */
  readonly drawdown: number;
}

export function midnightBefore(timeMs: number): number {
  return timeMs - (timeMs % DAY_MS);
}

/** When a span begins, epoch milliseconds. */
export function startOf({ daysBack }: Span, nowMs: number): number {
  return daysBack === null ? 0 : midnightBefore(nowMs) - daysBack * DAY_MS;
}

/** The points with what they are below the highest before them. */
export function curveOf(points: readonly EquityPoint[]): CurvePoint[] {
  let highest = -Infinity;
  return points.map(({ time, equity: worth, balance }) => {
    const equity = Number(worth);
    highest = Math.max(highest, equity);
    const drawdown = highest > 0 ? (Math.min(equity, highest) / highest - 1) * 100 : 0;
    return { time, equity, balance: Number(balance), drawdown };
  });
}

/** The deepest drawdown of a curve, per cent: 0 or negative. */
export function deepest(curve: readonly CurvePoint[]): number {
  return curve.reduce((least, { drawdown }) => Math.min(least, drawdown), 0);
}

/** The curve with what the account is worth now at its end. */
export function withNow(points: readonly EquityPoint[], now: EquityPoint): EquityPoint[] {
  const before = points.at(-1);
  return before === undefined || before.time < now.time ? [...points, now] : [...points];
}

/** Reads curves from the server, which keeps them. */
export function createCurves({ rest }: Pick<Backend, "rest">) {
  const page = (id: string, query: object): Promise<EquityPage> => {
    const address = "/api/v1/broker/accounts/{account_id}/equity";
    const params = { path: { account_id: id }, query: { limit: 1_000, ...query } };
    return unwrap(rest.GET(address, { params }));
  };

  /** All points of a span of time, oldest first; `to` is exclusive. */
  const read = async (
    accountId: string,
    query: { interval: Interval; from?: number; to?: number },
  ): Promise<EquityPoint[]> => {
    const points: EquityPoint[] = [];
    let cursor: string | null = null;
    do {
      const { items, next_cursor: next } = await page(accountId, {
        ...query,
        ...(cursor !== null && { cursor }),
      });
      points.push(...items);
      cursor = next;
    } while (cursor !== null);
    return points;
  };

  /**
   * What the account was worth at a midnight; what it began with if it was opened later.
   *
   * The day's last point is the newest that is kept of what came before.
   */
  const atMidnight = async (accountId: string, midnight: number): Promise<EquityPoint | null> => {
    const before = await read(accountId, { interval: "1d", to: midnight });
    const last = before.at(-1);
    if (last !== undefined) return { ...last, time: midnight };
    return (await page(accountId, { interval: "1m", limit: 1 })).items[0] ?? null;
  };

  return {
    atMidnight,
    /** The points of a span, from its begin on. */
    async span(accountId: string, span: Span, nowMs: number): Promise<EquityPoint[]> {
      const from = startOf(span, nowMs);
      if (from === 0) return read(accountId, { interval: span.interval });
      const [first, points] = await Promise.all([
        atMidnight(accountId, from),
        read(accountId, { interval: span.interval, from }),
      ]);
      return first === null || first.time >= (points[0]?.time ?? Infinity)
        ? points
        : [first, ...points];
    },
  };
}

export type Curves = ReturnType<typeof createCurves>;
