/** Marks of executions on the bars in which they happened. */

import type { Execution } from "@trading-api/client";
import type { SeriesMarker, Time } from "lightweight-charts";
import { add } from "../lib/decimal";
import { formatQuantity } from "../lib/format";
import type { Bars } from "../state/bars";
import { chartTime } from "./bar-shapes";
import type { ChartColors } from "./colors";

/**
 * The marks of a symbol's executions, oldest first; those before the first bar are left out.
 *
 * What one order filled within a bar is one mark with its sum: a book may fill it in many parts.
 */
export function fillMarks(
  symbol: string,
  executions: readonly Execution[],
  bars: Bars,
  { up, down }: Pick<ChartColors, "up" | "down">,
): SeriesMarker<Time>[] {
  const filled = new Map<string, { bar: number; isBuy: boolean; quantity: string }>();
  for (const { order_id: order, time, side, quantity, symbol: traded } of executions) {
    const bar = bars[barIndexAt(bars, time)]?.time;
    if (traded !== symbol || bar === undefined) continue;
    const id = `${bar} ${order}`;
    const sum = add(filled.get(id)?.quantity ?? "0", quantity);
    filled.set(id, { bar, isBuy: side === "buy", quantity: sum });
  }
  return [...filled]
    .map(([id, { bar, isBuy, quantity }]): SeriesMarker<Time> => {
      const place = isBuy
        ? ({ position: "belowBar", shape: "arrowUp", color: up } as const)
        : ({ position: "aboveBar", shape: "arrowDown", color: down } as const);
      return { id, time: chartTime(bar), text: formatQuantity(quantity), ...place };
    })
    .sort((a, b) => Number(a.time) - Number(b.time));
}

/** Where the last bar stands that opened at that time or before it; -1 when there is none. */
export function barIndexAt(bars: Bars, timeMs: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.time ?? Infinity) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
