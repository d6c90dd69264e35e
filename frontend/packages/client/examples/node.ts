/** A program: place an order, follow it, stay up through restarts of the server. */

import process from "node:process";
import {
  ApiError,
  createBrokerSocket,
  createClient,
  createDatafeedSocket,
  type Order,
  unwrap,
} from "@trading-api/client";
import WebSocket from "ws";

const server = {
  baseUrl: "http://127.0.0.1:8000",
  token: () => process.env["TRADING_API_TOKEN"] ?? null,
};
const api = createClient(server);

const webSocket = (url: string, headers: Record<string, string>) => new WebSocket(url, { headers });
const broker = createBrokerSocket({ ...server, webSocket });
const datafeed = createDatafeedSocket({ ...server, webSocket });

const orders = new Map<string, Order>();
broker.subscribe(
  "orders",
  {},
  {
    snapshot: (open) => {
      orders.clear();
      for (const order of open) orders.set(order.id, order);
    },
    update: (order) => orders.set(order.id, order),
  },
);
datafeed.subscribe(
  "quotes",
  { symbols: ["BTCUSD", "AAPL"] },
  {
    snapshot: (quote) => console.log(quote.symbol, quote.bid, quote.ask),
    update: (quote) => console.log(quote.symbol, quote.bid, quote.ask),
    error: (refusal) => console.error(refusal.code, refusal.message),
  },
);
broker.connect();
datafeed.connect();
await broker.opened();

try {
  const order = await unwrap(
    api.POST("/api/v1/broker/orders", {
      body: { symbol: "BTCUSD", side: "buy", type: "market", quantity: "0.1" },
    }),
  );
  console.log(order.status, order.average_price);
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.error(error.code, error.message, error.fields);
}

const { server_time } = await broker.request("system.ping", {}, { timeoutMs: 2_000 });
console.log("the server's clock is ahead by", server_time - Date.now(), "ms");

process.once("SIGINT", () => {
  broker.close();
  datafeed.close();
});
