/** How large the person made the panels of a wide screen, in pixels. */

export interface Layout {
  /** Width of watchlist and book. */
  readonly markets: number;
  /** Width of the ticket. */
  readonly trade: number;
  /** Height of the blotter. */
  readonly blotter: number;
  /** Height of the book, below the watchlist. */
  readonly book: number;
}

export type PanelSize = keyof Layout;

interface Bounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

export const BOUNDS: Readonly<Record<PanelSize, Bounds>> = {
  markets: { initial: 268, min: 220, max: 520 },
  trade: { initial: 292, min: 272, max: 480 },
  blotter: { initial: 288, min: 120, max: 800 },
  book: { initial: 264, min: 90, max: 900 },
};

const SIZES = Object.keys(BOUNDS) as PanelSize[];

export const INITIAL_LAYOUT: Layout = sized(({ initial }) => initial);

/** A size that makes sense for the panel. */
export function bounded(panel: PanelSize, size: number): number {
  const { min, max } = BOUNDS[panel];
  return Math.round(Math.min(max, Math.max(min, size)));
}

/** The layout that was kept as text; what makes no sense is as it was at first. */
export function parseLayout(text: string): Layout {
  const kept: unknown = JSON.parse(text);
  const of = (panel: PanelSize): unknown => (kept as Partial<Layout> | null)?.[panel];
  return sized(({ initial }, panel) => {
    const size = of(panel);
    return typeof size === "number" && Number.isFinite(size) ? bounded(panel, size) : initial;
  });
}

function sized(of: (bounds: Bounds, panel: PanelSize) => number): Layout {
  const sizes = SIZES.map((panel): [PanelSize, number] => [panel, of(BOUNDS[panel], panel)]);
  return Object.fromEntries(sizes) as Record<PanelSize, number>;
}
