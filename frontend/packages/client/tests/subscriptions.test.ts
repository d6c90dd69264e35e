import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { makeBench, openBench, payloads, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("listening", () => {
  test("a snapshot comes first, then each update once, in order", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    bench.server.publish("trades:A", "before");
    await settle();
    bench.server.publish("trades:A", "b");
    bench.server.publish("trades:A", "c");
    expect(recorder.heard).toEqual(["snapshot@1", "2=b", "3=c"]);
    expect(recorder.positions.at(-1)).toEqual({ topic: "trades:A", epoch: "e1", seq: 3 });
  });

  test("what is subscribed to before the connection begins when it opens", async () => {
    const bench = makeBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A", "B");
    bench.socket.connect();
    await settle();
    expect(recorder.heard).toEqual(["snapshot@0", "snapshot@0"]);
    expect(recorder.positions.map(({ topic }) => topic)).toEqual(["trades:A", "trades:B"]);
  });

  test("numbers may be skipped in a route that skips to the newest, but never go back", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    bench.socket.subscribe("quotes", { symbols: ["A"] }, recorder);
    await settle();
    for (const seq of [1, 5, 3, 5, 9]) bench.server.latest.update("quotes:A", seq, "q");
    expect(recorder.heard).toEqual(["snapshot@0", "1=q", "5=q", "9=q"]);
    expect(bench.gaps).toEqual([]);
  });

  test("a listener may be an object with a prototype, or hear nothing at all", async () => {
    const bench = await openBench();
    trades(bench, new Recorder(), "A");
    bench.socket.subscribe("trades", { symbols: ["A"] }, {});
    await settle();
    bench.server.publish("trades:A", "x");
    expect(bench.socket.state).toEqual({ status: "open" });
  });

  test("a listener may leave while it is being told", async () => {
    const bench = await openBench();
    const second = new Recorder();
    const subscription = bench.socket.subscribe(
      "trades",
      { symbols: ["A"] },
      { update: () => subscription.close() },
    );
    trades(bench, second, "A");
    await settle();
    bench.server.publish("trades:A", "x");
    await settle();
    bench.server.publish("trades:A", "y");
    expect(second.heard).toEqual(["snapshot@0", "1=x", "2=y"]);
    expect(payloads(bench, "trades.unsubscribe")).toEqual([]);
  });
});

describe("sharing", () => {
  test("listeners of one topic share the server's subscription, each with its own snapshot", async () => {
    const bench = await openBench();
    const [first, second] = [new Recorder(), new Recorder()];
    trades(bench, first, "A");
    await settle();
    bench.server.publish("trades:A", "x");
    trades(bench, second, "A");
    bench.server.publish("trades:A", "y");
    await settle();
    bench.server.publish("trades:A", "z");
    expect(first.heard).toEqual(["snapshot@0", "1=x", "2=y", "3=z"]);
    expect(second.heard).toEqual(["snapshot@2", "3=z"]);
  });

  test("listeners that come together ask once", async () => {
    const bench = makeBench();
    const recorders = [new Recorder(), new Recorder(), new Recorder()];
    for (const recorder of recorders) trades(bench, recorder, "A");
    bench.socket.connect();
    await settle();
    expect(payloads(bench, "trades.subscribe")).toEqual([{ symbols: ["A"] }]);
    for (const recorder of recorders) expect(recorder.heard).toEqual(["snapshot@0"]);
  });

  test("one who comes while the reply is awaited takes part in it", async () => {
    const bench = await openBench();
    const [first, second] = [new Recorder(), new Recorder()];
    trades(bench, first, "A");
    trades(bench, second, "A");
    await settle();
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
    expect(second.heard).toEqual(["snapshot@0"]);
  });

  test("the order of the parameters' members does not matter", async () => {
    const bench = await openBench();
    bench.socket.subscribe("bars", { symbol: "A", resolution: "1" }, {});
    bench.socket.subscribe("bars", { resolution: "1", symbol: "A" }, {});
    await settle();
    expect(payloads(bench, "bars.subscribe")).toHaveLength(1);
  });

  test("the server is told when the last has left, not before", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    const subscriptions = [trades(bench, recorder, "A"), trades(bench, new Recorder(), "A")];
    await settle();
    subscriptions[0]?.close();
    subscriptions[0]?.close();
    await settle();
    bench.server.publish("trades:A", "x");
    expect(recorder.heard).toEqual(["snapshot@0"]);
    expect(payloads(bench, "trades.unsubscribe")).toEqual([]);
    subscriptions[1]?.close();
    await settle();
    expect(payloads(bench, "trades.unsubscribe")).toEqual([{ topics: ["trades:A"] }]);
    expect(bench.server.latest.topics.size).toBe(0);
  });

  test("who leaves and comes back in the same turn is not told to the server", async () => {
    const bench = await openBench();
    const first = trades(bench, new Recorder(), "A");
    await settle();
    const recorder = new Recorder();
    first.close();
    trades(bench, recorder, "A");
    await settle();
    expect(payloads(bench, "trades.unsubscribe")).toEqual([]);
    expect(recorder.heard).toEqual(["snapshot@0"]);
  });

  test("who leaves while the reply is awaited leaves nothing behind", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    const held: (() => void)[] = [];
    bench.server.misbehave = (connection, request) => {
      bench.server.misbehave = () => false;
      return held.push(() => bench.server.answer(connection, request)) > 0;
    };
    const subscription = trades(bench, recorder, "A");
    await settle();
    subscription.close();
    await settle();
    for (const answer of held) answer();
    await settle();
    expect(recorder.heard).toEqual([]);
    expect(bench.server.latest.topics.size).toBe(0);
  });

  test("lists that overlap share what they have in common", async () => {
    const bench = await openBench();
    const [ab, bc] = [new Recorder(), new Recorder()];
    const first = trades(bench, ab, "A", "B");
    trades(bench, bc, "B", "C");
    await settle();
    ab.take();
    bc.take();
    bench.server.publish("trades:B", "x");
    first.close();
    await settle();
    expect(payloads(bench, "trades.unsubscribe")).toEqual([{ topics: ["trades:A"] }]);
    bench.server.publish("trades:A", "not heard");
    bench.server.publish("trades:B", "y");
    bench.server.publish("trades:C", "z");
    expect(ab.heard).toEqual(["1=x"]);
    expect(bc.heard).toEqual(["1=x", "2=y", "1=z"]);
  });

  test("a list that is leaving does not take from one that is coming", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, new Recorder(), "A").close();
    trades(bench, recorder, "A", "B");
    await settle();
    bench.server.publish("trades:A", "x");
    expect(recorder.heard).toEqual(["snapshot@0", "snapshot@0", "1=x"]);
    expect([...bench.server.latest.topics]).toEqual(["trades:A", "trades:B"]);
  });
});

test("after close nobody hears anything and no timer is left", async () => {
  const bench = await openBench();
  const recorder = new Recorder();
  const subscription = trades(bench, recorder, "A");
  await settle();
  const { latest } = bench.server;
  trades(bench, recorder, "B");
  bench.socket.close();
  latest.update("trades:A", 1, "x");
  subscription.close();
  await settle();
  expect(recorder.heard).toEqual(["snapshot@0"]);
  expect(bench.errors).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
