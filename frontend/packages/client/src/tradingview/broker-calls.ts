/** The broker object, made of what it shows, does, previews and listens to. */

import { readClosedOrders, readExecutions } from "./account-streams.js";
import type { Prepared } from "./broker.js";
import { instrument, rateOf, tradability } from "./instruments.js";
import { marketFeeds } from "./market-feeds.js";
import { parentOf, shownExecution, shownOrder } from "./orders.js";
import { previews } from "./previews.js";
import { Session } from "./session.js";
import { positionCalls } from "./position-calls.js";
import { OrderCalls, orderCalls } from "./order-calls.js";
import type { BrokerHost, TradingBroker } from "./trading.js";

export function createBroker(prepared: Prepared, host: BrokerHost): TradingBroker {
  const session = new Session(prepared, host);
  const orders = new OrderCalls(session);
  return {
    ...accountCalls(session),
    ...listCalls(session),
    ...symbolCalls(session),
    ...figureCalls(session),
    ...orderCalls(session, orders),
    ...positionCalls(session, (orderId) => orders.cancel(orderId)),
    ...previews(session),
    ...marketFeeds(session),
  };
}

function accountCalls(
  session: Session,
): Pick<
  TradingBroker,
  | "accountsMetainfo"
  | "currentAccount"
  | "setCurrentAccount"
  | "connectionStatus"
  | "accountManagerInfo"
  | "chartContextMenuActions"
> {
  const { host, prepared } = session;
  return {
    accountsMetainfo() {
      const all = prepared.accounts.map(({ id, name, currency }) => ({ id, name, currency }));
      return Promise.resolve(all);
    },
    currentAccount: () => session.account.id,
    setCurrentAccount: (id) => session.use(id),
    connectionStatus: () => session.status,
    accountManagerInfo: () => session.manager.info(session.account),
    chartContextMenuActions: (context, options) =>
      host.defaultContextMenuActions?.(context, options) ?? Promise.resolve([]),
  };
}

function listCalls(
  session: Session,
): Pick<
  TradingBroker,
  "orders" | "ordersHistory" | "positions" | "individualPositions" | "executions"
> {
  const { api, mostHistory } = session.prepared.options;
  return {
    orders: async () => (await session.known()).orders.list(),
    positions: async () => (await session.known()).shownPositions(),
    individualPositions: async () => (await session.known()).shownIndividualPositions(),

    async ordersHistory() {
      const closed = await readClosedOrders(api, session.account.id, mostHistory);
      const byId = new Map(closed.map((order) => [order.id, order]));
      return closed.map((order) => {
        const entry = byId.get(order.parent_id ?? "");
        const parent = parentOf(order, session.streams.positionOf(order), undefined, entry);
        return shownOrder(order, parent, {}, session.pipSizeOf(order.symbol));
      });
    },

    async executions(symbol) {
      const found = await readExecutions(api, session.account.id, symbol, mostHistory);
      return found.map(shownExecution);
    },
  };
}

function symbolCalls(session: Session): Pick<TradingBroker, "isTradable" | "symbolInfo"> {
  const { symbols, options } = session.prepared;
  return {
    isTradable: async (symbol) => tradability(await symbols.find(symbol), session.account.status),
    async symbolInfo(symbol) {
      const info = await symbols.get(symbol);
      const { currency } = session.account;
      return instrument(info, await rateOf(options.api, symbols, info.currency, currency));
    },
  };
}

function figureCalls(
  session: Session,
): Pick<
  TradingBroker,
  | "subscribeEquity"
  | "unsubscribeEquity"
  | "subscribeMarginAvailable"
  | "unsubscribeMarginAvailable"
> {
  const { wanted } = session;
  return {
    subscribeEquity() {
      wanted.equity = true;
      session.tellEquity();
    },
    unsubscribeEquity() {
      wanted.equity = false;
    },
    subscribeMarginAvailable() {
      wanted.margin++;
      session.tellMargin();
    },
    unsubscribeMarginAvailable() {
      wanted.margin = Math.max(0, wanted.margin - 1);
    },
  };
}
