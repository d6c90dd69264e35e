/** The live end of a chart: bars in order, and the word to read history again where they are not. */

import type { Bar } from "../generated/rest.js";
import type { Listener } from "../protocol.js";
import type { ChartBar } from "./charting.js";

export interface BarsListener {
  tick(bar: ChartBar): void;
  /** What the chart holds is no longer what the server has. */
  reset(): void;
}

export class LiveBars implements Listener<Bar[], Bar> {
  readonly #listener: BarsListener;
  #lastTime: number | undefined;
  #isReset = false;

  /** `lastTime` is that of the newest bar in the chart's history, if it has any. */
  constructor(listener: BarsListener, lastTime: number | undefined) {
    this.#listener = listener;
    this.#lastTime = lastTime;
  }

  /** The last closed bar and the open one. */
  snapshot(recent: Bar[]): void {
    const first = recent[0];
    if (first === undefined) return;
    // The chart's last bar is not among them: it may have changed, and others may have followed.
    const isAhead = this.#lastTime !== undefined && first.time > this.#lastTime;
    if (isAhead && !this.#isReset) this.#listener.reset();
    this.#isReset = false;
    for (const bar of recent) if (bar.time >= (this.#lastTime ?? -Infinity)) this.#tick(bar);
  }

  update(bar: Bar): void {
    // A chart refuses what is older than its last bar: it can only be told to read again.
    if (this.#lastTime !== undefined && bar.time < this.#lastTime) this.#listener.reset();
    else this.#tick(bar);
  }

  gap(): void {
    this.#isReset = true; // the snapshot that follows need not say so again
    this.#listener.reset();
  }

  #tick(bar: Bar): void {
    this.#lastTime = bar.time;
    this.#listener.tick({ ...bar });
  }
}
