/** Typed client of trading_api: REST and sockets, for browsers and Node. */

export type {
  ClosedState,
  SocketState,
  TicketSource,
  TokenSource,
  WebSocketFactory,
  WebSocketLike,
} from "./connection.js";
export type {
  BrokerClientMessage,
  BrokerProtocol,
  BrokerServerMessage,
  Connection,
} from "./generated/broker.js";
export type {
  DatafeedClientMessage,
  DatafeedProtocol,
  DatafeedServerMessage,
} from "./generated/datafeed.js";
export type * from "./generated/rest.js";
export {
  type BrokerSocket,
  createBrokerSocket,
  createDatafeedSocket,
  type DatafeedSocket,
  type ModuleSocketOptions,
} from "./modules.js";
export {
  type Delivery,
  type Gap,
  type GapReason,
  type Listener,
  type ParametersOf,
  type StreamPosition,
  type Refusal,
  type RequestOf,
  type RouteOf,
  type ServerNotice,
  type SnapshotOf,
  SocketError,
  type SocketProtocol,
  type Subscription,
  type UpdateOf,
} from "./protocol.js";
export type { Backoff } from "./reconnect.js";
export {
  ApiError,
  createClient,
  type RestClient,
  type RestOptions,
  tickets,
  unwrap,
} from "./rest.js";
export { type SocketEvents, type SocketOptions, TypedSocket } from "./socket.js";
