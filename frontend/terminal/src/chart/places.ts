/** Where instants and prices are on the chart, in pixels of its first pane, and the way back. */

import type { Logical, SeriesAttachedParameter } from "lightweight-charts";
import type { Bars } from "../state/bars";
import type { Anchor } from "../state/drawings";
import { BarAxis } from "./bar-axis";
import type { Point } from "./drawing-shapes";

/** A way on the chart. */
export interface Distance {
  /** Whole ones. */
  readonly bars: number;
  /** Of the prices. */
  readonly price: number;
}

export class Places {
  #attached: SeriesAttachedParameter | null = null;
  #axis = new BarAxis([]);
  #decimals = 2;

  attach(parameter: SeriesAttachedParameter | null): void {
    this.#attached = parameter;
  }

  /** The bars between which instants find their place. */
  follow(bars: Bars): void {
    this.#axis = new BarAxis(bars);
  }

  /** How many digits after the point a price has. */
  setDecimals(decimals: number): void {
    this.#decimals = decimals;
  }

  /** Of the pane, pixels. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#attached?.chart.paneSize(0) ?? { width: 0, height: 0 };
  }

  /** Whether a place is on the prices, not in another pane or on a scale. */
  has({ x, y }: Point): boolean {
    const { width, height } = this.size;
    return x >= 0 && y >= 0 && x < width && y < height;
  }

  pointOf({ time, price }: Anchor): Point | null {
    const [x, y] = [this.#xOf(time), this.yOf(price)];
    return x === null || y === null ? null : { x, y };
  }

  yOf(price: number): number | null {
    return this.#attached?.series.priceToCoordinate(price) ?? null;
  }

  /** The bar nearest to a place, and the price there. */
  anchorAt(point: Point): Anchor | null {
    const [bar, price] = [this.#barAt(point), this.#priceAt(point)];
    const time = bar === null ? null : this.#axis.timeAt(bar);
    return time === null || price === null ? null : { time, price: this.#rounded(price) };
  }

  between(from: Point, to: Point): Distance | null {
    const [began, ended] = [this.#barAt(from), this.#barAt(to)];
    const [low, high] = [this.#priceAt(from), this.#priceAt(to)];
    if (began === null || ended === null || low === null || high === null) return null;
    return { bars: ended - began, price: high - low };
  }

  /** The anchor that is so far away from another. */
  away({ time, price }: Anchor, distance: Distance): Anchor {
    const bar = this.#axis.placeAt(time);
    const then = bar === null ? null : this.#axis.timeAt(bar + distance.bars);
    return { time: then ?? time, price: this.#rounded(price + distance.price) };
  }

  /** The chart knows the places of whole bars only. */
  #xOf(time: number): number | null {
    const place = this.#axis.placeAt(time);
    const scale = this.#attached?.chart.timeScale();
    if (place === null || scale === undefined) return null;
    const before = Math.floor(place);
    const from = scale.logicalToCoordinate(before as Logical);
    const to = scale.logicalToCoordinate((before + 1) as Logical);
    return from === null || to === null ? null : from + (place - before) * (to - from);
  }

  #barAt({ x }: Point): number | null {
    return this.#attached?.chart.timeScale().coordinateToLogical(x) ?? null;
  }

  #priceAt({ y }: Point): number | null {
    return this.#attached?.series.coordinateToPrice(y) ?? null;
  }

  #rounded(price: number): number {
    return Number(price.toFixed(this.#decimals));
  }
}
