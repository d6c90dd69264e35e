/** Everything that happens to one account, told to the library as it happens. */

import type { Account, Execution, Order, Position } from "../generated/rest.js";
import type { BrokerSocket } from "../modules.js";
import type { SocketError, Subscription } from "../protocol.js";
import { type RestClient, unwrap } from "../rest.js";
import { OrderBook } from "./order-book.js";
import { NetPositions } from "./net-positions.js";
import { shownExecution, shownIndividualPosition, shownPosition } from "./orders.js";
import { PositionBook, type PositionListener } from "./position-book.js";
import type { BrokerHost, ShownIndividualPosition, ShownPosition } from "./trading.js";

const ROUTES = ["orders", "executions", "positions", "equity"] as const;
const MOST_KNOWN = 2_000; // executions; the server sends the last 50 again

export interface StreamsOptions {
  readonly api: RestClient;
  readonly socket: BrokerSocket;
  readonly host: BrokerHost;
  readonly account: Pick<Account, "id" | "mode">;
  readonly pipSizeOf: (symbol: string) => number;
  readonly onAccount: (account: Account) => void;
}

export class AccountStreams {
  readonly orders: OrderBook;
  readonly positions: PositionBook;
  readonly #net: NetPositions;
  /** Orders, positions and account are known; rejected when the server does not give them. */
  readonly ready: Promise<void>;
  readonly #options: StreamsOptions;
  readonly #subscriptions: Subscription[];
  readonly #waiting = new Set<string>(ROUTES);
  readonly #executions = new Set<string>();
  #resolve: () => void = () => undefined;
  #reject: (error: SocketError) => void = () => undefined;

  constructor(options: StreamsOptions) {
    const { host, pipSizeOf } = options;
    this.#options = options;
    this.#net = new NetPositions(host);
    this.positions = new PositionBook(this.isHedging ? this.#individual() : this.#regular());
    this.orders = new OrderBook(
      (order) => host.orderUpdate(order),
      pipSizeOf,
      (exit) => this.positionOf(exit),
    );
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.ready.catch(() => undefined); // told to whoever asks for something
    this.#subscriptions = this.#listen();
  }

  /** The position that the entry of an exit has made; undefined where it is not there. */
  positionOf({ symbol, parent_id: entry }: Order): string | undefined {
    if (!this.isHedging) return symbol;
    return entry === null ? undefined : this.positions.openedBy(entry);
  }

  get isHedging(): boolean {
    return this.#options.account.mode === "hedging";
  }

  /** The position in each symbol; in a hedging account the net of its individual ones. */
  shownPositions(): ShownPosition[] {
    return this.isHedging ? this.#net.list() : this.positions.list().map(shownPosition);
  }

  shownIndividualPositions(): ShownIndividualPosition[] {
    return this.isHedging ? this.positions.list().map(shownIndividualPosition) : [];
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }

  #regular(): PositionListener {
    const { host } = this.#options;
    return {
      changed: (position) => {
        host.positionUpdate(shownPosition(position));
        this.orders.renewParents();
      },
      profit: (id, profit) => host.plUpdate(id, profit),
      settled: () => undefined,
    };
  }

  #individual(): PositionListener {
    const { host } = this.#options;
    return {
      changed: (position) => {
        host.individualPositionUpdate(shownIndividualPosition(position));
        this.orders.renewParents();
      },
      profit: (id, profit) => host.individualPositionPLUpdate(id, profit),
      settled: (symbols) => {
        for (const symbol of symbols) this.#net.renew(symbol, this.positions.of(symbol));
      },
    };
  }

  #listen(): Subscription[] {
    const { socket, account, onAccount } = this.#options;
    const parameters = { account_id: account.id };
    const error = (refusal: SocketError): void => this.#reject(refusal);
    return [
      socket.subscribe("orders", parameters, {
        snapshot: (open) => this.#begin("orders", () => this.#replaceOrders(open)),
        update: (order) => this.orders.apply(order),
        error,
      }),
      socket.subscribe("executions", parameters, {
        snapshot: (last) => this.#begin("executions", () => this.#addExecutions(last)),
        update: (execution) => this.#addExecutions([execution]),
        error,
      }),
      socket.subscribe("positions", parameters, {
        snapshot: (all) => this.#begin("positions", () => this.positions.replace(all)),
        update: (position: Position) => this.positions.apply(position),
        error,
      }),
      socket.subscribe("equity", parameters, {
        snapshot: (now) => this.#begin("equity", () => onAccount(now)),
        update: (now) => onAccount(now),
        error,
      }),
    ];
  }

  #begin(route: string, take: () => void): void {
    take();
    this.#waiting.delete(route);
    if (this.#waiting.size === 0) this.#resolve();
  }

  #replaceOrders(open: readonly Order[]): void {
    for (const id of this.orders.replace(open)) void this.#readAgain(id);
  }

  /** How an order ended whose end was not heard of. */
  async #readAgain(id: string): Promise<void> {
    const { api, account } = this.#options;
    const params = { path: { order_id: id }, query: { account_id: account.id } };
    const answer = await api.GET("/api/v1/broker/orders/{order_id}", { params }).catch(() => null);
    if (answer?.data !== undefined) this.orders.apply(answer.data);
  }

  /** Tell the executions that are new; those of the first snapshot were there before. */
  #addExecutions(executions: readonly Execution[]): void {
    const isFirst = this.#waiting.has("executions");
    for (const execution of executions) {
      if (this.#executions.has(execution.id)) continue;
      this.#executions.add(execution.id);
      if (!isFirst) this.#options.host.executionUpdate(shownExecution(execution));
    }
    for (const id of this.#executions) {
      if (this.#executions.size <= MOST_KNOWN) break;
      this.#executions.delete(id);
    }
  }
}

/** All items of a list that is given in pages, up to so many. */
export async function pages<T>(
  page: (cursor: string | null) => Promise<{ items: T[]; next_cursor: string | null }>,
  most: number,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const answer: { items: T[]; next_cursor: string | null } = await page(cursor);
    items.push(...answer.items);
    cursor = answer.next_cursor;
  } while (cursor !== null && items.length < most);
  return items.slice(0, most);
}

export async function readExecutions(
  api: RestClient,
  accountId: string,
  symbol: string,
  most: number,
): Promise<Execution[]> {
  return pages((cursor) => {
    const query = { account_id: accountId, symbol, limit: Math.min(most, 1_000), cursor };
    return unwrap(api.GET("/api/v1/broker/executions", { params: { query } }));
  }, most);
}

export async function readClosedOrders(
  api: RestClient,
  accountId: string,
  most: number,
): Promise<Order[]> {
  return pages((cursor) => {
    const query = {
      account_id: accountId,
      status: "closed" as const,
      limit: Math.min(most, 1_000),
      cursor,
    };
    return unwrap(api.GET("/api/v1/broker/orders", { params: { query } }));
  }, most);
}
