/** What the bars look like: the chart types, and the points that each of them draws. */

import type { Bar } from "@trading-api/client";
import type { BarData, CandlestickData, LineData, UTCTimestamp } from "lightweight-charts";
import type { Bars } from "../state/bars";
import type { ChartType } from "../state/preferences";

export type BarPoint =
  CandlestickData<UTCTimestamp> | BarData<UTCTimestamp> | LineData<UTCTimestamp>;

/** The points of bars in a chart of this type. */
export function pointsOf(type: ChartType, bars: Bars, up: string, down: string): BarPoint[] {
  if (type === "heikin_ashi") return heikinAshi(bars).map(candleOf);
  if (type === "line" || type === "area") {
    return bars.map(({ time, close }) => ({ time: chartTime(time), value: close }));
  }
  if (type !== "hollow") return bars.map(candleOf);
  return bars.map((bar, index) => hollow(bar, bars[index - 1], up, down));
}

/** A hollow body when it closed above its opening; its colour compares with the close before. */
function hollow(bar: Bar, before: Bar | undefined, up: string, down: string): BarPoint {
  const color = bar.close < (before?.close ?? bar.open) ? down : up;
  const body = bar.close >= bar.open ? "transparent" : color;
  return { ...candleOf(bar), color: body, borderColor: color, wickColor: color };
}

/** Averaged bars: each opens in the middle of the body before it. */
export function heikinAshi(bars: Bars): Bar[] {
  let before: Bar | undefined;
  return bars.map((bar) => {
    const close = (bar.open + bar.high + bar.low + bar.close) / 4;
    const open =
      before === undefined ? (bar.open + bar.close) / 2 : (before.open + before.close) / 2;
    before = {
      ...bar,
      open,
      close,
      high: Math.max(bar.high, open, close),
      low: Math.min(bar.low, open, close),
    };
    return before;
  });
}

export function chartTime(timeMs: number): UTCTimestamp {
  return (timeMs / 1000) as UTCTimestamp;
}

function candleOf({ time, open, high, low, close }: Bar): CandlestickData<UTCTimestamp> {
  return { time: chartTime(time), open, high, low, close };
}
