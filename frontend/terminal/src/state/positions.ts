/** The open positions of an account, by id. */

import type { Position } from "@trading-api/client";
import { sign } from "../lib/decimal";

export type Positions = ReadonlyMap<string, Position>;

/** A snapshot: whatever it does not name is closed. */
export function onlyPositions(open: readonly Position[]): Positions {
  return withPositions(new Map(), open);
}

/** Take in changes; a position without quantity is closed. */
export function withPositions(positions: Positions, changed: readonly Position[]): Positions {
  const next = new Map(positions);
  for (const position of changed) {
    if (sign(position.quantity) === 0) next.delete(position.id);
    else next.set(position.id, position);
  }
  return next;
}

/** By symbol. */
export function listPositions(positions: Positions): Position[] {
  return [...positions.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
