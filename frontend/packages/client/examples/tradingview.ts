/** A page that shows TradingView's library on this server; the library itself is not part of it. */

import { createBrokerSocket, createClient, createDatafeedSocket } from "@trading-api/client";
import {
  type BrokerConfiguration,
  type BrokerHost,
  type ChartDatafeed,
  createTradingViewDatafeed,
  prepareTradingViewBroker,
  type TradingBroker,
} from "@trading-api/client/tradingview";

/** What the page uses of the library that it has got from TradingView. */
interface Widget {
  activeChart(): { resetData(): void };
}
interface WidgetOptions {
  container: string;
  symbol: string;
  interval: string;
  datafeed: ChartDatafeed;
  broker_factory: (host: BrokerHost) => TradingBroker;
  broker_config: BrokerConfiguration;
}
declare const TradingView: { widget: new (options: WidgetOptions) => Widget };

const api = createClient({ baseUrl: location.origin });
const datafeedSocket = createDatafeedSocket({ baseUrl: location.origin });
const socket = createBrokerSocket({ baseUrl: location.origin });
datafeedSocket.connect();
socket.connect();

const datafeed = createTradingViewDatafeed({
  api,
  socket: datafeedSocket,
  onReset: () => widget.activeChart().resetData(),
});
const broker = await prepareTradingViewBroker({ api, socket, datafeedSocket });
const widget = new TradingView.widget({
  container: "chart",
  symbol: "BTCUSD",
  interval: "1",
  datafeed,
  broker_factory: broker.factory,
  broker_config: broker.configuration,
});
