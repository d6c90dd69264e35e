/** The blotter as tables of text, unrounded: what a download holds. */

import type { Account, Execution, Order, Position } from "@trading-api/client";

type Table = string[][];

function tableOf<T extends object>(
  names: readonly (keyof T & string)[],
  rows: readonly T[],
): Table {
  const text = (value: unknown, name: string): string => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number" && /time$|_at$/.test(name)) return new Date(value).toISOString();
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return [[...names], ...rows.map((row) => names.map((name) => text(row[name], name)))];
}

export function accountTable(accounts: readonly Account[]): Table {
  const names = [
    "id", "name", "currency", "equity", "balance", "unrealized_pnl", "realized_pnl", "margin_used",
    "margin_reserved", "free_margin", "margin_level", "buying_power", "leverage", "mode", "status",
  ] as const; // prettier-ignore
  return tableOf(names, accounts);
}

export function ordersTable(orders: readonly Order[]): Table {
  const names = [
    "id", "client_order_id", "created_at", "symbol", "side", "type", "quantity", "filled_quantity",
    "limit_price", "stop_price", "average_price", "time_in_force", "status", "status_reason",
  ] as const; // prettier-ignore
  return tableOf(names, orders);
}

export function executionsTable(executions: readonly Execution[]): Table {
  const names = [
    "id", "order_id", "time", "symbol", "side", "quantity", "price", "fee", "fee_currency",
    "liquidity", "explanation",
  ] as const; // prettier-ignore
  return tableOf(names, executions);
}

export function positionsTable(positions: readonly Position[]): Table {
  const names = [
    "id", "symbol", "side", "quantity", "average_price", "cost", "mark_price", "unrealized_pnl",
    "realized_pnl",
  ] as const; // prettier-ignore
  return tableOf(names, positions);
}
