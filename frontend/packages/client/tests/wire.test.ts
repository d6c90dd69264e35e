/** The client on real WebSockets, over the loopback. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import {
  createDatafeedSocket,
  type DatafeedSocket,
  type ModuleSocketOptions,
  type SocketState,
} from "../src/index.js";

let http: Server;
let sockets: WebSocketServer;
let client: DatafeedSocket | undefined;
let handshakes: IncomingMessage[];
let admit: (request: IncomingMessage) => boolean;

beforeEach(async () => {
  handshakes = [];
  admit = () => true;
  http = createServer();
  sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket: Socket, head) => {
    handshakes.push(request);
    if (admit(request)) {
      sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws));
    } else {
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  client?.close();
  for (const ws of sockets.clients) ws.terminate();
  await new Promise((resolve) => http.close(resolve));
});

function make(options: Partial<ModuleSocketOptions> = {}): DatafeedSocket {
  client = createDatafeedSocket({
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    webSocket: (url, headers) => new WebSocket(url, { headers }),
    backoff: { firstMs: 1, maxMs: 2 },
    ...options,
  });
  return client;
}

/** The next connection as the server has it. */
function connected(): Promise<WebSocket> {
  return new Promise((resolve) => sockets.once("connection", resolve));
}

function reached(
  socket: DatafeedSocket,
  wanted: (state: SocketState) => boolean,
): Promise<SocketState> {
  return new Promise((resolve) => {
    const off = socket.on("state", (state) => {
      if (!wanted(state)) return;
      off();
      resolve(state);
    });
  });
}

const isClosed = (state: SocketState): boolean => state.status === "closed";

test("the endpoint and the credential are the module's and the caller's", async () => {
  const socket = make({ token: () => "secret" });
  socket.connect();
  await socket.opened();
  expect(handshakes[0]?.url).toBe("/api/v1/datafeed/ws");
  expect(handshakes[0]?.headers.authorization).toBe("Bearer secret");
});

test("many frames in one packet are heard in order, a snapshot before its updates", async () => {
  const socket = make();
  sockets.once("connection", (ws: WebSocket) => {
    ws.once("message", (data: Buffer) => {
      const { id } = JSON.parse(data.toString()) as { id: number };
      const state = { topic: "trades:A", epoch: "e", seq: 0, recovered: false, snapshot: [] };
      const payload = { status: "ok", subscriptions: [state] };
      const update = (seq: number) => ({
        type: "trades.update",
        topic: "trades:A",
        seq,
        payload: {},
      });
      const frames = [{ type: "trades.subscribe.response", id, payload }, update(1), update(2)];
      // One packet: the three frames reach the client in one turn.
      (ws as unknown as { _socket: Socket })._socket.cork();
      for (const frame of frames) ws.send(JSON.stringify(frame));
      (ws as unknown as { _socket: Socket })._socket.uncork();
    });
  });
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    socket.subscribe(
      "trades",
      { symbols: ["A"] },
      {
        snapshot: (_, { seq }) => heard.push(`snapshot@${seq}`),
        update: (_, { seq }) => {
          heard.push(String(seq));
          if (seq === 2) resolve();
        },
      },
    );
    socket.connect();
  });
  expect(heard).toEqual(["snapshot@0", "1", "2"]);
});

describe("an end of the connection", () => {
  test.each([1000, 1001, 1011, 1012, 3000, 4000, 4001, 4002, 4003, 4004, 4499])(
    "with %i: comes back",
    async (code) => {
      const socket = make();
      const [first, closed] = [connected(), reached(socket, isClosed)];
      socket.connect();
      (await first).close(code, "why");
      const second = connected();
      expect(await closed).toMatchObject({ code, reason: "why" });
      await second;
    },
  );

  test.each([1002, 1003, 1007, 1009, 4500, 4501])("with %i: stays away", async (code) => {
    const socket = make();
    const [first, closed] = [connected(), reached(socket, isClosed)];
    socket.connect();
    (await first).close(code);
    expect(await closed).toMatchObject({ code, retryInMs: null, unauthorized: code >= 4500 });
  });

  test("without a close frame: comes back", async () => {
    const socket = make();
    const [first, closed] = [connected(), reached(socket, isClosed)];
    socket.connect();
    (await first).terminate();
    const second = connected();
    expect(await closed).toMatchObject({ code: 1006 });
    await second;
  });

  test("that nobody hears of, the server having frozen: comes back", async () => {
    const socket = make({ silenceMs: 20, answerMs: 20 });
    const [first, closed] = [connected(), reached(socket, isClosed)];
    socket.connect();
    (await first).pause(); // reads nothing more, so it answers neither frames nor closing
    const second = connected();
    expect(await closed).toMatchObject({ code: 1006, reason: "the server is silent" });
    await second;
  });
});

describe("a handshake", () => {
  test("that is refused ends in a new login where the credential is why", async () => {
    admit = () => false;
    const socket = make({ isAuthorized: () => false });
    const closed = reached(socket, (state) => state.status === "closed" && state.unauthorized);
    socket.connect();
    await closed;
    expect(socket.state).toMatchObject({ retryInMs: null });
  });

  test("that is refused for another reason is tried again", async () => {
    admit = () => handshakes.length > 2;
    const socket = make();
    const closed = reached(socket, isClosed);
    socket.connect();
    expect(await closed).toMatchObject({ reason: "Unexpected server response: 401" });
    await socket.opened();
    expect(handshakes).toHaveLength(3);
  });

  test("to nobody is tried again until somebody is there", async () => {
    const { port } = http.address() as AddressInfo;
    const socket = make();
    await new Promise((resolve) => http.close(resolve));
    const closed = reached(socket, isClosed);
    socket.connect();
    expect(await closed).toMatchObject({ code: 1006 });
    await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
    await socket.opened();
  });
});

test("without a WebSocket of its own, the platform's is used", async () => {
  const platform = globalThis as { WebSocket?: unknown };
  const own = platform.WebSocket;
  platform.WebSocket = WebSocket;
  try {
    client = createDatafeedSocket({
      baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    });
    client.connect();
    await client.opened();
  } finally {
    platform.WebSocket = own;
  }
  expect(handshakes).toHaveLength(1);
});

test("where the platform has none, the reason says so", async () => {
  const platform = globalThis as { WebSocket?: unknown };
  const own = platform.WebSocket;
  delete platform.WebSocket;
  try {
    client = createDatafeedSocket({ baseUrl: "http://127.0.0.1:1" });
    const closed = reached(client, isClosed);
    client.connect();
    expect(await closed).toMatchObject({
      reason: "TypeError: there is no WebSocket here: give `webSocket`",
    });
  } finally {
    platform.WebSocket = own;
  }
});
