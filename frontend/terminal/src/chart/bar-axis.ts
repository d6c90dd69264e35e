/** Places of instants among the bars of a chart: whole at the opening of a bar, between them in proportion. */

import type { Bars } from "../state/bars";

export class BarAxis {
  readonly #bars: Bars;

  constructor(bars: Bars) {
    this.#bars = bars;
  }

  /** The place of an instant; null while there are fewer than two bars. */
  placeAt(timeMs: number): number | null {
    const [first, last] = [this.#bars[0], this.#bars.at(-1)];
    if (first === undefined || last === undefined || first === last) return null;
    if (timeMs < first.time) return (timeMs - first.time) / this.#usualStep;
    if (timeMs >= last.time) {
      return this.#bars.length - 1 + (timeMs - last.time) / this.#shortestStep;
    }
    const before = this.#lastUntil(timeMs);
    const [from, to] = [this.#timeOf(before), this.#timeOf(before + 1)];
    return before + (timeMs - from) / (to - from);
  }

  /** The instant at a place. */
  timeAt(place: number): number | null {
    const [first, last] = [this.#bars[0], this.#bars.at(-1)];
    if (first === undefined || last === undefined || first === last) return null;
    const end = this.#bars.length - 1;
    if (place < 0) return Math.round(first.time + place * this.#usualStep);
    if (place >= end) return Math.round(last.time + (place - end) * this.#shortestStep);
    const before = Math.floor(place);
    const [from, to] = [this.#timeOf(before), this.#timeOf(before + 1)];
    return Math.round(from + (place - before) * (to - from));
  }

  /** Before the bars that were read: as dense as these are, nights and weekends included. */
  get #usualStep(): number {
    const end = this.#bars.length - 1;
    return (this.#timeOf(end) - this.#timeOf(0)) / end;
  }

  /** After the last bar: one bar follows the other without a pause. */
  get #shortestStep(): number {
    const recent = this.#bars.slice(-10);
    const steps = recent.slice(1).map((bar, index) => bar.time - (recent[index]?.time ?? 0));
    return Math.min(...steps);
  }

  #timeOf(index: number): number {
    return this.#bars[index]?.time ?? 0;
  }

  /** Index of the last bar that opened at the instant or before. */
  #lastUntil(timeMs: number): number {
    let [low, high] = [0, this.#bars.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#timeOf(middle) <= timeMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
