/** The lines that an account draws on the chart: its positions and its working orders. */

import type { Order, Position } from "@trading-api/client";
import { formatQuantity, formatSigned } from "../lib/format";
import { t } from "../lib/i18n";
import { TYPE_WORDS } from "../state/words";

export interface ChartLine {
  readonly id: string;
  readonly price: number;
  readonly title: string;
  readonly kind: "buy" | "sell" | "position";
  /** The order that its × cancels; null for a position. */
  readonly orderId: string | null;
  /** The price of the order that dragging changes; null when it cannot be dragged. */
  readonly field: "limit_price" | "stop_price" | null;
}

export function linesOf(
  symbol: string,
  positions: readonly Position[],
  open: readonly Order[],
): ChartLine[] {
  const held = positions.filter((position) => position.symbol === symbol).map(positionLine);
  return [...held, ...open.filter((order) => order.symbol === symbol).flatMap(orderLines)];
}

function positionLine(position: Position): ChartLine {
  const { id, side, quantity, average_price: price, unrealized_pnl: pnl } = position;
  const profit = pnl == null ? "" : `  ${formatSigned(pnl)}`;
  return {
    id: `position:${id}`,
    price: Number(price),
    title: `${t(side)} ${formatQuantity(quantity)}${profit}`,
    kind: "position",
    orderId: null,
    field: null,
  };
}

/** One line for each price that an order waits for. */
function orderLines(order: Order): ChartLine[] {
  const { id, side, type, quantity, trail } = order;
  return (["stop_price", "limit_price"] as const).flatMap((field) => {
    const price = order[field];
    if (price == null || (field === "stop_price" && order.triggered_at != null)) return [];
    const isOwn = field === "limit_price" || trail == null; // a trailing stop moves by itself
    const what = purposeOf(order) ?? t(TYPE_WORDS[type]);
    const title = `${what} ${t(side)} ${formatQuantity(quantity)}`;
    const line = { id: `${id}:${field}`, price: Number(price), title, kind: side, orderId: id };
    return [{ ...line, field: isOwn ? field : null }];
  });
}

/** What an exit of a bracket is for; null for other orders. */
export function purposeOf({ parent_id: parent, type }: Order): string | null {
  if (parent == null) return null;
  return type === "limit" ? t("take profit") : t("stop loss");
}
