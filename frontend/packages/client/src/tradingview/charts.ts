/** The bars of charts: history in pages, and what follows it. */

import type { DatafeedProtocol } from "../generated/datafeed.js";
import type { DatafeedSocket } from "../modules.js";
import type { ParametersOf } from "../protocol.js";
import { type RestClient, unwrap } from "../rest.js";
import { answer, Held } from "./callbacks.js";
import type { ChartBar, ChartDatafeed, HistoryMetadata, Period, Ticker } from "./charting.js";
import { LiveBars } from "./live-bars.js";

type Resolution = ParametersOf<DatafeedProtocol, "bars">["resolution"];

export function charts(
  api: RestClient,
  socket: DatafeedSocket,
  onReset: (symbol: string, resolution: string) => void,
): Pick<ChartDatafeed, "getBars" | "subscribeBars" | "unsubscribeBars"> {
  const held = new Held();
  const newest = new Map<string, number>(); // time of the last bar of each chart's history
  return {
    getBars(symbol, resolution, period, onResult, onError) {
      const key = keyOf(symbol, resolution);
      answer(
        history(api, nameOf(symbol), resolution, period),
        ([bars, metadata]) => {
          const last = bars.at(-1)?.time ?? -Infinity;
          const before = period.firstDataRequest === true ? undefined : newest.get(key);
          if (bars.length > 0) newest.set(key, Math.max(last, before ?? -Infinity));
          onResult(bars, metadata);
        },
        onError,
      );
    },

    subscribeBars(symbol, resolution, tick, listenerGuid, onResetCacheNeeded) {
      const name = nameOf(symbol);
      const reset = (): void => {
        onResetCacheNeeded();
        onReset(name, resolution);
      };
      const live = new LiveBars({ tick, reset }, newest.get(keyOf(symbol, resolution)));
      const parameters = { symbol: name, resolution: servedResolution(resolution) };
      held.keep(listenerGuid, socket.subscribe("bars", parameters, live));
    },

    unsubscribeBars: (listenerGuid) => held.release(listenerGuid),
  };
}

async function history(
  api: RestClient,
  symbol: string,
  resolution: string,
  { from, to, countBack }: Period,
): Promise<[ChartBar[], HistoryMetadata]> {
  const wanted = countBack === undefined ? { from: from * 1000 } : { count_back: countBack };
  const query = { symbol, resolution: servedResolution(resolution), to: to * 1000, ...wanted };
  const series = await unwrap(api.GET("/api/v1/datafeed/bars", { params: { query } }));
  if (series.bars.length > 0) return [series.bars, { noData: false }];
  const { next_time: nextTime } = series;
  return [[], nextTime === null ? { noData: true } : { noData: true, nextTime }];
}

/** The library says `D`, `W` and `M` as well. What the server does not have, it refuses. */
export function servedResolution(resolution: string): Resolution {
  return (/^[DWM]$/.test(resolution) ? `1${resolution}` : resolution) as Resolution;
}

/** The name that the server knows a symbol by. */
export function nameOf({ name, ticker }: Ticker): string {
  return ticker ?? name;
}

function keyOf(symbol: Ticker, resolution: string): string {
  return `${nameOf(symbol)} ${servedResolution(resolution)}`;
}
