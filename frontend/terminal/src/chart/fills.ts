/** Marks of executions on the bars in which they happened. */

import type { Execution } from "@trading-api/client";
import type { SeriesMarker, Time } from "lightweight-charts";
import { formatQuantity } from "../lib/format";
import type { Bars } from "../state/bars";
import { chartTime } from "./bar-shapes";
import type { ChartColors } from "./colors";

/** The marks of a symbol's executions, oldest first; those before the first bar are left out. */
export function fillMarks(
  symbol: string,
  executions: readonly Execution[],
  bars: Bars,
  { up, down }: Pick<ChartColors, "up" | "down">,
): SeriesMarker<Time>[] {
  return executions
    .filter((execution) => execution.symbol === symbol)
    .flatMap(({ id, time, side, quantity }): SeriesMarker<Time>[] => {
      const bar = bars[barIndexAt(bars, time)];
      if (bar === undefined) return [];
      const isBuy = side === "buy";
      const place = isBuy
        ? ({ position: "belowBar", shape: "arrowUp", color: up } as const)
        : ({ position: "aboveBar", shape: "arrowDown", color: down } as const);
      return [{ id, time: chartTime(bar.time), text: formatQuantity(quantity), ...place }];
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
