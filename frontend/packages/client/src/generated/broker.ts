// Written by `make specs` from backend/specs; not to be edited.
import type {
  Account,
  CanceledOrders,
  Execution,
  Order,
  PlaceOrderRequest,
  Position,
  TrailRequest,
} from "./rest.js";

/**
 * There is one topic.
 */
export type NoParameters = Record<string, never>;
/**
 * An empty object.
 */
export type Nothing = Record<string, never>;
/**
 * What a client may send
 */
export type BrokerClientMessage =
  | OrdersSubscribeMessage
  | OrdersUnsubscribeMessage
  | OrdersPlaceMessage
  | OrdersModifyMessage
  | OrdersCancelMessage
  | OrdersCancelAllMessage
  | ExecutionsSubscribeMessage
  | ExecutionsUnsubscribeMessage
  | PositionsSubscribeMessage
  | PositionsUnsubscribeMessage
  | EquitySubscribeMessage
  | EquityUnsubscribeMessage
  | ConnectionSubscribeMessage
  | ConnectionUnsubscribeMessage
  | SystemPingMessage
  | SystemInfoMessage;
/**
 * What the server may send
 */
export type BrokerServerMessage =
  | OrdersSubscribeResponseMessage
  | OrdersUnsubscribeResponseMessage
  | OrdersPlaceResponseMessage
  | OrdersModifyResponseMessage
  | OrdersCancelResponseMessage
  | OrdersCancelAllResponseMessage
  | ExecutionsSubscribeResponseMessage
  | ExecutionsUnsubscribeResponseMessage
  | PositionsSubscribeResponseMessage
  | PositionsUnsubscribeResponseMessage
  | EquitySubscribeResponseMessage
  | EquityUnsubscribeResponseMessage
  | ConnectionSubscribeResponseMessage
  | ConnectionUnsubscribeResponseMessage
  | SystemPingResponseMessage
  | SystemInfoResponseMessage
  | OrdersUpdateMessage
  | ErrorMessage
  | ExecutionsUpdateMessage
  | PositionsUpdateMessage
  | EquityUpdateMessage
  | ConnectionUpdateMessage
  | SystemNoticeMessage;

/**
 * What the socket of broker speaks.
 */
export interface BrokerProtocol {
  /**
   * Payload of each request
   */
  client: {
    "orders.subscribe": OrdersSubscribe;
    "orders.unsubscribe": AccountParameters | Topics;
    "orders.place": PlaceOrderRequest;
    "orders.modify": ModifyRequest;
    "orders.cancel": CancelRequest;
    "orders.cancel_all": CancelAllRequest;
    "executions.subscribe": ExecutionsSubscribe;
    "executions.unsubscribe": AccountParameters | Topics;
    "positions.subscribe": PositionsSubscribe;
    "positions.unsubscribe": AccountParameters | Topics;
    "equity.subscribe": EquitySubscribe;
    "equity.unsubscribe": AccountParameters | Topics;
    "connection.subscribe": ConnectionSubscribe;
    "connection.unsubscribe": NoParameters | Topics;
    "system.ping": Nothing;
    "system.info": Nothing;
  };
  /**
   * Payload of the reply to each request
   */
  reply: {
    "orders.subscribe": OrdersSubscribed;
    "orders.unsubscribe": Unsubscribed;
    "orders.place": Order;
    "orders.modify": Order;
    "orders.cancel": Order;
    "orders.cancel_all": CanceledOrders;
    "executions.subscribe": ExecutionsSubscribed;
    "executions.unsubscribe": Unsubscribed;
    "positions.subscribe": PositionsSubscribed;
    "positions.unsubscribe": Unsubscribed;
    "equity.subscribe": EquitySubscribed;
    "equity.unsubscribe": Unsubscribed;
    "connection.subscribe": ConnectionSubscribed;
    "connection.unsubscribe": Unsubscribed;
    "system.ping": ServerTime;
    "system.info": ConnectionInfo;
  };
  /**
   * Payload of what comes unasked
   */
  server: {
    "orders.update": Order;
    error: SocketError;
    "executions.update": Execution;
    "positions.update": Position;
    "equity.update": Account;
    "connection.update": Connection;
    "system.notice": Notice;
  };
  /**
   * What may be subscribed to
   */
  routes: {
    orders: {
      /**
       * Whose topic; left out, the caller's own account.
       */
      parameters: {
        account_id?: string | null;
      };
      snapshot: Order[];
      update: Order;
    };
    executions: {
      /**
       * Whose topic; left out, the caller's own account.
       */
      parameters: {
        account_id?: string | null;
      };
      snapshot: Execution[];
      update: Execution;
    };
    positions: {
      /**
       * Whose topic; left out, the caller's own account.
       */
      parameters: {
        account_id?: string | null;
      };
      snapshot: Position[];
      update: Position;
    };
    equity: {
      /**
       * Whose topic; left out, the caller's own account.
       */
      parameters: {
        account_id?: string | null;
      };
      snapshot: Account;
      update: Account;
    };
    connection: {
      /**
       * There is one topic.
       */
      parameters: Record<string, never>;
      snapshot: Connection;
      update: Connection;
    };
  };
}
/**
 * Whose topic; left out, the caller's own account.
 */
export interface OrdersSubscribe {
  account_id?: string | null;
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Where a client stands in a topic.
 */
export interface StreamPosition {
  epoch: string;
  /**
   * The last number that was received
   */
  seq: number;
}
/**
 * Whose topic; left out, the caller's own account.
 */
export interface AccountParameters {
  account_id?: string | null;
}
/**
 * Topics by the names that subscribe replies gave.
 */
export interface Topics {
  topics: string[];
}
/**
 * Which open order to change, and what of it; members left out stay as they are.
 */
export interface ModifyRequest {
  version?: number | null;
  quantity?: string | null;
  limit_price?: string | null;
  stop_price?: string | null;
  trail?: TrailRequest | null;
  expire_at?: number | null;
  symbol?: string | null;
  side?: ("buy" | "sell") | null;
  type?:
    | (
        | "limit"
        | "limit_if_touched"
        | "market"
        | "market_if_touched"
        | "stop"
        | "stop_limit"
        | "trailing_stop"
        | "trailing_stop_limit"
      )
    | null;
  time_in_force?: ("day" | "fok" | "gtc" | "gtd" | "ioc") | null;
  account_id?: string | null;
  /**
   * Id of the order
   */
  id: string;
}
/**
 * Which open order to end.
 */
export interface CancelRequest {
  /**
   * Id of the order
   */
  id: string;
  account_id?: string | null;
}
/**
 * Which open orders to end: all, or those of a symbol.
 */
export interface CancelAllRequest {
  symbol?: string | null;
  account_id?: string | null;
}
/**
 * Whose topic; left out, the caller's own account.
 */
export interface ExecutionsSubscribe {
  account_id?: string | null;
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Whose topic; left out, the caller's own account.
 */
export interface PositionsSubscribe {
  account_id?: string | null;
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Whose topic; left out, the caller's own account.
 */
export interface EquitySubscribe {
  account_id?: string | null;
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * There is one topic.
 */
export interface ConnectionSubscribe {
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
export interface OrdersSubscribed {
  status: "ok";
  subscriptions: OrdersSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface OrdersSubscription {
  topic: string;
  /**
   * Names one unbroken life of the topic
   */
  epoch: string;
  seq: number;
  /**
   * Whether everything after the position follows
   */
  recovered: boolean;
  /**
   * The state at `seq`; null when recovered
   */
  snapshot: Order[] | null;
}
/**
 * Reply to an unsubscribe request: the topics that were named.
 */
export interface Unsubscribed {
  status: "ok";
  topics: string[];
}
export interface ExecutionsSubscribed {
  status: "ok";
  subscriptions: ExecutionsSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface ExecutionsSubscription {
  topic: string;
  /**
   * Names one unbroken life of the topic
   */
  epoch: string;
  seq: number;
  /**
   * Whether everything after the position follows
   */
  recovered: boolean;
  /**
   * The state at `seq`; null when recovered
   */
  snapshot: Execution[] | null;
}
export interface PositionsSubscribed {
  status: "ok";
  subscriptions: PositionsSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface PositionsSubscription {
  topic: string;
  /**
   * Names one unbroken life of the topic
   */
  epoch: string;
  seq: number;
  /**
   * Whether everything after the position follows
   */
  recovered: boolean;
  /**
   * The state at `seq`; null when recovered
   */
  snapshot: Position[] | null;
}
export interface EquitySubscribed {
  status: "ok";
  subscriptions: EquitySubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface EquitySubscription {
  topic: string;
  /**
   * Names one unbroken life of the topic
   */
  epoch: string;
  seq: number;
  /**
   * Whether everything after the position follows
   */
  recovered: boolean;
  /**
   * The state at `seq`; null when recovered
   */
  snapshot: Account | null;
}
export interface ConnectionSubscribed {
  status: "ok";
  subscriptions: ConnectionSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface ConnectionSubscription {
  topic: string;
  /**
   * Names one unbroken life of the topic
   */
  epoch: string;
  seq: number;
  /**
   * Whether everything after the position follows
   */
  recovered: boolean;
  /**
   * The state at `seq`; null when recovered
   */
  snapshot: Connection | null;
}
/**
 * State of the broker's two lines: the market's and the journal's.
 */
export interface Connection {
  market_data: "absent" | "live" | "stale";
  journal: "failing" | "ok";
}
/**
 * Reply to a ping.
 */
export interface ServerTime {
  /**
   * Epoch milliseconds, UTC
   */
  server_time: number;
}
/**
 * Reply to an info request: this connection as the server sees it.
 */
export interface ConnectionInfo {
  protocol: number;
  connection_id: string;
  heartbeat_interval: number;
  max_connection_lifespan: number;
  limits: ConnectionLimits;
  topics: string[];
}
/**
 * What bounds a connection.
 */
export interface ConnectionLimits {
  /**
   * Bytes of one message from the client
   */
  max_frame: number;
  max_topics: number;
  /**
   * Requests a second; ten times as many frames
   */
  rate: number;
  /**
   * Requests at once after a pause
   */
  burst: number;
  max_connections_per_caller: number;
  max_connections_per_address: number;
  /**
   * Seconds for the head of a handshake
   */
  handshake_s: number;
  /**
   * Bytes that may wait for the client
   */
  outbox_bytes: number;
  /**
   * Seconds without progress before it is cut
   */
  stall_s: number;
}
/**
 * Why a request was refused; the socket stays open.
 */
export interface SocketError {
  code: string;
  message: string;
  retryable: boolean;
  details: {
    [k: string]: unknown;
  };
}
/**
 * Something that the server says of itself.
 */
export interface Notice {
  code: "closing" | "gap";
  message: string;
  reconnect_after_ms?: number;
  topic?: string;
  epoch?: string;
  seq?: number;
}
/**
 * Every change of every order of an account; orders are placed here, too.
 */
export interface OrdersSubscribeMessage {
  type: "orders.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: OrdersSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface OrdersSubscribeResponseMessage {
  type: "orders.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: OrdersSubscribed;
}
/**
 * Stop updates of orders, by the same parameters or by topics
 */
export interface OrdersUnsubscribeMessage {
  type: "orders.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: AccountParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface OrdersUnsubscribeResponseMessage {
  type: "orders.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * Place an order; the reply comes when it is durable. Needs scope `orders:write`.
 */
export interface OrdersPlaceMessage {
  type: "orders.place";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: PlaceOrderRequest;
}
/**
 * What `orders.place` gives
 */
export interface OrdersPlaceResponseMessage {
  type: "orders.place.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Order;
}
/**
 * Change the quantity, the prices or the end of an open order. Needs scope `orders:write`.
 */
export interface OrdersModifyMessage {
  type: "orders.modify";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ModifyRequest;
}
/**
 * What `orders.modify` gives
 */
export interface OrdersModifyResponseMessage {
  type: "orders.modify.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Order;
}
/**
 * End an open order. Needs scope `orders:write`.
 */
export interface OrdersCancelMessage {
  type: "orders.cancel";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: CancelRequest;
}
/**
 * What `orders.cancel` gives
 */
export interface OrdersCancelResponseMessage {
  type: "orders.cancel.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Order;
}
/**
 * End every open order, or those of one symbol. Needs scope `orders:write`.
 */
export interface OrdersCancelAllMessage {
  type: "orders.cancel_all";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: CancelAllRequest;
}
/**
 * What `orders.cancel_all` gives
 */
export interface OrdersCancelAllResponseMessage {
  type: "orders.cancel_all.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: CanceledOrders;
}
/**
 * One update of a topic of orders
 */
export interface OrdersUpdateMessage {
  type: "orders.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Order;
}
/**
 * Why a request was refused; the socket stays open
 */
export interface ErrorMessage {
  type: "error";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: SocketError;
}
/**
 * Every fill of an account, with its explanation.
 */
export interface ExecutionsSubscribeMessage {
  type: "executions.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ExecutionsSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface ExecutionsSubscribeResponseMessage {
  type: "executions.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ExecutionsSubscribed;
}
/**
 * Stop updates of executions, by the same parameters or by topics
 */
export interface ExecutionsUnsubscribeMessage {
  type: "executions.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: AccountParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface ExecutionsUnsubscribeResponseMessage {
  type: "executions.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of executions
 */
export interface ExecutionsUpdateMessage {
  type: "executions.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Execution;
}
/**
 * The positions of an account at their marks; a closed one has quantity 0.
 */
export interface PositionsSubscribeMessage {
  type: "positions.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: PositionsSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface PositionsSubscribeResponseMessage {
  type: "positions.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: PositionsSubscribed;
}
/**
 * Stop updates of positions, by the same parameters or by topics
 */
export interface PositionsUnsubscribeMessage {
  type: "positions.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: AccountParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface PositionsUnsubscribeResponseMessage {
  type: "positions.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of positions
 */
export interface PositionsUpdateMessage {
  type: "positions.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Position;
}
/**
 * What an account is worth, at most four times a second, at once after a fill.
 */
export interface EquitySubscribeMessage {
  type: "equity.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: EquitySubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface EquitySubscribeResponseMessage {
  type: "equity.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: EquitySubscribed;
}
/**
 * Stop updates of equity, by the same parameters or by topics
 */
export interface EquityUnsubscribeMessage {
  type: "equity.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: AccountParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface EquityUnsubscribeResponseMessage {
  type: "equity.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of equity
 */
export interface EquityUpdateMessage {
  type: "equity.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Account;
}
/**
 * Whether market data flows and the journal takes records.
 */
export interface ConnectionSubscribeMessage {
  type: "connection.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ConnectionSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface ConnectionSubscribeResponseMessage {
  type: "connection.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ConnectionSubscribed;
}
/**
 * Stop updates of connection, by the same parameters or by topics
 */
export interface ConnectionUnsubscribeMessage {
  type: "connection.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: NoParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface ConnectionUnsubscribeResponseMessage {
  type: "connection.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of connection
 */
export interface ConnectionUpdateMessage {
  type: "connection.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Connection;
}
/**
 * Ask for the server's time
 */
export interface SystemPingMessage {
  type: "system.ping";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Nothing;
}
/**
 * The server's time
 */
export interface SystemPingResponseMessage {
  type: "system.ping.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ServerTime;
}
/**
 * Ask what is known of this connection
 */
export interface SystemInfoMessage {
  type: "system.info";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Nothing;
}
/**
 * The connection as the server sees it
 */
export interface SystemInfoResponseMessage {
  type: "system.info.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: ConnectionInfo;
}
/**
 * The connection will close, or a topic has lost its continuity
 */
export interface SystemNoticeMessage {
  type: "system.notice";
  payload: Notice;
}

/** Which routes number their updates without a hole (`every`), and which skip to the newest. */
export const brokerDelivery = {
  orders: "every",
  executions: "every",
  positions: "latest",
  equity: "latest",
  connection: "latest",
} as const;
