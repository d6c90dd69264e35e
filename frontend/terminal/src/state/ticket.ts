/** The order ticket: what was typed, what it would cost, and the request it becomes. */

import type { Order, PlaceOrderRequest, Quote, SymbolInfo } from "@trading-api/client";
import {
  absolute,
  add,
  compare,
  isDecimal,
  multiply,
  placesOf,
  quotientOnGrid,
  sign,
  subtract,
} from "../lib/decimal";
import { type Phrase, t } from "../lib/i18n";

export type Side = Order["side"];
export type TimeInForce = NonNullable<PlaceOrderRequest["time_in_force"]>;

export type OrderType = PlaceOrderRequest["type"];
/** What the amount says: units, money to spend, or money that is lost at the stop loss. */
export type Basis = "units" | "cash" | "risk";

export type StopLossKind = "price" | "absolute" | "percent";

export interface Draft {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly basis: Basis;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly stopPrice: string;
  readonly trailKind: "absolute" | "percent";
  readonly trailValue: string;
  readonly timeInForce: TimeInForce;
  /** Local date and time, as the browser's field gives it. */
  readonly expireAt: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** In extended hours too, where the order may. */
  readonly isExtended: boolean;
  readonly takeProfit: string;
  /** What the stop loss says: a price, or how far it trails behind the best one. */
  readonly stopLossKind: StopLossKind;
  readonly stopLoss: string;
}

export const ORDER_TYPES: readonly { readonly value: OrderType; readonly label: Phrase }[] = [
  { value: "market", label: "Market" },
  { value: "limit", label: "Limit" },
  { value: "stop", label: "Stop" },
  { value: "stop_limit", label: "Stop limit" },
  { value: "trailing_stop", label: "Trailing stop" },
  { value: "trailing_stop_limit", label: "Trailing stop limit" },
  { value: "market_if_touched", label: "Market if touched" },
  { value: "limit_if_touched", label: "Limit if touched" },
];

export const TIMES_IN_FORCE: readonly { value: TimeInForce; label: Phrase; hint: Phrase }[] = [
  { value: "gtc", label: "GTC", hint: "good till cancelled" },
  { value: "day", label: "Day", hint: "ends with the session" },
  { value: "gtd", label: "GTD", hint: "good till a date" },
  { value: "ioc", label: "IOC", hint: "what fills at once, the rest is cancelled" },
  { value: "fok", label: "FOK", hint: "all at once or nothing" },
];

export function hasLimit(type: OrderType): boolean {
  return type.includes("limit");
}

export function hasStop(type: OrderType): boolean {
  return type.startsWith("stop") || type.endsWith("_if_touched");
}

export function hasTrail(type: OrderType): boolean {
  return type.startsWith("trailing");
}

/** Whether a symbol has extended hours and takes such an order in them. */
export function mayBeExtended(
  { type, timeInForce }: Pick<Draft, "type" | "timeInForce">,
  symbol: Pick<SymbolInfo, "session_premarket" | "session_postmarket">,
): boolean {
  const hasHours = symbol.session_premarket !== "" || symbol.session_postmarket !== "";
  return hasHours && isPlain(type, timeInForce);
}

function isPlain(type: OrderType, timeInForce: TimeInForce): boolean {
  return type === "limit" && (timeInForce === "day" || timeInForce === "gtc");
}

/** A new ticket for a symbol. */
export function newDraft({ symbol, type }: Pick<SymbolInfo, "symbol" | "type">): Draft {
  return {
    symbol,
    side: "buy",
    type: "market",
    basis: "units",
    quantity: type === "crypto" ? "0.01" : "10",
    limitPrice: "",
    stopPrice: "",
    trailKind: "percent",
    trailValue: "1",
    timeInForce: "gtc",
    expireAt: "",
    postOnly: false,
    reduceOnly: false,
    isExtended: false,
    takeProfit: "",
    stopLossKind: "price",
    stopLoss: "",
  };
}

/** What keeps the ticket from being sent, in words; null when nothing does. The rest is for the server to say. */
export function problemOf(draft: Draft): string | null {
  const { type, basis } = draft;
  const needed: [boolean, string, string][] = [
    [true, basis === "units" ? t("quantity") : t("amount"), draft.quantity],
    [hasStop(type), t("stop price"), draft.stopPrice],
    [hasLimit(type), t("limit price"), draft.limitPrice],
    [hasTrail(type), t("trail"), draft.trailValue],
    [basis === "risk", t("stop loss"), draft.stopLoss],
    [draft.takeProfit.trim() !== "", t("take profit"), draft.takeProfit],
    [draft.stopLoss.trim() !== "", t("stop loss"), draft.stopLoss],
  ];
  for (const [isNeeded, name, value] of needed) {
    if (!isNeeded) continue;
    if (value.trim() === "") return t("Enter a {name}", { name });
    if (!isPositive(value)) return t("The {name} must be a number above 0", { name });
  }
  if (draft.timeInForce === "gtd" && Number.isNaN(Date.parse(draft.expireAt))) {
    return t("Enter a date");
  }
  return null;
}

/**
 * The request that the ticket stands for, with what was typed, digit by digit.
 *
 * @param quantity what `quantityOf` made of an amount at risk; ignored for the others.
 */
export function requestOf(
  draft: Draft,
  clientOrderId: string,
  quantity: string | null = null,
): PlaceOrderRequest {
  const amount = draft.quantity.trim();
  const [type, { postOnly, reduceOnly }] = [draft.type, draft];
  const [target, stop] = [draft.takeProfit.trim(), draft.stopLoss.trim()];
  return {
    client_order_id: clientOrderId,
    symbol: draft.symbol,
    side: draft.side,
    type,
    ...(draft.basis === "cash"
      ? { notional: amount }
      : { quantity: draft.basis === "risk" ? (quantity ?? amount) : amount }),
    time_in_force: draft.timeInForce,
    ...(hasLimit(type) && { limit_price: draft.limitPrice.trim() }),
    ...(hasStop(type) && { stop_price: draft.stopPrice.trim() }),
    ...(hasTrail(type) && { trail: { kind: draft.trailKind, value: draft.trailValue.trim() } }),
    ...(draft.timeInForce === "gtd" && { expire_at: Date.parse(draft.expireAt) }),
    ...(postOnly && hasLimit(type) && { post_only: true }),
    ...(reduceOnly && { reduce_only: true }),
    ...(draft.isExtended && isPlain(type, draft.timeInForce) && { session: "extended" }),
    ...(target !== "" && { take_profit: { limit_price: target } }),
    ...(stop !== "" && { stop_loss: stopLossOf(draft.stopLossKind, stop) }),
  };
}

function stopLossOf(
  kind: StopLossKind,
  value: string,
): NonNullable<PlaceOrderRequest["stop_loss"]> {
  return kind === "price" ? { stop_price: value } : { trail: { kind, value } };
}

/** How far the stop loss is from a price, in money. */
function riskOf({ stopLossKind: kind, stopLoss }: Draft, price: string): string {
  const value = stopLoss.trim();
  if (kind === "price") return absolute(subtract(price, value));
  return kind === "absolute" ? value : multiply(multiply(price, value), "0.01");
}

/** How many units the amount comes to, on the symbol's grid; null while there is no price. */
export function quantityOf(
  draft: Draft,
  price: string | null,
  { quantity_step: step }: Pick<SymbolInfo, "quantity_step">,
): string | null {
  const amount = draft.quantity.trim();
  if (!isPositive(amount)) return null;
  if (draft.basis === "units") return amount;
  if (price === null) return null;
  if (draft.basis === "cash") return quotientOnGrid(amount, price, step);
  if (!isPositive(draft.stopLoss)) return null;
  const distance = riskOf(draft, price);
  return sign(distance) === 0 ? null : quotientOnGrid(amount, distance, step);
}

function isPositive(text: string): boolean {
  return isDecimal(text.trim()) && sign(text.trim()) > 0;
}

/** The quantity that a percentage of the buying power would buy, rounded down to the grid. */
export function quantityFor(
  percent: number,
  buyingPower: string,
  price: string,
  symbol: Pick<SymbolInfo, "quantity_step" | "max_quantity">,
): string {
  const money = multiply(buyingPower, String(percent / 100));
  const quantity = quotientOnGrid(money, price, symbol.quantity_step);
  return compare(quantity, symbol.max_quantity) > 0 ? symbol.max_quantity : quantity;
}

/** The price at which the draft would trade, as far as the market shows one. */
export function priceOf(draft: Draft, quote: Quote | undefined, places: number): string | null {
  const { type, limitPrice, stopPrice } = draft;
  if (hasLimit(type)) return isPositive(limitPrice) ? limitPrice.trim() : null;
  if (hasStop(type)) return isPositive(stopPrice) ? stopPrice.trim() : null;
  return bookPrice(draft.side, quote, places);
}

/** The opposite side's best price as text: what a market order would meet. */
export function bookPrice(side: Side, quote: Quote | undefined, places: number): string | null {
  const price = side === "buy" ? quote?.ask : quote?.bid;
  return price == null ? null : price.toFixed(places);
}

/** A typed number, some steps on; never below one step. */
export function stepped(text: string, step: string, steps: number): string {
  const start = isDecimal(text.trim()) ? text.trim() : "0";
  const moved = add(start, multiply(step, String(steps)));
  return compare(moved, step) < 0 ? step : moved;
}

/** Digits after the point of a symbol's prices. */
export function pricePlaces(symbol: Pick<SymbolInfo, "tick_size"> | undefined): number {
  return symbol === undefined ? 2 : placesOf(symbol.tick_size);
}
