/** Candles and volume on a canvas; changed by calls, never by reactivity. */

import type { Bar } from "@trading-api/client";
import {
  type CandlestickData,
  CandlestickSeries,
  createChart,
  CrosshairMode,
  type DeepPartial,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type TimeChartOptions,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatPrice } from "../lib/format";
import type { Bars } from "../state/bars";
import type { BarSink } from "../state/series";
import { type ChartColors, readColors } from "./colors";
import type { ChartLine } from "./lines";

export interface ChartEvents {
  /** The view comes near the first bar. */
  needsOlder(): void;
  /** The pointer is over the bar that opened then; null when it is over none. */
  pointed(timeMs: number | null): void;
}

const NEAR_BARS = 60;
const BAR_SPACING = 7;

export class PriceChart implements BarSink {
  readonly #host: HTMLElement;
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  #colors: ChartColors;
  #isEmpty = true;
  #lines: IPriceLine[] = [];
  #drawn: readonly ChartLine[] = [];

  constructor(host: HTMLElement, events: ChartEvents) {
    this.#host = host;
    this.#colors = readColors(host);
    this.#chart = createChart(host, {
      autoSize: true,
      layout: { attributionLogo: false }, // it needs an inline style; the panel has the link instead
      timeScale: { rightOffset: 6, barSpacing: BAR_SPACING, minBarSpacing: 1 },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && !this.#isEmpty && range.from < NEAR_BARS) events.needsOlder();
    });
    this.#chart.subscribeCrosshairMove(({ time }) => {
      events.pointed(typeof time === "number" ? time * 1000 : null);
    });
    this.#paint();
  }

  /** How prices are written, and whether bars are shorter than a day. */
  setScale(pricePlaces: number, isIntraday: boolean): void {
    const priceFormat = {
      type: "price",
      precision: pricePlaces,
      minMove: 1 / 10 ** pricePlaces,
    } as const;
    this.#candles.applyOptions({ priceFormat });
    this.#chart.applyOptions({
      localization: { priceFormatter: (price: number) => formatPrice(price, pricePlaces) },
      timeScale: { timeVisible: isIntraday, secondsVisible: false },
    });
  }

  clear(): void {
    this.replace([], false);
  }

  replace(bars: Bars, isFirst: boolean): void {
    this.#isEmpty = bars.length === 0;
    this.#candles.setData(bars.map(candleOf));
    this.#volume.setData(bars.map((bar) => this.#volumeOf(bar)));
    if (!isFirst) return;
    this.#candles.priceScale().setAutoScale(true);
    this.#chart.timeScale().resetTimeScale();
  }

  update(bar: Bar): void {
    this.#candles.update(candleOf(bar));
    this.#volume.update(this.#volumeOf(bar));
  }

  /** Draw these price lines instead of those before. */
  setLines(lines: readonly ChartLine[]): void {
    if (JSON.stringify(lines) === JSON.stringify(this.#drawn)) return;
    this.#drawn = lines;
    for (const line of this.#lines) this.#candles.removePriceLine(line);
    this.#lines = lines.map(({ price, title, kind }) => {
      const { up, down, accent } = this.#colors;
      const color = kind === "position" ? accent : kind === "buy" ? up : down;
      const lineStyle = kind === "position" ? LineStyle.Solid : LineStyle.Dashed;
      return this.#candles.createPriceLine({ price, title, color, lineStyle, lineWidth: 1 });
    });
  }

  /** Take the colours of the theme anew; volume has its own in each bar. */
  repaint(bars: Bars): void {
    this.#colors = readColors(this.#host);
    this.#paint();
    const lines = this.#drawn;
    this.setLines([]);
    this.setLines(lines);
    this.replace(bars, false);
  }

  remove(): void {
    this.#chart.remove();
  }

  #paint(): void {
    const { text, grid, border, crosshair, label, up, down } = this.#colors;
    const pointer = { color: crosshair, labelBackgroundColor: label };
    const options: DeepPartial<TimeChartOptions> = {
      layout: {
        background: { color: "transparent" },
        textColor: text,
        fontSize: 11,
        fontFamily: getComputedStyle(this.#host).fontFamily,
      },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      rightPriceScale: { borderColor: border, entireTextOnly: true },
      timeScale: { borderColor: border },
      crosshair: { mode: CrosshairMode.Normal, vertLine: pointer, horzLine: pointer },
    };
    this.#chart.applyOptions(options);
    this.#candles.applyOptions({
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
  }

  #volumeOf({ time, open, close, volume }: Bar): HistogramData<UTCTimestamp> {
    const { volumeUp, volumeDown } = this.#colors;
    return { time: chartTime(time), value: volume, color: close < open ? volumeDown : volumeUp };
  }
}

function candleOf({ time, open, high, low, close }: Bar): CandlestickData<UTCTimestamp> {
  return { time: chartTime(time), open, high, low, close };
}

function chartTime(timeMs: number): UTCTimestamp {
  return (timeMs / 1000) as UTCTimestamp;
}
