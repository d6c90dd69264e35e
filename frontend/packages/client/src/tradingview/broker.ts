/** The broker object for TradingView's trading terminal, on the server's REST and sockets. */

import type { Account } from "../generated/rest.js";
import type { BrokerSocket, DatafeedSocket } from "../modules.js";
import { ApiError, type RestClient, unwrap } from "../rest.js";
import { createBroker } from "./broker-calls.js";
import { configuration, type Offer } from "./configuration.js";
import { pipSizeOf } from "./instruments.js";
import { Symbols } from "./symbols.js";
import type { BrokerConfiguration, BrokerHost, TradingBroker } from "./trading.js";

export interface BrokerOptions {
  api: RestClient;
  /** Whoever made the sockets connects them. */
  socket: BrokerSocket;
  datafeedSocket: DatafeedSocket;
  /** The caller's own account when left out. */
  accountId?: string;
  /** Levels of a ladder; 25. */
  depthLevels?: 5 | 10 | 25 | 50;
  /** How long an order is sent again while the server cannot be reached; 10,000 ms. */
  insistMs?: number;
  /** Orders of the history, and executions of a symbol, at most; 1,000. */
  mostHistory?: number;
}

/** What was read of the server before the widget is made. */
export interface Prepared {
  readonly options: Required<Omit<BrokerOptions, "accountId">>;
  readonly symbols: Symbols;
  readonly account: Account;
  readonly accounts: Account[];
  readonly pipSizes: ReadonlyMap<string, number>;
  readonly offers: Omit<Offer, "account">;
}

/** To hand to the widget as `broker_factory` and `broker_config`. */
export interface TradingViewBroker {
  factory: (host: BrokerHost) => TradingBroker;
  configuration: BrokerConfiguration;
}

/**
 * Read what the widget must know before it asks: the account, and what the server offers.
 *
 * @throws {ApiError} the server refuses; {SocketError} no connection will come.
 */
export async function prepareTradingViewBroker(options: BrokerOptions): Promise<TradingViewBroker> {
  const { api, socket, accountId } = options;
  const symbols = new Symbols(api);
  await socket.opened();
  const own = await ownAccount(socket, accountId);
  const [infos, accounts] = await Promise.all([
    symbols.search(""),
    unwrap(api.GET("/api/v1/broker/accounts", { params: { query: { limit: 1_000 } } })),
  ]);
  const offers = {
    hasDepth: infos.some(({ has_depth }) => has_depth),
    hasLeverage: await offersLeverage(api, own.id, infos[0]?.symbol),
  };
  const prepared: Prepared = {
    options: { depthLevels: 25, insistMs: 10_000, mostHistory: 1_000, ...options },
    symbols,
    account: own,
    accounts: accounts.items,
    pipSizes: new Map(infos.map((info) => [info.symbol, pipSizeOf(info)])),
    offers,
  };
  return {
    factory: (host) => createBroker(prepared, host),
    configuration: configuration({ account: own, ...offers }),
  };
}

/** The account that is meant; it is opened at the first use. */
function ownAccount(socket: BrokerSocket, accountId: string | undefined): Promise<Account> {
  return new Promise((resolve, reject) => {
    const parameters = accountId === undefined ? {} : { account_id: accountId };
    const subscription = socket.subscribe("equity", parameters, {
      snapshot(account) {
        resolve(account);
        queueMicrotask(() => subscription.close());
      },
      error: reject,
    });
  });
}

/** Whether there is more than one leverage to choose from. */
async function offersLeverage(
  api: RestClient,
  accountId: string,
  symbol: string | undefined,
): Promise<boolean> {
  if (symbol === undefined) return false;
  const params = { path: { symbol }, query: { account_id: accountId } };
  try {
    const { min, max } = await unwrap(api.GET("/api/v1/broker/leverage/{symbol}", { params }));
    return min !== max;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return false;
    throw error;
  }
}
