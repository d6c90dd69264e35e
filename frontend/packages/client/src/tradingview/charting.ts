/**
 * What a chart of TradingView's library asks of its datafeed, in shapes of our own.
 *
 * They are structural: the library's own types accept what has these members. Bars, quotes and
 * depth are in milliseconds and numbers, ranges and marks in seconds.
 */

export interface DatafeedConfiguration {
  supported_resolutions: string[];
  exchanges: { value: string; name: string; desc: string }[];
  symbols_types: { value: string; name: string }[];
  currency_codes: string[];
  supports_marks: boolean;
  supports_timescale_marks: boolean;
  supports_time: boolean;
}

export interface SearchResult {
  symbol: string;
  full_name: string;
  description: string;
  exchange: string;
  ticker: string;
  type: string;
}

/** A symbol as a chart knows it; `ticker` is the name that it asks by. */
export interface ChartSymbol {
  name: string;
  ticker: string;
  full_name: string;
  description: string;
  type: string;
  exchange: string;
  listed_exchange: string;
  timezone: string;
  session: string;
  session_holidays: string;
  corrections: string;
  format: "price" | "volume";
  minmov: number;
  minmove2: number;
  pricescale: number;
  fractional: boolean;
  has_intraday: boolean;
  intraday_multipliers: string[];
  has_daily: boolean;
  daily_multipliers: string[];
  has_weekly_and_monthly: boolean;
  weekly_multipliers: string[];
  monthly_multipliers: string[];
  has_empty_bars: boolean;
  supported_resolutions: string[];
  visible_plots_set: "c" | "ohlc" | "ohlcv";
  volume_precision: number;
  currency_code: string;
  original_currency_code: string;
  data_status: "streaming" | "endofday" | "delayed_streaming";
}

/** The member of a `ChartSymbol` by which all but `resolveSymbol` know it. */
export type Ticker = Pick<ChartSymbol, "name"> & { ticker?: string | undefined };

/** `from` and `to` in seconds, `to` exclusive; `countBack` beats `from`. */
export interface Period {
  from: number;
  to: number;
  countBack?: number;
  firstDataRequest?: boolean;
}

/** `time` is the opening, in milliseconds. */
export interface ChartBar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume?: number;
}

/** `noData` of an empty range; `nextTime`, in milliseconds, is the nearest bar before it. */
export interface HistoryMetadata {
  noData?: boolean;
  nextTime?: number | null;
}

export interface QuoteValues {
  ch?: number;
  chp?: number;
  short_name: string;
  exchange: string;
  description: string;
  original_name: string;
  lp?: number;
  ask?: number;
  bid?: number;
  spread?: number;
  open_price?: number;
  high_price?: number;
  low_price?: number;
  prev_close_price?: number;
  volume?: number;
}

/** `n` is the name that was asked for. */
export type ChartQuote =
  { s: "ok"; n: string; v: QuoteValues } | { s: "error"; n: string; v: Record<string, never> };

export interface DepthLevel {
  price: number;
  volume: number;
}

/** Both sides ascend in price. */
export interface ChartDepth {
  snapshot: boolean;
  asks: DepthLevel[];
  bids: DepthLevel[];
}

/** `time`, in seconds, is that of a bar. */
export interface Mark {
  id: string;
  time: number;
  color: string;
  text: string;
  label: string;
  labelFontColor: string;
  minSize: number;
}

export interface TimescaleMark {
  id: string;
  time: number;
  color: string;
  label: string;
  tooltip: string[];
  shape?: "circle" | "earning" | "earningUp" | "earningDown";
}

/** The datafeed that is handed to the widget. */
export interface ChartDatafeed {
  onReady(callback: (configuration: DatafeedConfiguration) => void): void;
  searchSymbols(
    userInput: string,
    exchange: string,
    symbolType: string,
    onResult: (items: SearchResult[]) => void,
  ): void;
  resolveSymbol(
    symbolName: string,
    onResolve: (symbol: ChartSymbol) => void,
    onError: (reason: string) => void,
  ): void;
  getBars(
    symbol: Ticker,
    resolution: string,
    period: Period,
    onResult: (bars: ChartBar[], metadata: HistoryMetadata) => void,
    onError: (reason: string) => void,
  ): void;
  subscribeBars(
    symbol: Ticker,
    resolution: string,
    onTick: (bar: ChartBar) => void,
    listenerGuid: string,
    onResetCacheNeeded: () => void,
  ): void;
  unsubscribeBars(listenerGuid: string): void;
  getServerTime(callback: (seconds: number) => void): void;
  getMarks(
    symbol: Ticker,
    from: number,
    to: number,
    onData: (marks: Mark[]) => void,
    resolution: string,
  ): void;
  getTimescaleMarks(
    symbol: Ticker,
    from: number,
    to: number,
    onData: (marks: TimescaleMark[]) => void,
    resolution: string,
  ): void;
  getQuotes(
    symbols: string[],
    onData: (quotes: ChartQuote[]) => void,
    onError: (reason: string) => void,
  ): void;
  subscribeQuotes(
    symbols: string[],
    fastSymbols: string[],
    onData: (quotes: ChartQuote[]) => void,
    listenerGuid: string,
  ): void;
  unsubscribeQuotes(listenerGuid: string): void;
  subscribeDepth(symbol: string, callback: (depth: ChartDepth) => void): string;
  unsubscribeDepth(listenerGuid: string): void;
}
