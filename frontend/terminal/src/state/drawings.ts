/** What a person draws on a chart, kept for each symbol; places are instants and prices. */

import { effectScope, type ShallowRef, shallowRef } from "vue";
import { kept } from "./preferences";

/** A place on the chart. */
export interface Anchor {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly price: number;
}

export const DRAWING_TOOLS = [
  { kind: "trend_line", label: "Trend line", anchors: 2 },
  { kind: "horizontal_line", label: "Horizontal line", anchors: 1 },
  { kind: "rectangle", label: "Rectangle", anchors: 2 },
  { kind: "fibonacci", label: "Fibonacci retracement", anchors: 2 },
] as const;
export type DrawingKind = (typeof DRAWING_TOOLS)[number]["kind"];

export interface Drawing {
  readonly id: string;
  readonly kind: DrawingKind;
  /** One for a horizontal line, two for the others, in the order in which they were set. */
  readonly anchors: readonly Anchor[];
}

/** What is drawn on the charts of a symbol; writing to it keeps it. */
export type DrawingsOf = (symbol: string) => ShallowRef<readonly Drawing[]>;

export function createDrawings(): DrawingsOf {
  const known = new Map<string, ShallowRef<readonly Drawing[]>>();
  const scope = effectScope(true); // or what is kept would end with the component that asks first
  const read = (symbol: string): ShallowRef<readonly Drawing[]> =>
    kept<readonly Drawing[]>(`drawings:${symbol}`, [], parseDrawings, JSON.stringify);
  return (symbol) => {
    const before = known.get(symbol);
    if (before !== undefined) return before;
    const drawings = scope.run(() => read(symbol)) ?? shallowRef([]); // it gives nothing once stopped
    known.set(symbol, drawings);
    return drawings;
  };
}

export function anchorsOf(kind: DrawingKind): number {
  return DRAWING_TOOLS.find((tool) => tool.kind === kind)?.anchors ?? 0;
}

/** The drawings with this one in its place, or at the end. */
export function withDrawing(drawings: readonly Drawing[], drawing: Drawing): readonly Drawing[] {
  const isKnown = drawings.some(({ id }) => id === drawing.id);
  if (!isKnown) return [...drawings, drawing];
  return drawings.map((other) => (other.id === drawing.id ? drawing : other));
}

/** The id of the one after this; of the first after the last or none, null where there are none. */
export function drawingAfter(drawings: readonly Drawing[], id: string | null): string | null {
  const at = drawings.findIndex((drawing) => drawing.id === id);
  return drawings[(at + 1) % drawings.length]?.id ?? null;
}

/** The drawings that were kept as text; whatever makes no sense is left out. */
export function parseDrawings(text: string): Drawing[] {
  const kept: unknown = JSON.parse(text);
  if (!Array.isArray(kept)) return [];
  return kept.flatMap(({ id, kind, anchors }: Partial<Drawing>) => {
    if (typeof id !== "string" || kind === undefined || !Array.isArray(anchors)) return [];
    if (anchors.length === 0 || anchors.length !== anchorsOf(kind)) return [];
    return anchors.every(isAnchor) ? [{ id, kind, anchors: anchors.map(anchorOf) }] : [];
  });
}

function isAnchor(value: Partial<Anchor>): value is Anchor {
  return Number.isFinite(value.time) && Number.isFinite(value.price);
}

function anchorOf({ time, price }: Anchor): Anchor {
  return { time, price };
}
