/** The bars of a chart: history, what is live, and no hole between them. */

import {
  type Bar,
  type BarSeries,
  type Listener,
  SocketError,
  type Subscription,
} from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { type Bars, mergeBars, withBar } from "./bars";
import { explain, mayRetry } from "./words";

export interface HistoryQuery {
  /** Inclusive and exclusive, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  readonly count_back?: number;
}

/** Where bars come from, for one symbol and resolution. */
export interface BarSource {
  history(query: HistoryQuery, signal: AbortSignal): Promise<BarSeries>;
  listen(listener: Listener<Bar[], Bar>): Subscription;
}

/** What draws them. */
export interface BarSink {
  /** These are the bars now; `isFirst` of a new series. */
  replace(bars: Bars, isFirst: boolean): void;
  /** The last bar changed, or a new one follows it. */
  update(bar: Bar): void;
}

export type SeriesStatus =
  | { readonly kind: "loading" }
  | { readonly kind: "ready" }
  | { readonly kind: "empty" }
  | { readonly kind: "failed"; readonly message: string };

export const PAGE = 500;
/** The server gives no more than this in one answer, the newest. */
const LONGEST_ANSWER = 20_000;
const RETRY_MS = 3_000;
const FRESH_KEPT = 16;

export class Series {
  readonly status: ShallowRef<SeriesStatus> = shallowRef({ kind: "loading" });
  readonly #source: BarSource;
  readonly #sink: BarSink;
  readonly #stopped = new AbortController();
  #bars: Bars = [];
  /** What the socket said since its last snapshot: newer than any history. */
  #fresh: Bars = [];
  /** Time of the last bar before what may be missing. */
  #soundUntil: number | null = null;
  #isLoaded = false;
  #isReading = false;
  #isEnded = false;
  #isPaging = false;
  #reading = 0;
  #subscription: Subscription | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(source: BarSource, sink: BarSink) {
    this.#source = source;
    this.#sink = sink;
  }

  /** The bars held, oldest first. */
  get bars(): Bars {
    return this.#bars;
  }

  /** Listen, and read the history once the live bars are known. */
  start(): void {
    this.#subscription = this.#source.listen({
      snapshot: (bars) => {
        this.#fresh = bars;
        if (this.#isLoaded || !this.#isReading) void this.#read();
      },
      update: (bar) => this.#update(bar),
      gap: () => {
        this.#fresh = [];
        this.#soundUntil ??= this.#bars.at(-1)?.time ?? null;
      },
      error: (error) => this.#failed(error),
    });
    void this.#read();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#retry);
    this.#subscription?.close();
  }

  /** Read a page of what came before the first bar. */
  async loadOlder(): Promise<void> {
    const first = this.#bars[0];
    if (first === undefined || this.#isEnded || this.#isPaging) return;
    this.#isPaging = true;
    try {
      await this.#page({ to: first.time, count_back: PAGE });
    } catch {
      // Scrolling asks again.
    } finally {
      this.#isPaging = false;
    }
  }

  async #page(query: HistoryQuery): Promise<void> {
    const { signal } = this.#stopped;
    const { bars, next_time: nextTime } = await this.#source.history(query, signal);
    if (signal.aborted) return;
    if (bars.length === 0 && nextTime !== null) {
      return this.#page({ ...query, to: nextTime + 1 });
    }
    this.#isEnded = bars.length === 0;
    if (!this.#isEnded) this.#show(mergeBars(bars, this.#bars));
  }

  /** Read what is not known: all at first, later what may have changed since the last sound bar. */
  async #read(): Promise<void> {
    clearTimeout(this.#retry);
    const reading = ++this.#reading;
    const { signal } = this.#stopped;
    this.#isReading = true;
    this.#soundUntil ??= this.#bars.at(-1)?.time ?? null;
    const query = this.#soundUntil === null ? { count_back: PAGE } : { from: this.#soundUntil };
    try {
      const { bars } = await this.#source.history(query, signal);
      if (signal.aborted || reading !== this.#reading) return;
      this.#isReading = false;
      this.#soundUntil = null;
      const base = bars.length >= LONGEST_ANSWER ? [] : this.#bars;
      this.#show(mergeBars(mergeBars(base, bars), this.#fresh));
    } catch (error) {
      if (signal.aborted || reading !== this.#reading) return;
      this.#isReading = false;
      this.#failed(error);
    }
  }

  #show(bars: Bars): void {
    const isFirst = !this.#isLoaded;
    this.#isLoaded = true;
    this.#bars = bars;
    this.#sink.replace(bars, isFirst);
    this.#told();
  }

  #update(bar: Bar): void {
    this.#fresh = withBar(this.#fresh, bar).slice(-FRESH_KEPT);
    if (!this.#isLoaded) return;
    const last = this.#bars.at(-1);
    this.#bars = withBar(this.#bars, bar);
    if (last === undefined || bar.time < last.time) this.#sink.replace(this.#bars, false);
    else this.#sink.update(bar);
    this.#told();
  }

  #told(): void {
    const kind = this.#bars.length === 0 ? "empty" : "ready";
    if (this.status.value.kind !== kind) this.status.value = { kind };
  }

  #failed(error: unknown): void {
    if (!this.#isLoaded) this.status.value = { kind: "failed", message: explain(error) };
    if (error instanceof SocketError || !mayRetry(error)) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#read(), RETRY_MS);
  }
}
