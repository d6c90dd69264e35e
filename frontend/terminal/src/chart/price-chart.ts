/** Bars, volume, indicators, orders and fills on a canvas; changed by calls, never by reactivity. */

import type { Bar, Execution, SymbolInfo } from "@trading-api/client";
import {
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatPrice, languageTag } from "../lib/format";
import { perFrame } from "../lib/frame";
import { type Bars, withBar } from "../state/bars";
import type { ChartType } from "../state/preferences";
import type { BarSink } from "../state/series";
import type { Study } from "../state/studies";
import { tradingDays } from "../state/trading-days";
import { chartTime, pointsOf } from "./bar-shapes";
import { type ChartColors, readColors } from "./colors";
import { DrawingHand, type DrawingEvents } from "./draw";
import { DrawingLayer } from "./drawing-layer";
import { fillMarks } from "./fills";
import { dragLines, type LineEvents } from "./line-drag";
import type { ChartLine } from "./lines";
import { addMainSeries, layoutOptions, paintMainSeries } from "./main-series";
import { OrderLines } from "./order-lines";
import { type Reading, StudyPlots } from "./study-plots";

export interface ChartEvents extends LineEvents, DrawingEvents {
  /** The view comes near the first bar. */
  needsOlder(): void;
  /** The pointer is over the bar that opened then; null when it is over none. */
  pointed(timeMs: number | null): void;
  /** The indicators have new values. */
  drawn(): void;
}

const NEAR_BARS = 60;
const BAR_SPACING = 7;

export class PriceChart implements BarSink {
  /** Draws and changes drawings. */
  readonly hand: DrawingHand;
  readonly #host: HTMLElement;
  readonly #chart: IChartApi;
  readonly #events: ChartEvents;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #studyPlots: StudyPlots;
  readonly #orderLines: OrderLines;
  readonly #drawings: DrawingLayer;
  readonly #undrag: () => void;
  readonly #fresh = perFrame<number, Bar>((bars) => this.#drawFresh(bars));
  #main: ISeriesApi<SeriesType>;
  #marks: ISeriesMarkersPluginApi<Time>;
  #type: ChartType;
  #colors: ChartColors;
  #bars: Bars = [];
  #places = 2;
  #studies: readonly Study[] = [];
  #executions: readonly Execution[] = [];
  #symbol = "";

  constructor(host: HTMLElement, type: ChartType, events: ChartEvents) {
    this.#host = host;
    this.#type = type;
    this.#events = events;
    this.#colors = readColors(host);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#chart = createChart(host, {
      autoSize: true,
      kineticScroll: { touch: !isStill },
      layout: { attributionLogo: false }, // it needs an inline style; the panel has the link instead
      timeScale: { rightOffset: 6, barSpacing: BAR_SPACING, minBarSpacing: 1 },
      crosshair: { mode: CrosshairMode.Normal },
    });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#main = addMainSeries(this.#chart, type);
    this.#marks = createSeriesMarkers(this.#main, []);
    this.#studyPlots = new StudyPlots(this.#chart);
    this.#orderLines = new OrderLines(this.#colors);
    this.#drawings = new DrawingLayer(this.#colors);
    this.#attach();
    const isOnLine = (x: number, y: number, isFinger: boolean): boolean =>
      this.#orderLines.at(x, y, isFinger) !== null;
    this.hand = new DrawingHand(host, this.#drawings, events, isOnLine);
    this.#undrag = dragLines(host, this.#orderLines, events);
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && this.#bars.length > 0 && range.from < NEAR_BARS) events.needsOlder();
    });
    this.#chart.subscribeCrosshairMove(({ time }) => {
      events.pointed(typeof time === "number" ? time * 1000 : null);
    });
    this.#paint();
  }

  /** Whose bars these are, how prices are written, and whether bars are shorter than a day. */
  setScale(
    symbol: Pick<SymbolInfo, "symbol" | "session" | "timezone">,
    pricePlaces: number,
    isIntraday: boolean,
  ): void {
    this.#symbol = symbol.symbol;
    this.#studyPlots.setDays(isIntraday ? tradingDays(symbol) : null);
    this.#places = pricePlaces;
    this.#chart.applyOptions({
      localization: { priceFormatter: (price: number) => formatPrice(price, this.#places) },
      timeScale: { timeVisible: isIntraday, secondsVisible: false },
    });
    this.#paint();
  }

  setType(type: ChartType): void {
    if (type === this.#type) return;
    this.#type = type;
    this.#main.detachPrimitive(this.#drawings);
    this.#main.detachPrimitive(this.#orderLines);
    this.#marks.detach();
    this.#chart.removeSeries(this.#main);
    this.#main = addMainSeries(this.#chart, type);
    this.#marks = createSeriesMarkers(this.#main, []);
    this.#attach();
    this.#paint();
    this.replace(this.#bars, false);
  }

  setStudies(studies: readonly Study[]): void {
    this.#studies = studies;
    this.#studyPlots.set(studies, this.#colors);
    this.#events.drawn();
  }

  clear(): void {
    this.replace([], false);
  }

  replace(bars: Bars, isFirst: boolean): void {
    this.#fresh.clear();
    this.#bars = bars;
    this.#follow();
    this.#main.setData(this.#points(bars));
    this.#volume.setData(bars.map((bar) => this.#volumeOf(bar)));
    this.#studyPlots.replace(bars);
    this.#drawFills();
    this.#events.drawn();
    if (!isFirst) return;
    this.#main.priceScale().setAutoScale(true);
    this.#chart.timeScale().resetTimeScale();
  }

  update(bar: Bar): void {
    this.#fresh.put(bar.time, bar);
  }

  /** Draw these price lines instead of those before. */
  setLines(lines: readonly ChartLine[]): void {
    this.#orderLines.set(lines);
  }

  /** Hold a line at a price; null lets it go back to its own. */
  holdLine(id: string, price: number | null): void {
    this.#orderLines.move(id, price);
  }

  setExecutions(executions: readonly Execution[]): void {
    this.#executions = executions;
    this.#drawFills();
  }

  /** What the indicators say of a bar; of the last one for null. */
  readings(timeMs: number | null): Reading[] {
    return this.#studyPlots.readings(timeMs);
  }

  /** Take the colours of the theme and the language of the page anew. */
  repaint(): void {
    this.#colors = readColors(this.#host);
    this.#paint();
    this.setStudies(this.#studies);
    this.replace(this.#bars, false);
  }

  remove(): void {
    this.#fresh.clear();
    this.#undrag();
    this.hand.remove();
    this.#chart.remove();
  }

  #attach(): void {
    this.#main.attachPrimitive(this.#drawings);
    this.#main.attachPrimitive(this.#orderLines);
  }

  #follow(): void {
    this.#drawings.places.follow(this.#bars);
    this.#orderLines.follow(this.#bars.at(-1)?.close ?? 0);
  }

  #drawFresh(fresh: readonly Bar[]): void {
    for (const bar of fresh) {
      this.#bars = withBar(this.#bars, bar);
      this.#follow();
      const point = this.#points(this.#type === "heikin_ashi" ? this.#bars : this.#bars.slice(-2));
      this.#main.update(point.at(-1) ?? { time: chartTime(bar.time) });
      this.#volume.update(this.#volumeOf(bar));
    }
    this.#studyPlots.update(this.#bars);
    this.#events.drawn();
  }

  #drawFills(): void {
    this.#marks.setMarkers(fillMarks(this.#symbol, this.#executions, this.#bars, this.#colors));
  }

  #points(bars: Bars): ReturnType<typeof pointsOf> {
    return pointsOf(this.#type, bars, this.#colors.up, this.#colors.down);
  }

  #paint(): void {
    const { fontFamily } = getComputedStyle(this.#host);
    const localization = { locale: languageTag() };
    this.#chart.applyOptions({ ...layoutOptions(this.#colors, fontFamily), localization });
    paintMainSeries(this.#main, this.#type, this.#colors, this.#places);
    this.#drawings.paint(this.#colors, this.#places);
    this.#orderLines.paint(this.#colors, (price) => formatPrice(price, this.#places));
  }

  #volumeOf({ time, open, close, volume }: Bar): HistogramData<UTCTimestamp> {
    const { volumeUp, volumeDown } = this.#colors;
    return { time: chartTime(time), value: volume, color: close < open ? volumeDown : volumeUp };
  }
}
