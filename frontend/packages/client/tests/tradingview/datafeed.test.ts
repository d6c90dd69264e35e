/** A driver plays the charting library against the datafeed adapter and a real server. */

import { expect, onTestFinished } from "vitest";
import {
  type ChartDepth,
  type ChartQuote,
  createTradingViewDatafeed,
} from "../../src/tradingview/index.js";
import { ChartDriver, DAY_S } from "./chart-driver.js";
import {
  type Clients,
  connect,
  hasOpenMarket,
  test as withServer,
  TestServer,
  until,
} from "./real-server.js";

const test = withServer.skipIf(!hasOpenMarket);
const TIMEOUT = 60_000;

function makeDriver({ api, datafeed }: Clients): ChartDriver {
  return new ChartDriver(createTradingViewDatafeed({ api, socket: datafeed }));
}

test(
  "the configuration says what there is, and the time is in seconds",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const ready = await driver.ready();
    expect(ready.supported_resolutions).toEqual(
      expect.arrayContaining(["1", "60", "1D", "1W", "1M"]),
    );
    expect(ready.exchanges.map(({ value }) => value)).toContain("BITSTAMP");
    expect(ready.supports_marks && ready.supports_timescale_marks && ready.supports_time).toBe(
      true,
    );
    expect(Math.abs((await driver.time()) - Date.now() / 1000)).toBeLessThan(5);
  },
  TIMEOUT,
);

test(
  "symbols are found and resolved, by name and with their exchange",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const [first] = await driver.search("BTCUSD");
    expect(first).toMatchObject({
      symbol: "BTCUSD",
      full_name: "BITSTAMP:BTCUSD",
      ticker: "BTCUSD",
    });
    expect((await driver.search("", "", "stock")).map(({ type }) => type)).not.toContain("crypto");
    expect(await driver.search("NO SUCH THING")).toEqual([]);
    const symbol = await driver.resolve("BITSTAMP:BTCUSD");
    expect(symbol).toEqual(await driver.resolve("BTCUSD"));
    expect(symbol).toMatchObject({
      ticker: "BTCUSD",
      session: "24x7",
      pricescale: 100,
      minmov: 1,
      volume_precision: 8,
      has_intraday: true,
      data_status: "streaming",
    });
    await expect(driver.resolve("NOSUCH")).rejects.toThrow("unknown_symbol");
  },
  TIMEOUT,
);

test(
  "history is paged to its beginning, exactly, and is the same again",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const symbol = await driver.resolve("AAPL");
    const days = await driver.history(symbol, "1D", 300);
    expect(days.length).toBeGreaterThan(1_000);
    expect(await driver.history(symbol, "D", 1_000)).toEqual(days);
    const [first, last] = [days[0]?.time ?? 0, days.at(-1)?.time ?? 0];
    for (const { time } of days) expect(time % (DAY_S * 1000)).toBe(0); // days are named by midnight
    const exact = await driver.page(symbol, "1D", { from: 0, to: last / 1000, countBack: 10 });
    expect(exact.bars).toEqual(days.slice(-11, -1)); // `to` is exclusive
    const before = await driver.page(symbol, "1D", { from: 0, to: first / 1000, countBack: 5 });
    expect(before.metadata).toEqual({ noData: true });
    const ahead = last / 1000 + DAY_S;
    const future = await driver.page(symbol, "1D", { from: ahead, to: ahead + DAY_S });
    expect(future.metadata).toEqual({ noData: true, nextTime: last }); // in milliseconds
    await expect(driver.page(symbol, "7", { from: 0, to: ahead })).rejects.toThrow("resolution");
  },
  TIMEOUT,
);

test(
  "live bars go on from the history, without an older one and without a reset",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const symbol = await driver.resolve("BTCUSD");
    const to = Math.ceil(Date.now() / 1000) + 60;
    const period = { from: to - 300 * 60, to, countBack: 300, firstDataRequest: true };
    const { bars } = await driver.page(symbol, "1", period);
    expect(bars).toHaveLength(300);
    const chart = driver.listen(symbol, "1", bars.at(-1));
    await until(() => chart.ticks.length >= 1, "a live bar");
    expect(chart.resets).toBe(0);
    chart.leave();
  },
  TIMEOUT,
);

test(
  "who reads no history hears the last closed bar and the open one",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const chart = driver.listen(await driver.resolve("BTCUSD"), "1D", undefined);
    await until(() => chart.ticks.length >= 2, "two bars");
    expect((chart.ticks[1]?.time ?? 0) - (chart.ticks[0]?.time ?? 0)).toBe(DAY_S * 1000);
    chart.leave();
  },
  TIMEOUT,
);

test(
  "quotes bear the names that were asked for; what is none is told as such",
  async ({ clients }) => {
    const driver = makeDriver(clients);
    const names = ["BITSTAMP:BTCUSD", "BTCUSD", "NOSUCH", "AAPL"];
    const quotes = await driver.quotes(names);
    expect(quotes.map(({ n }) => n).sort()).toEqual([...names].sort());
    expect(quotes.find(({ n }) => n === "NOSUCH")).toEqual({ s: "error", n: "NOSUCH", v: {} });
    const asked = quotes.find(({ n }) => n === "BITSTAMP:BTCUSD");
    expect(asked?.v).toMatchObject({
      short_name: "BTCUSD",
      exchange: "BITSTAMP",
      original_name: "BITSTAMP:BTCUSD",
    });
    for (const { s, v } of quotes) {
      if (s === "ok" && v.bid !== undefined) expect(v.spread).toBeCloseTo((v.ask ?? 0) - v.bid, 9);
    }
  },
  TIMEOUT,
);

test(
  "quotes and ladders are told until they are left",
  async ({ clients }) => {
    const feed = createTradingViewDatafeed({
      api: clients.api,
      socket: clients.datafeed,
      depthLevels: 10,
    });
    const heard = new Map<string, ChartQuote>();
    const onData = (quotes: ChartQuote[]): void =>
      quotes.forEach((each) => heard.set(each.n, each));
    feed.subscribeQuotes(["BTCUSD", "NOSUCH"], ["AAPL", "BTCUSD"], onData, "watchlist");
    const ladders: ChartDepth[] = [];
    const depth = feed.subscribeDepth("BTCUSD", (ladder) => ladders.push(ladder));
    await until(() => heard.size === 3 && ladders.length >= 1, "quotes and a ladder");
    expect(heard.get("NOSUCH")?.s).toBe("error");
    expect(heard.get("BTCUSD")).toMatchObject({
      s: "ok",
      v: { bid: expect.any(Number) as number },
    });
    const { snapshot, asks, bids } = ladders[0] ?? { snapshot: false, asks: [], bids: [] };
    expect([snapshot, asks.length, bids.length]).toEqual([true, 10, 10]);
    const prices = [...bids, ...asks].map(({ price }) => price);
    expect(prices).toEqual([...prices].sort((a, b) => a - b)); // both ascend, bids below asks
    feed.unsubscribeQuotes("watchlist");
    feed.unsubscribeDepth(depth);
    const topics = async (): Promise<string[]> =>
      (await clients.datafeed.request("system.info", {})).topics;
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined))); // leaving is at the end of a turn
    expect(await topics()).toEqual([]);
  },
  TIMEOUT,
);

test(
  "the caller's fills are marks, on bars and on the time scale",
  async ({ clients }) => {
    const { api, datafeed } = clients;
    const feed = createTradingViewDatafeed({ api, socket: datafeed });
    const body = { symbol: "BTCUSD", side: "buy", type: "market", quantity: "0.01" } as const;
    const { data } = await api.POST("/api/v1/broker/orders", { body });
    expect(data?.status).toBe("filled");
    const symbol = { name: "BTCUSD", ticker: "BTCUSD" };
    const [from, to] = [Date.now() / 1000 - DAY_S, Date.now() / 1000 + DAY_S].map(Math.floor) as [
      number,
      number,
    ];
    const marks = await new Promise<unknown[]>((done) =>
      feed.getMarks(symbol, from, to, done, "1"),
    );
    expect(marks).toEqual([
      expect.objectContaining({ label: "B", text: expect.stringContaining("0.01") as string }),
    ]);
    const days = await new Promise<unknown[]>((done) =>
      feed.getTimescaleMarks(symbol, from, to, done, "D"),
    );
    expect(days).toHaveLength(1);
  },
  TIMEOUT,
);

test(
  "a server that starts anew makes the charts forget, and they go on",
  async () => {
    const server = await TestServer.start();
    onTestFinished(() => server.remove());
    const clients = connect(server);
    onTestFinished(() => clients.close());
    const resets: string[] = [];
    const onReset = (symbol: string, resolution: string): void =>
      void resets.push(`${symbol} ${resolution}`);
    const feed = createTradingViewDatafeed({ api: clients.api, socket: clients.datafeed, onReset });
    const driver = new ChartDriver(feed);
    const symbol = await driver.resolve("BTCUSD");
    const to = Math.ceil(Date.now() / 1000);
    const period = { from: to - DAY_S, to, countBack: 100, firstDataRequest: true };
    const { bars } = await driver.page(symbol, "1", period);
    const chart = driver.listen(symbol, "1", bars.at(-1));
    await until(() => chart.ticks.length > 0, "a live bar");
    await server.kill();
    const count = chart.ticks.length;
    await server.run();
    await until(() => chart.resets > 0, "the reset");
    await until(() => chart.ticks.length > count, "a bar of the new server");
    expect(chart.resets).toBe(1);
    expect(resets).toEqual(["BTCUSD 1"]);
  },
  TIMEOUT,
);
