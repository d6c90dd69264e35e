/** Orders of the library as requests to the server, carried out once however often they are sent. */

import type {
  ModifyOrderRequest,
  Order,
  PlaceOrderRequest,
  StopLossRequest,
  TakeProfitRequest,
  TrailRequest,
} from "../generated/rest.js";
import { ApiError } from "../rest.js";
import { textOf } from "./decimals.js";
import {
  type Brackets,
  OrderType,
  type PreOrder,
  type ShownOrder,
  Side,
  StopType,
} from "./trading.js";

const TYPES = {
  [OrderType.Limit]: "limit",
  [OrderType.Market]: "market",
  [OrderType.Stop]: "stop",
  [OrderType.StopLimit]: "stop_limit",
} as const;

/** The request that an order of the ticket stands for. */
export function placeRequest(order: PreOrder, pipSize: number): PlaceOrderRequest {
  const { duration, limitPrice, stopPrice, type } = order;
  const hasLimit = type === OrderType.Limit || type === OrderType.StopLimit;
  const hasStop = type === OrderType.Stop || type === OrderType.StopLimit;
  const isGoodTillDate = duration?.type === "gtd" && duration.datetime !== undefined;
  return {
    symbol: order.symbol,
    side: order.side === Side.Buy ? "buy" : "sell",
    type: TYPES[type],
    quantity: textOf(order.qty),
    ...(hasLimit && limitPrice !== undefined && { limit_price: textOf(limitPrice) }),
    ...(hasStop && stopPrice !== undefined && { stop_price: textOf(stopPrice) }),
    ...(duration !== undefined && { time_in_force: duration.type as "gtc" }),
    ...(isGoodTillDate && { expire_at: duration.datetime }),
    ...(order.isClose === true && { reduce_only: true }),
    ...exitsRequest(order, pipSize),
  };
}

export interface Exits {
  take_profit?: TakeProfitRequest;
  stop_loss?: StopLossRequest;
}

/**
 * The exits that brackets stand for.
 *
 * @throws {Error} a guaranteed stop is asked for, which a paper engine cannot give honestly.
 */
export function exitsRequest(brackets: Brackets, pipSize: number): Exits {
  const { takeProfit, stopLoss, stopType, trailingStopPips } = brackets;
  if (stopType === StopType.GuaranteedStop || brackets.guaranteedStop !== undefined) {
    throw new Error("a guaranteed stop is not offered");
  }
  const exits: Exits = {};
  if (takeProfit !== undefined) exits.take_profit = { limit_price: textOf(takeProfit) };
  if (stopType === StopType.TrailingStop && trailingStopPips !== undefined) {
    exits.stop_loss = { trail: trailOf(trailingStopPips, pipSize) };
  } else if (stopLoss !== undefined) exits.stop_loss = { stop_price: textOf(stopLoss) };
  return exits;
}

function trailOf(pips: number, pipSize: number): TrailRequest {
  return { kind: "absolute", value: textOf(Number((pips * pipSize).toPrecision(12))) };
}

/** What the library changed of an open order; null where that is nothing. */
export function modifyRequest(
  before: Order,
  after: ShownOrder,
  pipSize: number,
): ModifyOrderRequest | null {
  const changes: ModifyOrderRequest = {};
  const changed = (text: string | null, value: number | undefined): value is number =>
    value !== undefined && text !== null && Number(text) !== value;
  if (changed(before.quantity, after.qty)) changes.quantity = textOf(after.qty);
  if (changed(before.limit_price, after.limitPrice)) changes.limit_price = textOf(after.limitPrice);
  if (before.trail === null && changed(before.stop_price, after.stopPrice)) {
    changes.stop_price = textOf(after.stopPrice);
  }
  if (before.trail?.kind === "absolute" && after.trailingStopPips !== undefined) {
    const trail = trailOf(after.trailingStopPips, pipSize);
    if (trail.value !== before.trail.value) changes.trail = trail;
  }
  const { duration } = after;
  if (duration?.datetime !== undefined && duration.datetime !== before.expire_at) {
    changes.expire_at = duration.datetime;
  }
  return Object.keys(changes).length === 0 ? null : changes;
}

/** A name for an order that no other has: by it the server knows the same request again. */
export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `tv-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Try until the server has answered. Only for what may be carried out twice without harm.
 *
 * @throws the refusal, or what was the matter when the time was up.
 */
export async function insist<T>(attempt: () => Promise<T>, forMs: number): Promise<T> {
  const end = performance.now() + forMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() + pauseMs > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Whether the server was not reached, or asks to come again. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || [429, 502, 503, 504].includes(error.status);
}
