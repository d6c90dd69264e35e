/** A page that shows TradingView's library on this server; the library itself is not part of it. */

import { createClient, createDatafeedSocket } from "@trading-api/client";
import { type ChartDatafeed, createTradingViewDatafeed } from "@trading-api/client/tradingview";

/** What the page uses of the library that it has got from TradingView. */
interface Widget {
  activeChart(): { resetData(): void };
}
declare const TradingView: {
  widget: new (options: {
    container: string;
    symbol: string;
    interval: string;
    datafeed: ChartDatafeed;
  }) => Widget;
};

const api = createClient({ baseUrl: location.origin });
const socket = createDatafeedSocket({ baseUrl: location.origin });
socket.connect();
const datafeed = createTradingViewDatafeed({
  api,
  socket,
  onReset: () => widget.activeChart().resetData(),
});
const widget = new TradingView.widget({
  container: "chart",
  symbol: "BTCUSD",
  interval: "1",
  datafeed,
});
