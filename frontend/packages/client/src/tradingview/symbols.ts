/** The server's symbols: looked up once, and as a chart knows them. */

import type { SymbolInfo } from "../generated/rest.js";
import { ApiError, type RestClient, unwrap } from "../rest.js";
import type { ChartSymbol } from "./charting.js";
import { placesOf } from "./decimals.js";

const AGE_MS = 60_000; // sessions, status and limits of a symbol may change
const MOST_SYMBOLS = 1000;

export class Symbols {
  readonly #api: RestClient;
  readonly #asked = new Map<string, { at: number; found: Promise<SymbolInfo | null> }>();

  constructor(api: RestClient) {
    this.#api = api;
  }

  /** The symbol of that name or `EXCHANGE:NAME`; null where there is none. */
  find(name: string): Promise<SymbolInfo | null> {
    const known = this.#asked.get(name);
    if (known !== undefined && performance.now() - known.at < AGE_MS) return known.found;
    const found = this.#look(name);
    this.#asked.set(name, { at: performance.now(), found });
    found.catch(() => this.#asked.delete(name));
    return found;
  }

  /** As `find`. @throws {Error} `unknown_symbol`, the reason that charts know. */
  async get(name: string): Promise<SymbolInfo> {
    const found = await this.find(name);
    if (found === null) throw new Error("unknown_symbol");
    return found;
  }

  /** What is found by a text in the names and descriptions; everything by an empty one. */
  async search(
    query: string,
    type = "",
    exchange = "",
    limit = MOST_SYMBOLS,
  ): Promise<SymbolInfo[]> {
    const params = { query: { query, type, exchange, limit } };
    return (await unwrap(this.#api.GET("/api/v1/datafeed/symbols", { params }))).items;
  }

  async #look(name: string): Promise<SymbolInfo | null> {
    const params = { path: { symbol: name } };
    try {
      return await unwrap(this.#api.GET("/api/v1/datafeed/symbols/{symbol}", { params }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }
}

/** The symbol as a chart resolves it. */
export function chartSymbol(info: SymbolInfo): ChartSymbol {
  const intraday = info.supported_resolutions.filter((each) => /^\d+$/.test(each));
  const has = (resolution: string): boolean =>
    info.supported_resolutions.some((each) => each === resolution);
  return {
    name: info.symbol,
    ticker: info.symbol,
    full_name: info.full_name,
    description: info.description,
    type: info.type,
    exchange: info.exchange,
    listed_exchange: info.exchange,
    timezone: info.timezone,
    session: info.session,
    session_holidays: info.session_holidays,
    corrections: info.corrections,
    format: "price",
    minmov: info.min_move,
    minmove2: hasFractionalPip(info) ? 10 : 0,
    pricescale: info.price_scale,
    fractional: false,
    has_intraday: intraday.length > 0,
    intraday_multipliers: intraday,
    has_daily: has("1D"),
    daily_multipliers: ["1"],
    has_weekly_and_monthly: has("1W") && has("1M"),
    weekly_multipliers: ["1"],
    monthly_multipliers: ["1"],
    has_empty_bars: false,
    supported_resolutions: info.supported_resolutions,
    visible_plots_set: "ohlcv",
    volume_precision: placesOf(info.quantity_step),
    currency_code: info.currency,
    original_currency_code: info.currency,
    data_status: intraday.length > 0 ? "streaming" : "endofday",
  };
}

/** Whether the tick is a tenth of the pip, as it is where currencies have 5 or 3 places. */
export function hasFractionalPip({ type, price_scale: scale }: SymbolInfo): boolean {
  return type === "forex" && (scale === 100_000 || scale === 1_000);
}
