/** How far away the server is: the round trip of a ping, and its clock beside ours. */

import { type ShallowRef, shallowRef } from "vue";
import type { Backend } from "./backend";

export interface Latency {
  /** Of the last ping, milliseconds; null until one came back. */
  readonly roundTripMs: ShallowRef<number | null>;
  /** The server's time, epoch milliseconds. */
  now(): number;
  stop(): void;
}

const EVERY_MS = 10_000;

export function createLatency({ broker }: Pick<Backend, "broker">): Latency {
  const roundTripMs = shallowRef<number | null>(null);
  let ahead = 0;
  const ping = async (): Promise<void> => {
    const sent = performance.now();
    try {
      const { server_time: time } = await broker.request("system.ping", {});
      roundTripMs.value = performance.now() - sent;
      ahead = time + roundTripMs.value / 2 - Date.now();
    } catch {
      roundTripMs.value = null; // the state of the connection says more
    }
  };
  const off = broker.on("state", ({ status }) => {
    if (status === "open") void ping();
    else roundTripMs.value = null;
  });
  const timer = setInterval(() => {
    if (broker.state.status === "open") void ping();
  }, EVERY_MS);
  return {
    roundTripMs,
    now: () => Date.now() + ahead,
    stop() {
      off();
      clearInterval(timer);
    },
  };
}
