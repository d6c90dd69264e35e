import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { type Bench, openBench, payloads, reconnect, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
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

  test("a topic that is resumed without being asked ends the connection", async () => {
    const bench = await openBench();
    bench.server.misbehave = (connection, request) => {
      const state = { topic: "trades:A", epoch: "e1", seq: 3, recovered: true, snapshot: null };
      bench.server.reply(connection, request, { status: "ok", subscriptions: [state] });
      return true;
    };
    trades(bench, new Recorder(), "A");
    await settle();
    expect(bench.states.at(-1)).toMatchObject({
      reason: "trades:A was resumed without being asked",
      retryInMs: 250,
    });
  });

  test("parameters without a topic are asked once for each connection", async () => {
    const bench = await openBench();
    bench.server.misbehave = (connection, request) => {
      bench.server.reply(connection, request, { status: "ok", subscriptions: [] });
      return true;
    };
    trades(bench, new Recorder());
    await settle();
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
    await reconnect(bench);
    expect(payloads(bench, "trades.subscribe")).toHaveLength(1);
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
