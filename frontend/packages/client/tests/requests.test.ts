import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { settle } from "./fake-server.js";
import { makeBench, openBench } from "./helpers.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a request gives its reply", async () => {
  const { socket } = await openBench();
  await expect(socket.request("system.ping", {})).resolves.toEqual({ server_time: 1 });
});

test("replies may come in any order", async () => {
  const { server, socket } = await openBench();
  server.misbehave = () => true;
  const [first, second] = [socket.request("system.ping", {}), socket.request("system.ping", {})];
  const [one, two] = server.latest.requests("system.ping");
  if (one === undefined || two === undefined) throw new Error("two requests were expected");
  server.reply(server.latest, two, { server_time: 2 });
  server.reply(server.latest, one, { server_time: 1 });
  await expect(first).resolves.toEqual({ server_time: 1 });
  await expect(second).resolves.toEqual({ server_time: 2 });
});

test("a refusal is an error with the server's code", async () => {
  const { server, socket } = await openBench();
  server.misbehave = (connection, request) => {
    server.refuse(connection, request, "rate_limited", { retry_after_ms: 50 });
    return true;
  };
  await expect(socket.request("system.info", {})).rejects.toMatchObject({
    name: "SocketError",
    code: "rate_limited",
    retryable: true,
    details: { retry_after_ms: 50 },
  });
});

test.each([[null], [7], [{}], [{ code: 5, details: "?" }]])(
  "a refusal may be %j",
  async (payload) => {
    const { server, socket } = await openBench();
    server.misbehave = (connection, { id }) => {
      connection.push({ type: "error", id, payload });
      return true;
    };
    await expect(socket.request("system.info", {})).rejects.toMatchObject({
      code: "unknown",
      retryable: false,
      details: {},
    });
  },
);

test("a slow reply is a time-out, and nothing when it comes after all", async () => {
  const { server, socket, errors } = await openBench();
  server.misbehave = () => true;
  const reply = socket.request("system.info", {}, { timeoutMs: 50 });
  const outcome = expect(reply).rejects.toMatchObject({ code: "timeout", retryable: false });
  await vi.advanceTimersByTimeAsync(50);
  await outcome;
  const [request] = server.latest.received;
  if (request === undefined) throw new Error("a request was expected");
  server.reply(server.latest, request, {});
  expect(errors).toEqual([]);
  expect(socket.state).toEqual({ status: "open" });
});

test("a request that the connection does not outlive fails", async () => {
  const { server, socket } = await openBench();
  server.misbehave = () => true;
  const reply = socket.request("system.info", {});
  server.latest.drop();
  await expect(reply).rejects.toMatchObject({ code: "connection_lost" });
});

test("a request is sent at once or not at all", async () => {
  const { server, socket } = makeBench();
  await expect(socket.request("system.info", {})).rejects.toMatchObject({ code: "not_open" });
  socket.connect();
  await expect(socket.request("system.info", {})).rejects.toMatchObject({ code: "not_open" });
  await settle();
  expect(server.latest.received).toEqual([]);
});

test("a reply to another request is none", async () => {
  const { server, socket } = await openBench();
  server.misbehave = (connection, request) => {
    server.reply(connection, { ...request, type: "system.ping" }, {});
    return true;
  };
  await expect(socket.request("system.info", {})).rejects.toMatchObject({ code: "bad_reply" });
});

test("an aborted request fails at once", async () => {
  const { server, socket } = await openBench();
  server.misbehave = () => true;
  const controller = new AbortController();
  const reply = socket.request("system.info", {}, { signal: controller.signal });
  controller.abort();
  await expect(reply).rejects.toMatchObject({ code: "aborted" });
  const { signal } = controller;
  await expect(socket.request("system.ping", {}, { signal })).rejects.toMatchObject({
    code: "not_open",
  });
  expect(server.latest.requests("system.ping")).toEqual([]);
});

test("close fails what is under way", async () => {
  const { server, socket } = await openBench();
  server.misbehave = () => true;
  const reply = socket.request("system.info", {});
  socket.close();
  await expect(reply).rejects.toMatchObject({ code: "connection_lost" });
  expect(vi.getTimerCount()).toBe(0);
});
