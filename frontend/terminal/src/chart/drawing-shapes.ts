/** The lines, areas and words that a drawing consists of, and how near a place is to its lines. */

import type { Anchor, Drawing } from "../state/drawings";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

export interface Shape {
  /** Where the anchors are. */
  readonly handles: readonly Point[];
  readonly segments: readonly Segment[];
  /** Filled, between two corners. */
  readonly area: Segment | null;
  readonly words: readonly { readonly at: Point; readonly text: string }[];
}

/** What drawings are laid out by. */
export interface Layout {
  /** The place of an anchor in pixels; null where the chart has none for it. */
  readonly pointOf: (anchor: Anchor) => Point | null;
  /** Of the pane, pixels. */
  readonly width: number;
  readonly formatPrice: (price: number) => string;
}

/** Parts of a move by which prices usually come back; the first are named first where room is short. */
export const FIBONACCI_LEVELS = [0, 1, 0.5, 0.618, 0.382, 0.236, 0.786] as const;

const LINE_HEIGHT = 13;

/** The shape of a drawing; null where it cannot be drawn. */
export function shapeOf({ kind, anchors }: Drawing, layout: Layout): Shape | null {
  const handles = anchors.flatMap((anchor) => layout.pointOf(anchor) ?? []);
  const [first, second = first] = handles;
  if (first === undefined || second === undefined || handles.length < anchors.length) return null;
  const bare = { handles, segments: [], area: null, words: [] };
  switch (kind) {
    case "trend_line":
      return { ...bare, segments: [{ from: first, to: second }] };
    case "horizontal_line":
      return { ...bare, segments: [level(first.y, 0, layout.width)] };
    case "rectangle":
      return { ...bare, segments: sides(first, second), area: { from: first, to: second } };
    case "fibonacci":
      return { ...bare, ...retracement(anchors, first, second, layout) };
  }
}

/** Of the move from the first anchor to the second: 0 where it ended, 1 where it began. */
function retracement(
  anchors: readonly Anchor[],
  first: Point,
  second: Point,
  { pointOf, formatPrice }: Layout,
): Pick<Shape, "segments" | "area" | "words"> {
  const [began, ended = began] = anchors;
  if (began === undefined || ended === undefined) return { segments: [], area: null, words: [] };
  const [left, right] = [Math.min(first.x, second.x), Math.max(first.x, second.x)];
  const levels = FIBONACCI_LEVELS.map((part) => {
    const price = ended.price + part * (began.price - ended.price);
    const y = pointOf({ time: ended.time, price })?.y ?? second.y;
    return { y, text: `${part} (${formatPrice(price)})` };
  });
  return {
    segments: [{ from: first, to: second }, ...levels.map(({ y }) => level(y, left, right))],
    area: { from: first, to: second },
    words: withRoom(levels.map(({ y, text }) => ({ at: { x: left, y }, text }))),
  };
}

/** Those of the words that are not written over one before them. */
function withRoom(words: Shape["words"]): Shape["words"] {
  return words.reduce<Shape["words"]>((kept, word) => {
    const isFree = kept.every(({ at }) => Math.abs(at.y - word.at.y) >= LINE_HEIGHT);
    return isFree ? [...kept, word] : kept;
  }, []);
}

/** Pixels from a place to the nearest line of the shape. */
export function distanceTo({ segments }: Shape, place: Point): number {
  return Math.min(...segments.map((segment) => distanceToSegment(segment, place)));
}

function distanceToSegment({ from, to }: Segment, place: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((place.x - from.x) * dx + (place.y - from.y) * dy) / square;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(from.x + part * dx - place.x, from.y + part * dy - place.y);
}

function level(y: number, left: number, right: number): Segment {
  return { from: { x: left, y }, to: { x: right, y } };
}

function sides(a: Point, b: Point): Segment[] {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
  return corners.map((from, index) => ({ from, to: corners[(index + 1) % 4] ?? a }));
}
