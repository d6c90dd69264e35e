import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SocketState } from "../src/index.js";
import { settle } from "./fake-server.js";
import { makeBench, openBench, Recorder, trades } from "./helpers.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0); // the shortest back-off: 250, 500, 1000 … ms
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const words = (states: SocketState[]): string[] =>
  states.map((state) =>
    state.status === "closed" ? `closed ${state.code} ${state.retryInMs}` : state.status,
  );

describe("connecting", () => {
  test("nothing happens before connect", async () => {
    const { server, socket } = makeBench();
    await settle();
    expect(server.connections).toHaveLength(0);
    expect(socket.state).toEqual({ status: "idle" });
  });

  test("states are told in order", async () => {
    const { states, socket, server } = await openBench();
    expect(words(states)).toEqual(["connecting", "open"]);
    socket.connect();
    await settle();
    expect(server.connections).toHaveLength(1);
  });

  test("the token is asked for at each connection", async () => {
    let count = 0;
    const { server } = await openBench({ token: () => Promise.resolve(`token-${++count}`) });
    server.latest.end(4002);
    await settle();
    expect(server.connections.map(({ headers }) => headers["Authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  test("no token, no header", async () => {
    const { server } = await openBench({ token: () => null });
    expect(server.latest.headers).toEqual({});
  });

  test("a token that cannot be had backs off like a lost connection", async () => {
    const { server, states } = await openBench({
      token: vi.fn().mockRejectedValueOnce(new Error("no vault")).mockResolvedValue("t"),
    });
    expect(states.at(-1)).toMatchObject({ code: 1006, reason: "Error: no vault", retryInMs: 250 });
    await vi.advanceTimersByTimeAsync(250);
    expect(server.latest.isOpen).toBe(true);
  });

  test("a token needs a WebSocket that can send it", () => {
    expect(() => makeBench({ token: () => "t", webSocket: undefined as never })).toThrow(TypeError);
  });

  test("each connection has a ticket of its own in its address", async () => {
    let count = 0;
    const { server } = await openBench({ ticket: () => Promise.resolve(`t+${++count}`) });
    server.latest.end(4002);
    await settle();
    const url = "ws://server.test/api/v1/datafeed/ws";
    expect(server.connections.map((each) => each.url)).toEqual([
      `${url}?ticket=t%2B1`,
      `${url}?ticket=t%2B2`,
    ]);
    expect(server.latest.headers).toEqual({});
  });

  test("a ticket that cannot be had backs off; whether to go on is asked", async () => {
    const refused = vi.fn().mockRejectedValue(new Error("401"));
    const { server, states } = await openBench({ ticket: refused, isAuthorized: () => false });
    await settle();
    expect(states.at(-1)).toMatchObject({ retryInMs: null, unauthorized: true });
    expect(server.connections).toHaveLength(0);
  });

  test("a ticket beside a token is a mistake", () => {
    expect(() => makeBench({ token: () => "a", ticket: () => "b" })).toThrow(TypeError);
  });

  test("a token that comes after close is not used", async () => {
    let give: (token: string) => void = () => undefined;
    const { server, socket } = makeBench({ token: () => new Promise((done) => (give = done)) });
    socket.connect();
    socket.close();
    give("late");
    await settle();
    expect(server.connections).toHaveLength(0);
  });

  test("opened waits for it", async () => {
    const { server, socket } = makeBench();
    server.handshake = "refuse";
    socket.connect();
    const opened = socket.opened();
    await settle();
    server.handshake = "accept";
    await vi.advanceTimersByTimeAsync(250);
    await expect(opened).resolves.toBeUndefined();
    await expect(socket.opened()).resolves.toBeUndefined();
  });

  test("opened fails when no attempt will follow", async () => {
    const { server, socket } = await openBench();
    server.latest.end(4500);
    await expect(socket.opened()).rejects.toMatchObject({ code: "not_open" });
  });
});

describe("close codes", () => {
  test.each([1000, 1001, 1006, 1011, 1012, 3000, 4000, 4001, 4003, 4004, 4499])(
    "%i: comes back, backing off",
    async (code) => {
      const { server, states } = await openBench();
      server.latest.end(code, "why");
      expect(states.at(-1)).toMatchObject({ code, reason: "why", retryInMs: 250 });
      await vi.advanceTimersByTimeAsync(249);
      expect(server.connections).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(server.connections).toHaveLength(2);
      expect(states.at(-1)).toEqual({ status: "open" });
    },
  );

  test("4002: comes back at once", async () => {
    const { server, states } = await openBench();
    server.latest.end(4002);
    await settle();
    expect(words(states).slice(2)).toEqual(["closed 4002 0", "connecting", "open"]);
  });

  test.each([1002, 1003, 1007, 1009])("%i: stays away", async (code) => {
    const { server, socket } = await openBench();
    server.latest.end(code);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(server.connections).toHaveLength(1);
    expect(socket.state).toMatchObject({ code, retryInMs: null, unauthorized: false });
  });

  test.each([4500, 4501, 4999])("%i: stays away and says why", async (code) => {
    const { server, socket } = await openBench();
    const unauthorized = vi.fn();
    socket.on("unauthorized", unauthorized);
    server.latest.end(code);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(server.connections).toHaveLength(1);
    expect(unauthorized).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code, unauthorized: true }),
    );
  });

  test.each([1012, 1006])("after a notice, %i comes back when the server said", async (code) => {
    const { server, states } = await openBench();
    server.latest.notice({ code: "closing", reconnect_after_ms: 1_500 });
    server.latest.end(code);
    expect(states.at(-1)).toMatchObject({ retryInMs: 1_500 });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(server.connections).toHaveLength(2);
    server.latest.end(code); // the notice was for the former connection
    expect(states.at(-1)).toMatchObject({ retryInMs: 500 });
  });
});

describe("backing off", () => {
  test("doubles until the longest time", async () => {
    const { server, socket, states } = makeBench({ backoff: { firstMs: 100, maxMs: 1_000 } });
    server.handshake = "refuse";
    socket.connect();
    await vi.advanceTimersByTimeAsync(3_000);
    const delays = states.flatMap((state) => (state.status === "closed" ? [state.retryInMs] : []));
    expect(delays.slice(0, 7)).toEqual([50, 100, 200, 400, 500, 500, 500]);
  });

  test("a connection that does not last counts as a failure", async () => {
    const { server, states } = await openBench();
    server.latest.end(1011);
    await vi.advanceTimersByTimeAsync(250);
    await vi.advanceTimersByTimeAsync(9_999);
    server.latest.end(1011);
    expect(states.at(-1)).toMatchObject({ retryInMs: 500 });
  });

  test("one that lasts begins anew", async () => {
    const { server, states } = await openBench();
    server.latest.end(1011);
    await vi.advanceTimersByTimeAsync(250);
    await vi.advanceTimersByTimeAsync(10_000);
    server.latest.end(1011);
    expect(states.at(-1)).toMatchObject({ retryInMs: 250 });
  });

  test("connect does not wait for the end of it", async () => {
    const { server, socket } = await openBench();
    server.latest.end(1011);
    socket.connect();
    await settle();
    expect(server.connections).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000 - 1);
    expect(server.connections).toHaveLength(2);
  });

  test("connect may be called from the listener that hears of the end", async () => {
    const { server, socket } = await openBench();
    socket.on("state", (state) => {
      if (state.status === "closed") socket.connect();
    });
    server.latest.end(1011);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.connections).toHaveLength(2);
    expect(socket.state).toEqual({ status: "open" });
  });
});

describe("a refused handshake", () => {
  test("backs off and names the reason where it is known", async () => {
    const { server, socket, states } = makeBench();
    server.handshake = "refuse";
    socket.connect();
    await settle();
    expect(states.at(-1)).toMatchObject({
      code: 1006,
      reason: "Unexpected server response: 401",
      retryInMs: 250,
    });
  });

  test("ends when the credential is not taken, until the next login", async () => {
    let authorized = false;
    const { server, socket } = makeBench({ isAuthorized: () => authorized });
    const unauthorized = vi.fn();
    socket.on("unauthorized", unauthorized);
    server.handshake = "refuse";
    socket.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.connections).toHaveLength(1);
    expect(unauthorized).toHaveBeenCalledOnce();
    authorized = true;
    server.handshake = "accept";
    socket.connect();
    await settle();
    expect(socket.state).toEqual({ status: "open" });
  });

  test.each([
    ["says yes", () => true],
    ["cannot tell", () => Promise.reject(new Error("offline"))],
  ])("goes on when the check %s", async (_, isAuthorized) => {
    const { server, socket } = makeBench({ isAuthorized });
    server.handshake = "refuse";
    socket.connect();
    await vi.advanceTimersByTimeAsync(250);
    expect(server.connections).toHaveLength(2);
  });

  test("a check that answers after the next attempt has begun changes nothing", async () => {
    let answer: (authorized: boolean) => void = () => undefined;
    const { server, socket } = makeBench({ isAuthorized: () => new Promise((r) => (answer = r)) });
    server.handshake = "refuse";
    socket.connect();
    await settle();
    server.handshake = "accept";
    await vi.advanceTimersByTimeAsync(250);
    answer(false);
    await settle();
    expect(socket.state).toEqual({ status: "open" });
  });

  test("one that hangs is given up", async () => {
    const { server, socket, states } = makeBench();
    server.handshake = "hang";
    socket.connect();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states.at(-1)).toMatchObject({ code: 1006, reason: "no handshake in time" });
    server.handshake = "accept";
    await vi.advanceTimersByTimeAsync(250);
    expect(socket.state).toEqual({ status: "open" });
    expect(server.connections[0]?.closedBy).toBe(1000);
  });
});

describe("a silent connection", () => {
  test("is probed, and kept when it answers", async () => {
    const { server } = await openBench();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.connections).toHaveLength(1);
    expect(server.latest.requests("system.ping")).toHaveLength(4);
  });

  test("that does not answer is given up", async () => {
    const { server, socket, states } = await openBench();
    server.misbehave = () => true;
    const first = server.latest;
    await vi.advanceTimersByTimeAsync(24_999);
    expect(socket.state).toEqual({ status: "open" });
    await vi.advanceTimersByTimeAsync(1);
    expect(states.at(-1)).toMatchObject({ code: 1006, reason: "the server is silent" });
    await vi.advanceTimersByTimeAsync(250);
    expect(server.connections).toHaveLength(2);
    first.end(1000); // what the dead one still brings is not heard
    expect(socket.state).toEqual({ status: "open" });
  });

  test("any frame is life", async () => {
    const bench = await openBench();
    const { server } = bench;
    trades(bench, new Recorder(), "A");
    await settle();
    for (let count = 0; count < 12; count++) {
      await vi.advanceTimersByTimeAsync(10_000);
      server.publish("trades:A", count);
    }
    expect(server.latest.requests("system.ping")).toHaveLength(0);
  });

  test("a frame is life even when it is not the answer to the probe", async () => {
    const bench = await openBench();
    const { server, socket } = bench;
    server.misbehave = (_, { type }) => type === "system.ping";
    await vi.advanceTimersByTimeAsync(20_000);
    server.latest.notice({ code: "other" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(socket.state).toEqual({ status: "open" });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(server.connections).toHaveLength(2);
  });
});

describe("a server that makes no sense", () => {
  test.each([
    ["text", "{not json"],
    ["a number", "7"],
    ["null", "null"],
    ["bytes", new Uint8Array(3)],
  ])("%s instead of a message ends the connection", async (_, data) => {
    const { server, states } = await openBench();
    server.latest.pushRaw(data);
    expect(states.at(-1)).toMatchObject({ code: 1006, retryInMs: 250 });
  });

  test("messages of a later version are passed over", async () => {
    const { server, socket } = await openBench();
    server.latest.push({ type: "system.weather", payload: {} });
    server.latest.push({ type: "trades.update", topic: "trades:X", seq: 1, payload: {} });
    server.latest.push({ type: "trades.update" });
    server.latest.push({ type: "system.notice" });
    server.latest.push({ payload: 1 });
    expect(socket.state).toEqual({ status: "open" });
  });

  test("an error without an id is told", async () => {
    const { server, errors } = await openBench();
    server.latest.push({
      type: "error",
      payload: { code: "invalid_json", message: "no", retryable: false, details: {} },
    });
    expect(errors).toMatchObject([{ name: "SocketError", code: "invalid_json" }]);
  });
});

describe("closing", () => {
  test("ends it for good, with code 1000", async () => {
    const { server, socket } = await openBench();
    socket.close();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(server.connections).toHaveLength(1);
    expect(server.latest.closedBy).toBe(1000);
    expect(socket.state).toMatchObject({ status: "closed", code: 1000, retryInMs: null });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(["accept", "refuse", "hang"] as const)("while connecting (%s)", async (handshake) => {
    const { server, socket, states } = makeBench();
    server.handshake = handshake;
    socket.connect();
    socket.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(words(states)).toEqual(["connecting", "closed 1000 null"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a listener that throws keeps nobody else from hearing", async () => {
    const thrown: unknown[] = [];
    const keep = (error: unknown): void => void thrown.push(error);
    process.on("uncaughtException", keep);
    const { socket, server } = makeBench();
    const heard = vi.fn();
    socket.on("state", () => {
      throw new Error("mine");
    });
    const off = socket.on("state", heard);
    socket.connect();
    await settle();
    off();
    server.latest.end(1011);
    await settle();
    process.off("uncaughtException", keep);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(thrown).toHaveLength(3);
  });
});
