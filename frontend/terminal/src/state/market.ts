/** The symbols and their quotes. */

import { type SymbolInfo, type Subscription, unwrap } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { perFrame } from "../lib/frame";
import type { Backend } from "./backend";
import { type QuoteBook, withQuotes } from "./quotes";
import { explain, mayRetry } from "./words";

export interface Market {
  /** Null until they are known. */
  readonly symbols: ShallowRef<readonly SymbolInfo[] | null>;
  readonly quotes: ShallowRef<QuoteBook>;
  /** Why the symbols are not there; empty when nothing is wrong. */
  readonly trouble: ShallowRef<string>;
  stop(): void;
}

const MOST_SYMBOLS = 1_000;
const RETRY_MS = 3_000;

export function createMarket({ rest, datafeed }: Pick<Backend, "rest" | "datafeed">): Market {
  const symbols = shallowRef<readonly SymbolInfo[] | null>(null);
  const quotes = shallowRef<QuoteBook>(new Map());
  const trouble = shallowRef("");
  const batch = perFrame<string, Parameters<typeof withQuotes>[1][number]>((heard) => {
    quotes.value = withQuotes(quotes.value, heard);
  });
  let retry: ReturnType<typeof setTimeout> | undefined;
  let subscription: Subscription | null = null;
  let names = "";

  const listen = (items: readonly SymbolInfo[]): void => {
    const wanted = items.map(({ symbol }) => symbol);
    if (wanted.length === 0 || wanted.join() === names) return;
    names = wanted.join();
    const former = subscription;
    subscription = datafeed.subscribe(
      "quotes",
      { symbols: wanted },
      {
        snapshot: (quote) => batch.put(quote.symbol, quote),
        update: (quote) => batch.put(quote.symbol, quote),
        error: (error) => (trouble.value = explain(error)),
      },
    );
    former?.close();
  };

  const load = async (): Promise<void> => {
    clearTimeout(retry);
    try {
      const query = { limit: MOST_SYMBOLS };
      const { items } = await unwrap(rest.GET("/api/v1/datafeed/symbols", { params: { query } }));
      symbols.value = items;
      trouble.value = "";
      listen(items);
    } catch (error) {
      trouble.value = explain(error);
      if (mayRetry(error)) retry = setTimeout(() => void load(), RETRY_MS);
    }
  };

  void load();
  // A server that comes back may know more symbols.
  let wasOpen = false;
  const off = datafeed.on("state", ({ status }) => {
    if (status !== "open") return;
    if (wasOpen) void load();
    wasOpen = true;
  });

  return {
    symbols,
    quotes,
    trouble,
    stop() {
      off();
      clearTimeout(retry);
      batch.clear();
      subscription?.close();
    },
  };
}
