/** What a socket speaks: the maps of a module's generated `…Protocol`, and what follows from them. */

/** The four maps of a module; see `generated/`. */
export interface SocketProtocol {
  /** Payload of each request, by type. */
  client: object;
  /** Payload of the reply to each request, by type of the request. */
  reply: object;
  /** Payload of what the server sends unasked, by type. */
  server: object;
  /** Parameters, snapshot and update of each route. */
  routes: object;
}

/** How a route's updates are numbered: without a hole, or skipping to the newest. */
export type Delivery = "every" | "latest";

export type RouteOf<P extends SocketProtocol> = keyof P["routes"] & string;

/** A request that is the caller's own; subscribing has its own method. */
export type RequestOf<P extends SocketProtocol> = Exclude<
  keyof P["client"] & keyof P["reply"] & string,
  `${string}.subscribe` | `${string}.unsubscribe`
>;

type Member<T, K extends PropertyKey> = T extends Record<K, infer V> ? V : never;

export type ParametersOf<P extends SocketProtocol, R extends RouteOf<P>> = Member<
  P["routes"][R],
  "parameters"
> &
  object;
export type SnapshotOf<P extends SocketProtocol, R extends RouteOf<P>> = Member<
  P["routes"][R],
  "snapshot"
>;
export type UpdateOf<P extends SocketProtocol, R extends RouteOf<P>> = Member<
  P["routes"][R],
  "update"
>;

/** Where a value stands in its topic. */
export interface StreamPosition {
  readonly topic: string;
  readonly epoch: string;
  readonly seq: number;
}

/** Why continuity was lost: the server said so, numbers were missing, or it could not be resumed. */
export type GapReason = "server" | "hole" | "not_resumed";

/** Updates of a topic are missing: read again what was built from them; a snapshot follows. */
export interface Gap {
  readonly topic: string;
  readonly route: string;
  readonly reason: GapReason;
  readonly message: string;
}

/** The server's answer to a request that it refuses. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the server says of the connection or of a topic. */
export interface ServerNotice {
  readonly code: string;
  readonly message: string;
  readonly reconnect_after_ms?: number;
  readonly topic?: string;
  readonly epoch?: string;
  readonly seq?: number;
}

/** One topic of a subscribe reply. */
export interface TopicState extends StreamPosition {
  readonly recovered: boolean;
  readonly snapshot: unknown;
}

/** What a listener hears; each method is optional but `snapshot` comes before any `update`. */
export interface Listener<S, U> {
  /** The state now, of one topic: replaces whatever was known of it. */
  snapshot?(value: S, at: StreamPosition): void;
  /** What changed since. */
  update?(value: U, at: StreamPosition): void;
  /** Something is missing; a snapshot follows. */
  gap?(gap: Gap): void;
  /** The server refuses the subscription, which has ended. */
  error?(error: SocketError): void;
}

/** A listener's hold on its topics. */
export interface Subscription {
  /** Hear no more; the server is told when nobody else listens. */
  close(): void;
}

/**
 * Why a request has no reply.
 *
 * `code` is the server's, or one of ours: `not_open` (never sent), `timeout`, `connection_lost`,
 * `aborted` (sent: whether it was done is not known), `bad_reply`.
 */
export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, message, retryable, details }: Refusal) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.details = details;
  }
}

/** An error of our own making. */
export function localError(code: string, message: string, retryable = false): SocketError {
  return new SocketError({ code, message, retryable, details: {} });
}

/** The refusal that the payload of an error message is. */
export function refusalOf(payload: unknown): SocketError {
  const { code, message, retryable, details } = isObject(payload) ? payload : {};
  return new SocketError({
    code: typeof code === "string" ? code : "unknown",
    message: typeof message === "string" ? message : "the server refused without a reason",
    retryable: retryable === true,
    details: isObject(details) ? details : {},
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export function isTopicState(value: unknown): value is TopicState {
  return (
    isObject(value) &&
    typeof value["topic"] === "string" &&
    typeof value["epoch"] === "string" &&
    Number.isSafeInteger(value["seq"])
  );
}
