/** A page of the server's own origin: the session cookie is the credential. */

import {
  type Bar,
  createClient,
  createDatafeedSocket,
  type Listener,
  unwrap,
} from "@trading-api/client";

const api = createClient({ baseUrl: location.origin });
const datafeed = createDatafeedSocket({
  baseUrl: location.origin,
  isAuthorized: async () => (await api.GET("/api/v1/datafeed/time")).response.status !== 401,
});
datafeed.on("unauthorized", () => location.assign("/login"));
datafeed.on("state", (state) => {
  const soon = state.status === "closed" && state.retryInMs !== null;
  document.title = soon ? `back in ${Math.ceil(state.retryInMs / 1000)} s` : state.status;
});
addEventListener("online", () => datafeed.connect()); // do not wait for the back-off to end

const bars = new Map<number, Bar>();
let liveFrom = Infinity;

async function readHistory(): Promise<void> {
  const query = { symbol: "BTCUSD", resolution: "1", count_back: 500 } as const;
  const series = await unwrap(api.GET("/api/v1/datafeed/bars", { params: { query } }));
  for (const bar of series.bars) if (bar.time < liveFrom) bars.set(bar.time, bar);
}

const listener: Listener<Bar[], Bar> = {
  snapshot: (recent) => {
    liveFrom = recent[0]?.time ?? Infinity; // from here on the socket knows best
    for (const bar of recent) bars.set(bar.time, bar);
  },
  update: (bar) => bars.set(bar.time, bar),
  gap: () => void readHistory(),
};
const subscription = datafeed.subscribe("bars", { symbol: "BTCUSD", resolution: "1" }, listener);
datafeed.connect();
await readHistory();
addEventListener("pagehide", () => subscription.close());
