/** The panel below the chart: the account's figures, and the columns of its tables. */

import type { Account } from "../generated/rest.js";
import { numberOf, present } from "./decimals.js";
import {
  type AccountManagerInfo,
  type BrokerHost,
  type Column,
  OrderStatus,
  OrderStatusFilter,
  type WatchedValue,
} from "./trading.js";

const FILTERED = Object.values(OrderStatus).filter((status) =>
  Object.values<number>(OrderStatusFilter).includes(status),
);

const FIGURES = [
  ["Balance", "balance"],
  ["Equity", "equity"],
  ["Unrealized PnL", "unrealized_pnl"],
  ["Realized PnL", "realized_pnl"],
  ["Margin used", "margin_used"],
  ["Free margin", "free_margin"],
  ["Buying power", "buying_power"],
] as const;

export class AccountManager {
  readonly #values: ReadonlyMap<(typeof FIGURES)[number][1], WatchedValue<number>>;

  constructor(host: BrokerHost) {
    this.#values = new Map(FIGURES.map(([, key]) => [key, host.factory.createWatchedValue(0)]));
  }

  /** Show the account as it is now; a figure that is not known keeps its last value. */
  show(account: Account): void {
    for (const [key, watched] of this.#values) {
      const text = account[key];
      if (text !== null) watched.setValue(numberOf(text));
    }
  }

  info({ name }: { name: string }): AccountManagerInfo {
    const summary = FIGURES.map(([text, key]) => {
      return { text, wValue: this.#values.get(key), formatter: "fixed", isDefault: true };
    });
    return {
      accountTitle: name,
      summary,
      orderColumns: ORDERS,
      historyColumns: ORDERS,
      positionColumns: POSITIONS,
      individualPositionColumns: INDIVIDUAL_POSITIONS,
      pages: [],
      possibleOrderStatuses: FILTERED,
      ...present({ marginUsed: this.#values.get("margin_used") }),
    };
  }
}

function column(label: string, field: string, formatter: string): Column {
  const isNumber = formatter.startsWith("format") || formatter === "profit";
  return {
    id: field,
    label,
    dataFields: [field],
    formatter,
    alignment: isNumber ? "right" : "left",
  };
}

const SYMBOL = { ...column("Symbol", "symbol", "symbol"), dataFields: ["symbol", "symbol"] };

const ORDERS: Column[] = [
  SYMBOL,
  column("Side", "side", "side"),
  column("Type", "type", "type"),
  column("Quantity", "qty", "formatQuantity"),
  column("Filled", "filledQty", "formatQuantity"),
  column("Limit price", "limitPrice", "formatPrice"),
  column("Stop price", "stopPrice", "formatPrice"),
  column("Average price", "avgPrice", "formatPrice"),
  column("Status", "status", "status"),
  column("Order", "id", "text"),
];

const POSITIONS: Column[] = [
  SYMBOL,
  column("Side", "side", "positionSide"),
  column("Quantity", "qty", "formatQuantity"),
  column("Average price", "avgPrice", "formatPrice"),
  column("Profit", "pl", "profit"),
];

const INDIVIDUAL_POSITIONS: Column[] = [
  SYMBOL,
  column("Side", "side", "positionSide"),
  column("Quantity", "qty", "formatQuantity"),
  column("Price", "price", "formatPrice"),
  column("Opened", "date", "localDate"),
  column("Profit", "pl", "profit"),
];
