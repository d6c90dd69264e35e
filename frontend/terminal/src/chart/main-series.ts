/** The series that draws the prices, in the look of its chart type. */

import {
  AreaSeries,
  BarSeries,
  CandlestickSeries,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type SeriesType,
  type TimeChartOptions,
} from "lightweight-charts";
import type { ChartType } from "../state/preferences";
import type { ChartColors } from "./colors";

export function addMainSeries(chart: IChartApi, type: ChartType): ISeriesApi<SeriesType> {
  const series = create(chart, type);
  series.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
  return series;
}

function create(chart: IChartApi, type: ChartType): ISeriesApi<SeriesType> {
  switch (type) {
    case "line":
      return chart.addSeries(LineSeries, { lineWidth: 2 });
    case "area":
      return chart.addSeries(AreaSeries, { lineWidth: 2 });
    case "bar":
      return chart.addSeries(BarSeries, { thinBars: false });
    default:
      return chart.addSeries(CandlestickSeries, { borderVisible: type === "hollow" });
  }
}

/** Give the series the theme's colours and its digits after the point. */
export function paintMainSeries(
  series: ISeriesApi<SeriesType>,
  type: ChartType,
  { up, down, accent, areaTop }: ChartColors,
  places: number,
): void {
  const priceFormat = { type: "price", precision: places, minMove: 1 / 10 ** places } as const;
  const candles = { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down };
  const area = { lineColor: accent, topColor: areaTop, bottomColor: "transparent" };
  const look = type === "line" ? { color: accent } : type === "area" ? area : candles;
  series.applyOptions({ priceFormat, ...look });
}

export function layoutOptions(
  { text, grid, border, crosshair, label }: ChartColors,
  fontFamily: string,
): DeepPartial<TimeChartOptions> {
  const pointer = { color: crosshair, labelBackgroundColor: label };
  return {
    layout: {
      background: { color: "transparent" },
      textColor: text,
      fontSize: 11,
      fontFamily,
      panes: { separatorColor: border, separatorHoverColor: grid },
    },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    rightPriceScale: { borderColor: border, entireTextOnly: true },
    timeScale: { borderColor: border },
    crosshair: { vertLine: pointer, horzLine: pointer },
  };
}
