/** Positions closed, reversed and given other exits. */

import type { Order } from "../generated/rest.js";
import { unwrap } from "../rest.js";
import { textOf } from "./decimals.js";
import { exitsRequest, insist, newClientOrderId } from "./order-entry.js";
import type { Session } from "./session.js";
import type { Brackets, TradingBroker } from "./trading.js";

/** What the library does with positions; `cancel` cancels an order. */
export function positionCalls(
  session: Session,
  cancel: (orderId: string) => Promise<void>,
): Pick<
  TradingBroker,
  | "closePosition"
  | "closeIndividualPosition"
  | "reversePosition"
  | "editPositionBrackets"
  | "editIndividualPositionBrackets"
> {
  const calls = new PositionCalls(session, cancel);
  return {
    async closePosition(positionId, amount) {
      const ids = await calls.behind(positionId);
      if (amount !== undefined && ids.length > 1) {
        throw new Error("a net position is closed as a whole: close a part of an individual one");
      }
      for (const id of ids) await calls.close(id, amount);
    },
    closeIndividualPosition: (positionId, amount) => calls.close(positionId, amount),
    async reversePosition(positionId) {
      for (const id of await calls.behind(positionId)) await calls.reverse(id);
    },
    async editPositionBrackets(positionId, brackets) {
      const [id = positionId, another] = await calls.behind(positionId);
      if (another !== undefined) {
        throw new Error("a net position has no exits: edit those of an individual one");
      }
      await calls.setExits(id, brackets);
    },
    editIndividualPositionBrackets: (positionId, brackets) => calls.setExits(positionId, brackets),
  };
}

class PositionCalls {
  readonly #session: Session;
  readonly #cancel: (orderId: string) => Promise<void>;

  constructor(session: Session, cancel: (orderId: string) => Promise<void>) {
    this.#session = session;
    this.#cancel = cancel;
  }

  /** The server's positions that a shown one stands for: of a net position all, oldest first. */
  async behind(shownId: string): Promise<string[]> {
    const { isHedging, positions } = await this.#session.known();
    if (!isHedging || positions.get(shownId) !== undefined) return [shownId];
    const found = positions.of(shownId).map(({ id }) => id);
    return found.length === 0 ? [shownId] : found; // the server says that it knows none
  }

  /** Under a key of its own the server closes once, however often it is asked. */
  async close(positionId: string, amount: number | undefined): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const quantity = amount === undefined ? null : textOf(amount);
    const { path, query } = this.#place(positionId);
    const header = { "Idempotency-Key": newClientOrderId() };
    const params = { path, query: { ...query, quantity }, header };
    const closed = await insist(
      () => unwrap(api.DELETE("/api/v1/broker/positions/{position_id}", { params })),
      insistMs,
    );
    this.#session.streams.orders.apply(closed);
  }

  /** In one step: there is no moment in which the position is flat. */
  async reverse(positionId: string): Promise<void> {
    const { api, insistMs } = this.#session.prepared.options;
    const header = { "Idempotency-Key": newClientOrderId() };
    const params = { ...this.#place(positionId), header };
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
    const body = exitsRequest(brackets, this.#session.pipSizeOf(symbol));
    const params = this.#place(positionId);
    const put = (): Promise<{ orders: Order[] }> =>
      unwrap(api.PUT("/api/v1/broker/positions/{position_id}/brackets", { params, body }));
    const set = await insist(put, insistMs);
    for (const order of set.orders) orders.apply(order);
    const kept = new Set(set.orders.map(({ id }) => id));
    for (const order of orders.brackets(positionId)) {
      if (order.parent_type === "order" && !kept.has(order.id)) await this.#cancel(order.id);
    }
    positions.tellAgain(positionId); // the library waits for it
  }

  #place(position_id: string): { path: { position_id: string }; query: { account_id: string } } {
    return { path: { position_id }, query: { account_id: this.#session.account.id } };
  }
}
