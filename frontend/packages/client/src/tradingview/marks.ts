/** Marks on the bars and on the time scale: the caller's own fills. */

import type { UdfMarks } from "../generated/rest.js";
import { type RestClient, unwrap } from "../rest.js";
import { answer } from "./callbacks.js";
import type { ChartDatafeed, Mark } from "./charting.js";
import { nameOf, servedResolution } from "./charts.js";

export function marks(
  api: RestClient,
  onError: (reason: string) => void,
): Pick<ChartDatafeed, "getMarks" | "getTimescaleMarks"> {
  return {
    getMarks(symbol, from, to, onData, resolution) {
      const query = { symbol: nameOf(symbol), from, to, resolution: servedResolution(resolution) };
      const asked = unwrap(api.GET("/api/v1/datafeed/udf/marks", { params: { query } }));
      answer(asked.then(unrefused).then(rows), onData, onError);
    },

    getTimescaleMarks(symbol, from, to, onData, resolution) {
      const query = { symbol: nameOf(symbol), from, to, resolution: servedResolution(resolution) };
      const asked = unwrap(api.GET("/api/v1/datafeed/udf/timescale_marks", { params: { query } }));
      answer(asked.then(unrefused), onData, onError);
    },
  };
}

/** UDF refuses with a body of its own, and status 200. */
function unrefused<T extends object>(body: T): Exclude<T, { s: "error" }> {
  if ("s" in body && body.s === "error") {
    throw new Error("errmsg" in body ? String(body.errmsg) : "the server gave no marks");
  }
  return body as Exclude<T, { s: "error" }>;
}

function rows(columns: UdfMarks): Mark[] {
  return columns.id.map((id, index) => ({
    id,
    time: columns.time[index] ?? 0,
    color: columns.color[index] ?? "blue",
    text: columns.text[index] ?? "",
    label: columns.label[index] ?? "",
    labelFontColor: columns.labelFontColor[index] ?? "white",
    minSize: columns.minSize[index] ?? 0,
  }));
}
