/** Adapters for TradingView's libraries, against structural interfaces of our own. */

export type * from "./charting.js";
export { createTradingViewDatafeed, type DatafeedOptions } from "./datafeed.js";
