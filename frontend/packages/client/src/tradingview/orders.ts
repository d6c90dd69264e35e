/** Orders as the library shows them. */

import type { Execution, Order, Position } from "../generated/rest.js";
import { numberOf, present } from "./decimals.js";
import {
  type Brackets,
  type OrderMessage,
  OrderStatus,
  OrderType,
  ParentType,
  type ShownExecution,
  type ShownIndividualPosition,
  type ShownOrder,
  type ShownPosition,
  Side,
  StopType,
} from "./trading.js";

export interface Parent {
  readonly id: string;
  readonly type: ParentType;
}

const FINAL: ReadonlySet<Order["status"]> = new Set(["filled", "canceled", "expired", "rejected"]);

/** Of the types that the library does not have, the one that looks like it on a chart. */
const TYPES: Record<Order["type"], OrderType> = {
  market: OrderType.Market,
  limit: OrderType.Limit,
  stop: OrderType.Stop,
  market_if_touched: OrderType.Stop,
  trailing_stop: OrderType.Stop,
  stop_limit: OrderType.StopLimit,
  limit_if_touched: OrderType.StopLimit,
  trailing_stop_limit: OrderType.StopLimit,
};

const STATUSES: Record<Order["status"], OrderStatus> = {
  pending_new: OrderStatus.Placing,
  held: OrderStatus.Inactive,
  working: OrderStatus.Working,
  partially_filled: OrderStatus.Working,
  pending_replace: OrderStatus.Working,
  pending_cancel: OrderStatus.Working,
  filled: OrderStatus.Filled,
  canceled: OrderStatus.Canceled,
  expired: OrderStatus.Canceled,
  rejected: OrderStatus.Rejected,
};

export function isFinal(order: Order): boolean {
  return FINAL.has(order.status);
}

/** Whether it ends what another order, or a position, began. */
export function isBracket(order: Order): boolean {
  return order.parent_id !== null && order.group_type === "bracket";
}

/** The position of a bracket: the net one is named as its symbol, an individual one is not. */
function positionParent({ symbol }: Order, id: string): Parent {
  return { id, type: id === symbol ? ParentType.Position : ParentType.IndividualPosition };
}

/**
 * What a bracket belongs to: its entry while it waits for that, the position afterwards.
 *
 * `positionId` is the position that its entry made, if it is there; `before` is what the bracket
 * belonged to when last seen; `entry` is its entry, where that is known.
 */
export function parentOf(
  order: Order,
  positionId: string | undefined,
  before?: Parent,
  entry?: Order,
): Parent | undefined {
  if (!isBracket(order) || order.parent_id === null) return undefined;
  if (order.parent_type === "position") return positionParent(order, order.parent_id);
  const ofEntry = { id: order.parent_id, type: ParentType.Order };
  const id = order.position_id ?? positionId;
  const former = before?.type === ParentType.Order ? undefined : before;
  const ofPosition = id === undefined ? former : positionParent(order, id);
  if (order.status === "held" && order.status_reason?.code === "waits_for_parent") return ofEntry;
  if (!isFinal(order) || numberOf(order.filled_quantity) > 0) return ofPosition;
  if (before !== undefined) return before;
  return entry === undefined || numberOf(entry.filled_quantity) === 0 ? ofEntry : ofPosition;
}

/** The order; `brackets` are those that wait for it, `pipSize` measures trails. */
export function shownOrder(
  order: Order,
  parent: Parent | undefined,
  brackets: Brackets,
  pipSize: number,
): ShownOrder {
  const { time_in_force: type, expire_at: datetime } = order;
  return {
    id: order.id,
    symbol: order.symbol,
    type: TYPES[order.type],
    side: sideOf(order.side),
    qty: numberOf(order.quantity),
    status: STATUSES[order.status],
    filledQty: numberOf(order.filled_quantity),
    updateTime: order.updated_at,
    duration: type === "gtd" && datetime !== null ? { type, datetime } : { type },
    ...present({
      avgPrice: amount(order.average_price),
      limitPrice: amount(order.limit_price),
      stopPrice: amount(order.stop_price),
      message: messageOf(order),
      parentId: parent?.id,
      parentType: parent?.type,
    }),
    ...trailOf(order, pipSize),
    ...brackets,
  };
}

/** The brackets that open exits amount to. */
export function bracketsOf(exits: readonly Order[], pipSize: number): Brackets {
  const brackets: Brackets = {};
  for (const exit of exits) {
    if (exit.type === "limit") Object.assign(brackets, { takeProfit: amount(exit.limit_price) });
    else if (exit.trail !== null) Object.assign(brackets, trailOf(exit, pipSize));
    else
      Object.assign(brackets, { stopLoss: amount(exit.stop_price), stopType: StopType.StopLoss });
  }
  return brackets;
}

function trailOf({ trail }: Order, pipSize: number): Brackets {
  if (trail === null) return {};
  if (trail.kind !== "absolute") return { stopType: StopType.TrailingStop };
  const trailingStopPips = Number((numberOf(trail.value) / pipSize).toFixed(6));
  return { stopType: StopType.TrailingStop, trailingStopPips };
}

function messageOf({ status, status_reason: reason, type }: Order): OrderMessage | undefined {
  if (reason !== null) {
    return { type: status === "rejected" ? "error" : "information", text: reason.message };
  }
  if (status === "expired") return { type: "information", text: "expired" };
  return type.endsWith("_if_touched") ? { type: "information", text: type } : undefined;
}

export function shownPosition(position: Position): ShownPosition {
  return {
    id: position.id,
    symbol: position.symbol,
    qty: numberOf(position.quantity),
    side: position.side === "long" ? Side.Buy : Side.Sell,
    avgPrice: numberOf(position.average_price),
  };
}

export function shownIndividualPosition(position: Position): ShownIndividualPosition {
  const { id, symbol, qty, side, avgPrice: price } = shownPosition(position);
  return { id, date: position.opened_at ?? position.updated_at, symbol, qty, side, price };
}

export function shownExecution(execution: Execution): ShownExecution {
  return {
    id: execution.id,
    orderId: execution.order_id,
    symbol: execution.symbol,
    price: numberOf(execution.price),
    qty: numberOf(execution.quantity),
    side: sideOf(execution.side),
    time: execution.time,
    commission: numberOf(execution.fee),
  };
}

function sideOf(side: "buy" | "sell"): Side {
  return side === "buy" ? Side.Buy : Side.Sell;
}

function amount(text: string | null): number | undefined {
  return text === null ? undefined : numberOf(text);
}
