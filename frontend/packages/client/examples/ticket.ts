/** A page of another origin, which is allowed: it has a key, and its WebSocket can send no header. */

import { createClient, createDatafeedSocket, tickets } from "@trading-api/client";

const baseUrl = "https://trading.example";
const key = prompt("API key");

const api = createClient({ baseUrl, token: () => key });
const datafeed = createDatafeedSocket({ baseUrl, ticket: tickets(api) });

datafeed.subscribe(
  "quotes",
  { symbols: ["AAPL"] },
  {
    snapshot: (quote) => (document.title = `AAPL ${quote.bid}`),
    update: (quote) => (document.title = `AAPL ${quote.bid}`),
  },
);
datafeed.connect();
