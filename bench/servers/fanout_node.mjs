// Node and `ws`, as its manual shows broadcasting: one text, `send` to each subscriber.

import { createRequire } from "node:module";
import { HIGH_WATER, WELCOME, port, run } from "./shapes.mjs";

const { WebSocketServer } = createRequire(process.env.PEERS_JS + "/")("ws");
const topics = new Map();
const all = [];

new WebSocketServer({ port, host: "127.0.0.1", backlog: 2048, perMessageDeflate: false }).on(
  "connection",
  (socket) => {
    all.push(socket);
    socket.on("message", (text) => {
      for (const symbol of JSON.parse(text).payload.symbols) {
        const topic = "ticks:" + symbol;
        if (!topics.has(topic)) topics.set(topic, new Set());
        topics.get(topic).add(socket);
      }
      socket.send(WELCOME);
    });
  },
);

run(
  () => Number(process.hrtime.bigint()),
  (topic, text) => {
    const data = Buffer.from(text);
    for (const socket of topics.get(topic) ?? []) socket.send(data, { binary: false });
  },
  () => all.some((socket) => socket.bufferedAmount > HIGH_WATER),
);
