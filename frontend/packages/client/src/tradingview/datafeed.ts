/** The datafeed object for TradingView's charting library, on the server's REST and socket. */

import type { DatafeedSocket } from "../modules.js";
import { type RestClient, unwrap } from "../rest.js";
import { answer, Held } from "./callbacks.js";
import type { ChartDatafeed } from "./charting.js";
import { charts } from "./charts.js";
import { marks } from "./marks.js";
import { chartDepth, quotes } from "./quotes.js";
import { chartSymbol, Symbols } from "./symbols.js";

export interface DatafeedOptions {
  api: RestClient;
  /** Whoever made it connects it; what is subscribed to waits for that. */
  socket: DatafeedSocket;
  /** Levels of a ladder; 25. */
  depthLevels?: 5 | 10 | 25 | 50;
  /**
   * The history of a chart is no longer what the server has. The library has been told and forgets
   * it; it reads it again when the page calls `resetData()` of the chart.
   */
  onReset?: (symbol: string, resolution: string) => void;
  /** What went wrong where the library takes no error: configuration, time, marks. */
  onError?: (reason: string) => void;
}

const SEARCH_LIMIT = 50;

/** The object to hand to the widget as `datafeed`. */
export function createTradingViewDatafeed(options: DatafeedOptions): ChartDatafeed {
  const { api, socket, depthLevels = 25, onReset, onError = () => undefined } = options;
  const symbols = new Symbols(api);
  return {
    ...basics(api, symbols, onError),
    ...charts(api, socket, onReset ?? (() => undefined)),
    ...marks(api, onError),
    ...quotes(api, socket, symbols),
    ...depth(socket, depthLevels),
  };
}

function basics(
  api: RestClient,
  symbols: Symbols,
  onError: (reason: string) => void,
): Pick<ChartDatafeed, "onReady" | "searchSymbols" | "resolveSymbol" | "getServerTime"> {
  return {
    onReady(callback) {
      answer(unwrap(api.GET("/api/v1/datafeed/udf/config")), callback, onError);
    },

    searchSymbols(userInput, exchange, symbolType, onResult) {
      const found = symbols.search(userInput.trim(), symbolType, exchange, SEARCH_LIMIT);
      const items = found.then((infos) =>
        infos.map((info) => {
          const { symbol, full_name, description, exchange: listed, type } = info;
          return { symbol, full_name, description, exchange: listed, ticker: symbol, type };
        }),
      );
      answer(items, onResult, () => onResult([]));
    },

    resolveSymbol(symbolName, onResolve, onRefuse) {
      answer(symbols.get(symbolName).then(chartSymbol), onResolve, onRefuse);
    },

    getServerTime(callback) {
      const asked = unwrap(api.GET("/api/v1/datafeed/time"));
      answer(asked, ({ time }) => callback(Math.floor(time / 1000)), onError);
    },
  };
}

function depth(
  socket: DatafeedSocket,
  levels: 5 | 10 | 25 | 50,
): Pick<ChartDatafeed, "subscribeDepth" | "unsubscribeDepth"> {
  const held = new Held();
  let count = 0;
  return {
    subscribeDepth(symbol, callback) {
      const name = `depth-${++count}`;
      const tell = (ladder: Parameters<typeof chartDepth>[0]): void => callback(chartDepth(ladder));
      const listener = { snapshot: tell, update: tell };
      held.keep(name, socket.subscribe("depth", { symbol, levels }, listener));
      return name;
    },
    unsubscribeDepth: (name) => held.release(name),
  };
}
