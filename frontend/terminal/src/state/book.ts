/** The depth and the last trades of one symbol, renewed once per frame. */

import type { Depth, Subscription, Trade } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { perFrame } from "../lib/frame";
import type { Backend } from "./backend";

export interface Book {
  /** Null until it is known. */
  readonly depth: ShallowRef<Depth | null>;
  /** Newest first. */
  readonly trades: ShallowRef<readonly Trade[]>;
  stop(): void;
}

export interface Level {
  readonly price: number;
  readonly size: number;
  /** All that is offered up to this price. */
  readonly total: number;
}

const LEVELS = 5;
const MOST_TRADES = 50;

/** Levels with what has been added up, best first. */
export function ladder(side: readonly (readonly [number, number])[]): Level[] {
  let total = 0;
  return side.map(([price, size]) => ({ price, size, total: (total += size) }));
}

/** Trades newest first, each once, no more than are shown. */
export function withTrades(known: readonly Trade[], heard: readonly Trade[]): readonly Trade[] {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = heard.filter(({ id }) => !ids.has(id));
  return [...fresh.reverse(), ...known].slice(0, MOST_TRADES);
}

/** Listen to what the symbol has of depth and trades. */
export function createBook(
  { datafeed }: Pick<Backend, "datafeed">,
  {
    symbol,
    has_depth: hasDepth,
    has_trades: hasTrades,
  }: {
    readonly symbol: string;
    readonly has_depth: boolean;
    readonly has_trades: boolean;
  },
): Book {
  const depth = shallowRef<Depth | null>(null);
  const trades = shallowRef<readonly Trade[]>([]);
  const levels = perFrame<null, Depth>(([newest]) => (depth.value = newest ?? depth.value));
  const tape = perFrame<string, Trade>((heard) => (trades.value = withTrades(trades.value, heard)));
  const subscriptions: Subscription[] = [];
  if (hasDepth) {
    const show = (book: Depth): void => levels.put(null, book);
    const parameters = { symbol, levels: LEVELS } as const;
    subscriptions.push(datafeed.subscribe("depth", parameters, { snapshot: show, update: show }));
  }
  if (hasTrades) {
    const listener = {
      snapshot(last: Trade[]): void {
        tape.clear();
        trades.value = withTrades(
          [],
          [...last].sort((a, b) => a.time - b.time),
        );
      },
      update: (trade: Trade): void => tape.put(trade.id, trade),
    };
    subscriptions.push(datafeed.subscribe("trades", { symbols: [symbol] }, listener));
  }
  return {
    depth,
    trades,
    stop() {
      for (const subscription of subscriptions) subscription.close();
      levels.clear();
      tape.clear();
    },
  };
}
