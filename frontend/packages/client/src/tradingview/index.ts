/** Adapters for TradingView's libraries, against structural interfaces of our own. */

export { type BrokerOptions, prepareTradingViewBroker, type TradingViewBroker } from "./broker.js";
export type * from "./charting.js";
export { createTradingViewDatafeed, type DatafeedOptions } from "./datafeed.js";
export * from "./trading.js";
