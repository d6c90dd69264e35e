/** Everything that a logged-in person works with, from logging in to logging out. */

import type { BarSeries, SymbolInfo } from "@trading-api/client";
import { unwrap } from "@trading-api/client";
import { type Accounts, createAccounts } from "./accounts";
import { chime, notify } from "../lib/attention";
import type { Phrase } from "../lib/i18n";
import { type Alerts, createAlerts, tellAlert } from "./alerts";
import type { Backend } from "./backend";
import { type Book, createBook } from "./book";
import { type Commands, createCommands } from "./commands";
import { createDayProfit, type DayProfit } from "./day-profit";
import { createCurves, type Curves } from "./equity-curve";
import { createDrawings, type DrawingsOf } from "./drawings";
import { createLatency, type Latency } from "./latency";
import { createLinks, type Links } from "./links";
import { createMarket, type Market } from "./market";
import { createNotices, type Notices } from "./notices";
import type { Preferences } from "./preferences";
import { createReplay, type Replay } from "./replay";
import type { Resolution } from "./resolutions";
import { type BarSink, type HistoryQuery, Series } from "./series";
import type { Session } from "./session";
import { createSparklines, type Sparklines } from "./sparklines";
import type { Side } from "./ticket";
import { createTrading, type Trading } from "./trading";
import { type ShallowRef, shallowRef } from "vue";

export const PANELS = [
  { name: "markets", label: "Markets" },
  { name: "chart", label: "Chart" },
  { name: "trade", label: "Trade" },
  { name: "account", label: "Account" },
] as const satisfies readonly { readonly name: string; readonly label: Phrase }[];
export type PanelName = (typeof PANELS)[number]["name"];

export interface PickedPrice {
  readonly symbol: string;
  readonly side: Side;
  readonly price: string;
}

export interface Desk {
  readonly market: Market;
  readonly sparklines: Sparklines;
  readonly alerts: Alerts;
  readonly accounts: Accounts;
  readonly trading: Trading;
  readonly dayProfit: DayProfit;
  readonly curves: Curves;
  readonly links: Links;
  readonly latency: Latency;
  readonly notices: Notices;
  readonly commands: Commands;
  readonly preferences: Preferences;
  readonly session: Session;
  /** The bars of a symbol, drawn by the sink; `start` and `stop` are the caller's. */
  series(symbol: string, resolution: Resolution, sink: BarSink): Series;
  /** Depth and trades of a symbol; `stop` is the caller's. */
  book(symbol: SymbolInfo): Book;
  readonly drawings: DrawingsOf;
  /** The panel that a narrow screen shows. */
  readonly panel: ShallowRef<PanelName>;
  readonly replay: Replay;
  /** The server's time, a replayed one as well; epoch milliseconds. */
  now(): number;
  /** A price that was picked for the ticket. */
  readonly picked: ShallowRef<PickedPrice | null>;
  /** The version of the server. */
  serverVersion(): Promise<string>;
  stop(): void;
}

export function createDesk(backend: Backend, session: Session, preferences: Preferences): Desk {
  const notices = createNotices((kind, text) => {
    if (kind !== "fill" && kind !== "alert") return;
    notify(text);
    if (preferences.isLoud.value) chime();
  });
  const market = createMarket(backend);
  const sparklines = createSparklines(backend);
  const alerts = createAlerts(preferences.alerts, market.quotes, (alert) =>
    notices.tell("alert", tellAlert(alert)),
  );
  const accounts = createAccounts(backend, preferences.account);
  const trading = createTrading(backend, notices, accounts.chosen);
  const links = createLinks(backend, () => session.expire());
  const latency = createLatency(backend);
  const curves = createCurves(backend);
  const dayProfit = createDayProfit(trading.account, curves, () => latency.now());
  const replay = createReplay(backend);
  const { rest, datafeed } = backend;
  return {
    market,
    sparklines,
    alerts,
    accounts,
    trading,
    dayProfit,
    curves,
    links,
    latency,
    notices,
    preferences,
    session,
    book: (symbol) => createBook(backend, symbol),
    drawings: createDrawings(),
    commands: createCommands(),
    panel: shallowRef("chart"),
    replay,
    now: () => replay.now() ?? latency.now(),
    picked: shallowRef(null),
    series(symbol, resolution, sink) {
      const history = (query: HistoryQuery, signal: AbortSignal): Promise<BarSeries> => {
        const params = { query: { symbol, resolution, ...query } };
        return unwrap(rest.GET("/api/v1/datafeed/bars", { params, signal }));
      };
      const source = {
        history,
        listen: (listener: Parameters<typeof datafeed.subscribe<"bars">>[2]) =>
          datafeed.subscribe("bars", { symbol, resolution }, listener),
      };
      return new Series(source, sink);
    },
    async serverVersion() {
      return (await unwrap(rest.GET("/api/v1/versions"))).server;
    },
    stop() {
      market.stop();
      sparklines.stop();
      alerts.stop();
      accounts.stop();
      dayProfit.stop();
      trading.stop();
      latency.stop();
      replay.stop();
      links.stop();
    },
  };
}
