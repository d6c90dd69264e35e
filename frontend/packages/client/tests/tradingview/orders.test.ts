/** Orders of the server as the library shows them, and what the library asks for as requests. */

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ApiError, type Order, type Position } from "../../src/index.js";
import {
  OrderStatus,
  OrderType,
  ParentType,
  type PreOrder,
  type ShownOrder,
  type ShownPosition,
  Side,
  StopType,
} from "../../src/tradingview/index.js";
import { netOf, NetPositions } from "../../src/tradingview/net-positions.js";
import { OrderBook } from "../../src/tradingview/order-book.js";
import { insist, modifyRequest, placeRequest } from "../../src/tradingview/order-entry.js";
import { PositionBook } from "../../src/tradingview/position-book.js";

const ORDER: Order = {
  id: "o1",
  client_order_id: "o1",
  account_id: "a",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  quantity: "10",
  notional: null,
  filled_quantity: "0",
  average_price: null,
  limit_price: "1.1",
  stop_price: null,
  trail: null,
  high_water_mark: null,
  time_in_force: "gtc",
  expire_at: null,
  session: "regular",
  post_only: false,
  reduce_only: false,
  position_id: null,
  status: "working",
  status_reason: null,
  parent_id: null,
  parent_type: null,
  group_id: null,
  group_type: null,
  tag: null,
  triggered_at: null,
  created_at: 1,
  updated_at: 2,
  version: 1,
};
const WAITING: Partial<Order> = {
  status: "held",
  status_reason: { code: "waits_for_parent", message: "waits for fills of order o1" },
};
const STOP: Order = {
  ...ORDER,
  ...WAITING,
  id: "o2",
  side: "sell",
  type: "stop",
  limit_price: null,
  stop_price: "1.05",
  parent_id: "o1",
  parent_type: "order",
  group_id: "g1",
  group_type: "bracket",
};
const PIP = 0.0001;

function openBook(positionOf: (exit: Order) => string | undefined = ({ symbol }) => symbol): {
  book: OrderBook;
  told: ShownOrder[];
} {
  const told: ShownOrder[] = [];
  return {
    told,
    book: new OrderBook(
      (order) => void told.push(order),
      () => PIP,
      positionOf,
    ),
  };
}

function shownAs(order: Partial<Order>): ShownOrder | undefined {
  const { book, told } = openBook();
  book.apply({ ...ORDER, ...order });
  return told.at(-1);
}

describe("what is shown", () => {
  test.each([
    ["market", OrderType.Market],
    ["limit", OrderType.Limit],
    ["stop", OrderType.Stop],
    ["stop_limit", OrderType.StopLimit],
    ["trailing_stop", OrderType.Stop],
    ["trailing_stop_limit", OrderType.StopLimit],
    ["market_if_touched", OrderType.Stop],
    ["limit_if_touched", OrderType.StopLimit],
  ] as const)("type %s is %d", (type, shown) => expect(shownAs({ type })?.type).toBe(shown));

  test.each([
    ["pending_new", OrderStatus.Placing],
    ["held", OrderStatus.Inactive],
    ["working", OrderStatus.Working],
    ["partially_filled", OrderStatus.Working],
    ["pending_replace", OrderStatus.Working],
    ["pending_cancel", OrderStatus.Working],
    ["filled", OrderStatus.Filled],
    ["canceled", OrderStatus.Canceled],
    ["expired", OrderStatus.Canceled],
    ["rejected", OrderStatus.Rejected],
  ] as const)("status %s is %d", (status, shown) =>
    expect(shownAs({ status })?.status).toBe(shown),
  );

  test("a trail is measured in pips, an end is in milliseconds", () => {
    const trail = { kind: "absolute", value: "0.0025" } as const;
    const shown = shownAs({ type: "trailing_stop", trail, time_in_force: "gtd", expire_at: 9 });
    expect(shown).toMatchObject({ stopType: StopType.TrailingStop, trailingStopPips: 25 });
    expect(shown?.duration).toEqual({ type: "gtd", datetime: 9 });
  });
});

describe("the order book", () => {
  test("a bracket waits for its entry, works for the position, and ends there", () => {
    const { book, told } = openBook();
    book.apply(ORDER);
    book.apply(STOP);
    expect(told.at(-2)).toMatchObject({ parentId: "o1", parentType: ParentType.Order });
    expect(told.at(-1)).toMatchObject({ id: "o1", stopLoss: 1.05 }); // the entry shows it
    book.apply({ ...ORDER, status: "filled", filled_quantity: "10", version: 2 });
    book.apply({ ...STOP, status: "working", status_reason: null, version: 2 });
    const ofPosition = { parentId: "EURUSD", parentType: ParentType.Position };
    expect(told.at(-1)).toMatchObject({ ...ofPosition, status: OrderStatus.Working });
    book.apply({ ...STOP, status: "canceled", version: 3 });
    expect(told.at(-1)).toMatchObject({ ...ofPosition, status: OrderStatus.Canceled });
  });

  test("where positions are individual, a bracket is of the one that its entry made", () => {
    let made: string | undefined;
    const { book, told } = openBook(() => made);
    book.apply(ORDER);
    book.apply({ ...STOP, status: "working", status_reason: null, version: 2 });
    expect(told.at(-1)?.parentId).toBeUndefined();
    made = "a-p7";
    book.renewParents();
    const ofMade = { parentId: made, parentType: ParentType.IndividualPosition };
    expect(told.at(-1)).toMatchObject(ofMade);
    const count = told.length;
    made = undefined; // it was closed
    book.renewParents();
    expect(told).toHaveLength(count);
    book.apply({ ...STOP, status: "canceled", version: 3 });
    expect(told.at(-1)).toMatchObject({ parentId: "a-p7", status: OrderStatus.Canceled });
  });

  test("a bracket that ends while it waits belongs to its entry still", () => {
    const { book, told } = openBook();
    book.apply(ORDER);
    book.apply(STOP);
    book.apply({ ...STOP, status: "canceled", version: 2 });
    const [canceled, entry] = told.slice(-2);
    expect(canceled).toMatchObject({ parentId: "o1", parentType: ParentType.Order });
    expect(entry?.stopLoss).toBeUndefined();
  });

  test("what is old, known or final is not told again", () => {
    const { book, told } = openBook();
    const canceled = { ...ORDER, status: "canceled", version: 3 } as const;
    for (const order of [{ ...ORDER, version: 2 }, ORDER, { ...ORDER, version: 2 }, canceled]) {
      book.apply(order);
    }
    book.apply({ ...ORDER, version: 9 });
    expect(told.map(({ status }) => status)).toEqual([OrderStatus.Working, OrderStatus.Canceled]);
    expect(book.list()).toHaveLength(1);
  });

  test("an order that has ended stays listed for more than a minute, not for ever", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { book } = openBook();
    book.apply({ ...ORDER, status: "filled", version: 2 });
    vi.advanceTimersByTime(60_000);
    expect(book.list()).toHaveLength(1);
    vi.advanceTimersByTime(61_000);
    expect(book.list()).toEqual([]);
  });

  test("a new list of the open orders names those that have ended meanwhile", () => {
    const { book } = openBook();
    book.apply(ORDER);
    expect(book.replace([{ ...ORDER, id: "o9" }])).toEqual(["o1"]);
    expect(book.replace([ORDER, { ...ORDER, id: "o9" }])).toEqual([]);
  });
});

const POSITION: Position = {
  id: "EURUSD",
  account_id: "a",
  symbol: "EURUSD",
  side: "short",
  quantity: "10",
  average_price: "1.1",
  cost: "11",
  mark_price: "1.2",
  unrealized_pnl: "-1",
  realized_pnl: "0",
  currency: "USD",
  opened_at: null,
  opened_by: null,
  updated_at: 1,
};

test("positions that are gone are told once, with quantity 0", () => {
  const told: string[][] = [];
  const profits: number[] = [];
  const book = new PositionBook({
    changed: ({ quantity, side }) => void told.push([quantity, side]),
    profit: (_id, profit) => void profits.push(profit),
    settled: () => undefined,
  });
  book.apply({ ...POSITION, quantity: "0" }); // never known
  book.apply(POSITION);
  book.apply({ ...POSITION, unrealized_pnl: "-2" });
  book.replace([]);
  book.replace([]);
  expect(told).toEqual([
    ["10", "short"],
    ["0", "short"],
  ]);
  expect(profits).toEqual([-1, -2]);
});

describe("the net of individual positions", () => {
  const long = (id: string, quantity: string, average_price: string): Position => {
    return { ...POSITION, id, side: "long", quantity, average_price, unrealized_pnl: "0.1" };
  };
  const short = { ...POSITION, id: "s", quantity: "0.3", unrealized_pnl: "-0.3" };

  test("has the exact sum, on the side and at the average of what outweighs", () => {
    const positions = [long("l1", "0.1", "1"), long("l2", "0.3", "2"), short];
    expect(netOf("EURUSD", positions)).toEqual({
      id: "EURUSD",
      symbol: "EURUSD",
      qty: 0.1,
      side: Side.Buy,
      avgPrice: 1.75,
      longQty: 0.4,
      shortQty: 0.3,
    });
    expect(netOf("EURUSD", [short])).toMatchObject({ qty: 0.3, side: Side.Sell, avgPrice: 1.1 });
    expect(netOf("EURUSD", [long("l", "0.3", "1"), short]).qty).toBe(0);
  });

  test("is told when it changes, and once when nothing is left of it", () => {
    const told: ShownPosition[] = [];
    const profits: number[] = [];
    const net = new NetPositions({
      positionUpdate: (position) => void told.push(position),
      plUpdate: (_symbol, profit) => void profits.push(profit),
    });
    net.renew("EURUSD", []);
    net.renew("EURUSD", [short]);
    net.renew("EURUSD", [short, long("l1", "0.1", "1"), long("l2", "0.1", "2")]);
    net.renew("EURUSD", [{ ...short, unrealized_pnl: null }]);
    expect(net.list()).toHaveLength(1);
    net.renew("EURUSD", [short, long("l", "0.3", "1")]);
    net.renew("EURUSD", []);
    expect(told.map(({ qty, side }) => qty * side)).toEqual([-0.3, -0.1, -0.3, -0]);
    expect(profits).toEqual([-0.3, -0.1]);
    expect(net.list()).toEqual([]);
  });
});

describe("what is asked for", () => {
  const order: PreOrder = {
    symbol: "EURUSD",
    type: OrderType.StopLimit,
    side: Side.Sell,
    qty: 1e-7,
  };

  test("numbers become exact texts; brackets become exits", () => {
    const asked = { ...order, limitPrice: 1.1, stopPrice: 1.2, takeProfit: 1, stopLoss: 1.3 };
    const duration = { type: "gtd", datetime: 9 };
    expect(placeRequest({ ...asked, duration, isClose: true }, PIP)).toEqual({
      symbol: "EURUSD",
      side: "sell",
      type: "stop_limit",
      quantity: "0.0000001",
      limit_price: "1.1",
      stop_price: "1.2",
      time_in_force: "gtd",
      expire_at: 9,
      reduce_only: true,
      take_profit: { limit_price: "1" },
      stop_loss: { stop_price: "1.3" },
    });
  });

  test("prices that the type does not have are left out, a trail is measured in prices", () => {
    const market = { ...order, type: OrderType.Market, limitPrice: 1, stopPrice: 2 };
    const trailing = { stopType: StopType.TrailingStop, trailingStopPips: 25, stopLoss: 1.3 };
    expect(placeRequest({ ...market, ...trailing }, PIP)).toEqual({
      symbol: "EURUSD",
      side: "sell",
      type: "market",
      quantity: "0.0000001",
      stop_loss: { trail: { kind: "absolute", value: "0.0025" } },
    });
  });

  test("only what differs is modified", () => {
    const shown = shownAs({}) as ShownOrder;
    expect(modifyRequest(ORDER, shown, PIP)).toBeNull();
    expect(modifyRequest(ORDER, { ...shown, limitPrice: 1.2 }, PIP)).toEqual({
      limit_price: "1.2",
    });
    expect(modifyRequest(ORDER, { ...shown, qty: 3 }, PIP)).toEqual({ quantity: "3" });
  });
});

describe("insisting", () => {
  test("goes on while the server is not there, and not when it refuses", async () => {
    let attempts = 0;
    const comesBack = (): Promise<string> =>
      ++attempts < 3 ? Promise.reject(new TypeError("fetch failed")) : Promise.resolve("done");
    await expect(insist(comesBack, 5_000)).resolves.toBe("done");
    const refused = new ApiError(new Response(null, { status: 422 }), {
      code: "bad_tick",
      detail: "no",
    });
    let asked = 0;
    const refuses = (): Promise<string> => (asked++, Promise.reject(refused));
    await expect(insist(refuses, 5_000)).rejects.toBe(refused);
    expect(asked).toBe(1);
    await expect(insist(() => Promise.reject(new TypeError("gone")), 150)).rejects.toThrow("gone");
  });
});
