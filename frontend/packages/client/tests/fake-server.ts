/** A server in memory that keeps the protocol, unless a test makes it misbehave. */

import { vi } from "vitest";
import type { WebSocketLike } from "../src/connection.js";

export interface Frame {
  type: string;
  id?: number;
  payload: Record<string, unknown>;
}

interface FakeTopic {
  epoch: string;
  seq: number;
  /** The updates that can be resumed. */
  ring: { seq: number; payload: unknown }[];
}

type Misbehaviour = (connection: FakeConnection, request: Frame) => boolean;

/** The server's end of one connection, and the client's WebSocket. */
export class FakeConnection implements WebSocketLike {
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message?: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly received: Frame[] = [];
  readonly topics = new Set<string>();
  /** The close code that the client sent. */
  closedBy: number | undefined;
  isOpen = false;

  constructor(
    readonly server: FakeServer,
    readonly url: string,
    readonly headers: Record<string, string>,
  ) {}

  send(data: string): void {
    const request = JSON.parse(data) as Frame;
    this.received.push(request);
    queueMicrotask(() => this.server.answer(this, request));
  }

  close(code?: number): void {
    this.closedBy = code;
    this.#leave();
  }

  accept(): void {
    this.isOpen = true;
    this.onopen?.({});
  }

  push(message: object): void {
    this.pushRaw(JSON.stringify(message));
  }

  pushRaw(data: unknown): void {
    this.onmessage?.({ data });
  }

  update(topic: string, seq: number, payload: unknown): void {
    this.push({ type: `${routeOf(topic)}.update`, topic, seq, payload });
  }

  notice(payload: object): void {
    this.push({ type: "system.notice", payload: { message: "as it is", ...payload } });
  }

  /** End it with a close frame. */
  end(code: number, reason = ""): void {
    this.#leave();
    this.onclose?.({ code, reason });
  }

  /** End it without one; before it is open, this refuses the handshake. */
  drop(message = ""): void {
    this.#leave();
    this.onerror?.({ message });
    this.onclose?.({ code: 1006, reason: "" });
  }

  requests(type: string): Frame[] {
    return this.received.filter((request) => request.type === type);
  }

  #leave(): void {
    this.isOpen = false;
    this.topics.clear();
  }
}

export class FakeServer {
  readonly connections: FakeConnection[] = [];
  readonly topics = new Map<string, FakeTopic>();
  /** What becomes of a handshake. */
  handshake: "accept" | "refuse" | "hang" = "accept";
  /** Whether resuming works. */
  remembers = true;
  /** Handles a request instead of the server when it gives true. */
  misbehave: Misbehaviour = () => false;

  readonly webSocket = (url: string, headers: Record<string, string>): WebSocketLike => {
    const connection = new FakeConnection(this, url, headers);
    this.connections.push(connection);
    queueMicrotask(() => {
      if (this.handshake === "accept") connection.accept();
      if (this.handshake === "refuse") connection.drop("Unexpected server response: 401");
    });
    return connection;
  };

  get latest(): FakeConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  topic(name: string): FakeTopic {
    let topic = this.topics.get(name);
    if (topic === undefined) this.topics.set(name, (topic = { epoch: "e1", seq: 0, ring: [] }));
    return topic;
  }

  /** Number a value and send it to who holds the topic. */
  publish(name: string, payload: unknown): void {
    const topic = this.topic(name);
    const seq = ++topic.seq;
    topic.ring.push({ seq, payload });
    for (const connection of this.connections) {
      if (connection.topics.has(name)) connection.update(name, seq, payload);
    }
  }

  /** Begin new lives of all topics, as a restart does. */
  restart(): void {
    for (const topic of this.topics.values()) {
      topic.epoch += "'";
      topic.seq = 0;
      topic.ring = [];
    }
  }

  answer(connection: FakeConnection, request: Frame): void {
    if (!connection.isOpen || this.misbehave(connection, request)) return;
    const [route, verb] = request.type.split(".");
    if (verb === "subscribe") this.#subscribe(connection, request, String(route));
    else if (verb === "unsubscribe") this.#unsubscribe(connection, request);
    else this.reply(connection, request, { server_time: 1 });
  }

  reply(connection: FakeConnection, { type, id }: Frame, payload: unknown): void {
    connection.push({ type: `${type}.response`, id, payload });
  }

  refuse(connection: FakeConnection, { id }: Frame, code: string, details = {}): void {
    const retryable = code === "rate_limited";
    connection.push({ type: "error", id, payload: { code, message: code, retryable, details } });
  }

  #subscribe(connection: FakeConnection, request: Frame, route: string): void {
    const {
      symbols = [],
      resolution,
      symbol,
      recover = {},
    } = request.payload as {
      symbols?: string[];
      symbol?: string;
      resolution?: string;
      recover?: Record<string, { epoch: string; seq: number }>;
    };
    const names =
      symbol !== undefined
        ? [`${route}:${symbol}:${resolution}`]
        : route in { trades: 1, quotes: 1 }
          ? symbols.map((name) => `${route}:${name}`)
          : [`${route}:account`];
    const resumed: [string, number][] = [];
    const subscriptions = names.map((name) => {
      const topic = this.topic(name);
      const position = recover[name];
      if (position !== undefined && this.#remembers(topic, position)) {
        resumed.push([name, position.seq]);
        return { topic: name, ...position, recovered: true, snapshot: null };
      }
      const { epoch, seq } = topic;
      return { topic: name, epoch, seq, recovered: false, snapshot: `state at ${seq}` };
    });
    this.reply(connection, request, { status: "ok", subscriptions });
    for (const [name, after] of resumed) {
      for (const { seq, payload } of this.topic(name).ring) {
        if (seq > after) connection.update(name, seq, payload);
      }
    }
    for (const name of names) connection.topics.add(name);
  }

  #remembers(topic: FakeTopic, position: { epoch: string; seq: number }): boolean {
    return this.remembers && topic.epoch === position.epoch && position.seq <= topic.seq;
  }

  #unsubscribe(connection: FakeConnection, request: Frame): void {
    const { topics } = request.payload as { topics: string[] };
    for (const topic of topics) connection.topics.delete(topic);
    this.reply(connection, request, { status: "ok", topics });
  }
}

function routeOf(topic: string): string {
  return topic.split(":")[0] ?? topic;
}

/** Let everything happen that is due now. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
