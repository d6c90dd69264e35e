/** What is heard of one account: its money, orders, positions and executions. */

import {
  type Account,
  type Execution,
  type Order,
  type Position,
  type SocketError,
  type Subscription,
  unwrap,
} from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { perFrame } from "../lib/frame";
import type { Backend } from "./backend";
import { type Executions, withExecutions } from "./executions";
import { type Orders, withOpenOrders, withOrders } from "./orders";
import { onlyPositions, type Positions, withPositions } from "./positions";
import { mayRetry } from "./words";

/** Names an account in a query, a body or a subscription; empty for the caller's default one. */
export type AccountChoice = { readonly account_id: string } | Record<string, never>;

export interface AccountFeed {
  readonly account: ShallowRef<Account | null>;
  readonly orders: ShallowRef<Orders>;
  readonly positions: ShallowRef<Positions>;
  readonly executions: ShallowRef<Executions>;
  /** Whether orders and executions have been read; an empty list means something only then. */
  readonly isLoaded: ShallowRef<boolean>;
  /** Listen to this account instead of the one before. */
  follow(choice: AccountChoice): void;
  /** Take in an order that the server answered with. */
  hear(orders: readonly Order[]): void;
  stop(): void;
}

export interface AccountEvents {
  /** A fill that happened just now. */
  filled(execution: Execution): void;
  /** The account cannot be listened to. */
  refused(error: SocketError): void;
}

const PAGE = { limit: 200 };
const RETRY_MS = 3_000;

export function createAccountFeed(
  { rest, broker }: Pick<Backend, "rest" | "broker">,
  events: AccountEvents,
): AccountFeed {
  const account = shallowRef<Account | null>(null);
  const orders = shallowRef<Orders>(new Map());
  const positions = shallowRef<Positions>(new Map());
  const executions = shallowRef<Executions>([]);
  const isLoaded = shallowRef(false);
  let subscriptions: readonly Subscription[] = [];
  let retry: ReturnType<typeof setTimeout> | undefined;
  let followed: AccountChoice = {};

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
  const load = async (choice: AccountChoice): Promise<void> => {
    clearTimeout(retry);
    const params = { query: { ...PAGE, ...choice } };
    try {
      const [orderPage, executionPage] = await Promise.all([
        unwrap(rest.GET("/api/v1/broker/orders", { params })),
        unwrap(rest.GET("/api/v1/broker/executions", { params })),
      ]);
      if (choice !== followed) return; // of the account before
      hear(orderPage.items);
      executions.value = withExecutions(executions.value, executionPage.items);
      isLoaded.value = true;
    } catch (error) {
      if (choice === followed && mayRetry(error)) {
        retry = setTimeout(() => void load(choice), RETRY_MS);
      }
    }
  };

  const listen = (choice: AccountChoice): Subscription[] => [
    broker.subscribe("orders", choice, {
      snapshot(open) {
        orders.value = withOpenOrders(orders.value, open);
        void load(choice);
      },
      update: (order) => hear([order]),
    }),
    broker.subscribe("executions", choice, {
      snapshot: (last) => (executions.value = withExecutions(executions.value, last)),
      update(execution) {
        executions.value = withExecutions(executions.value, [execution]);
        events.filled(execution);
      },
    }),
    broker.subscribe("positions", choice, {
      snapshot(open) {
        marks.clear();
        positions.value = onlyPositions(open);
      },
      update: (position) => marks.put(position.id, position),
    }),
    broker.subscribe("equity", choice, {
      snapshot: (state) => money.put(null, state),
      update: (state) => money.put(null, state),
      error: (error) => events.refused(error),
    }),
  ];

  const stop = (): void => {
    clearTimeout(retry);
    marks.clear();
    money.clear();
    for (const subscription of subscriptions) subscription.close();
    subscriptions = [];
  };

  return {
    account,
    orders,
    positions,
    executions,
    isLoaded,
    hear,
    stop,
    follow(choice) {
      stop();
      followed = choice;
      account.value = null;
      orders.value = new Map();
      positions.value = new Map();
      executions.value = [];
      isLoaded.value = false;
      subscriptions = listen(choice);
    },
  };
}
