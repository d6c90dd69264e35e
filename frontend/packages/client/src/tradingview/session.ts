/** The account that is traded now, and the connection that it is traded on. */

import type { Account } from "../generated/rest.js";
import type { SocketState } from "../connection.js";
import { AccountManager } from "./account-manager.js";
import { AccountStreams } from "./account-streams.js";
import type { Prepared } from "./broker.js";
import { flagsOf } from "./configuration.js";
import { numberOf } from "./decimals.js";
import { type BrokerHost, ConnectionStatus, DisconnectType, NotificationType } from "./trading.js";

const WORDS: Record<Account["status"], string> = {
  active: "Orders are taken again.",
  halted: "Trading is halted: orders were canceled, and none are taken.",
  reducing: "Only orders that close a position are taken.",
};

export class Session {
  readonly prepared: Prepared;
  readonly host: BrokerHost;
  readonly manager: AccountManager;
  readonly wanted = { equity: false, margin: 0 };
  #account: Account;
  #streams: AccountStreams;
  #status: ConnectionStatus = ConnectionStatus.Connecting;

  constructor(prepared: Prepared, host: BrokerHost) {
    this.prepared = prepared;
    this.host = host;
    this.manager = new AccountManager(host);
    this.#account = prepared.account;
    this.#streams = this.#open(prepared.account);
    const { socket } = prepared.options;
    socket.on("state", (state) => this.#changed(state));
    void this.#settle(this.#streams.ready);
  }

  get account(): Account {
    return this.#account;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  get streams(): AccountStreams {
    return this.#streams;
  }

  /** The streams, once they have told everything. */
  async known(): Promise<AccountStreams> {
    const streams = this.#streams;
    await streams.ready;
    return streams;
  }

  pipSizeOf(symbol: string): number {
    return this.prepared.pipSizes.get(symbol) ?? 1;
  }

  /** Trade another account of the caller's from now on. */
  use(accountId: string): void {
    const account = this.prepared.accounts.find(({ id }) => id === accountId);
    if (account === undefined || accountId === this.#account.id) return;
    this.#streams.close();
    this.#account = account;
    this.#streams = this.#open(account);
    this.host.patchConfig?.(flagsOf({ account, ...this.prepared.offers }));
    this.host.currentAccountUpdate();
  }

  /** Tell what the library wants to know of the account. */
  show(account: Account): void {
    if (account.status !== this.#account.status) this.#tellStatus(account);
    this.#account = account;
    this.manager.show(account);
    this.tellEquity();
    this.tellMargin();
  }

  tellEquity(): void {
    const { equity } = this.#account;
    if (this.wanted.equity && equity !== null) this.host.equityUpdate(numberOf(equity));
  }

  tellMargin(): void {
    const { free_margin: margin } = this.#account;
    if (this.wanted.margin > 0 && margin !== null)
      this.host.marginAvailableUpdate(numberOf(margin));
  }

  #tellStatus({ name, status }: Account): void {
    const { Error: bad, Success: good } = NotificationType;
    const text = WORDS[status];
    this.host.showNotification(name, text, status === "active" ? good : bad);
  }

  #open(account: Account): AccountStreams {
    const { api, socket } = this.prepared.options;
    const onAccount = (now: Account): void => this.show(now);
    const pipSize = (symbol: string): number => this.pipSizeOf(symbol);
    const { host } = this;
    return new AccountStreams({ api, socket, host, account, onAccount, pipSizeOf: pipSize });
  }

  #changed(state: SocketState): void {
    if (state.status === "connecting") this.#set(ConnectionStatus.Connecting);
    else if (state.status === "open") void this.#settle(this.#caughtUp());
    else if (state.status === "closed") {
      const disconnectType = state.unauthorized
        ? DisconnectType.LogOut
        : DisconnectType.BrokenConnection;
      this.#set(ConnectionStatus.Disconnected, { message: state.reason, disconnectType });
    }
  }

  /** The topics are resumed before anything that is asked after them is answered. */
  async #caughtUp(): Promise<void> {
    await Promise.resolve(); // the socket asks for its topics once it has told that it is open
    await this.prepared.options.socket.request("system.ping", {});
    await this.#streams.ready;
  }

  async #settle(settled: Promise<void>): Promise<void> {
    try {
      await settled;
    } catch {
      return; // the connection ended meanwhile, which has been told
    }
    if (this.prepared.options.socket.state.status === "open") this.#set(ConnectionStatus.Connected);
  }

  #set(status: ConnectionStatus, info?: { message: string; disconnectType: DisconnectType }): void {
    if (status === this.#status) return;
    this.#status = status;
    this.host.connectionStatusUpdate(status, info);
  }
}
