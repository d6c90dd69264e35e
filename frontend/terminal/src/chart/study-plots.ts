/** Draws the indicators of a chart, each in its pane. */

import {
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Bars } from "../state/bars";
import { plotsOf, type Plot, ruleOf, type Study } from "../state/studies";
import type { DayOf } from "../state/trading-days";
import { chartTime } from "./bar-shapes";
import type { ChartColors } from "./colors";

/** What an indicator says of one bar. */
export interface Reading {
  readonly id: string;
  readonly values: readonly {
    readonly name: string;
    readonly value: number | null;
    readonly color: string;
  }[];
}

interface Drawn {
  readonly study: Study;
  readonly series: readonly ISeriesApi<"Line" | "Histogram">[];
  readonly colors: readonly string[];
  plots: Plot[];
}

const PRICES_STRETCH = 3;

export class StudyPlots {
  readonly #chart: IChartApi;
  #drawn: Drawn[] = [];
  #bars: Bars = [];
  #dayOf: DayOf | null = null;

  constructor(chart: IChartApi) {
    this.#chart = chart;
  }

  /** What tells the trading days of the bars apart; null for bars of a day or longer. */
  setDays(dayOf: DayOf | null): void {
    this.#dayOf = dayOf;
  }

  /** Draw these instead of those before. */
  set(studies: readonly Study[], colors: ChartColors): void {
    for (const { series } of this.#drawn) for (const one of series) this.#chart.removeSeries(one);
    this.#drawn = [];
    let [pane, tone] = [0, 0];
    for (const study of studies) {
      const { isOverlay } = ruleOf(study.kind);
      if (!isOverlay) pane++;
      const plots = plotsOf(study, [], null);
      const tones = plots.map(({ style }) =>
        style === "histogram" ? colors.crosshair : (colors.studies[tone++ % 6] ?? colors.text),
      );
      const place = isOverlay ? 0 : pane;
      const series = plots.map((plot, index) => this.#add(plot, tones[index] ?? "", place));
      this.#drawn.push({ study, series, colors: tones, plots });
    }
    for (const [index, shown] of this.#chart.panes().entries()) {
      shown.setStretchFactor(index === 0 ? PRICES_STRETCH : 1);
    }
    this.replace(this.#bars);
  }

  replace(bars: Bars): void {
    this.#bars = bars;
    for (const drawn of this.#drawn) {
      drawn.plots = plotsOf(drawn.study, bars, this.#dayOf);
      for (const [index, series] of drawn.series.entries()) {
        series.setData(pointsOf(drawn.plots[index], bars));
      }
    }
  }

  /** The last bar changed, or a new one follows it. */
  update(bars: Bars): void {
    this.#bars = bars;
    const last = bars.at(-1);
    if (last === undefined) return;
    for (const drawn of this.#drawn) {
      drawn.plots = plotsOf(drawn.study, bars, this.#dayOf);
      for (const [index, series] of drawn.series.entries()) {
        const value = drawn.plots[index]?.values.at(-1) ?? null;
        if (value !== null) series.update({ time: chartTime(last.time), value });
      }
    }
  }

  /** What the indicators say of the bar that opened then; of the last one for null. */
  readings(timeMs: number | null): Reading[] {
    const found = timeMs === null ? -1 : this.#bars.findIndex(({ time }) => time === timeMs);
    const at = found < 0 ? this.#bars.length - 1 : found;
    return this.#drawn.map(({ study, plots, colors }) => ({
      id: study.id,
      values: plots.map(({ name, values }, index) => ({
        name,
        value: values[at] ?? null,
        color: colors[index] ?? "",
      })),
    }));
  }

  #add({ style }: Plot, color: string, pane: number): ISeriesApi<"Line" | "Histogram"> {
    const shared = { color, priceLineVisible: false, lastValueVisible: false };
    if (style === "histogram") return this.#chart.addSeries(HistogramSeries, shared, pane);
    const line = { ...shared, lineWidth: 1 as const, crosshairMarkerVisible: false };
    return this.#chart.addSeries(LineSeries, line, pane);
  }
}

function pointsOf(plot: Plot | undefined, bars: Bars): { time: UTCTimestamp; value: number }[] {
  return (plot?.values ?? []).flatMap((value, index) => {
    const bar = bars[index];
    return value === null || bar === undefined ? [] : [{ time: chartTime(bar.time), value }];
  });
}
