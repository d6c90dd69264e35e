/** The account's positions, as the server has them. */

import type { Position } from "../generated/rest.js";
import { numberOf } from "./decimals.js";

export interface PositionListener {
  /** A position is new or another than it was; one that is gone has quantity 0. */
  changed(position: Position): void;
  /** What an open position would make, if it is known. */
  profit(positionId: string, profit: number): void;
  /** All that came at once has been told. */
  settled(symbols: ReadonlySet<string>): void;
}

export class PositionBook {
  readonly #positions = new Map<string, Position>();
  readonly #listener: PositionListener;

  constructor(listener: PositionListener) {
    this.#listener = listener;
  }

  /** Take up a position as it is now. */
  apply(position: Position): void {
    this.#take(position);
    this.#listener.settled(new Set([position.symbol]));
  }

  /** All positions there are. */
  replace(positions: readonly Position[]): void {
    const ids = new Set(positions.map(({ id }) => id));
    const gone = this.list().filter(({ id }) => !ids.has(id));
    for (const known of gone) this.#take({ ...known, quantity: "0" });
    for (const position of positions) this.#take(position);
    this.#listener.settled(new Set([...gone, ...positions].map(({ symbol }) => symbol)));
  }

  /** Tell a position again, where the library waits to hear of it. */
  tellAgain(id: string): void {
    const position = this.#positions.get(id);
    if (position !== undefined) this.#listener.changed(position);
  }

  get(id: string): Position | undefined {
    return this.#positions.get(id);
  }

  /** The id of the position that an order has opened; of several fills the first that is there. */
  openedBy(orderId: string): string | undefined {
    return this.list().find(({ opened_by: opener }) => opener === orderId)?.id;
  }

  list(): Position[] {
    return [...this.#positions.values()];
  }

  /** The positions in a symbol, oldest first. */
  of(symbol: string): Position[] {
    const found = this.list().filter((position) => position.symbol === symbol);
    return found.sort((a, b) => (a.opened_at ?? 0) - (b.opened_at ?? 0));
  }

  #take(position: Position): void {
    const known = this.#positions.get(position.id);
    const isClosed = numberOf(position.quantity) === 0;
    if (isClosed && known === undefined) return;
    if (isClosed) this.#positions.delete(position.id);
    else this.#positions.set(position.id, position);
    if (known === undefined || !isSame(known, position)) this.#listener.changed(position);
    if (!isClosed && position.unrealized_pnl !== null) {
      this.#listener.profit(position.id, numberOf(position.unrealized_pnl));
    }
  }
}

function isSame(a: Position, b: Position): boolean {
  return a.quantity === b.quantity && a.side === b.side && a.average_price === b.average_price;
}
