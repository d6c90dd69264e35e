/** Bars of one symbol and resolution: ascending in time, one for each time. */

import type { Bar } from "@trading-api/client";

export type Bars = readonly Bar[];

/** The bars of both; where both have a time, that of `newer`. */
export function mergeBars(older: Bars, newer: Bars): Bars {
  if (newer.length === 0) return older;
  if (older.length === 0) return newer;
  const merged: Bar[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [older[i], newer[j]];
    if (a === undefined && b === undefined) return merged;
    if (b === undefined || (a !== undefined && a.time < b.time)) {
      merged.push(a as Bar);
      i++;
    } else {
      merged.push(b);
      if (a?.time === b.time) i++;
      j++;
    }
  }
}

/** The bars with this one in its place. */
export function withBar(bars: Bars, bar: Bar): Bars {
  const last = bars.at(-1);
  if (last === undefined || bar.time > last.time) return [...bars, bar];
  if (bar.time === last.time) return [...bars.slice(0, -1), bar];
  return mergeBars(bars, [bar]);
}
