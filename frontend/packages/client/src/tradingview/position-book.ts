/** The account's positions: told when they change, with quantity 0 when they are gone. */

import type { Position } from "../generated/rest.js";
import { numberOf } from "./decimals.js";
import { shownPosition } from "./orders.js";
import type { ShownPosition } from "./trading.js";

export interface PositionListener {
  positionUpdate(position: ShownPosition): void;
  plUpdate(positionId: string, profit: number): void;
}

export class PositionBook {
  readonly #positions = new Map<string, Position>();
  readonly #listener: PositionListener;

  constructor(listener: PositionListener) {
    this.#listener = listener;
  }

  /** Take up a position as it is now. */
  apply(position: Position): void {
    const known = this.#positions.get(position.id);
    const isClosed = numberOf(position.quantity) === 0;
    if (isClosed && known === undefined) return;
    if (isClosed) this.#positions.delete(position.id);
    else this.#positions.set(position.id, position);
    if (known === undefined || !isSame(known, position)) {
      this.#listener.positionUpdate(shownPosition(position));
    }
    if (!isClosed && position.unrealized_pnl !== null) {
      this.#listener.plUpdate(position.id, numberOf(position.unrealized_pnl));
    }
  }

  /** All positions there are. */
  replace(positions: readonly Position[]): void {
    const ids = new Set(positions.map(({ id }) => id));
    for (const known of [...this.#positions.values()]) {
      if (!ids.has(known.id)) this.apply({ ...known, quantity: "0" });
    }
    for (const position of positions) this.apply(position);
  }

  get(id: string): Position | undefined {
    return this.#positions.get(id);
  }

  /** The id of the position that an order has opened; of several fills the first that is there. */
  openedBy(orderId: string): string | undefined {
    return [...this.#positions.values()].find(({ opened_by: opener }) => opener === orderId)?.id;
  }

  list(): ShownPosition[] {
    return [...this.#positions.values()].map(shownPosition);
  }
}

function isSame(a: Position, b: Position): boolean {
  return a.quantity === b.quantity && a.side === b.side && a.average_price === b.average_price;
}
