import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { type Bench, makeBench, openBench, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const payloads = (bench: Bench, type: string): unknown[] =>
  bench.server.latest.requests(type).map(({ payload }) => payload);

async function reconnect(bench: Bench): Promise<void> {
  bench.server.latest.drop();
  await vi.advanceTimersByTimeAsync(250);
}

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
    expect(bench.server.connections.length).toBeLessThan(8);
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

describe("a refused subscription", () => {
  const refuseSubscribe = (bench: Bench, code: string, details = {}): void => {
    bench.server.misbehave = (connection, request) => {
      if (!request.type.endsWith(".subscribe")) return false;
      bench.server.refuse(connection, request, code, details);
      return true;
    };
  };

  test("ends with the error; others go on", async () => {
    const bench = await openBench();
    const [good, bad] = [new Recorder(), new Recorder()];
    trades(bench, good, "A");
    await settle();
    refuseSubscribe(bench, "unknown_symbol");
    trades(bench, bad, "NOPE");
    await settle();
    bench.server.publish("trades:A", "x");
    expect(bad.heard).toEqual(["error:unknown_symbol"]);
    expect(good.heard).toEqual(["snapshot@0", "1=x"]);
    bench.server.misbehave = () => false;
    await reconnect(bench);
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
  });

  test("without an `error` in the listener is told by the socket", async () => {
    const bench = await openBench();
    refuseSubscribe(bench, "forbidden");
    bench.socket.subscribe("trades", { symbols: ["A"] }, {});
    await settle();
    expect(bench.errors).toMatchObject([{ code: "forbidden" }]);
  });

  test("is tried again when the server says that it may be", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    refuseSubscribe(bench, "rate_limited", { retry_after_ms: 700 });
    trades(bench, recorder, "A");
    await vi.advanceTimersByTimeAsync(699);
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
    bench.server.misbehave = () => false;
    await vi.advanceTimersByTimeAsync(1);
    expect(recorder.heard).toEqual(["snapshot@0"]);
  });

  test("leaves no timer when the listener leaves first", async () => {
    const bench = await openBench();
    refuseSubscribe(bench, "rate_limited");
    const subscription = trades(bench, new Recorder(), "A");
    await settle();
    subscription.close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
  });

  test("when it is the resuming that is refused, begins anew with a gap", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    bench.server.misbehave = (connection, request) => {
      if (!("recover" in request.payload)) return false;
      bench.server.refuse(connection, request, "invalid_payload");
      return true;
    };
    await reconnect(bench);
    expect(recorder.heard).toEqual(["snapshot@0", "gap:not_resumed", "snapshot@0"]);
  });

  test("when it is refused for good after a reconnection, ends", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    trades(bench, recorder, "A");
    await settle();
    refuseSubscribe(bench, "forbidden");
    await reconnect(bench);
    expect(recorder.heard).toEqual(["snapshot@0", "gap:not_resumed", "error:forbidden"]);
  });

  test("that is never answered ends the connection", async () => {
    const bench = await openBench();
    const recorder = new Recorder();
    bench.server.misbehave = (_, { type }) => type === "trades.subscribe";
    trades(bench, recorder, "A");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.states.at(-1)).toMatchObject({ status: "closed", code: 1006, retryInMs: 250 });
    bench.server.misbehave = () => false;
    await vi.advanceTimersByTimeAsync(250);
    expect(recorder.heard).toEqual(["snapshot@0"]);
  });

  test.each([
    ["nothing", {}],
    ["no list", { subscriptions: 7 }],
    ["no topic", { subscriptions: [{ epoch: "e", seq: 1 }] }],
    ["no number", { subscriptions: [{ topic: "trades:A", epoch: "e", seq: "1" }] }],
  ])("a reply with %s in it ends the connection", async (_, payload) => {
    const bench = await openBench();
    bench.server.misbehave = (connection, request) => {
      bench.server.reply(connection, request, payload);
      return true;
    };
    trades(bench, new Recorder(), "A");
    await settle();
    expect(bench.socket.state).toMatchObject({ status: "closed", retryInMs: 250 });
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
