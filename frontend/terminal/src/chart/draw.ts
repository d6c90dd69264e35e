/** Draws, selects, moves and removes by pointer and keys; the chart beneath stands still meanwhile. */

import { newId } from "../lib/ids";
import { type Anchor, anchorsOf, type Drawing, type DrawingKind } from "../state/drawings";
import type { DrawingLayer } from "./drawing-layer";
import type { Point } from "./drawing-shapes";
import type { Distance } from "./places";

export interface DrawingEvents {
  /** These are the drawings now. */
  redrawn(drawings: readonly Drawing[]): void;
  /** This one is selected now; null for none. */
  selected(id: string | null): void;
  /** The tool was put away. */
  disarmed(): void;
}

/** What the pointer changes. */
interface Gesture {
  readonly began: Point;
  readonly before: Drawing;
  /** Which anchor; null for all. */
  readonly anchor: number | null;
  /** It is being drawn. */
  readonly isNew: boolean;
  /** The pointer that is down; null between the two clicks that set two anchors. */
  readonly pointer: number | null;
}

const CLICK_PX = 3;
const KEY_PX = 5;
const ARROWS: Readonly<Record<string, { readonly bars: number; readonly up: number }>> = {
  ArrowLeft: { bars: -1, up: 0 },
  ArrowRight: { bars: 1, up: 0 },
  ArrowUp: { bars: 0, up: 1 },
  ArrowDown: { bars: 0, up: -1 },
};

export class DrawingHand {
  readonly #host: HTMLElement;
  readonly #layer: DrawingLayer;
  readonly #events: DrawingEvents;
  readonly #isTaken: (x: number, y: number, isFinger: boolean) => boolean;
  readonly #stop = new AbortController();
  #tool: DrawingKind | null = null;
  #gesture: Gesture | null = null;

  /** `isTaken` says of a place whether it belongs to something above the drawings. */
  constructor(
    host: HTMLElement,
    layer: DrawingLayer,
    events: DrawingEvents,
    isTaken: (x: number, y: number, isFinger: boolean) => boolean,
  ) {
    this.#host = host;
    this.#layer = layer;
    this.#events = events;
    this.#isTaken = isTaken;
    const listen = { capture: true, signal: this.#stop.signal };
    host.addEventListener("pointerdown", (event) => this.#down(event), listen);
    host.addEventListener("pointermove", (event) => this.#move(event), listen);
    host.addEventListener("pointerup", (event) => this.#up(event), listen);
    host.addEventListener("pointercancel", () => this.#giveUp(), listen);
    for (const kind of ["mousedown", "touchstart", "touchmove"]) {
      host.addEventListener(kind, (event) => this.#hush(event), { ...listen, passive: false });
    }
    document.addEventListener("keydown", (event) => this.#key(event), { signal: listen.signal });
  }

  /** Take a tool into the hand; null puts it away. */
  take(tool: DrawingKind | null): void {
    if (tool === this.#tool) return;
    this.#giveUp();
    this.#tool = tool;
    this.#layer.arm(tool !== null);
    if (tool !== null) this.select(null);
  }

  /** Draw in the middle of the chart, for those without a pointer. */
  drawInTheMiddle(kind: DrawingKind): void {
    const { width, height } = this.#layer.places.size;
    const [left, right] = [
      this.#anchorAt(width / 3, height / 3),
      this.#anchorAt(width / 2, height / 2),
    ];
    if (left === null || right === null) return;
    this.#finish({ id: newId(), kind, anchors: [left, right].slice(0, anchorsOf(kind)) });
  }

  select(id: string | null): void {
    this.#layer.select(id);
    this.#events.selected(id);
  }

  removeSelected(): void {
    const { selected, drawings } = this.#layer;
    if (selected === null) return;
    this.#gesture = null;
    this.select(null);
    this.#tell(drawings.filter(({ id }) => id !== selected.id));
  }

  /** Show other drawings, of another symbol for instance. */
  show(drawings: readonly Drawing[]): void {
    this.#gesture = null;
    this.#layer.set(drawings);
    if (this.#layer.selected === null) this.select(null);
  }

  remove(): void {
    this.#stop.abort();
  }

  #down(event: PointerEvent): void {
    const point = this.#pointOf(event);
    if (event.button !== 0 || !this.#layer.places.has(point)) return;
    const isFinger = event.pointerType === "touch";
    if (this.#tool !== null) this.#begin(this.#tool, point, event.pointerId);
    else if (!this.#isTaken(point.x, point.y, isFinger))
      this.#pick(point, isFinger, event.pointerId);
    if (this.#gesture === null) return;
    // Its default, to take the focus away from a field, is prevented; Delete is not for the field.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.#host.setPointerCapture(event.pointerId);
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** The first click sets all anchors; the second one takes up what the first has begun. */
  #begin(kind: DrawingKind, point: Point, pointer: number): void {
    if (this.#gesture !== null) {
      this.#gesture = { ...this.#gesture, pointer };
      this.#follow(point);
      return;
    }
    const anchor = this.#anchorAt(point.x, point.y);
    if (anchor === null) return;
    const count = anchorsOf(kind);
    const before = { id: newId(), kind, anchors: Array<Anchor>(count).fill(anchor) };
    this.#layer.put(before);
    this.#gesture = { began: point, before, anchor: count - 1, isNew: true, pointer };
  }

  #pick(point: Point, isFinger: boolean, pointer: number): void {
    const hit = this.#layer.at(point, isFinger);
    const before = hit?.drawing ?? null;
    if (before?.id !== this.#layer.selected?.id) this.select(before?.id ?? null);
    if (hit === null || before === null) return;
    this.#gesture = { began: point, before, anchor: hit.anchor, isNew: false, pointer };
  }

  #move(event: PointerEvent): void {
    const { pointer } = this.#gesture ?? { pointer: undefined };
    if (pointer === undefined || (pointer !== null && pointer !== event.pointerId)) return;
    if (pointer !== null) event.stopPropagation();
    this.#follow(this.#pointOf(event));
  }

  /** Bring what is being changed to where the pointer is. */
  #follow(point: Point): void {
    if (this.#gesture === null) return;
    const { began, before, anchor: moved, isNew } = this.#gesture;
    if (!isNew && isClick(began, point)) return;
    const distance = this.#layer.places.between(began, point);
    if (distance === null) return;
    this.#layer.put(this.#away(before, distance, moved));
  }

  #up(event: PointerEvent): void {
    const gesture = this.#gesture;
    if (gesture === null || gesture.pointer !== event.pointerId) return;
    const { id, kind } = gesture.before;
    const isFirstClick = isClick(gesture.began, this.#pointOf(event));
    const drawing = this.#layer.drawings.find((one) => one.id === id);
    if (drawing === undefined) return;
    if (gesture.isNew && isFirstClick && anchorsOf(kind) > 1) {
      this.#gesture = { ...gesture, pointer: null };
      return;
    }
    this.#gesture = null;
    if (gesture.isNew) this.#finish(drawing);
    else if (drawing !== gesture.before) this.#tell(this.#layer.drawings);
  }

  #finish(drawing: Drawing): void {
    this.#tool = null;
    this.#layer.arm(false);
    this.#layer.put(drawing);
    this.#events.disarmed();
    this.#tell(this.#layer.drawings);
    this.select(drawing.id);
  }

  #giveUp(): void {
    if (this.#gesture === null) return;
    const { before, isNew } = this.#gesture;
    this.#gesture = null;
    if (!isNew) this.#layer.put(before);
    else this.#layer.set(this.#layer.drawings.filter(({ id }) => id !== before.id));
  }

  #key(event: KeyboardEvent): void {
    const { target } = event;
    const isHere = target === document.body || this.#host.parentElement?.contains(target as Node);
    if (isHere !== true || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.#escape();
    const { selected } = this.#layer;
    if (selected === null) return;
    const arrow = ARROWS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") this.removeSelected();
    else if (arrow !== undefined) this.#nudge(selected, arrow.bars, arrow.up);
    else return;
    event.preventDefault();
  }

  #escape(): void {
    if (this.#gesture !== null) this.#giveUp();
    else if (this.#tool === null) this.select(null);
    if (this.#tool === null) return;
    this.take(null);
    this.#events.disarmed();
  }

  /** Move by bars, and up by some pixels. */
  #nudge(drawing: Drawing, bars: number, up: number): void {
    const step = this.#layer.places.between({ x: 0, y: KEY_PX }, { x: 0, y: 0 });
    if (step === null) return;
    this.#layer.put(this.#away(drawing, { bars, price: up * step.price }, null));
    this.#tell(this.#layer.drawings);
  }

  /** The drawing with one of its anchors, or all, so far away. */
  #away(drawing: Drawing, distance: Distance, moved: number | null): Drawing {
    const anchors = drawing.anchors.map((anchor, index) =>
      moved === null || index === moved ? this.#layer.places.away(anchor, distance) : anchor,
    );
    return { ...drawing, anchors };
  }

  #tell(drawings: readonly Drawing[]): void {
    this.#layer.set(drawings);
    this.#events.redrawn(drawings);
  }

  #anchorAt(x: number, y: number): Anchor | null {
    return this.#layer.places.anchorAt({ x, y });
  }

  #pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top } = this.#host.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** The chart listens to mouse and touch: it must not scroll by what draws. */
  #hush(event: Event): void {
    if (this.#gesture === null) return;
    event.stopPropagation();
    event.preventDefault();
  }
}

function isClick(began: Point, ended: Point): boolean {
  return Math.hypot(began.x - ended.x, began.y - ended.y) <= CLICK_PX;
}
