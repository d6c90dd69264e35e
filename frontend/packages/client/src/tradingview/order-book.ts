/** The account's orders: each change is told once and in order, and what is final stays so. */

import type { Order } from "../generated/rest.js";
import { bracketsOf, isBracket, isFinal, type Parent, parentOf, shownOrder } from "./orders.js";
import type { ShownOrder } from "./trading.js";

/** The library wants to find final orders for a minute at least. */
const KEEP_MS = 120_000;

interface Entry {
  order: Order;
  parent: Parent | undefined;
  shown: ShownOrder;
  endedAt: number | null;
}

export class OrderBook {
  readonly #entries = new Map<string, Entry>();
  readonly #tell: (order: ShownOrder) => void;
  readonly #pipSizeOf: (symbol: string) => number;
  readonly #positionOf: (exit: Order) => string | undefined;

  /** `positionOf` gives the position that the entry of an exit has made, if it is there. */
  constructor(
    tell: (order: ShownOrder) => void,
    pipSizeOf: (symbol: string) => number,
    positionOf: (exit: Order) => string | undefined,
  ) {
    this.#tell = tell;
    this.#pipSizeOf = pipSizeOf;
    this.#positionOf = positionOf;
  }

  /** Take up an order; one that is not newer than what is known changes nothing. */
  apply(order: Order): void {
    const known = this.#entries.get(order.id);
    if (known !== undefined && (isFinal(known.order) || known.order.version >= order.version))
      return;
    const entryOrder = this.#entryOf(order);
    const parent = parentOf(order, this.#positionOf(order), known?.parent, entryOrder);
    const endedAt = isFinal(order) ? performance.now() : null;
    const entry = { order, parent, endedAt, shown: this.#show(order, parent) };
    this.#entries.set(order.id, entry);
    this.#tell(entry.shown);
    if (entryOrder !== undefined) this.#showBracketsOf(entryOrder.id);
    this.#forgetOld();
  }

  /** All open orders there are: take them up, and give the ids of those that are open no more. */
  replace(open: readonly Order[]): string[] {
    const ids = new Set(open.map(({ id }) => id));
    for (const order of open) this.apply(order);
    return this.#open().flatMap(({ id }) => (ids.has(id) ? [] : [id]));
  }

  /** Positions came or went: tell the brackets that belong to another one now. */
  renewParents(): void {
    for (const entry of this.#entries.values()) {
      const { order } = entry;
      if (isFinal(order)) continue;
      const parent = parentOf(order, this.#positionOf(order), entry.parent, this.#entryOf(order));
      if (parent?.id === entry.parent?.id && parent?.type === entry.parent?.type) continue;
      entry.parent = parent;
      entry.shown = this.#show(order, parent);
      this.#tell(entry.shown);
    }
  }

  get(id: string): Order | undefined {
    return this.#entries.get(id)?.order;
  }

  /** The open orders, and the final ones of the last minutes. */
  list(): ShownOrder[] {
    this.#forgetOld();
    return [...this.#entries.values()].map(({ shown }) => shown);
  }

  /** The open brackets of an entry or a position. */
  brackets(parentId: string): Order[] {
    return this.#open().filter(({ id }) => this.#entries.get(id)?.parent?.id === parentId);
  }

  #entryOf({ parent_id: id }: Order): Order | undefined {
    return id === null ? undefined : this.get(id);
  }

  #open(): Order[] {
    return [...this.#entries.values()].flatMap(({ order }) => (isFinal(order) ? [] : [order]));
  }

  #show(order: Order, parent: Parent | undefined): ShownOrder {
    const pipSize = this.#pipSizeOf(order.symbol);
    const brackets = isBracket(order) ? [] : this.brackets(order.id);
    return shownOrder(order, parent, bracketsOf(brackets, pipSize), pipSize);
  }

  /** An entry shows the brackets that wait for it. */
  #showBracketsOf(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || isFinal(entry.order)) return;
    const shown = this.#show(entry.order, entry.parent);
    if (JSON.stringify(shown) === JSON.stringify(entry.shown)) return;
    entry.shown = shown;
    this.#tell(shown);
  }

  #forgetOld(): void {
    const before = performance.now() - KEEP_MS;
    for (const [id, { endedAt }] of this.#entries) {
      if (endedAt !== null && endedAt < before) {
        this.#entries.delete(id);
      }
    }
  }
}
