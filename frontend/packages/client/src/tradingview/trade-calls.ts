/** What the library does with orders and positions. */

import type { Order } from "../generated/rest.js";
import { ApiError, unwrap } from "../rest.js";
import { textOf } from "./decimals.js";
import {
  type Exits,
  exitsRequest,
  insist,
  modifyRequest,
  newClientOrderId,
  placeRequest,
} from "./order-entry.js";
import { bracketsOf, isFinal } from "./orders.js";
import type { Session } from "./session.js";
import { type Brackets, type ShownOrder, StopType, type TradingBroker } from "./trading.js";

type TradeCalls = Pick<
  TradingBroker,
  | "placeOrder"
  | "modifyOrder"
  | "cancelOrder"
  | "cancelOrders"
  | "closePosition"
  | "reversePosition"
  | "editPositionBrackets"
>;

export function tradeCalls(session: Session): TradeCalls {
  const calls = new Calls(session);
  return {
    async placeOrder(order) {
      const body = placeRequest(order, session.pipSizeOf(order.symbol));
      return { orderId: (await calls.place(body)).id };
    },
    modifyOrder: (order) => calls.modify(order),
    cancelOrder: (orderId) => calls.cancel(orderId),
    async cancelOrders(_symbol, _side, orderIds) {
      const results = await Promise.allSettled(orderIds.map((id) => calls.cancel(id)));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
    closePosition: (positionId, amount) => calls.close(positionId, amount),
    reversePosition: (positionId) => calls.reverse(positionId),
    editPositionBrackets: (positionId, brackets) => calls.setExits(positionId, brackets),
  };
}

class Calls {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Its own name lets the server take an order once, however often it is sent. */
  async place(order: Parameters<typeof placeBody>[0]): Promise<Order> {
    const { api, insistMs } = this.#session.prepared.options;
    const body = placeBody(order, this.#accountId, newClientOrderId());
    const placed = await insist(
      () => unwrap(api.POST("/api/v1/broker/orders", { body })),
      insistMs,
    );
    this.#session.streams.orders.apply(placed);
    return placed;
  }

  async modify(after: ShownOrder): Promise<void> {
    const before = this.#session.streams.orders.get(after.id);
    if (before === undefined) throw new Error(`order ${after.id} is not among the open ones`);
    const pipSize = this.#session.pipSizeOf(after.symbol);
    const changes = modifyRequest(before, after, pipSize);
    // The entry comes last: it may be filled at once, by when its brackets must stand.
    if (before.parent_id === null) await this.#modifyBrackets(before, after, pipSize);
    if (changes !== null) await this.#patch(before.id, changes);
  }

  async cancel(orderId: string): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const params = { path: { order_id: orderId }, query: { account_id: this.#accountId } };
    try {
      const canceled = await insist(
        () => unwrap(api.DELETE("/api/v1/broker/orders/{order_id}", { params })),
        insistMs,
      );
      this.#session.streams.orders.apply(canceled);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "order_final") throw error;
      const order = await unwrap(api.GET("/api/v1/broker/orders/{order_id}", { params }));
      this.#session.streams.orders.apply(order);
      if (order.status !== "canceled") throw error; // sent twice, it may have been our own doing
    }
  }

  /** Under a key of its own the server closes once, however often it is asked. */
  async close(positionId: string, amount: number | undefined): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const quantity = amount === undefined ? null : textOf(amount);
    const params = {
      path: { position_id: positionId },
      query: { account_id: this.#accountId, quantity },
      header: { "Idempotency-Key": newClientOrderId() },
    };
    const closed = await insist(
      () => unwrap(api.DELETE("/api/v1/broker/positions/{position_id}", { params })),
      insistMs,
    );
    this.#session.streams.orders.apply(closed);
  }

  /** In one step: there is no moment in which the position is flat. */
  async reverse(positionId: string): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const params = {
      path: { position_id: positionId },
      query: { account_id: this.#accountId },
      header: { "Idempotency-Key": newClientOrderId() },
    };
    const reversed = await insist(
      () => unwrap(api.POST("/api/v1/broker/positions/{position_id}/reverse", { params })),
      insistMs,
    );
    this.#session.streams.orders.apply(reversed);
  }

  /** The new exits are there before those of the entry, which they take the place of, go. */
  async setExits(positionId: string, brackets: Brackets): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const { orders, positions } = await this.#session.known();
    const symbol = positions.get(positionId)?.symbol ?? positionId;
    const exits: Exits = exitsRequest(brackets, this.#session.pipSizeOf(symbol));
    const params = {
      path: { position_id: positionId },
      query: { account_id: this.#accountId },
    };
    const put = (): ReturnType<typeof unwrap<{ orders: Order[] }>> =>
      unwrap(api.PUT("/api/v1/broker/positions/{position_id}/brackets", { params, body: exits }));
    const set = await insist(put, insistMs);
    for (const order of set.orders) orders.apply(order);
    const kept = new Set(set.orders.map(({ id }) => id));
    for (const order of orders.brackets(positionId)) {
      if (order.parent_type === "order" && !kept.has(order.id)) await this.cancel(order.id);
    }
  }

  get #accountId(): string {
    return this.#session.account.id;
  }

  async #patch(
    orderId: string,
    body: NonNullable<ReturnType<typeof modifyRequest>>,
  ): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const params = { path: { order_id: orderId }, query: { account_id: this.#accountId } };
    const modified = await insist(
      () => unwrap(api.PATCH("/api/v1/broker/orders/{order_id}", { params, body })),
      insistMs,
    );
    this.#session.streams.orders.apply(modified);
  }

  /** Move or take away the brackets that wait for an entry. */
  async #modifyBrackets(entry: Order, after: ShownOrder, pipSize: number): Promise<void> {
    const { orders } = this.#session.streams;
    const open = orders.brackets(entry.id).filter((order) => !isFinal(order));
    const had = bracketsOf(open, pipSize);
    const adds =
      (after.takeProfit !== undefined && had.takeProfit === undefined) ||
      (wantsStop(after) && !wantsStop(had));
    if (adds) throw new Error("brackets cannot be added to an order that is placed already");
    for (const exit of open) {
      const wanted = bracketAfter(exit, after);
      if (wanted === null) await this.cancel(exit.id);
      else {
        const shown = { ...after, ...wanted, id: exit.id, qty: Number(exit.quantity) };
        const changes = modifyRequest(exit, shown, pipSize);
        if (changes !== null) await this.#patch(exit.id, changes);
      }
    }
  }
}

function placeBody<T extends object>(
  order: T & Pick<Order, "symbol" | "side" | "type"> & { quantity?: string | null },
  account_id: string,
  client_order_id: string,
): typeof order & { account_id: string; client_order_id: string } {
  return { ...order, account_id, client_order_id };
}

function wantsStop({ stopLoss, stopType, trailingStopPips }: Brackets): boolean {
  if (stopType === StopType.TrailingStop) return trailingStopPips !== undefined;
  return stopLoss !== undefined;
}

/** The prices that a bracket is to have, or null where it is to go. */
function bracketAfter(
  exit: Order,
  { takeProfit, stopLoss, stopType, trailingStopPips }: Brackets,
): Pick<ShownOrder, "limitPrice" | "stopPrice" | "trailingStopPips"> | null {
  if (exit.type === "limit") return takeProfit === undefined ? null : { limitPrice: takeProfit };
  if (exit.trail !== null) {
    const keeps = stopType === StopType.TrailingStop && trailingStopPips !== undefined;
    return keeps ? { trailingStopPips } : null;
  }
  return stopLoss === undefined ? null : { stopPrice: stopLoss };
}
