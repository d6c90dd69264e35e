/** Compiled, never run: right use compiles, wrong use does not. */

import {
  type Bar,
  type BrokerClientMessage,
  type BrokerProtocol,
  type BrokerServerMessage,
  createBrokerSocket,
  createClient,
  createDatafeedSocket,
  type DatafeedServerMessage,
  type Order,
  type PlaceOrderRequest,
  type Position,
  type Quote,
  type SocketState,
  TypedSocket,
  unwrap,
} from "@trading-api/client";
import WebSocket from "ws";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<T extends true>(): T | undefined {
  return undefined;
}

const api = createClient({ baseUrl: "http://server.test" });
const broker = createBrokerSocket({ baseUrl: "http://server.test" });
const datafeed = createDatafeedSocket({
  baseUrl: "http://server.test",
  token: () => "t",
  webSocket: (url, headers) => new WebSocket(url, { headers }),
});

// Each noun is one type, whichever face it comes from.
assertType<Same<BrokerProtocol["server"]["orders.update"], Order>>();
assertType<Same<BrokerProtocol["routes"]["positions"]["snapshot"], Position[]>>();

// Routes, parameters and values.
datafeed.subscribe(
  "bars",
  { symbol: "A", resolution: "1D" },
  {
    snapshot: (bars) => assertType<Same<typeof bars, Bar[]>>(),
    update: (bar, at) => [assertType<Same<typeof bar, Bar>>(), at.seq.toFixed()],
  },
);
datafeed.subscribe(
  "quotes",
  { symbols: ["A"] },
  {
    snapshot: (quote) => assertType<Same<typeof quote, Quote>>(),
  },
);
broker.subscribe("orders", {}, { update: (order) => order.status === "working" });
broker.subscribe("connection", {}, { update: (state) => state.journal === "failing" });
// @ts-expect-error there is no such route
datafeed.subscribe("candles", { symbol: "A", resolution: "1" }, {});
// @ts-expect-error orders are the broker's
datafeed.subscribe("orders", {}, {});
// @ts-expect-error no such resolution
datafeed.subscribe("bars", { symbol: "A", resolution: "2" }, {});
// @ts-expect-error the resolution is missing
datafeed.subscribe("bars", { symbol: "A" }, {});
// @ts-expect-error a member too many
datafeed.subscribe("bars", { symbol: "A", resolution: "1", depth: 5 }, {});
// @ts-expect-error resuming is the socket's own affair
datafeed.subscribe("trades", { symbols: ["A"], recover: {} }, {});
// @ts-expect-error quotes take a list
datafeed.subscribe("quotes", { symbols: "A" }, {});
// @ts-expect-error a bar has no bid
datafeed.subscribe("bars", { symbol: "A", resolution: "1" }, { update: (bar) => bar.bid });
// @ts-expect-error an order is not a quote
broker.subscribe("orders", {}, { update: (quote: Quote) => quote });
// @ts-expect-error the connection takes no parameters
broker.subscribe("connection", { account_id: "a" }, {});
// @ts-expect-error no such status
broker.subscribe("orders", {}, { update: (order) => order.status === "wroking" });

// Requests and replies.
const ping = await broker.request("system.ping", {});
assertType<Same<typeof ping.server_time, number>>();
const info = await datafeed.request("system.info", {}, { timeoutMs: 5 });
assertType<Same<typeof info.limits.max_topics, number>>();
// @ts-expect-error subscribing has its own method
void broker.request("orders.subscribe", {});
// @ts-expect-error no such request
void broker.request("system.pong", {});
// @ts-expect-error a ping carries nothing
void broker.request("system.ping", { time: 1 });
// @ts-expect-error the reply has no such member
ping.client_time;

// Events and states.
broker.on("gap", (gap) => gap.reason === "server");
broker.on("state", (state) => {
  if (state.status === "closed") return state.retryInMs;
  // @ts-expect-error only a closed socket has a reason
  return state.reason;
});
// @ts-expect-error no such event
broker.on("closed", () => undefined);
export function exhaustive(state: SocketState): string {
  switch (state.status) {
    case "idle":
    case "connecting":
    case "open":
    case "closed":
      return state.status;
  }
}

// Whole messages are exact unions: the type tells the payload.
export function seqOf(message: DatafeedServerMessage | BrokerServerMessage): number {
  switch (message.type) {
    case "trades.update":
      return message.payload.price + message.seq;
    case "orders.subscribe.response":
      return message.payload.subscriptions[0]?.seq ?? 0;
    case "error":
      // @ts-expect-error an error has no number
      return message.seq;
    default:
      return 0;
  }
}
// @ts-expect-error the payload is missing
export const incomplete: BrokerClientMessage = { type: "orders.subscribe" };

// REST.
const body: PlaceOrderRequest = { symbol: "A", side: "buy", type: "market", quantity: "1" };
const order = await unwrap(api.POST("/api/v1/broker/orders", { body }));
assertType<Same<typeof order, Order>>();
// @ts-expect-error quantities are text
export const numeric: PlaceOrderRequest = { ...body, quantity: 1 };
// @ts-expect-error no such member
export const misspelt: PlaceOrderRequest = { ...body, stop_pirce: "1" };
// @ts-expect-error no such path
void api.GET("/api/v1/broker/order");
// @ts-expect-error the symbol is missing
void api.GET("/api/v1/datafeed/bars", { params: { query: { resolution: "1" } } });
// @ts-expect-error quotes cannot be posted
void api.POST("/api/v1/datafeed/quotes");
const { data } = await api.GET("/api/v1/broker/accounts");
// @ts-expect-error there is no data when the server refuses
data.items;

// A stranger's module brings its own types.
interface Weather {
  client: { "system.ping": Record<string, never>; "weather.predict": { city: string } };
  reply: { "system.ping": { server_time: number }; "weather.predict": { rain: boolean } };
  server: { "weather.update": { degrees: number } };
  routes: {
    weather: {
      parameters: { city: string };
      snapshot: { degrees: number };
      update: { degrees: number };
    };
  };
}
const weather = new TypedSocket<Weather>({ url: "ws://x", delivery: { weather: "latest" } });
weather.subscribe("weather", { city: "Bern" }, { update: ({ degrees }) => degrees + 1 });
assertType<
  Same<Awaited<ReturnType<typeof weather.request<"weather.predict">>>, { rain: boolean }>
>();
// @ts-expect-error a delivery is `every` or `latest`
new TypedSocket<Weather>({ url: "ws://x", delivery: { weather: "sometimes" } });
