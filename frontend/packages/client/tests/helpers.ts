/** A socket of the datafeed on a fake server, and a listener that writes down what it hears. */

import { vi } from "vitest";
import { datafeedDelivery, type DatafeedProtocol } from "../src/generated/datafeed.js";
import { type SocketOptions, TypedSocket } from "../src/socket.js";
import type { Gap, SocketError, SocketState, StreamPosition } from "../src/index.js";
import { FakeServer, settle } from "./fake-server.js";

export interface Bench {
  server: FakeServer;
  socket: TypedSocket<DatafeedProtocol>;
  states: SocketState[];
  gaps: Gap[];
  errors: SocketError[];
}

export function makeBench(options: Partial<SocketOptions> = {}): Bench {
  const server = new FakeServer();
  const socket = new TypedSocket<DatafeedProtocol>({
    url: "ws://server.test/api/v1/datafeed/ws",
    delivery: datafeedDelivery,
    webSocket: server.webSocket,
    ...options,
  });
  const bench: Bench = { server, socket, states: [], gaps: [], errors: [] };
  socket.on("state", (state) => bench.states.push(state));
  socket.on("gap", (gap) => bench.gaps.push(gap));
  socket.on("error", (error) => bench.errors.push(error));
  return bench;
}

export async function openBench(options: Partial<SocketOptions> = {}): Promise<Bench> {
  const bench = makeBench(options);
  bench.socket.connect();
  await settle();
  return bench;
}

/** Writes `snapshot@5`, `6=value`, `gap:reason`, `error:code`. */
export class Recorder {
  readonly heard: string[] = [];
  readonly positions: StreamPosition[] = [];

  snapshot(_value: unknown, at: StreamPosition): void {
    this.positions.push(at);
    this.heard.push(`snapshot@${at.seq}`);
  }

  update(value: unknown, at: StreamPosition): void {
    this.positions.push(at);
    this.heard.push(`${at.seq}=${String(value)}`);
  }

  gap(gap: Gap): void {
    this.heard.push(`gap:${gap.reason}`);
  }

  error(error: SocketError): void {
    this.heard.push(`error:${error.code}`);
  }

  /** What was heard since the last call. */
  take(): string[] {
    return this.heard.splice(0);
  }
}

export function trades(bench: Bench, recorder: Recorder, ...symbols: string[]) {
  return bench.socket.subscribe("trades", { symbols }, recorder);
}

/** The payloads of the requests of that type on the present connection. */
export function payloads(bench: Bench, type: string): unknown[] {
  return bench.server.latest.requests(type).map(({ payload }) => payload);
}

/** Lose the connection and come back after the shortest back-off. */
export async function reconnect(bench: Bench): Promise<void> {
  bench.server.latest.drop();
  await vi.advanceTimersByTimeAsync(250);
}
