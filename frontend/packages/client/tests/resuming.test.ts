import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { openBench, payloads, reconnect, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("after a reconnection", () => {
  test("each topic goes on after the last number", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.publish("trades:A", "x");
    bench.server.latest.drop();
    bench.server.publish("trades:A", "y");
    await vi.advanceTimersByTimeAsync(250);
    bench.server.publish("trades:A", "z");
    expect(payloads(bench, "trades.subscribe")).toEqual([
      { symbols: ["A"], recover: { "trades:A": { epoch: "e1", seq: 1 } } },
    ]);
    expect(recorder.heard).toEqual(["snapshot@0", "1=x", "2=y", "3=z"]);
    expect(bench.gaps).toEqual([]);
  });

  test("one who came meanwhile gets a snapshot of its own", async () => {
    const bench = await openBench();
    const [first, second] = [new Recorder(), new Recorder()];
    trades(bench, first, "A");
    await settle();
    bench.server.latest.drop();
    bench.server.publish("trades:A", "x");
    trades(bench, second, "A");
    await vi.advanceTimersByTimeAsync(250);
    expect(first.heard).toEqual(["snapshot@0", "1=x"]);
    expect(second.heard).toEqual(["snapshot@1"]);
  });

  test("what cannot be resumed is a gap, and a snapshot", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.publish("trades:A", "x");
    recorder.take();
    bench.server.latest.drop();
    bench.server.restart();
    await vi.advanceTimersByTimeAsync(250);
    bench.server.publish("trades:A", "y");
    expect(recorder.heard).toEqual(["gap:not_resumed", "snapshot@0", "1=y"]);
    expect(bench.gaps).toMatchObject([
      { topic: "trades:A", route: "trades", reason: "not_resumed" },
    ]);
  });

  test("nothing is a gap where nothing happened", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.remembers = false;
    await reconnect(bench);
    bench.server.publish("trades:A", "x");
    expect(recorder.heard).toEqual(["snapshot@0", "1=x"]);
  });

  test("lists that overlap resume each topic once", async () => {
    const bench = await openBench();
    const [ab, bc] = [new Recorder(), new Recorder()];
    trades(bench, ab, "A", "B");
    trades(bench, bc, "B", "C");
    await settle();
    ab.take();
    bc.take();
    bench.server.latest.drop();
    for (const symbol of ["A", "B", "C"]) bench.server.publish(`trades:${symbol}`, symbol);
    await vi.advanceTimersByTimeAsync(250);
    expect(ab.heard).toEqual(["1=A", "1=B"]);
    expect(bc.heard).toEqual(["1=B", "1=C"]);
    expect(bench.gaps).toEqual([]);
    const resumed = bench.server.latest
      .requests("trades.subscribe")
      .map(({ payload }) => Object.keys(payload["recover"] ?? {}));
    expect(resumed).toEqual([["trades:A", "trades:B"], ["trades:C"]]);
  });

  test("a topic does not wait for a list whose request is put off", async () => {
    const bench = await openBench();
    const [ab, b] = [new Recorder(), new Recorder()];
    trades(bench, ab, "A", "B");
    trades(bench, b, "B");
    await settle();
    bench.server.misbehave = (connection, request) => {
      const { symbols } = request.payload as { symbols?: string[] };
      if (symbols?.length !== 2) return false;
      bench.server.refuse(connection, request, "rate_limited", { retry_after_ms: 30_000 });
      return true;
    };
    await reconnect(bench);
    bench.server.publish("trades:B", "x");
    expect(ab.heard).toEqual(["snapshot@0", "snapshot@0", "1=x"]);
    expect(b.heard).toEqual(["snapshot@0", "1=x"]);
  });

  test("who left meanwhile is not resumed", async () => {
    const bench = await openBench();
    const subscription = trades(bench, new Recorder(), "A");
    await settle();
    bench.server.latest.drop();
    subscription.close();
    await vi.advanceTimersByTimeAsync(250);
    expect(bench.server.latest.received).toEqual([]);
  });

  test("listeners outlive a refused credential", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.latest.end(4500);
    bench.server.publish("trades:A", "x");
    bench.socket.connect();
    await settle();
    expect(recorder.heard).toEqual(["snapshot@0", "1=x"]);
  });

  test("topics that no longer belong to the parameters are left", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    recorder.take();
    bench.server.misbehave = (connection, request) => {
      if (request.type !== "trades.subscribe") return false;
      const state = { topic: "trades:B", epoch: "e9", seq: 4, recovered: false, snapshot: [] };
      bench.server.reply(connection, request, { status: "ok", subscriptions: [state] });
      return true;
    };
    await reconnect(bench);
    bench.server.latest.update("trades:A", 1, "old");
    bench.server.latest.update("trades:B", 5, "new");
    expect(recorder.heard).toEqual(["snapshot@4", "5=new"]);
    expect(payloads(bench, "trades.unsubscribe")).toEqual([{ topics: ["trades:A"] }]);
  });

  test("a request to resume fits into a frame", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    const symbols = Array.from({ length: 1_000 }, (_, index) => `SYMBOL-NUMBER-${index}`);
    trades(bench, recorder, ...symbols);
    await settle();
    expect(recorder.take()).toHaveLength(1_000);
    bench.server.latest.drop();
    for (const symbol of symbols) bench.server.publish(`trades:${symbol}`, "x");
    await vi.advanceTimersByTimeAsync(250);
    const [request] = bench.server.latest.requests("trades.subscribe");
    expect(JSON.stringify(request).length).toBeLessThan(64 * 1024);
    const heard = recorder.take();
    const resumed = heard.filter((word) => word === "1=x").length;
    expect(resumed).toBeGreaterThan(400);
    expect(heard.filter((word) => word === "snapshot@1")).toHaveLength(1_000 - resumed);
    expect(bench.gaps).toHaveLength(1_000 - resumed);
  });
});
