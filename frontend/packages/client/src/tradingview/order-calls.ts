/** Orders placed, modified and canceled. */

import type { Order } from "../generated/rest.js";
import { ApiError, unwrap } from "../rest.js";
import { insist, modifyRequest, newClientOrderId, placeRequest } from "./order-entry.js";
import { bracketsOf, isFinal } from "./orders.js";
import type { Session } from "./session.js";
import { type Brackets, type ShownOrder, StopType, type TradingBroker } from "./trading.js";

/** What the library does with orders. */
export function orderCalls(
  session: Session,
  calls: OrderCalls,
): Pick<TradingBroker, "placeOrder" | "modifyOrder" | "cancelOrder" | "cancelOrders"> {
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
  };
}

export class OrderCalls {
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
