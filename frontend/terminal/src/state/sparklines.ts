/** The last day of each symbol that is looked at, as a short row of prices. */

import { type SymbolInfo, unwrap } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import type { Backend } from "./backend";
import type { Resolution } from "./resolutions";

export interface Sparklines {
  /** Closes by symbol, oldest first; those that were not read are missing. */
  readonly lines: ShallowRef<ReadonlyMap<string, readonly number[]>>;
  /** Read these, unless they were read lately. */
  want(symbols: readonly SymbolInfo[]): void;
  stop(): void;
}

const AT_ONCE = 3;
/** How long what was read is new enough. */
export const FRESH_MS = 15 * 60_000;
const HOURS = { resolution: "5", count: 96 } as const;
const DAY = { resolution: "30", count: 48 } as const;
const MONTH = { resolution: "1D", count: 30 } as const;

/** Hours where each trade is known, a day where bars are, a month where the data are of days. */
export function spanOf({
  fidelity,
  supported_resolutions: supported,
}: Pick<SymbolInfo, "fidelity" | "supported_resolutions">): {
  readonly resolution: Resolution;
  readonly count: number;
} {
  const wanted = { tick: HOURS, bar: DAY, daily: MONTH }[fidelity];
  return supported.includes(wanted.resolution) ? wanted : MONTH;
}

export function createSparklines(
  { rest }: Pick<Backend, "rest">,
  now: () => number = Date.now,
): Sparklines {
  const lines = shallowRef<ReadonlyMap<string, readonly number[]>>(new Map());
  const read = new Map<string, number>();
  const stopped = new AbortController();
  let waiting: SymbolInfo[] = [];
  let running = 0;

  const load = async (info: SymbolInfo): Promise<void> => {
    const { symbol } = info;
    const { resolution, count } = spanOf(info);
    const params = { query: { symbol, resolution, count_back: count } };
    const { signal } = stopped;
    try {
      const { bars } = await unwrap(rest.GET("/api/v1/datafeed/bars", { params, signal }));
      lines.value = new Map(lines.value).set(symbol, bars.map(({ close }) => close)); // prettier-ignore
    } catch {
      read.delete(symbol); // it is an ornament: whoever looks again tries again
    }
  };

  const next = (): void => {
    while (running < AT_ONCE && waiting.length > 0) {
      const info = waiting.shift();
      if (info === undefined) return;
      running++;
      void load(info).finally(() => {
        running--;
        next();
      });
    }
  };

  return {
    lines,
    want(symbols) {
      const due = symbols.filter(
        ({ symbol }) => now() - (read.get(symbol) ?? -Infinity) >= FRESH_MS,
      );
      for (const { symbol } of due) read.set(symbol, now());
      waiting = [...waiting, ...due];
      next();
    },
    stop() {
      waiting = [];
      stopped.abort();
    },
  };
}
