/** The lines that an account draws on the chart: its position and its working orders. */

import type { Order, Position } from "@trading-api/client";
import { formatQuantity } from "../lib/format";

export interface ChartLine {
  readonly price: number;
  readonly title: string;
  readonly kind: "buy" | "sell" | "position";
}

export function linesOf(
  symbol: string,
  positions: readonly Position[],
  open: readonly Order[],
): ChartLine[] {
  const held = positions
    .filter((position) => position.symbol === symbol)
    .map(({ side, quantity, average_price: price }) => ({
      price: Number(price),
      title: `${side} ${formatQuantity(quantity)}`,
      kind: "position" as const,
    }));
  const working = open.flatMap(({ symbol: name, side, quantity, limit_price: price }) =>
    name !== symbol || price == null
      ? []
      : [{ price: Number(price), title: `${side} ${formatQuantity(quantity)}`, kind: side }],
  );
  return [...held, ...working];
}
