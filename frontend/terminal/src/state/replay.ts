/** The clock of a server that replays a time: where it stands, and what drives it. */

import { ApiError, type ReplayChange, type ReplayState, unwrap } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import type { Backend } from "./backend";

export interface Replay {
  /** Null in a server that is not a replay, and until it is known. */
  readonly state: ShallowRef<ReplayState | null>;
  /** The replayed instant, epoch milliseconds; null where `state` is. */
  now(): number | null;
  /**
   * Pause, go on, step, or change the speed.
   *
   * @throws {ApiError | TypeError} the server refuses, or does not answer.
   */
  change(change: ReplayChange): Promise<void>;
  stop(): void;
}

/** Times real time; 0 is as fast as it goes. */
export const REPLAY_SPEEDS: readonly number[] = [1, 2, 5, 10, 30, 60, 300, 1_000, 0];
/** Instants at which the market says something. */
export const REPLAY_STEPS: readonly number[] = [1, 10, 100, 1_000];

const EVERY_MS = 1_000;

export function createReplay({ rest, datafeed }: Pick<Backend, "rest" | "datafeed">): Replay {
  const state = shallowRef<ReplayState | null>(null);
  let toldAt = 0;
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const take = (told: ReplayState): void => {
    state.value = told;
    toldAt = performance.now();
  };

  /** Ask again and again until the end, or until the server is away. */
  const follow = async (): Promise<void> => {
    clearTimeout(timer);
    const asking = ++asked;
    try {
      const told = await unwrap(rest.GET("/api/v1/datafeed/replay"));
      if (asking !== asked) return; // what was changed meanwhile has been answered
      take(told);
      if (told.state !== "ended") timer = setTimeout(() => void follow(), EVERY_MS);
    } catch (error) {
      // A connection that comes back asks anew.
      if (!(error instanceof ApiError)) return;
      timer = setTimeout(() => void follow(), EVERY_MS);
    }
  };

  const begin = async (): Promise<void> => {
    try {
      const { replay } = await unwrap(rest.GET("/api/v1/health"));
      if (replay) await follow();
      else state.value = null;
    } catch {
      // A connection that comes back asks anew.
    }
  };

  const off = datafeed.on("state", ({ status }) => {
    if (status === "open") void begin();
    else clearTimeout(timer);
  });

  return {
    state,
    now() {
      const told = state.value;
      if (told === null || told.state !== "running" || told.speed === 0) return told?.now ?? null;
      const passed = (performance.now() - toldAt) * told.speed;
      return Math.min(told.end, Math.round(told.now + passed));
    },
    async change(change) {
      asked++;
      take(await unwrap(rest.PATCH("/api/v1/datafeed/replay", { body: change })));
      void follow();
    },
    stop() {
      off();
      asked++;
      clearTimeout(timer);
    },
  };
}
