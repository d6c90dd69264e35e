/** What can be traded, how finely, and what a pip of it is worth in the account's currency. */

import type { Quote, SymbolInfo } from "../generated/rest.js";
import { type RestClient, unwrap } from "../rest.js";
import { numberOf, present } from "./decimals.js";
import { spreadOf } from "./quotes.js";
import { hasFractionalPip, type Symbols } from "./symbols.js";
import type { InstrumentInfo, Tradability, TradingQuote } from "./trading.js";

/** A pip is a tick, but where currencies have a tenth of a pip. */
export function pipSizeOf(info: SymbolInfo): number {
  const tick = numberOf(info.tick_size);
  return hasFractionalPip(info) ? Number((tick * 10).toPrecision(12)) : tick;
}

export function instrument(info: SymbolInfo, rate: number): InstrumentInfo {
  const { min_quantity: min, max_quantity: max, quantity_step: step } = info;
  const pipSize = pipSizeOf(info);
  return {
    qty: { min: numberOf(min), max: numberOf(max), step: numberOf(step) },
    pipSize,
    pipValue: pipSize * rate,
    minTick: numberOf(info.tick_size),
    lotSize: numberOf(info.lot_size),
    description: info.description,
    type: info.type,
    currency: info.currency,
    marginRate: numberOf(info.margin_rate),
    ...(info.base_currency !== null && {
      baseCurrency: info.base_currency,
      quoteCurrency: info.currency,
    }),
  };
}

/** Whether orders are taken: outside the session they wait, but a halted symbol takes none. */
export function tradability(info: SymbolInfo | null, accountStatus: string): boolean | Tradability {
  const no = (reason: string, shortReason: string): Tradability => {
    return { tradable: false, reason, shortReason };
  };
  if (info === null) return no("The server does not know this symbol.", "Unknown symbol");
  if (info.status === "halted") return no(`Trading in ${info.symbol} is halted.`, "Halted");
  if (accountStatus === "halted") return no("The account is halted.", "Account halted");
  return true;
}

/** The quote as an order ticket reads it. */
export function tradingQuote(info: SymbolInfo, quote: Quote): TradingQuote {
  return {
    isDelayed: false,
    isHalted: quote.status === "halted",
    isHardToBorrow: false,
    isNotShortable: !info.shortable,
    ...present({
      trade: quote.last,
      bid: quote.bid,
      bid_size: quote.bid_size,
      ask: quote.ask,
      ask_size: quote.ask_size,
      spread: spreadOf(quote, info.price_scale),
    }),
  };
}

/**
 * What a unit of one currency is worth in another: the middle of the quoted pair, either way round.
 *
 * @throws {Error} no pair of the two is quoted.
 */
export async function rateOf(
  api: RestClient,
  symbols: Symbols,
  from: string,
  to: string,
): Promise<number> {
  if (from === to) return 1;
  for (const pair of await symbols.search("")) {
    const isStraight = pair.base_currency === from && pair.currency === to;
    const isInverse = pair.base_currency === to && pair.currency === from;
    if (!isStraight && !isInverse) continue;
    const params = { query: { symbols: pair.symbol } };
    const [quote] = (await unwrap(api.GET("/api/v1/datafeed/quotes", { params }))).items;
    if (quote === undefined || quote.bid === null || quote.ask === null) continue;
    const middle = (quote.bid + quote.ask) / 2;
    return isStraight ? middle : 1 / middle;
  }
  throw new Error(`there is no rate from ${from} to ${to}`);
}
