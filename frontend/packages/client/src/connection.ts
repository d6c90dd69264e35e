/** One WebSocket after another to one address: connect, notice silence, come back. */

import { type Backoff, isCredentialCode, mayReturn, returnDelayMs } from "./reconnect.js";

/** The part of the standard WebSocket that is used; those of browsers, Node and `ws` all fit. */
/* eslint-disable @typescript-eslint/no-explicit-any -- each has event types of its own */
export interface WebSocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Makes a WebSocket; `headers` has `Authorization` when there is a token. */
export type WebSocketFactory = (url: string, headers: Record<string, string>) => WebSocketLike;

/** A credential for `Authorization: Bearer`; asked for at each connection, so it may change. */
export type TokenSource = () => string | null | Promise<string | null>;

/** A one-time ticket for `?ticket=`; asked for at each connection, since each is used up by one. */
export type TicketSource = () => string | Promise<string>;

export type SocketState =
  | { readonly status: "idle" }
  | { readonly status: "connecting"; readonly attempt: number }
  | { readonly status: "open" }
  | ClosedState;

export interface ClosedState {
  readonly status: "closed";
  /** The close code; 1006 when the connection was lost or never came to be. */
  readonly code: number;
  readonly reason: string;
  /** When the next attempt begins; null when there is none until `connect` is called. */
  readonly retryInMs: number | null;
  /** Whether it is for want of a valid credential. */
  readonly unauthorized: boolean;
}

/** Times in milliseconds. */
export interface Timing {
  /** For the handshake, and for the answer to a probe. */
  readonly answerMs: number;
  /** Silence after which the server is probed. */
  readonly silenceMs: number;
  /** How long a connection must live for the next failure to count as the first. */
  readonly stableMs: number;
  readonly backoff: Backoff;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly timing: Timing;
  readonly token: TokenSource | undefined;
  readonly ticket: TicketSource | undefined;
  readonly webSocket: WebSocketFactory;
  readonly isAuthorized: (() => boolean | Promise<boolean>) | undefined;
}

/** What the owner of a connection is told. */
export interface ConnectionOwner {
  up(): void;
  heard(data: unknown): void;
  /** Say something that the server must answer. */
  probe(): void;
  down(state: ClosedState): void;
  changed(state: SocketState): void;
}

const LOST = 1006;
type Timer = ReturnType<typeof setTimeout>;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #owner: ConnectionOwner;
  #state: SocketState = { status: "idle" };
  #socket: WebSocketLike | null = null;
  #timers = new Set<Timer>();
  #attempt = 0; // names the attempt, so that what an earlier one still brings is not heard
  #failures = 0;
  #heardAt = 0;
  #noticeMs: number | undefined;
  #trouble = "";

  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  get state(): SocketState {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state.status === "open";
  }

  /** Connect now; nothing when that is done or under way. */
  connect(): void {
    if (this.#state.status === "open" || this.#state.status === "connecting") return;
    void this.#open();
  }

  send(data: string): void {
    this.#socket?.send(data);
  }

  /** Remember when the server wants us back. */
  comeBackAfter(milliseconds: number): void {
    this.#noticeMs = milliseconds;
  }

  /** Give up a connection that is of no use and come back. */
  abandon(reason: string): void {
    if (this.#socket !== null) this.#ended(LOST, reason);
  }

  /** End it, and stay away until `connect`. */
  close(): void {
    this.#finish({
      status: "closed",
      code: 1000,
      reason: "closed by the caller",
      retryInMs: null,
      unauthorized: false,
    });
    this.#failures = 0;
  }

  async #open(): Promise<void> {
    this.#clear();
    const attempt = ++this.#attempt;
    this.#noticeMs = undefined;
    this.#trouble = "";
    this.#set({ status: "connecting", attempt: this.#failures + 1 });
    this.#after(this.#options.timing.answerMs, () => this.#ended(LOST, "no handshake in time"));
    try {
      const token = (await this.#options.token?.()) ?? null;
      const ticket = await this.#options.ticket?.();
      if (attempt !== this.#attempt) return;
      const headers: Record<string, string> =
        token === null ? {} : { Authorization: `Bearer ${token}` };
      const query = ticket === undefined ? "" : `?ticket=${encodeURIComponent(ticket)}`;
      this.#attach(this.#options.webSocket(this.#options.url + query, headers));
    } catch (error) {
      if (attempt === this.#attempt) this.#ended(LOST, String(error));
    }
  }

  #attach(socket: WebSocketLike): void {
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event: { data: unknown }) => {
      this.#heardAt = performance.now();
      this.#owner.heard(event.data);
    };
    socket.onerror = (event: { message?: unknown }) => {
      if (typeof event.message === "string") this.#trouble = event.message;
    };
    socket.onclose = (event: { code: number; reason: string }) =>
      this.#ended(event.code, event.reason || this.#trouble);
  }

  #opened(): void {
    this.#clearTimers();
    this.#heardAt = performance.now();
    this.#after(this.#options.timing.stableMs, () => (this.#failures = 0));
    this.#watch();
    this.#set({ status: "open" });
    this.#owner.up();
  }

  /** Probe when the time will have passed in silence; give up when that is met by silence too. */
  #watch(): void {
    const { silenceMs, answerMs } = this.#options.timing;
    const heardAt = this.#heardAt;
    this.#after(Math.max(0, silenceMs - (performance.now() - heardAt)), () => {
      if (this.#heardAt !== heardAt) return this.#watch();
      this.#after(answerMs, () => {
        if (this.#heardAt === heardAt) this.abandon("the server is silent");
        else this.#watch();
      });
      this.#owner.probe();
    });
  }

  #ended(code: number, reason: string): void {
    const isRefusal = !this.isOpen && mayReturn(code);
    const { backoff } = this.#options.timing;
    const retryInMs = mayReturn(code)
      ? returnDelayMs(code, this.#failures++, this.#noticeMs, backoff)
      : null;
    const unauthorized = isCredentialCode(code);
    const state: ClosedState = { status: "closed", code, reason, retryInMs, unauthorized };
    this.#finish(state);
    if (isRefusal) void this.#checkAccess(state);
  }

  /** A refused handshake does not say why: ask, and stay away when it was for the credential. */
  async #checkAccess(refused: ClosedState): Promise<void> {
    const { isAuthorized } = this.#options;
    if (isAuthorized === undefined) return;
    let authorized = true;
    try {
      authorized = await isAuthorized();
    } catch {
      return; // not known: the next attempt will tell
    }
    if (authorized || this.#state !== refused) return;
    const reason = "the credential is not taken";
    this.#finish({ ...refused, reason, retryInMs: null, unauthorized: true });
  }

  #finish(state: ClosedState): void {
    this.#clear();
    this.#state = state;
    if (state.retryInMs !== null) this.#after(state.retryInMs, () => void this.#open());
    this.#owner.down(state);
    if (this.#state === state) this.#owner.changed(state);
  }

  #clear(): void {
    this.#clearTimers();
    this.#attempt++;
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.onerror = () => undefined; // some raise an error that nobody listens for
    socket.close(1000);
  }

  #set(state: SocketState): void {
    this.#state = state;
    this.#owner.changed(state);
  }

  #after(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
