/** Plays the charting library: asks as a chart does, and refuses what a chart would refuse. */

import { expect } from "vitest";
import type {
  ChartBar,
  ChartDatafeed,
  ChartQuote,
  ChartSymbol,
  DatafeedConfiguration,
  HistoryMetadata,
  SearchResult,
} from "../../src/tradingview/index.js";

export const DAY_S = 86_400;

export class ChartDriver {
  readonly #feed: ChartDatafeed;
  #count = 0;

  constructor(feed: ChartDatafeed) {
    this.#feed = feed;
  }

  ready(): Promise<DatafeedConfiguration> {
    return this.#called((done) => this.#feed.onReady(done));
  }

  search(text: string, exchange = "", type = ""): Promise<SearchResult[]> {
    return this.#called((done) => this.#feed.searchSymbols(text, exchange, type, done));
  }

  resolve(name: string): Promise<ChartSymbol> {
    return this.#called((done, fail) => this.#feed.resolveSymbol(name, done, fail));
  }

  time(): Promise<number> {
    return this.#called((done) => this.#feed.getServerTime(done));
  }

  quotes(names: string[]): Promise<ChartQuote[]> {
    return this.#called((done, fail) => this.#feed.getQuotes(names, done, fail));
  }

  async page(
    symbol: ChartSymbol,
    resolution: string,
    period: { from: number; to: number; countBack?: number; firstDataRequest?: boolean },
  ): Promise<{ bars: ChartBar[]; metadata: HistoryMetadata }> {
    const page = await this.#called<{ bars: ChartBar[]; metadata: HistoryMetadata }>(
      (done, fail) => {
        const result = (bars: ChartBar[], metadata: HistoryMetadata): void =>
          done({ bars, metadata });
        this.#feed.getBars(symbol, resolution, period, result, fail);
      },
    );
    checkBars(page.bars);
    for (const { time } of page.bars) expect(time).toBeLessThan(period.to * 1000);
    expect(page.metadata.noData === true).toBe(page.bars.length === 0);
    return page;
  }

  /** Everything there is, from now back to the first bar, in pages of so many. */
  async history(symbol: ChartSymbol, resolution: string, countBack: number): Promise<ChartBar[]> {
    let bars: ChartBar[] = [];
    let to = Math.ceil(Date.now() / 1000) + DAY_S;
    for (let firstDataRequest = true; ; firstDataRequest = false) {
      const from = to - countBack * DAY_S;
      const page = await this.page(symbol, resolution, { from, to, countBack, firstDataRequest });
      if (page.metadata.noData === true && typeof page.metadata.nextTime !== "number") return bars;
      // `countBack` is kept to the letter: fewer bars only where history begins.
      bars = [...page.bars, ...bars];
      checkBars(bars);
      to = (page.bars[0]?.time ?? Number.NaN) / 1000;
    }
  }

  /** A chart's hold on its live bars, which goes on from the last bar of its history. */
  listen(symbol: ChartSymbol, resolution: string, last: ChartBar | undefined): LiveChart {
    const chart = new LiveChart(last);
    const guid = `${symbol.ticker}_#_${resolution}_#_${++this.#count}`;
    const reset = (): void => chart.reset();
    this.#feed.subscribeBars(symbol, resolution, (bar) => chart.tick(bar), guid, reset);
    chart.leave = () => this.#feed.unsubscribeBars(guid);
    return chart;
  }

  /** A callback that must not come in the caller's own turn, and comes once. */
  #called<T>(call: (done: (value: T) => void, fail: (reason: string) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let returned = false;
      let answered = 0;
      const late = <V>(settle: (value: V) => void) => {
        return (value: V): void => {
          if (!returned || ++answered > 1) reject(new Error("called at once, or twice"));
          else settle(value);
        };
      };
      call(
        late(resolve),
        late((reason: string) => reject(new Error(reason))),
      );
      returned = true;
    });
  }
}

export class LiveChart {
  readonly ticks: ChartBar[] = [];
  resets = 0;
  leave: () => void = () => undefined;
  #last: ChartBar | undefined;

  constructor(last: ChartBar | undefined) {
    this.#last = last;
  }

  tick(bar: ChartBar): void {
    checkBars([bar]);
    // The library's «time order violation».
    if (this.#last !== undefined) expect(bar.time).toBeGreaterThanOrEqual(this.#last.time);
    this.#last = bar;
    this.ticks.push(bar);
  }

  reset(): void {
    this.resets++;
  }
}

/** Bars that ascend and that can be drawn. */
export function checkBars(bars: ChartBar[]): void {
  bars.forEach(({ time, open, high, low, close, volume }, index) => {
    expect(time).toBeGreaterThan(bars[index - 1]?.time ?? 0);
    expect(time).toBeGreaterThan(1_000_000_000_000); // milliseconds
    expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
    expect(low).toBeLessThanOrEqual(Math.min(open, close));
    expect(volume).toBeGreaterThanOrEqual(0);
  });
}
