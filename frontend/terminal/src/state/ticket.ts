/** The order ticket: what was typed, what it would cost, and the request it becomes. */

import type { Order, PlaceOrderRequest, Quote, SymbolInfo } from "@trading-api/client";
import { add, compare, isDecimal, multiply, placesOf, quotientOnGrid, sign } from "../lib/decimal";

export type Side = Order["side"];
export type TimeInForce = NonNullable<PlaceOrderRequest["time_in_force"]>;

export interface Draft {
  readonly symbol: string;
  readonly side: Side;
  readonly type: "market" | "limit";
  readonly quantity: string;
  readonly limitPrice: string;
  readonly timeInForce: TimeInForce;
}

export const TIMES_IN_FORCE: readonly { value: TimeInForce; label: string; hint: string }[] = [
  { value: "gtc", label: "GTC", hint: "Good till cancelled" },
  { value: "day", label: "Day", hint: "Ends with the session" },
  { value: "ioc", label: "IOC", hint: "What fills at once, the rest is cancelled" },
  { value: "fok", label: "FOK", hint: "All at once or nothing" },
];

/** A new ticket for a symbol. */
export function newDraft({ symbol, type }: Pick<SymbolInfo, "symbol" | "type">): Draft {
  const quantity = type === "crypto" ? "0.01" : "10";
  return { symbol, side: "buy", type: "market", quantity, limitPrice: "", timeInForce: "gtc" };
}

/** What keeps the ticket from being sent, in words; null when nothing does. The rest is for the server to say. */
export function problemOf(draft: Draft): string | null {
  const quantity = draft.quantity.trim();
  if (quantity === "") return "Enter a quantity";
  if (!isDecimal(quantity) || sign(quantity) <= 0) return "The quantity must be a number above 0";
  if (draft.type === "market") return null;
  const price = draft.limitPrice.trim();
  if (price === "") return "Enter a limit price";
  if (!isDecimal(price) || sign(price) <= 0) return "The limit price must be a number above 0";
  return null;
}

/** The request that the ticket stands for, with what was typed, digit by digit. */
export function requestOf(draft: Draft, clientOrderId: string): PlaceOrderRequest {
  const request: PlaceOrderRequest = {
    client_order_id: clientOrderId,
    symbol: draft.symbol,
    side: draft.side,
    type: draft.type,
    quantity: draft.quantity.trim(),
    time_in_force: draft.timeInForce,
  };
  if (draft.type === "limit") request.limit_price = draft.limitPrice.trim();
  return request;
}

export interface Estimate {
  readonly price: string;
  readonly cost: string;
}

/** What the order would come to before fees; null while there is no price or no quantity. */
export function estimate(draft: Draft, quote: Quote | undefined, places: number): Estimate | null {
  const price = priceOf(draft, quote, places);
  if (price === null || problemOf(draft) !== null) return null;
  return { price, cost: multiply(draft.quantity.trim(), price) };
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
  if (draft.type === "limit") {
    const price = draft.limitPrice.trim();
    return isDecimal(price) && sign(price) > 0 ? price : null;
  }
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
