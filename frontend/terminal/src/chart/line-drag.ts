/** Drags the lines of orders; the chart beneath stands still meanwhile. */

import type { ChartLine } from "./lines";
import type { LinePart, OrderLines } from "./order-lines";

export interface LineEvents {
  /** A line was let go of at another price. */
  dropped(line: ChartLine, price: number): void;
  canceled(line: ChartLine): void;
}

const CLICK_PX = 3;

interface Drag {
  readonly line: ChartLine;
  readonly part: LinePart;
  readonly pointer: number;
  readonly startY: number;
}

/** Listen to the chart's element; gives what stops it. */
export function dragLines(host: HTMLElement, lines: OrderLines, events: LineEvents): () => void {
  let drag: Drag | null = null;
  const place = (event: PointerEvent): { x: number; y: number } => {
    const { left, top } = host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const stop = new AbortController();
  const listen = { capture: true, signal: stop.signal };

  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { x, y } = place(event);
    const hit = lines.at(x, y, event.pointerType === "touch");
    if (hit === null) return;
    drag = { ...hit, pointer: event.pointerId, startY: y };
    host.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    if (drag?.pointer !== event.pointerId || drag.part === "cancel") return;
    event.stopPropagation();
    const { y } = place(event);
    if (Math.abs(y - drag.startY) > CLICK_PX) lines.move(drag.line.id, lines.priceAt(y));
  };
  const up = (event: PointerEvent): void => {
    if (drag?.pointer !== event.pointerId) return;
    const { line, part, startY } = drag;
    drag = null;
    const { x, y } = place(event);
    if (part === "cancel") {
      if (lines.at(x, y, true)?.line.id === line.id) events.canceled(line);
      return;
    }
    const price = lines.priceAt(y);
    if (Math.abs(y - startY) <= CLICK_PX || price === null) lines.move(line.id, null);
    else events.dropped(line, price);
  };
  const giveUp = (): void => {
    if (drag !== null) lines.move(drag.line.id, null);
    drag = null;
  };
  /** The chart listens to mouse and touch: it must not scroll by what moves a line. */
  const hush = (event: Event): void => {
    if (drag === null) return;
    event.stopPropagation();
    event.preventDefault();
  };

  host.addEventListener("pointerdown", down, listen);
  host.addEventListener("pointermove", move, listen);
  host.addEventListener("pointerup", up, listen);
  host.addEventListener("pointercancel", giveUp, listen);
  for (const kind of ["mousedown", "touchstart", "touchmove"]) {
    host.addEventListener(kind, hush, { ...listen, passive: false });
  }
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") giveUp();
    },
    { signal: stop.signal },
  );
  return () => stop.abort();
}
