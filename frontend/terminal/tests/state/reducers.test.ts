import { describe, expect, it } from "vitest";
import { mergeBars, withBar } from "../../src/state/bars";
import { withExecutions } from "../../src/state/executions";
import { listOrders, openOrders, withOpenOrders, withOrders } from "../../src/state/orders";
import { listPositions, onlyPositions, withPositions } from "../../src/state/positions";
import { withQuotes } from "../../src/state/quotes";
import { aBar, anExecution, anOrder, aPosition, aQuote, bars } from "../samples";

describe("orders", () => {
  const none = new Map();

  it("never goes back to an older version", () => {
    const filled = anOrder({ status: "filled", version: 3 });
    const orders = withOrders(withOrders(none, [filled]), [anOrder({ version: 2 })]);
    expect(orders.get("acc-1-o1")).toBe(filled);
  });

  it("puts open orders first, each kind newest first", () => {
    const orders = withOrders(none, [
      anOrder({ id: "a-o1", created_at: 1 }),
      anOrder({ id: "a-o2", created_at: 2, status: "filled" }),
      anOrder({ id: "a-o10", created_at: 3 }),
      anOrder({ id: "a-o9", created_at: 3 }),
      anOrder({ id: "a-o4", created_at: 4, status: "rejected" }),
    ]);
    const ids = listOrders(orders).map(({ id }) => id);
    expect(ids).toEqual(["a-o10", "a-o9", "a-o1", "a-o4", "a-o2"]);
    expect(openOrders(orders)).toHaveLength(3);
  });

  it("forgets at a snapshot what is open no longer, and keeps what had ended", () => {
    const known = withOrders(none, [
      anOrder({ id: "a-o1" }),
      anOrder({ id: "a-o2", status: "canceled" }),
    ]);
    const orders = withOpenOrders(known, [anOrder({ id: "a-o3" })]);
    expect([...orders.keys()].sort()).toEqual(["a-o2", "a-o3"]);
  });

  it("does not let a snapshot undo what was heard since", () => {
    const known = withOrders(none, [anOrder({ version: 5, filled_quantity: "0.2" })]);
    const orders = withOpenOrders(known, [anOrder({ version: 4 })]);
    expect(orders.get("acc-1-o1")?.filled_quantity).toBe("0.2");
  });

  it("changes nothing that was given to it", () => {
    const before = withOrders(none, [anOrder()]);
    withOrders(before, [anOrder({ version: 2, status: "canceled" })]);
    expect(before.get("acc-1-o1")?.status).toBe("working");
  });
});

describe("executions", () => {
  it("keeps each once, newest first, in whatever order they come", () => {
    const [first, second, third] = [anExecution(1), anExecution(2), anExecution(3)];
    const heard = withExecutions(withExecutions([], [second, first]), [third, second]);
    expect(heard).toEqual([third, second, first]);
  });

  it("orders those of one instant by their number", () => {
    const heard = withExecutions([], [anExecution(9, { time: 1 }), anExecution(10, { time: 1 })]);
    expect(heard.map(({ id }) => id)).toEqual(["acc-1-x10", "acc-1-x9"]);
  });

  it("stays the same list when nothing is new", () => {
    const known = withExecutions([], [anExecution(1)]);
    expect(withExecutions(known, [anExecution(1)])).toBe(known);
  });
});

describe("positions", () => {
  it("drops what has no quantity", () => {
    const open = onlyPositions([aPosition(), aPosition({ id: "AAPL", symbol: "AAPL" })]);
    const left = withPositions(open, [aPosition({ quantity: "0", average_price: "0" })]);
    expect(listPositions(left).map(({ symbol }) => symbol)).toEqual(["AAPL"]);
  });

  it("has nothing but the snapshot after one", () => {
    expect(onlyPositions([]).size).toBe(0);
  });
});

describe("quotes", () => {
  it("counts the moves of the last price and tells their direction", () => {
    let book = withQuotes(new Map(), [aQuote({ last: 10 })]);
    expect(book.get("BTCUSD")).toMatchObject({ direction: null, moves: 0 });
    book = withQuotes(book, [aQuote({ last: 11 }), aQuote({ last: 10.5 })]);
    expect(book.get("BTCUSD")).toMatchObject({ direction: "down", moves: 2 });
    book = withQuotes(book, [aQuote({ last: 10.5, bid: 1 })]);
    expect(book.get("BTCUSD")).toMatchObject({ direction: "down", moves: 2, quote: { bid: 1 } });
  });

  it("flashes nothing when a price appears or disappears", () => {
    let book = withQuotes(new Map(), [aQuote({ last: null })]);
    book = withQuotes(book, [aQuote({ last: 10 })]);
    book = withQuotes(book, [aQuote({ last: null })]);
    expect(book.get("BTCUSD")?.moves).toBe(0);
  });
});

describe("bars", () => {
  it("merges in the order of time, the newer bar where both have one", () => {
    const merged = mergeBars(bars(1, 4), [aBar(3, 7), aBar(5), aBar(6)]);
    expect(merged.map(({ time }) => time / 60_000)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(merged[2]?.close).toBe(7);
  });

  it("merges what lies apart or inside", () => {
    expect(mergeBars(bars(5, 6), bars(1, 2))).toEqual([...bars(1, 2), ...bars(5, 6)]);
    expect(mergeBars([aBar(1), aBar(9)], bars(3, 4))).toEqual([aBar(1), ...bars(3, 4), aBar(9)]);
    expect(mergeBars([], bars(1, 2))).toEqual(bars(1, 2));
    expect(mergeBars(bars(1, 2), [])).toEqual(bars(1, 2));
  });

  it("appends, replaces or inserts one bar", () => {
    expect(withBar(bars(1, 2), aBar(3))).toEqual(bars(1, 3));
    expect(withBar(bars(1, 2), aBar(2, 5))).toEqual([aBar(1), aBar(2, 5)]);
    expect(withBar([aBar(1), aBar(3)], aBar(2))).toEqual(bars(1, 3));
    expect(withBar([], aBar(1))).toEqual([aBar(1)]);
  });
});
