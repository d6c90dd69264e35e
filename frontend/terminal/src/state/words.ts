/** What the server and the network say, in sentences. */

import { ApiError, type Execution, type Order, type SocketState } from "@trading-api/client";
import { formatMoney, formatQuantity } from "../lib/format";
import { type Phrase, t } from "../lib/i18n";

/** Why something failed. The server's own sentences are English. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.fields.map(({ message }) => message);
    return sentence(fields.length > 0 ? fields.join("; ") : error.message);
  }
  if (error instanceof TypeError) return t("The server does not answer.");
  return sentence(error instanceof Error ? error.message : String(error));
}

/** Whether it is not known if the server carried out what was asked. */
export function isUncertain(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Whether the same request may go well later. */
export function mayRetry(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}

export function tellExecution({ side, quantity, symbol, price }: Execution): string {
  return t(
    side === "buy"
      ? "Bought {quantity} {symbol} at {price}"
      : "Sold {quantity} {symbol} at {price}",
    { quantity: formatQuantity(quantity), symbol, price: formatMoney(price) },
  );
}

/** An order in a few words: `buy 0.5 BTCUSD`. */
export function tellOrder({ side, quantity, symbol }: Order): string {
  return `${t(side)} ${formatQuantity(quantity)} ${symbol}`;
}

/** What became of an order that was just placed. */
export function tellPlaced(order: Order): string {
  return `${sentenceCase(tellOrder(order))}: ${outcomeOf(order)}`;
}

function outcomeOf(order: Order): string {
  const price = formatMoney(order.average_price);
  switch (order.status) {
    case "filled":
      return t("filled at {price}", { price });
    case "partially_filled": {
      const quantity = formatQuantity(order.filled_quantity);
      return t("{quantity} filled at {price}, the rest is working", { quantity, price });
    }
    case "held":
    case "canceled":
    case "expired":
    case "rejected":
      return t(STATUS_WORDS[order.status]) + reasonOf(order);
    default:
      return t(STATUS_WORDS[order.status]);
  }
}

function reasonOf({ status_reason: reason }: Order): string {
  return reason == null ? "" : `: ${reason.message}`;
}

export const STATUS_WORDS: Readonly<Record<Order["status"], Phrase>> = {
  pending_new: "sending",
  held: "held",
  working: "working",
  partially_filled: "part filled",
  pending_replace: "changing",
  pending_cancel: "cancelling",
  filled: "filled",
  canceled: "cancelled",
  expired: "expired",
  rejected: "rejected",
};

export const TYPE_WORDS: Readonly<Record<Order["type"], Phrase>> = {
  market: "market",
  limit: "limit",
  stop: "stop",
  stop_limit: "stop limit",
  trailing_stop: "trailing stop",
  trailing_stop_limit: "trailing stop limit",
  market_if_touched: "market if touched",
  limit_if_touched: "limit if touched",
};

/** The state of a socket in a word or two. */
export function tellSocket(state: SocketState): string {
  switch (state.status) {
    case "idle":
    case "connecting":
      return t("connecting");
    case "open":
      return t("live");
    case "closed":
      if (state.unauthorized) return t("logged out");
      return state.retryInMs === null ? t("closed") : t("reconnecting");
  }
}

function sentence(text: string): string {
  const first = sentenceCase(text);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
