import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { openBench, reconnect, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("numbers that do not follow", () => {
  test("a duplicate is not delivered again", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    for (const seq of [1, 1, 2, 1, 2, 3]) bench.server.latest.update("trades:A", seq, "x");
    expect(recorder.heard).toEqual(["snapshot@0", "1=x", "2=x", "3=x"]);
    expect(bench.server.latest.requests("trades.subscribe")).toHaveLength(1);
  });

  test("a hole is filled by resuming, in order", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.publish("trades:A", "a");
    bench.server.latest.topics.clear();
    bench.server.publish("trades:A", "b");
    bench.server.publish("trades:A", "c");
    bench.server.latest.update("trades:A", 3, "c");
    bench.server.latest.update("trades:A", 2, "b");
    await settle();
    bench.server.publish("trades:A", "d");
    expect(recorder.heard).toEqual(["snapshot@0", "1=a", "2=b", "3=c", "4=d"]);
    expect(bench.gaps).toEqual([]);
  });

  test("a hole is filled however often there is one", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    for (let count = 0; count < 3; count++) {
      bench.server.latest.topics.clear();
      bench.server.publish("trades:A", "lost");
      bench.server.latest.topics.add("trades:A");
      bench.server.publish("trades:A", "sent");
      await settle();
    }
    expect(recorder.heard).toHaveLength(7);
    expect(bench.server.connections).toHaveLength(1);
  });

  test("a hole that cannot be filled is a gap", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.topic("trades:A").seq = 7;
    bench.server.remembers = false;
    bench.server.publish("trades:A", "x");
    await settle();
    bench.server.publish("trades:A", "y");
    expect(recorder.heard).toEqual(["snapshot@0", "gap:hole", "snapshot@8", "9=y"]);
  });

  test("a hole that resuming does not fill ends the connection, ever more slowly", async () => {
    const bench = await openBench();
    trades(bench, new Recorder(), "A");
    await settle();
    bench.server.topic("trades:A").seq = 7; // and the ring does not have the seven
    for (let time = 0; time < 20; time++) {
      bench.server.publish("trades:A", "x");
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(bench.server.connections.length).toBeGreaterThan(2);
    expect(bench.server.connections.length).toBeLessThan(10);
    expect(bench.states).toContainEqual(
      expect.objectContaining({ reason: "trades:A went from 0 to 8" }),
    );
  });

  test("a snapshot with another number than the stream had is a gap", async () => {
    const bench = await openBench();
    const [first, second] = [new Recorder(), new Recorder()];
    trades(bench, first, "A");
    await settle();
    bench.server.topic("trades:A").seq = 5; // five updates that were never sent
    trades(bench, second, "A");
    await settle();
    expect(first.heard).toEqual(["snapshot@0", "gap:not_resumed", "snapshot@5"]);
    expect(second.heard).toEqual(["snapshot@5"]);
  });

  test("a resumed topic that begins elsewhere is not believed", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    let lied = false;
    bench.server.misbehave = (connection, request) => {
      if (lied || request.type !== "trades.subscribe") return false;
      lied = true;
      const state = { topic: "trades:A", epoch: "e1", seq: 3, recovered: true, snapshot: null };
      bench.server.reply(connection, request, { status: "ok", subscriptions: [state] });
      return true;
    };
    await reconnect(bench);
    expect(recorder.heard).toEqual(["snapshot@0", "gap:not_resumed", "snapshot@0"]);
  });
});

describe("a gap that the server tells", () => {
  const gap = (topic: string) => ({ code: "gap", message: "a source was away", topic });

  test("reaches the listeners, and a snapshot follows", async () => {
    const bench = await openBench();
    const [recorder, notices] = [new Recorder(), vi.fn()];
    bench.socket.on("notice", notices);
    trades(bench, recorder, "A");
    await settle();
    bench.server.topic("trades:A").seq = 3;
    bench.server.latest.notice({ ...gap("trades:A"), epoch: "e1", seq: 3 });
    await settle();
    bench.server.publish("trades:A", "x");
    expect(recorder.heard).toEqual(["snapshot@0", "gap:server", "snapshot@3", "4=x"]);
    expect(bench.gaps).toEqual([
      { topic: "trades:A", route: "trades", reason: "server", message: "a source was away" },
    ]);
    expect(notices).toHaveBeenCalledOnce();
  });

  test("for many topics at once costs few requests", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    const symbols = Array.from({ length: 100 }, (_, index) => `S${index}`);
    trades(bench, recorder, ...symbols);
    await settle();
    recorder.take();
    for (const symbol of symbols) bench.server.latest.notice(gap(`trades:${symbol}`));
    await settle();
    expect(recorder.heard.filter((word) => word === "gap:server")).toHaveLength(100);
    expect(recorder.heard.filter((word) => word === "snapshot@0")).toHaveLength(100);
    expect(bench.server.latest.requests("trades.subscribe")).toHaveLength(2);
  });

  test("is not forgotten when the connection ends before the snapshot", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.latest.notice(gap("trades:A"));
    await reconnect(bench);
    expect(recorder.heard).toEqual(["snapshot@0", "gap:server", "snapshot@0"]);
  });

  test("and that comes while the topic is resumed is followed by a snapshot all the same", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.misbehave = (connection, request) => {
      if ("recover" in request.payload) connection.notice(gap("trades:A"));
      return false;
    };
    bench.server.latest.drop();
    bench.server.publish("trades:A", "x");
    await vi.advanceTimersByTimeAsync(250);
    bench.server.publish("trades:A", "y");
    expect(recorder.heard).toEqual(["snapshot@0", "gap:server", "snapshot@1", "2=y"]);
  });

  test("for a topic that nobody has is nothing", async () => {
    const bench = await openBench();
    bench.server.latest.notice(gap("trades:Z"));
    expect(bench.gaps).toEqual([]);
  });
});
