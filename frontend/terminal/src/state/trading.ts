/** The account: its money, orders, positions and executions, and what can be done with them. */

import {
  type Account,
  type ModifyOrderRequest,
  type Order,
  type PlaceOrderRequest,
  type Position,
  type Preview,
  type Subscription,
  unwrap,
} from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { multiply } from "../lib/decimal";
import { perFrame } from "../lib/frame";
import { newClientOrderId } from "../lib/ids";
import type { Backend } from "./backend";
import { type Executions, withExecutions } from "./executions";
import type { Notices } from "./notices";
import { type Orders, withOpenOrders, withOrders } from "./orders";
import { onlyPositions, type Positions, withPositions } from "./positions";
import { mayRetry, tellExecution } from "./words";

export interface Trading {
  readonly account: ShallowRef<Account | null>;
  readonly orders: ShallowRef<Orders>;
  readonly positions: ShallowRef<Positions>;
  readonly executions: ShallowRef<Executions>;
  /** Whether orders and executions have been read; an empty list means something only then. */
  readonly isLoaded: ShallowRef<boolean>;
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
  stop(): void;
}

export type OrderChanges = Pick<
  ModifyOrderRequest,
  "quantity" | "limit_price" | "stop_price" | "trail"
>;

const PAGE = { limit: 200 };
const RETRY_MS = 3_000;

export function createTrading(
  { rest, broker }: Pick<Backend, "rest" | "broker">,
  notices: Notices,
): Trading {
  const account = shallowRef<Account | null>(null);
  const orders = shallowRef<Orders>(new Map());
  const positions = shallowRef<Positions>(new Map());
  const executions = shallowRef<Executions>([]);
  const isLoaded = shallowRef(false);
  let retry: ReturnType<typeof setTimeout> | undefined;

  const marks = perFrame<string, Position>((changed) => {
    positions.value = withPositions(positions.value, changed);
  });
  const money = perFrame<null, Account>(([newest]) => {
    if (newest !== undefined) account.value = newest;
  });
  const hear = (heard: readonly Order[]): void => {
    orders.value = withOrders(orders.value, heard);
  };

  /** What the sockets' snapshots leave out: orders that have ended, and older executions. */
  const load = async (): Promise<void> => {
    clearTimeout(retry);
    const params = { query: PAGE };
    try {
      const [orderPage, executionPage] = await Promise.all([
        unwrap(rest.GET("/api/v1/broker/orders", { params })),
        unwrap(rest.GET("/api/v1/broker/executions", { params })),
      ]);
      hear(orderPage.items);
      executions.value = withExecutions(executions.value, executionPage.items);
      isLoaded.value = true;
    } catch (error) {
      if (mayRetry(error)) retry = setTimeout(() => void load(), RETRY_MS);
    }
  };

  const subscriptions: Subscription[] = [
    broker.subscribe(
      "orders",
      {},
      {
        snapshot(open) {
          orders.value = withOpenOrders(orders.value, open);
          void load();
        },
        update: (order) => hear([order]),
      },
    ),
    broker.subscribe(
      "executions",
      {},
      {
        snapshot: (last) => (executions.value = withExecutions(executions.value, last)),
        update(execution) {
          executions.value = withExecutions(executions.value, [execution]);
          notices.tell("fill", tellExecution(execution));
        },
      },
    ),
    broker.subscribe(
      "positions",
      {},
      {
        snapshot(open) {
          marks.clear();
          positions.value = onlyPositions(open);
        },
        update: (position) => marks.put(position.id, position),
      },
    ),
    broker.subscribe(
      "equity",
      {},
      {
        snapshot: (state) => money.put(null, state),
        update: (state) => money.put(null, state),
      },
    ),
  ];

  const place = async (request: PlaceOrderRequest): Promise<Order> => {
    const order = await unwrap(rest.POST("/api/v1/broker/orders", { body: request }));
    hear([order]);
    return order;
  };
  const close = async (positionId: string, quantity?: string): Promise<Order> => {
    const query = quantity === undefined ? {} : { quantity };
    const params = { path: { position_id: positionId }, query };
    const address = "/api/v1/broker/positions/{position_id}";
    const order = await unwrap(rest.DELETE(address, { params }));
    hear([order]);
    return order;
  };
  const halted = async (verb: "halt" | "resume"): Promise<void> => {
    if (account.value === null) throw new Error("the account is not known yet");
    const params = { path: { account_id: account.value.id } };
    account.value =
      verb === "halt"
        ? await unwrap(rest.POST("/api/v1/broker/accounts/{account_id}/halt", { params, body: {} }))
        : await unwrap(rest.POST("/api/v1/broker/accounts/{account_id}/resume", { params }));
  };

  return {
    account,
    orders,
    positions,
    executions,
    isLoaded,
    place,
    async modify(orderId, body) {
      const params = { path: { order_id: orderId } };
      const order = await unwrap(rest.PATCH("/api/v1/broker/orders/{order_id}", { params, body }));
      hear([order]);
      return order;
    },
    async cancel(orderId) {
      const params = { path: { order_id: orderId } };
      hear([await unwrap(rest.DELETE("/api/v1/broker/orders/{order_id}", { params }))]);
    },
    async cancelAll() {
      const answer = await unwrap(rest.DELETE("/api/v1/broker/orders"));
      hear(answer.orders);
      return answer.orders.length;
    },
    preview: (body) => unwrap(rest.POST("/api/v1/broker/orders/preview", { body })),
    close,
    reverse({ symbol, side, quantity }) {
      return place({
        client_order_id: newClientOrderId(),
        symbol,
        side: side === "long" ? "sell" : "buy",
        type: "market",
        quantity: multiply(quantity, "2"),
      });
    },
    async closeAll() {
      const open = [...positions.value.keys()];
      await Promise.all(open.map((id) => close(id)));
      return open.length;
    },
    halt: () => halted("halt"),
    resume: () => halted("resume"),
    stop() {
      clearTimeout(retry);
      marks.clear();
      money.clear();
      for (const subscription of subscriptions) subscription.close();
    },
  };
}
