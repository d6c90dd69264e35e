/** Lines of orders and positions on the chart: drawn, found under the pointer, moved by it. */

import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  PrimitiveHoveredItem,
  SeriesAttachedParameter,
  SeriesType,
} from "lightweight-charts";
import type { ChartColors } from "./colors";
import type { ChartLine } from "./lines";

export type LinePart = "body" | "cancel";

interface Box {
  readonly line: ChartLine;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly cancelFrom: number;
}

const BOX_HEIGHT = 18;
const PADDING = 6;
const CANCEL_WIDTH = 18;
const MARGIN = 8;
/** How far from the last price, as a part of it, the scale still makes room for a line. */
const NEARBY = 0.01;
const REACH = 6;
const FINGER_REACH = 14;

export class OrderLines implements ISeriesPrimitive {
  #attached: SeriesAttachedParameter | null = null;
  #lines: readonly ChartLine[] = [];
  /** Where a line is held while it is dragged, and until the server has answered. */
  readonly #moved = new Map<string, number>();
  #boxes: Box[] = [];
  #last = 0;
  #colors: ChartColors;
  #format: (price: number) => string = String;
  readonly #view: IPrimitivePaneView = {
    zOrder: () => "top",
    renderer: () => this.#renderer,
  };
  readonly #renderer: IPrimitivePaneRenderer = {
    draw: (target) => {
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
        context.textBaseline = "middle";
        this.#boxes = [];
        for (const line of this.#lines) this.#draw(context, mediaSize.width, line);
      });
    },
  };

  constructor(colors: ChartColors) {
    this.#colors = colors;
  }

  attached(parameter: SeriesAttachedParameter): void {
    this.#attached = parameter;
  }

  detached(): void {
    this.#attached = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.#view];
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.#lines.map((line) => ({
      coordinate: () => this.#yOf(line) ?? -100,
      text: () => this.#format(this.priceOf(line)),
      textColor: () => (line.kind === "position" ? this.#colors.panel : this.#colors.onSide),
      backColor: () => this.#colorOf(line),
    }));
  }

  /** The price scale shows the lines that are not far away. */
  autoscaleInfo(): AutoscaleInfo | null {
    const near = this.#lines
      .map(({ price }) => price)
      .filter((price) => Math.abs(price - this.#last) <= NEARBY * this.#last);
    if (near.length === 0) return null;
    return { priceRange: { minValue: Math.min(...near), maxValue: Math.max(...near) } };
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const hit = this.at(x, y, false);
    if (hit === null) return null;
    const cursorStyle = hit.part === "cancel" ? "pointer" : "ns-resize";
    return { externalId: hit.line.id, zOrder: "top", cursorStyle };
  }

  /** The line and its part at a place of the pane; null where there is none to act on. */
  at(x: number, y: number, isFinger: boolean): { line: ChartLine; part: LinePart } | null {
    const reach = isFinger ? FINGER_REACH : REACH;
    for (const { line, y: at, left, right, cancelFrom } of [...this.#boxes].reverse()) {
      const isInBox =
        x >= left && x <= right && Math.abs(y - at) <= Math.max(BOX_HEIGHT / 2, reach);
      if (isInBox && line.orderId !== null && x >= cancelFrom) return { line, part: "cancel" };
      if (line.field !== null && (isInBox || Math.abs(y - at) <= reach)) {
        return { line, part: "body" };
      }
    }
    return null;
  }

  set(lines: readonly ChartLine[]): void {
    for (const { id, price } of lines) {
      const before = this.#lines.find((line) => line.id === id);
      if (before !== undefined && before.price !== price) this.#moved.delete(id);
    }
    this.#lines = lines;
    this.#attached?.requestUpdate();
  }

  /** The last price, around which lines are near. */
  follow(last: number): void {
    this.#last = last;
  }

  /** Hold a line at a price; null lets it go back to its own. */
  move(id: string, price: number | null): void {
    if (price === null) this.#moved.delete(id);
    else this.#moved.set(id, price);
    this.#attached?.requestUpdate();
  }

  paint(colors: ChartColors, format: (price: number) => string): void {
    this.#colors = colors;
    this.#format = format;
    this.#attached?.requestUpdate();
  }

  priceOf(line: ChartLine): number {
    return this.#moved.get(line.id) ?? line.price;
  }

  /** The price at a height of the pane. */
  priceAt(y: number): number | null {
    return this.#series?.coordinateToPrice(y) ?? null;
  }

  get #series(): ISeriesApi<SeriesType> | null {
    return this.#attached?.series ?? null;
  }

  #yOf(line: ChartLine): number | null {
    return this.#series?.priceToCoordinate(this.priceOf(line)) ?? null;
  }

  #colorOf({ kind }: ChartLine): string {
    const { accent, buy, sell } = this.#colors;
    return kind === "position" ? accent : kind === "buy" ? buy : sell;
  }

  #draw(context: CanvasRenderingContext2D, width: number, line: ChartLine): void {
    const y = this.#yOf(line);
    if (y === null) return;
    const color = this.#colorOf(line);
    context.strokeStyle = color;
    context.setLineDash(line.kind === "position" ? [] : [5, 4]);
    context.beginPath();
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(width, Math.round(y) + 0.5);
    context.stroke();
    this.#drawBox(context, width, line, y, color);
  }

  #drawBox(
    context: CanvasRenderingContext2D,
    width: number,
    line: ChartLine,
    y: number,
    color: string,
  ): void {
    const cancel = line.orderId === null ? 0 : CANCEL_WIDTH;
    const right = width - MARGIN;
    const left = right - context.measureText(line.title).width - 2 * PADDING - cancel;
    const top = Math.round(y) - BOX_HEIGHT / 2;
    context.setLineDash([]);
    context.fillStyle = this.#colors.panel;
    context.strokeStyle = color;
    context.beginPath();
    context.roundRect(left + 0.5, top + 0.5, right - left, BOX_HEIGHT - 1, 3);
    context.fill();
    context.stroke();
    context.fillStyle = line.kind === "position" ? color : this.#colors.text;
    context.fillText(line.title, left + PADDING, y + 1);
    const cancelFrom = right - cancel;
    if (cancel > 0) drawCross(context, cancelFrom + cancel / 2, Math.round(y), this.#colors.text);
    this.#boxes.push({ line, y, left, right, cancelFrom });
  }
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  const arm = 3.5;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
  context.lineWidth = 1;
}
