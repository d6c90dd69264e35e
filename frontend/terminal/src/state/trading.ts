/** The account that is traded on, and what can be done with it. */

import {
  type Account,
  type ModifyOrderRequest,
  type Order,
  type PlaceOrderRequest,
  type Position,
  type Preview,
  unwrap,
} from "@trading-api/client";
import { type ShallowRef, watch } from "vue";
import { newClientOrderId } from "../lib/ids";
import { type AccountChoice, type AccountFeed, createAccountFeed } from "./account-feed";
import type { Backend } from "./backend";
import type { Notices } from "./notices";
import { explain, tellExecution } from "./words";

export interface Trading extends Omit<AccountFeed, "follow" | "hear"> {
  place(request: PlaceOrderRequest): Promise<Order>;
  /** Change prices or the quantity of an open order; what is left out stays. */
  modify(orderId: string, changes: OrderChanges): Promise<Order>;
  cancel(orderId: string): Promise<void>;
  /** Cancel every open order; gives how many there were. */
  cancelAll(): Promise<number>;
  /** What placing it would do now; nothing is placed. */
  preview(request: PlaceOrderRequest): Promise<Preview>;
  /** Close a position by a market order: the whole of it, or a part. */
  close(positionId: string, quantity?: string): Promise<Order>;
  /** Close it and open the same on the other side, by one market order. */
  reverse(position: Position): Promise<Order>;
  /** Close every position; gives how many there were. */
  closeAll(): Promise<number>;
  /** Cancel every order and take no new one until `resume`. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** Drop positions and orders and begin anew with this balance. */
  reset(balance: string): Promise<Account>;
}

export type OrderChanges = Pick<
  ModifyOrderRequest,
  "quantity" | "limit_price" | "stop_price" | "trail"
>;

/**
 * Trade on the chosen account, null being the caller's default one.
 *
 * One that the server does not know, because it was chosen on another for instance, is forgotten.
 */
export function createTrading(
  { rest, broker }: Pick<Backend, "rest" | "broker">,
  notices: Notices,
  chosen: ShallowRef<string | null>,
): Trading {
  const feed = createAccountFeed(
    { rest, broker },
    {
      filled: (execution) => notices.tell("fill", tellExecution(execution)),
      refused(error) {
        if (chosen.value !== null) chosen.value = null;
        else notices.tell("error", explain(error));
      },
    },
  );
  const { account, positions } = feed;
  const hear = (orders: readonly Order[]): void => feed.hear(orders);
  let choice: AccountChoice = {};
  const unwatch = watch(
    chosen,
    (id) => {
      choice = id === null ? {} : { account_id: id };
      feed.follow(choice);
    },
    { immediate: true, flush: "sync" },
  );

  const place = async (request: PlaceOrderRequest): Promise<Order> => {
    const body = { ...request, ...choice };
    const order = await unwrap(rest.POST("/api/v1/broker/orders", { body }));
    if (order.account_id === account.value?.id) hear([order]);
    return order;
  };
  const close = async (positionId: string, quantity?: string): Promise<Order> => {
    const query = { ...choice, ...(quantity !== undefined && { quantity }) };
    const params = { path: { position_id: positionId }, query };
    const address = "/api/v1/broker/positions/{position_id}";
    const order = await unwrap(rest.DELETE(address, { params }));
    hear([order]);
    return order;
  };
  /** Where the account's own addresses are. */
  const path = (): { path: { account_id: string } } => {
    if (account.value === null) throw new Error("the account is not known yet");
    return { path: { account_id: account.value.id } };
  };
  const become = (state: Account): void => {
    if (state.id === account.value?.id) account.value = state;
  };

  return {
    ...feed,
    place,
    async modify(orderId, body) {
      const params = { path: { order_id: orderId }, query: choice };
      const order = await unwrap(rest.PATCH("/api/v1/broker/orders/{order_id}", { params, body }));
      hear([order]);
      return order;
    },
    async cancel(orderId) {
      const params = { path: { order_id: orderId }, query: choice };
      hear([await unwrap(rest.DELETE("/api/v1/broker/orders/{order_id}", { params }))]);
    },
    async cancelAll() {
      const params = { query: choice };
      const answer = await unwrap(rest.DELETE("/api/v1/broker/orders", { params }));
      hear(answer.orders);
      return answer.orders.length;
    },
    preview(request) {
      const body = { ...request, ...choice };
      return unwrap(rest.POST("/api/v1/broker/orders/preview", { body }));
    },
    close,
    async reverse({ id }) {
      const params = {
        path: { position_id: id },
        query: choice,
        header: { "Idempotency-Key": newClientOrderId() },
      };
      const address = "/api/v1/broker/positions/{position_id}/reverse";
      const order = await unwrap(rest.POST(address, { params }));
      hear([order]);
      return order;
    },
    async closeAll() {
      const open = [...positions.value.keys()];
      await Promise.all(open.map((id) => close(id)));
      return open.length;
    },
    async halt() {
      const address = "/api/v1/broker/accounts/{account_id}/halt";
      become(await unwrap(rest.POST(address, { params: path(), body: {} })));
    },
    async resume() {
      const address = "/api/v1/broker/accounts/{account_id}/resume";
      become(await unwrap(rest.POST(address, { params: path() })));
    },
    async reset(balance) {
      const address = "/api/v1/broker/accounts/{account_id}/reset";
      const account = await unwrap(rest.POST(address, { params: path(), body: { balance } }));
      become(account);
      return account;
    },
    stop() {
      unwatch();
      feed.stop();
    },
  };
}
