/** A module's socket: listen to routes, ask, and come back by itself. */

import {
  type ClosedState,
  Connection,
  type SocketState,
  type TicketSource,
  type Timing,
  type TokenSource,
  type WebSocketFactory,
} from "./connection.js";
import { Emitter } from "./emitter.js";
import {
  type Delivery,
  type Gap,
  type Listener,
  isObject,
  localError,
  type ParametersOf,
  refusalOf,
  type RequestOf,
  type RouteOf,
  type ServerNotice,
  type SnapshotOf,
  type SocketError,
  type SocketProtocol,
  type Subscription,
  type UpdateOf,
} from "./protocol.js";
import type { Backoff } from "./reconnect.js";
import { Requests } from "./requests.js";
import { Subscriptions } from "./subscriptions.js";

/** All times are in milliseconds. */
export interface SocketOptions {
  /** `ws://` or `wss://` address of the module's endpoint. */
  url: string;
  /** How each route's updates are numbered; generated beside the types. */
  delivery: Readonly<Record<string, Delivery>>;
  /** Credential for the handshake; not in browsers, which send their session cookie. */
  token?: TokenSource;
  /** A one-time ticket instead, for pages whose cookie does not reach the server; see `tickets`. */
  ticket?: TicketSource;
  /** Makes the WebSocket; needed with `token`, because the standard one can send no header. */
  webSocket?: WebSocketFactory;
  /** Asked after a refused handshake, which does not say why: `false` ends the attempts. */
  isAuthorized?: () => boolean | Promise<boolean>;
  /** For a handshake, a reply and the answer to a probe; 10,000. */
  answerMs?: number;
  /** Silence after which the server is asked whether it lives; 15,000. */
  silenceMs?: number;
  /** Age at which a connection counts as good, so that its end is the first failure; 10,000. */
  stableMs?: number;
  /** Waiting time after failures; from 500 to 10,000. */
  backoff?: Partial<Backoff>;
}

export interface SocketEvents {
  /** The connection changed. */
  state: SocketState;
  /** Updates of a topic are missing; its listeners were told too. */
  gap: Gap;
  /** What the server says of itself. */
  notice: ServerNotice;
  /** A refusal that no request or listener waits for. */
  error: SocketError;
  /** The credential is not taken, or no longer: log in, then `connect`. */
  unauthorized: ClosedState;
}

interface Frame {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly topic?: unknown;
  readonly seq?: unknown;
  readonly payload?: unknown;
}

export class TypedSocket<P extends SocketProtocol> {
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #subscriptions: Subscriptions;
  readonly #events = new Emitter<SocketEvents>();
  readonly #answerMs: number;

  constructor(options: SocketOptions) {
    const timing = timingOf(options);
    const { url, token, ticket, webSocket, isAuthorized } = options;
    if (token !== undefined && webSocket === undefined) {
      throw new TypeError("a token needs `webSocket`: the standard one can send no header");
    }
    if (token !== undefined && ticket !== undefined) {
      throw new TypeError(
        "a token or a ticket, not both: the server would look at the ticket only",
      );
    }
    this.#answerMs = timing.answerMs;
    this.#connection = new Connection(
      { url, timing, token, ticket, webSocket: webSocket ?? standardWebSocket, isAuthorized },
      {
        up: () => this.#subscriptions.resume(),
        heard: (data) => this.#heard(data),
        probe: () => this.#ask("system.ping", {}, () => undefined),
        down: (state) => this.#down(state),
        changed: (state) => this.#events.emit("state", state),
      },
    );
    this.#requests = new Requests((text) => this.#connection.send(text));
    const connection = this.#connection;
    this.#subscriptions = new Subscriptions(
      {
        get isOpen() {
          return connection.isOpen;
        },
        ask: (type, payload, answered) => this.#ask(type, payload, answered),
        abandon: (reason) => connection.abandon(reason),
        gap: (gap) => this.#events.emit("gap", gap),
        refused: (error) => this.#events.emit("error", error),
      },
      options.delivery,
    );
  }

  get state(): SocketState {
    return this.#connection.state;
  }

  /** Connect, and come back whenever the connection ends; while waiting, try again now. */
  connect(): void {
    this.#connection.connect();
  }

  /**
   * Wait until the connection is open.
   *
   * @throws {SocketError} `not_open`: it is closed and no attempt will follow.
   */
  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (state: SocketState): boolean => {
        if (state.status === "open") resolve();
        else if (state.status === "closed" && state.retryInMs === null) {
          reject(localError("not_open", `the socket is closed: ${state.reason}`));
        } else return false;
        return true;
      };
      if (check(this.state)) return;
      const off = this.#events.on("state", (state) => {
        if (check(state)) off();
      });
    });
  }

  /**
   * Listen to the topics that the parameters name, across reconnections.
   *
   * The server sends a topic once however many listen. Each listener gets the present state of
   * each of its topics as its own `snapshot`, then every `update`; after a `gap` a new snapshot.
   */
  subscribe<R extends RouteOf<P>>(
    route: R,
    parameters: ParametersOf<P, R>,
    listener: Listener<SnapshotOf<P, R>, UpdateOf<P, R>>,
  ): Subscription {
    return this.#subscriptions.add(route, parameters, listener);
  }

  /**
   * Ask, and give the reply. A request is sent at once or not at all.
   *
   * @throws {SocketError} the server's refusal; `not_open`, when nothing was sent; `timeout`,
   * `connection_lost` or `aborted`, when it is not known whether the request was carried out.
   */
  request<T extends RequestOf<P>>(
    type: T,
    payload: P["client"][T & keyof P["client"]],
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<P["reply"][T & keyof P["reply"]]> {
    const { timeoutMs = this.#answerMs, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(localError("not_open", `${type} was aborted before`));
      if (!this.#connection.isOpen) {
        return reject(localError("not_open", `${type} was not sent: the socket is not open`, true));
      }
      const abort = (): void => {
        forget();
        reject(localError("aborted", `${type} was aborted`));
      };
      const forget = this.#requests.ask(type, payload, timeoutMs, (answer) => {
        signal?.removeEventListener("abort", abort);
        if (answer.ok) resolve(answer.payload as P["reply"][T & keyof P["reply"]]);
        else reject(answer.error);
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Call the listener at each event; gives what ends that. */
  on<E extends keyof SocketEvents>(
    event: E,
    listener: (value: SocketEvents[E]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /** Close for good: listeners hear nothing more, open requests fail with `connection_lost`. */
  close(): void {
    this.#subscriptions.clear();
    this.#connection.close();
  }

  #ask(type: string, payload: unknown, answered: Parameters<Requests["ask"]>[3]): void {
    this.#requests.ask(type, payload, this.#answerMs, answered);
  }

  #down(state: ClosedState): void {
    const message = `the connection ended (${state.code} ${state.reason})`;
    this.#subscriptions.suspend();
    this.#requests.fail(localError("connection_lost", message, true));
    if (state.unauthorized) this.#events.emit("unauthorized", state);
  }

  #heard(data: unknown): void {
    const frame = parsed(data);
    if (frame === null) return this.#connection.abandon("the server sent what is not a message");
    const { type, id, topic, seq, payload } = frame;
    if (typeof type !== "string" || payload === undefined) return;
    if (typeof topic === "string" && typeof seq === "number") {
      if (type.endsWith(".update")) this.#subscriptions.update(topic, seq, payload);
    } else if (type === "system.notice") {
      if (isObject(payload)) this.#noticed(payload as unknown as ServerNotice);
    } else if (id !== undefined) {
      this.#requests.settle(type, id, payload);
    } else if (type === "error") {
      this.#events.emit("error", refusalOf(payload));
    }
  }

  #noticed(notice: ServerNotice): void {
    const { code, message, topic, reconnect_after_ms: delayMs } = notice;
    if (code === "closing" && typeof delayMs === "number") this.#connection.comeBackAfter(delayMs);
    if (code === "gap" && topic !== undefined) this.#subscriptions.lose(topic, message);
    this.#events.emit("notice", notice);
  }
}

function timingOf(options: SocketOptions): Timing {
  const { answerMs = 10_000, silenceMs = 15_000, stableMs = 10_000, backoff } = options;
  return { answerMs, silenceMs, stableMs, backoff: { firstMs: 500, maxMs: 10_000, ...backoff } };
}

function standardWebSocket(url: string): ReturnType<WebSocketFactory> {
  const { WebSocket } = globalThis as {
    WebSocket?: new (url: string) => ReturnType<WebSocketFactory>;
  };
  if (WebSocket === undefined) throw new TypeError("there is no WebSocket here: give `webSocket`");
  return new WebSocket(url);
}

function parsed(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
