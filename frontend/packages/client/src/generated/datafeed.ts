// Written by `make specs` from backend/specs; not to be edited.
import type { Bar, Depth, Quote, Trade } from "./rest.js";

/**
 * An empty object.
 */
export type Nothing = Record<string, never>;
/**
 * What a client may send
 */
export type DatafeedClientMessage =
  | BarsSubscribeMessage
  | BarsUnsubscribeMessage
  | QuotesSubscribeMessage
  | QuotesUnsubscribeMessage
  | TradesSubscribeMessage
  | TradesUnsubscribeMessage
  | DepthSubscribeMessage
  | DepthUnsubscribeMessage
  | SystemPingMessage
  | SystemInfoMessage;
/**
 * What the server may send
 */
export type DatafeedServerMessage =
  | BarsSubscribeResponseMessage
  | BarsUnsubscribeResponseMessage
  | QuotesSubscribeResponseMessage
  | QuotesUnsubscribeResponseMessage
  | TradesSubscribeResponseMessage
  | TradesUnsubscribeResponseMessage
  | DepthSubscribeResponseMessage
  | DepthUnsubscribeResponseMessage
  | SystemPingResponseMessage
  | SystemInfoResponseMessage
  | BarsUpdateMessage
  | ErrorMessage
  | QuotesUpdateMessage
  | TradesUpdateMessage
  | DepthUpdateMessage
  | SystemNoticeMessage;

/**
 * What the socket of datafeed speaks.
 */
export interface DatafeedProtocol {
  /**
   * Payload of each request
   */
  client: {
    "bars.subscribe": BarsSubscribe;
    "bars.unsubscribe": BarsParameters | Topics;
    "quotes.subscribe": QuotesSubscribe;
    "quotes.unsubscribe": SymbolsParameters | Topics;
    "trades.subscribe": TradesSubscribe;
    "trades.unsubscribe": SymbolsParameters | Topics;
    "depth.subscribe": DepthSubscribe;
    "depth.unsubscribe": DepthParameters | Topics;
    "system.ping": Nothing;
    "system.info": Nothing;
  };
  /**
   * Payload of the reply to each request
   */
  reply: {
    "bars.subscribe": BarsSubscribed;
    "bars.unsubscribe": Unsubscribed;
    "quotes.subscribe": QuotesSubscribed;
    "quotes.unsubscribe": Unsubscribed;
    "trades.subscribe": TradesSubscribed;
    "trades.unsubscribe": Unsubscribed;
    "depth.subscribe": DepthSubscribed;
    "depth.unsubscribe": Unsubscribed;
    "system.ping": ServerTime;
    "system.info": ConnectionInfo;
  };
  /**
   * Payload of what comes unasked
   */
  server: {
    "bars.update": Bar;
    error: SocketError;
    "quotes.update": Quote;
    "trades.update": Trade;
    "depth.update": Depth;
    "system.notice": Notice;
  };
  /**
   * What may be subscribed to
   */
  routes: {
    bars: {
      /**
       * Which bars to subscribe to.
       */
      parameters: {
        /**
         * Name or EXCHANGE:NAME
         */
        symbol: string;
        /**
         * Minutes as a number; a day, a week or a month
         */
        resolution:
          | "1S"
          | "5S"
          | "15S"
          | "30S"
          | "1"
          | "3"
          | "5"
          | "15"
          | "30"
          | "60"
          | "120"
          | "180"
          | "240"
          | "1D"
          | "1W"
          | "1M"
          | "12M";
      };
      snapshot: Bar[];
      update: Bar;
    };
    quotes: {
      /**
       * Which symbols to subscribe to.
       */
      parameters: {
        /**
         * Names or EXCHANGE:NAME
         *
         * @minItems 1
         * @maxItems 1000
         */
        symbols: string[];
      };
      snapshot: Quote;
      update: Quote;
    };
    trades: {
      /**
       * Which symbols to subscribe to.
       */
      parameters: {
        /**
         * Names or EXCHANGE:NAME
         *
         * @minItems 1
         * @maxItems 1000
         */
        symbols: string[];
      };
      snapshot: Trade[];
      update: Trade;
    };
    depth: {
      /**
       * Which ladder to subscribe to.
       */
      parameters: {
        /**
         * Name or EXCHANGE:NAME
         */
        symbol: string;
        /**
         * How many price levels of each side
         */
        levels: 5 | 10 | 25 | 50;
      };
      snapshot: Depth;
      update: Depth;
    };
  };
}
/**
 * Which bars to subscribe to.
 */
export interface BarsSubscribe {
  /**
   * Name or EXCHANGE:NAME
   */
  symbol: string;
  /**
   * Minutes as a number; a day, a week or a month
   */
  resolution:
    | "1S"
    | "5S"
    | "15S"
    | "30S"
    | "1"
    | "3"
    | "5"
    | "15"
    | "30"
    | "60"
    | "120"
    | "180"
    | "240"
    | "1D"
    | "1W"
    | "1M"
    | "12M";
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
 * Which bars to subscribe to.
 */
export interface BarsParameters {
  /**
   * Name or EXCHANGE:NAME
   */
  symbol: string;
  /**
   * Minutes as a number; a day, a week or a month
   */
  resolution:
    | "1S"
    | "5S"
    | "15S"
    | "30S"
    | "1"
    | "3"
    | "5"
    | "15"
    | "30"
    | "60"
    | "120"
    | "180"
    | "240"
    | "1D"
    | "1W"
    | "1M"
    | "12M";
}
/**
 * Topics by the names that subscribe replies gave.
 */
export interface Topics {
  topics: string[];
}
/**
 * Which symbols to subscribe to.
 */
export interface QuotesSubscribe {
  /**
   * Names or EXCHANGE:NAME
   *
   * @minItems 1
   * @maxItems 1000
   */
  symbols: string[];
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Which symbols to subscribe to.
 */
export interface SymbolsParameters {
  /**
   * Names or EXCHANGE:NAME
   *
   * @minItems 1
   * @maxItems 1000
   */
  symbols: string[];
}
/**
 * Which symbols to subscribe to.
 */
export interface TradesSubscribe {
  /**
   * Names or EXCHANGE:NAME
   *
   * @minItems 1
   * @maxItems 1000
   */
  symbols: string[];
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Which ladder to subscribe to.
 */
export interface DepthSubscribe {
  /**
   * Name or EXCHANGE:NAME
   */
  symbol: string;
  /**
   * How many price levels of each side
   */
  levels: 5 | 10 | 25 | 50;
  /**
   * Positions to go on from, by topic
   */
  recover?: {
    [k: string]: StreamPosition;
  };
}
/**
 * Which ladder to subscribe to.
 */
export interface DepthParameters {
  /**
   * Name or EXCHANGE:NAME
   */
  symbol: string;
  /**
   * How many price levels of each side
   */
  levels: 5 | 10 | 25 | 50;
}
export interface BarsSubscribed {
  status: "ok";
  subscriptions: BarsSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface BarsSubscription {
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
  snapshot: Bar[] | null;
}
/**
 * Reply to an unsubscribe request: the topics that were named.
 */
export interface Unsubscribed {
  status: "ok";
  topics: string[];
}
export interface QuotesSubscribed {
  status: "ok";
  subscriptions: QuotesSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface QuotesSubscription {
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
  snapshot: Quote | null;
}
export interface TradesSubscribed {
  status: "ok";
  subscriptions: TradesSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface TradesSubscription {
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
  snapshot: Trade[] | null;
}
export interface DepthSubscribed {
  status: "ok";
  subscriptions: DepthSubscription[];
}
/**
 * One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow.
 */
export interface DepthSubscription {
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
  snapshot: Depth | null;
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
 * Bars of a symbol as they grow; each once more in its final form.
 */
export interface BarsSubscribeMessage {
  type: "bars.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: BarsSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface BarsSubscribeResponseMessage {
  type: "bars.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: BarsSubscribed;
}
/**
 * Stop updates of bars, by the same parameters or by topics
 */
export interface BarsUnsubscribeMessage {
  type: "bars.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: BarsParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface BarsUnsubscribeResponseMessage {
  type: "bars.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of bars
 */
export interface BarsUpdateMessage {
  type: "bars.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Bar;
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
 * Best bid and ask of each symbol, with its day.
 */
export interface QuotesSubscribeMessage {
  type: "quotes.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: QuotesSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface QuotesSubscribeResponseMessage {
  type: "quotes.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: QuotesSubscribed;
}
/**
 * Stop updates of quotes, by the same parameters or by topics
 */
export interface QuotesUnsubscribeMessage {
  type: "quotes.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: SymbolsParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface QuotesUnsubscribeResponseMessage {
  type: "quotes.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of quotes
 */
export interface QuotesUpdateMessage {
  type: "quotes.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Quote;
}
/**
 * Every trade of each symbol.
 */
export interface TradesSubscribeMessage {
  type: "trades.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: TradesSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface TradesSubscribeResponseMessage {
  type: "trades.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: TradesSubscribed;
}
/**
 * Stop updates of trades, by the same parameters or by topics
 */
export interface TradesUnsubscribeMessage {
  type: "trades.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: SymbolsParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface TradesUnsubscribeResponseMessage {
  type: "trades.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of trades
 */
export interface TradesUpdateMessage {
  type: "trades.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Trade;
}
/**
 * The best price levels of a symbol: whole ladders, at most 20 a second.
 */
export interface DepthSubscribeMessage {
  type: "depth.subscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: DepthSubscribe;
}
/**
 * The state of each topic, and where its stream begins
 */
export interface DepthSubscribeResponseMessage {
  type: "depth.subscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: DepthSubscribed;
}
/**
 * Stop updates of depth, by the same parameters or by topics
 */
export interface DepthUnsubscribeMessage {
  type: "depth.unsubscribe";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: DepthParameters | Topics;
}
/**
 * The topics that are no longer sent
 */
export interface DepthUnsubscribeResponseMessage {
  type: "depth.unsubscribe.response";
  /**
   * Echoed in the answer
   */
  id?: string | number;
  payload: Unsubscribed;
}
/**
 * One update of a topic of depth
 */
export interface DepthUpdateMessage {
  type: "depth.update";
  /**
   * As in the subscribe reply
   */
  topic: string;
  seq: number;
  payload: Depth;
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
export const datafeedDelivery = {
  bars: "latest",
  quotes: "latest",
  trades: "every",
  depth: "latest",
} as const;
