/** The orders of an account, by id, each in the newest version that was heard of. */

import type { Order } from "@trading-api/client";

export type Orders = ReadonlyMap<string, Order>;

const ENDED: ReadonlySet<Order["status"]> = new Set(["filled", "canceled", "expired", "rejected"]);

export function isOpen(order: Order): boolean {
  return !ENDED.has(order.status);
}

export type OrderFilter = "all" | "open" | "filled" | "canceled" | "rejected";

/** Whether the filter lets an order through; one that expired counts as cancelled. */
export function isShown(order: Order, filter: OrderFilter): boolean {
  if (filter === "all") return true;
  if (filter === "open") return isOpen(order);
  return order.status === filter || (filter === "canceled" && order.status === "expired");
}

/** Take in orders, from wherever and in any order: an older version never replaces a newer one. */
export function withOrders(orders: Orders, heard: readonly Order[]): Orders {
  const next = new Map(orders);
  for (const order of heard) {
    const known = next.get(order.id);
    if (known === undefined || order.version >= known.version) next.set(order.id, order);
  }
  return next;
}

/**
 * Take in a snapshot of what is open.
 *
 * What was open and no longer is ended in a way that was not heard: it is forgotten, to be read
 * again from the list of orders.
 */
export function withOpenOrders(orders: Orders, open: readonly Order[]): Orders {
  const ids = new Set(open.map((order) => order.id));
  const kept = [...orders].filter(([id, order]) => !isOpen(order) || ids.has(id));
  return withOrders(new Map(kept), open);
}

/** Open orders first, then the others; each newest first. */
export function listOrders(orders: Orders): Order[] {
  return [...orders.values()].sort(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      b.created_at - a.created_at ||
      sequence(b.id) - sequence(a.id),
  );
}

export function openOrders(orders: Orders): Order[] {
  return listOrders(orders).filter(isOpen);
}

/** Ids end in a counter of the account: it decides between what happened in one millisecond. */
function sequence(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}
