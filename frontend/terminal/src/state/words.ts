/** What the server and the network say, in sentences. */

import { ApiError, type Execution, type Order, type SocketState } from "@trading-api/client";
import { formatMoney, formatQuantity } from "../lib/format";

/** Why something failed. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.fields.map(({ message }) => message);
    return sentence(fields.length > 0 ? fields.join("; ") : error.message);
  }
  if (error instanceof TypeError) return "The server does not answer.";
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
  const verb = side === "buy" ? "Bought" : "Sold";
  return `${verb} ${formatQuantity(quantity)} ${symbol} at ${formatMoney(price)}`;
}

/** What became of an order that was just placed. */
export function tellPlaced(order: Order): string {
  const what = `${order.side === "buy" ? "Buy" : "Sell"} ${formatQuantity(order.quantity)} ${order.symbol}`;
  const average = formatMoney(order.average_price);
  switch (order.status) {
    case "filled":
      return `${what}: filled at ${average}`;
    case "partially_filled":
      return `${what}: ${formatQuantity(order.filled_quantity)} filled at ${average}, the rest is working`;
    case "held":
      return `${what}: held${reasonOf(order)}`;
    case "canceled":
    case "expired":
    case "rejected":
      return `${what}: ${STATUS_WORDS[order.status]}${reasonOf(order)}`;
    default:
      return `${what}: ${STATUS_WORDS[order.status]}`;
  }
}

function reasonOf({ status_reason: reason }: Order): string {
  return reason == null ? "" : `: ${reason.message}`;
}

export const STATUS_WORDS: Readonly<Record<Order["status"], string>> = {
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

/** The state of a socket in a word or two. */
export function tellSocket(state: SocketState): string {
  switch (state.status) {
    case "idle":
    case "connecting":
      return "connecting";
    case "open":
      return "live";
    case "closed":
      if (state.unauthorized) return "logged out";
      return state.retryInMs === null ? "closed" : "reconnecting";
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
