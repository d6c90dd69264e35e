// Bun's own server (uWebSockets) and its `server.publish`.

import { dlopen, ptr } from "bun:ffi";
import { HIGH_WATER, WELCOME, port, run } from "./shapes.mjs";

const { symbols } = dlopen("libc.so.6", { clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });
const instant = new BigInt64Array(2);
symbols.clock_gettime(1, ptr(instant));
const began = Number(instant[0]) * 1e9 + Number(instant[1]) - Bun.nanoseconds();
const all = [];

const server = Bun.serve({
  port,
  hostname: "127.0.0.1",
  fetch(request, bun) {
    return bun.upgrade(request) ? undefined : new Response("no socket", { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 960,
    backpressureLimit: 16 * 1024 * 1024,
    open(socket) {
      all.push(socket);
    },
    message(socket, text) {
      for (const symbol of JSON.parse(text).payload.symbols) socket.subscribe("ticks:" + symbol);
      socket.send(WELCOME);
    },
  },
});

run(
  () => Math.round(began + Bun.nanoseconds()),
  (topic, text) => server.publish(topic, text),
  () => all.some((socket) => socket.getBufferedAmount() > HIGH_WATER),
);
