/** Quotes and ladders as the library reads them. */

import type { Depth, Quote, SymbolInfo } from "../generated/rest.js";
import type { DatafeedSocket } from "../modules.js";
import type { Subscription } from "../protocol.js";
import { type RestClient, unwrap } from "../rest.js";
import { answer, Held } from "./callbacks.js";
import type { ChartDatafeed, ChartDepth, ChartQuote, DepthLevel } from "./charting.js";
import { present } from "./decimals.js";
import type { Symbols } from "./symbols.js";

/** The asked names of each symbol; the same one may be asked for under several. */
type Asked = Map<string, { info: SymbolInfo; names: string[] }>;

export function quotes(
  api: RestClient,
  socket: DatafeedSocket,
  symbols: Symbols,
): Pick<ChartDatafeed, "getQuotes" | "subscribeQuotes" | "unsubscribeQuotes"> {
  const held = new Held();
  return {
    getQuotes(names, onData, onError) {
      const asked = lookUp(symbols, names).then(async ({ asked, unknown }) => {
        const served = asked.size === 0 ? [] : await currentQuotes(api, [...asked.keys()]);
        return [...served.flatMap((quote) => named(asked, quote)), ...unknown.map(noQuote)];
      });
      answer(asked, onData, onError);
    },

    subscribeQuotes(slowSymbols, fastSymbols, onData, listenerGuid) {
      const listening = new Listening(socket, onData);
      held.keep(listenerGuid, listening);
      const names = [...new Set([...slowSymbols, ...fastSymbols])];
      const fail = (): void => onData(names.map(noQuote));
      answer(lookUp(symbols, names), (found) => listening.begin(found.asked, found.unknown), fail);
    },

    unsubscribeQuotes: (listenerGuid) => held.release(listenerGuid),
  };
}

/** A subscription that may end before its symbols are known. */
class Listening implements Subscription {
  readonly #socket: DatafeedSocket;
  readonly #onData: (quotes: ChartQuote[]) => void;
  #subscription: Subscription | null = null;
  #isClosed = false;

  constructor(socket: DatafeedSocket, onData: (quotes: ChartQuote[]) => void) {
    this.#socket = socket;
    this.#onData = onData;
  }

  begin(asked: Asked, unknown: string[]): void {
    if (this.#isClosed) return;
    if (unknown.length > 0) this.#onData(unknown.map(noQuote));
    if (asked.size === 0) return;
    const tell = (quote: Quote): void => this.#onData(named(asked, quote));
    const listener = { snapshot: tell, update: tell };
    this.#subscription = this.#socket.subscribe("quotes", { symbols: [...asked.keys()] }, listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#subscription?.close();
  }
}

async function lookUp(
  symbols: Symbols,
  names: string[],
): Promise<{ asked: Asked; unknown: string[] }> {
  const asked: Asked = new Map();
  const unknown: string[] = [];
  const infos = await Promise.all(names.map((name) => symbols.find(name)));
  names.forEach((name, index) => {
    const info = infos[index] ?? null;
    if (info === null) return unknown.push(name);
    const entry = asked.get(info.symbol) ?? { info, names: [] };
    entry.names.push(name);
    return asked.set(info.symbol, entry);
  });
  return { asked, unknown };
}

async function currentQuotes(api: RestClient, symbols: string[]): Promise<Quote[]> {
  const params = { query: { symbols: symbols.join(",") } };
  return (await unwrap(api.GET("/api/v1/datafeed/quotes", { params }))).items;
}

function named(asked: Asked, quote: Quote): ChartQuote[] {
  const entry = asked.get(quote.symbol);
  return entry === undefined ? [] : entry.names.map((name) => chartQuote(name, entry.info, quote));
}

/** The quote, under the name that was asked for. */
export function chartQuote(name: string, info: SymbolInfo, quote: Quote): ChartQuote {
  const values = present({
    ch: quote.change,
    chp: quote.change_percent,
    lp: quote.last,
    ask: quote.ask,
    bid: quote.bid,
    spread: spreadOf(quote, info.price_scale),
    open_price: quote.open,
    high_price: quote.high,
    low_price: quote.low,
    prev_close_price: quote.previous_close,
    volume: quote.volume,
  });
  const { symbol: short_name, full_name: original_name, exchange, description } = info;
  return { s: "ok", n: name, v: { ...values, short_name, original_name, exchange, description } };
}

function noQuote(name: string): ChartQuote {
  return { s: "error", n: name, v: {} };
}

/** Ask less bid, without what binary fractions would add; null where one is missing. */
export function spreadOf({ bid, ask }: Quote, scale: number): number | null {
  return bid === null || ask === null ? null : Math.round((ask - bid) * scale) / scale;
}

/** The whole ladder; bids ascend as well. */
export function chartDepth({ asks, bids }: Depth): ChartDepth {
  return { snapshot: true, asks: asks.map(level), bids: bids.map(level).reverse() };
}

function level([price, volume]: [number, number]): DepthLevel {
  return { price, volume };
}
