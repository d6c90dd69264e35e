/** Market data for the order ticket, the ladder and the value of a pip. */

import type { Quote, SymbolInfo } from "../generated/rest.js";
import type { Subscription } from "../protocol.js";
import { Held } from "./callbacks.js";
import { pipSizeOf, rateOf, tradingQuote } from "./instruments.js";
import { chartDepth } from "./quotes.js";
import type { Session } from "./session.js";
import type { TradingBroker } from "./trading.js";

type MarketFeeds = Pick<
  TradingBroker,
  | "subscribeRealtime"
  | "unsubscribeRealtime"
  | "subscribeDOM"
  | "unsubscribeDOM"
  | "subscribePipValue"
  | "unsubscribePipValue"
>;

const PIP_VALUE_MS = 10_000;

export function marketFeeds(session: Session): MarketFeeds {
  const [realtime, ladders, pips] = [new Held(), new Held(), new Held()];
  const { host } = session;
  const { datafeedSocket, depthLevels: levels, api } = session.prepared.options;
  const { symbols } = session.prepared;
  return {
    subscribeRealtime(symbol) {
      const listen = (info: SymbolInfo): Subscription => {
        const tell = (quote: Quote): void => host.realtimeUpdate(symbol, tradingQuote(info, quote));
        const listener = { snapshot: tell, update: tell };
        return datafeedSocket.subscribe("quotes", { symbols: [info.symbol] }, listener);
      };
      realtime.keep(symbol, begun(symbols.get(symbol), listen));
    },
    unsubscribeRealtime: (symbol) => realtime.release(symbol),

    subscribeDOM(symbol) {
      const tell = (depth: Parameters<typeof chartDepth>[0]): void =>
        host.domUpdate(symbol, chartDepth(depth));
      const listener = { snapshot: tell, update: tell, error: () => undefined }; // it has no depth
      ladders.keep(symbol, datafeedSocket.subscribe("depth", { symbol, levels }, listener));
    },
    unsubscribeDOM: (symbol) => ladders.release(symbol),

    subscribePipValue(symbol) {
      const listen = (info: SymbolInfo): Subscription => {
        const { currency } = session.account;
        const tell = (rate: number): void => {
          const value = pipSizeOf(info) * rate;
          host.pipValueUpdate(symbol, { buyPipValue: value, sellPipValue: value });
        };
        const look = (): void =>
          void rateOf(api, symbols, info.currency, currency).then(tell, () => undefined);
        look();
        const timer = info.currency === currency ? undefined : setInterval(look, PIP_VALUE_MS);
        return { close: () => clearInterval(timer) };
      };
      pips.keep(symbol, begun(symbols.get(symbol), listen));
    },
    unsubscribePipValue: (symbol) => pips.release(symbol),
  };
}

/** A subscription that begins when the symbol is known, if it has not ended by then. */
function begun(
  asked: Promise<SymbolInfo>,
  listen: (info: SymbolInfo) => Subscription,
): Subscription {
  let isClosed = false;
  let subscription: Subscription | undefined;
  const begin = (info: SymbolInfo): void => {
    if (!isClosed) subscription = listen(info);
  };
  asked.then(begin, () => undefined); // there is nothing to be heard of a symbol that is none
  return {
    close() {
      isClosed = true;
      subscription?.close();
    },
  };
}
