/** The equity curve of an account and its drawdown, in two panes of a canvas. */

import {
  AreaSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineType,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatPercent, formatPrice, languageTag } from "../lib/format";
import type { CurvePoint } from "../state/equity-curve";
import { readColors } from "./colors";
import { layoutOptions } from "./main-series";

const EQUITY_STRETCH = 3;

export class EquityChart {
  readonly #host: HTMLElement;
  readonly #chart: IChartApi;
  readonly #equity: ISeriesApi<"Area">;
  readonly #balance: ISeriesApi<"Line">;
  readonly #drawdown: ISeriesApi<"Area">;

  /** @param pointed hears the time of the point under the pointer; null when there is none. */
  constructor(host: HTMLElement, pointed: (timeMs: number | null) => void) {
    this.#host = host;
    this.#chart = createChart(host, {
      autoSize: true,
      layout: { attributionLogo: false }, // the chart panel and About have the link
      timeScale: { timeVisible: true, secondsVisible: false, lockVisibleTimeRangeOnResize: true },
      rightPriceScale: { scaleMargins: { top: 0.12, bottom: 0.08 } },
      handleScroll: false, // all of the span is shown
      handleScale: false,
    });
    const money = { type: "custom", formatter: (value: number) => formatPrice(value, 2) } as const;
    const quiet = { priceLineVisible: false, crosshairMarkerVisible: false };
    this.#balance = this.#chart.addSeries(LineSeries, {
      ...quiet,
      priceFormat: money,
      lineWidth: 1,
      lineType: LineType.WithSteps,
      lastValueVisible: false,
    });
    this.#equity = this.#chart.addSeries(AreaSeries, {
      ...quiet,
      priceFormat: money,
      lineWidth: 2,
    });
    this.#drawdown = this.#chart.addSeries(
      AreaSeries,
      {
        ...quiet,
        priceFormat: { type: "custom", formatter: formatPercent, minMove: 0.01 },
        lineWidth: 1,
        invertFilledArea: true,
        lastValueVisible: false,
        autoscaleInfoProvider: (original: () => { priceRange: Range | null } | null) => {
          const least = original()?.priceRange?.minValue ?? 0;
          return { priceRange: { minValue: Math.min(least, -0.01), maxValue: 0 } };
        },
      },
      1,
    );
    this.#drawdown.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0.1 } });
    this.#chart.panes()[0]?.setStretchFactor(EQUITY_STRETCH);
    this.#chart.subscribeCrosshairMove(({ time }) => {
      pointed(typeof time === "number" ? time * 1000 : null);
    });
    this.repaint();
  }

  /** Draw this curve, all of it. */
  replace(curve: readonly CurvePoint[]): void {
    const points = onePerSecond(curve);
    const drawn = (value: (point: CurvePoint) => number) =>
      points.map((point) => ({ time: secondOf(point), value: value(point) }));
    this.#balance.setData(drawn(({ balance }) => balance));
    this.#equity.setData(drawn(({ equity }) => equity));
    this.#drawdown.setData(drawn(({ drawdown }) => drawdown));
    this.#chart.timeScale().fitContent();
  }

  /** Take the colours of the theme and the language of the page anew. */
  repaint(): void {
    const colors = readColors(this.#host);
    const { fontFamily } = getComputedStyle(this.#host);
    const localization = { locale: languageTag() };
    this.#chart.applyOptions({ ...layoutOptions(colors, fontFamily), localization });
    this.#balance.applyOptions({ color: colors.crosshair });
    this.#equity.applyOptions({
      lineColor: colors.accent,
      topColor: colors.areaTop,
      bottomColor: "transparent",
    });
    this.#drawdown.applyOptions({
      lineColor: colors.down,
      topColor: colors.volumeDown,
      bottomColor: colors.volumeDown,
    });
  }

  remove(): void {
    this.#chart.remove();
  }
}

function secondOf({ time }: CurvePoint): UTCTimestamp {
  return Math.floor(time / 1000) as UTCTimestamp;
}

interface Range {
  readonly minValue: number;
  readonly maxValue: number;
}

/** The chart counts in seconds: of several points within one it takes the last. */
export function onePerSecond(curve: readonly CurvePoint[]): CurvePoint[] {
  return curve.filter((point, index) => {
    const next = curve[index + 1];
    return next === undefined || secondOf(next) > secondOf(point);
  });
}
