/** The drawings on the prices: painted, and found under the pointer. */

import type {
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  PrimitiveHoveredItem,
  SeriesAttachedParameter,
} from "lightweight-charts";
import { formatPrice } from "../lib/format";
import { type Drawing, withDrawing } from "../state/drawings";
import type { ChartColors } from "./colors";
import { distanceTo, type Point, type Shape, shapeOf } from "./drawing-shapes";
import { Places } from "./places";

/** A drawing under the pointer, and which of its anchors; null for the whole. */
export interface DrawingHit {
  readonly drawing: Drawing;
  readonly anchor: number | null;
}

const REACH = 5;
const FINGER_REACH = 16;
const HANDLE_RADIUS = 4;
const AREA_OPACITY = 0.12;
const OUT_OF_SIGHT = -100;

export class DrawingLayer implements ISeriesPrimitive {
  readonly places = new Places();
  #drawings: readonly Drawing[] = [];
  #selected: string | null = null;
  #isArmed = false;
  #colors: ChartColors;
  #decimals = 2;
  #requestUpdate: (() => void) | null = null;
  readonly #view: IPrimitivePaneView = {
    renderer: () => ({
      draw: (target) => target.useMediaCoordinateSpace(({ context }) => this.#draw(context)),
    }),
  };

  constructor(colors: ChartColors) {
    this.#colors = colors;
  }

  attached(parameter: SeriesAttachedParameter): void {
    this.places.attach(parameter);
    this.#requestUpdate = parameter.requestUpdate;
  }

  detached(): void {
    this.places.attach(null);
    this.#requestUpdate = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.#view];
  }

  /** Horizontal lines tell their price. */
  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.#drawings
      .filter(({ kind }) => kind === "horizontal_line")
      .flatMap(({ anchors }) => anchors)
      .map(({ price }) => ({
        coordinate: () => this.places.yOf(price) ?? OUT_OF_SIGHT,
        text: () => formatPrice(price, this.#decimals),
        textColor: () => this.#colors.panel,
        backColor: () => this.#colors.drawing,
      }));
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const hit = this.at({ x, y }, false);
    if (!this.#isArmed && hit === null) return null;
    const cursorStyle = this.#isArmed ? "crosshair" : hit?.anchor === null ? "move" : "grab";
    return { externalId: hit?.drawing.id ?? "", zOrder: "normal", cursorStyle };
  }

  get drawings(): readonly Drawing[] {
    return this.#drawings;
  }

  get selected(): Drawing | null {
    return this.#drawings.find(({ id }) => id === this.#selected) ?? null;
  }

  set(drawings: readonly Drawing[]): void {
    this.#drawings = drawings;
    this.#requestUpdate?.();
  }

  /** Draw this one in the place of the one with its id, or besides the others. */
  put(drawing: Drawing): void {
    this.set(withDrawing(this.#drawings, drawing));
  }

  select(id: string | null): void {
    this.#selected = id;
    this.#requestUpdate?.();
  }

  /** Whether a tool is in hand, which the pointer shows. */
  arm(isArmed: boolean): void {
    this.#isArmed = isArmed;
    this.#requestUpdate?.();
  }

  /** Take on the theme's colours and the digits after the point of a price. */
  paint(colors: ChartColors, decimals: number): void {
    this.#colors = colors;
    this.#decimals = decimals;
    this.places.setDecimals(decimals);
    this.#requestUpdate?.();
  }

  /** The drawing at a place of the pane, the selected one first. */
  at(point: Point, isFinger: boolean): DrawingHit | null {
    const reach = isFinger ? FINGER_REACH : REACH;
    const others = this.#drawings.filter(({ id }) => id !== this.#selected).reverse();
    for (const drawing of this.selected === null ? others : [this.selected, ...others]) {
      const shape = this.#shapeOf(drawing);
      if (shape === null) continue;
      const handle = handleAt(shape, point, HANDLE_RADIUS + reach);
      if (handle !== null && drawing.id === this.#selected) return { drawing, anchor: handle };
      if (distanceTo(shape, point) <= reach) return { drawing, anchor: null };
    }
    return null;
  }

  #shapeOf(drawing: Drawing): Shape | null {
    return shapeOf(drawing, {
      pointOf: (anchor) => this.places.pointOf(anchor),
      width: this.places.size.width,
      formatPrice: (price) => formatPrice(price, this.#decimals),
    });
  }

  #draw(context: CanvasRenderingContext2D): void {
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "bottom";
    for (const drawing of this.#drawings) {
      const shape = this.#shapeOf(drawing);
      if (shape === null) continue;
      const isSelected = drawing.id === this.#selected;
      this.#drawShape(context, shape, isSelected ? 2 : 1.5);
      if (isSelected) this.#drawHandles(context, shape.handles);
    }
    context.lineWidth = 1;
  }

  #drawShape(context: CanvasRenderingContext2D, shape: Shape, lineWidth: number): void {
    context.fillStyle = context.strokeStyle = this.#colors.drawing;
    if (shape.area !== null) {
      const { from, to } = shape.area;
      context.globalAlpha = AREA_OPACITY;
      context.fillRect(from.x, from.y, to.x - from.x, to.y - from.y);
      context.globalAlpha = 1;
    }
    context.lineWidth = lineWidth;
    context.beginPath();
    for (const { from, to } of shape.segments) {
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    context.stroke();
    context.fillStyle = this.#colors.text;
    for (const { at, text } of shape.words) context.fillText(text, at.x + 4, at.y - 2);
  }

  #drawHandles(context: CanvasRenderingContext2D, handles: readonly Point[]): void {
    context.fillStyle = this.#colors.panel;
    for (const { x, y } of handles) {
      context.beginPath();
      context.arc(x, y, HANDLE_RADIUS, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }
}

function handleAt({ handles }: Shape, { x, y }: Point, reach: number): number | null {
  const at = handles.findIndex((handle) => Math.hypot(handle.x - x, handle.y - y) <= reach);
  return at < 0 ? null : at;
}
