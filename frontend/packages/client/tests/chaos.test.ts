/** Whatever the server does, a listener hears each number once and in order, or is told of the gap. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Gap, StreamPosition, Subscription } from "../src/index.js";
import { settle } from "./fake-server.js";
import { type Bench, openBench } from "./helpers.js";

const SYMBOLS = ["A", "B", "C"];
const CODES = [1000, 1001, 1006, 1011, 1012, 4001, 4002, 4003, 4004];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fails on the first thing that a listener must not hear. */
class Judge {
  readonly at = new Map<string, StreamPosition>();
  readonly #owed = new Set<string>();

  snapshot(_value: unknown, at: StreamPosition): void {
    expect(this.#owed.has(at.topic)).toBe(this.at.has(at.topic));
    this.at.set(at.topic, at);
    this.#owed.delete(at.topic);
  }

  update(value: unknown, at: StreamPosition): void {
    const last = this.at.get(at.topic);
    expect(this.#owed).not.toContain(at.topic);
    expect(at).toEqual({ ...last, seq: (last?.seq ?? Number.NaN) + 1 });
    expect(value).toBe(`${at.epoch}/${at.seq}`);
    this.at.set(at.topic, at);
  }

  gap({ topic }: Gap): void {
    expect(this.at.has(topic)).toBe(true);
    this.#owed.add(topic);
  }

  error(error: Error): void {
    throw error;
  }
}

class Chaos {
  readonly listening = new Map<Judge, { symbols: string[]; subscription: Subscription }>();

  constructor(
    readonly bench: Bench,
    readonly random: () => number,
  ) {}

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  publish(symbol = this.pick(SYMBOLS)): void {
    const topic = this.bench.server.topic(`trades:${symbol}`);
    this.bench.server.publish(`trades:${symbol}`, `${topic.epoch}/${topic.seq + 1}`);
  }

  /** What the server has numbered, but not sent. */
  lose(symbol = this.pick(SYMBOLS)): void {
    const holders = this.bench.server.connections.filter(({ topics }) =>
      topics.delete(`trades:${symbol}`),
    );
    this.publish(symbol);
    for (const holder of holders) holder.topics.add(`trades:${symbol}`);
  }

  /** An old update once more, or newer ones before older ones. */
  repeat(): void {
    const name = `trades:${this.pick(SYMBOLS)}`;
    const { latest } = this.bench.server;
    const { ring } = this.bench.server.topic(name);
    if (ring.length === 0 || !latest.topics.has(name)) return;
    const { seq, payload } = this.pick(ring);
    latest.update(name, seq, payload);
  }

  listen(): void {
    const symbols = SYMBOLS.filter(() => this.random() < 0.5);
    if (symbols.length === 0) return;
    const judge = new Judge();
    const subscription = this.bench.socket.subscribe("trades", { symbols }, judge);
    this.listening.set(judge, { symbols, subscription });
  }

  leave(): void {
    const judge = this.pick([...this.listening.keys()]);
    this.listening.get(judge)?.subscription.close();
    this.listening.delete(judge);
  }

  restart(): void {
    for (const connection of this.bench.server.connections) {
      if (connection.isOpen) connection.drop();
    }
    this.bench.server.restart();
  }

  async step(): Promise<void> {
    const { server } = this.bench;
    const steps: (() => unknown)[] = [
      ...Array<() => void>(8).fill(() => this.publish()),
      ...Array<() => void>(3).fill(() => this.repeat()),
      () => this.lose(),
      () => this.listen(),
      () => this.listen(),
      () => this.leave(),
      () => server.latest.isOpen && server.latest.end(this.pick(CODES)),
      () => (server.remembers = !server.remembers),
      () => (server.handshake = this.pick(["accept", "accept", "refuse", "hang"])),
      () => this.restart(),
      () => server.latest.notice({ code: "gap", topic: `trades:${this.pick(SYMBOLS)}` }),
      () => settle(),
      () => vi.advanceTimersByTimeAsync(this.random() * 20_000),
    ];
    await this.pick(steps)();
  }

  /** Everything is well again: all must hear the newest. */
  async calm(): Promise<void> {
    this.bench.server.handshake = "accept";
    await vi.advanceTimersByTimeAsync(120_000);
    for (const symbol of SYMBOLS) this.publish(symbol);
    await vi.advanceTimersByTimeAsync(120_000);
  }
}

test.each(Array.from({ length: 60 }, (_, index) => index))("seed %i", async (seed) => {
  const random = randomOf(seed);
  vi.spyOn(Math, "random").mockImplementation(random);
  const bench = await openBench();
  const chaos = new Chaos(bench, random);
  for (let count = 0; count < 300; count++) await chaos.step();
  await chaos.calm();
  const wanted = new Set<string>();
  for (const [judge, { symbols }] of chaos.listening) {
    for (const symbol of symbols) {
      const name = `trades:${symbol}`;
      wanted.add(name);
      expect(judge.at.get(name)?.seq).toBe(bench.server.topic(name).seq);
    }
  }
  expect([...bench.server.latest.topics].sort()).toEqual([...wanted].sort());
  expect(bench.errors).toEqual([]);
});
