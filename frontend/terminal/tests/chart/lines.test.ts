import { expect, test } from "vitest";
import { barIndexAt, fillMarks } from "../../src/chart/fills";
import { linesOf } from "../../src/chart/lines";
import { anExecution, anOrder, aPosition, bars } from "../samples";

test("an order has a line for each price that it waits for; each changes that price", () => {
  const order = anOrder({
    id: "o1",
    type: "stop_limit",
    stop_price: "79000",
    limit_price: "79100",
  });
  const lines = linesOf("BTCUSD", [], [order, anOrder({ symbol: "AAPL" })]);
  expect(lines.map(({ id, price, field }) => [id, price, field])).toEqual([
    ["o1:stop_price", 79_000, "stop_price"],
    ["o1:limit_price", 79_100, "limit_price"],
  ]);
});

test("a stop that was reached waits for its limit only", () => {
  const order = anOrder({ stop_price: "79000", limit_price: "79100", triggered_at: 5 });
  expect(linesOf("BTCUSD", [], [order]).map(({ price }) => price)).toEqual([79_100]);
});

test("a trailing stop cannot be dragged but cancelled, a position neither", () => {
  const trail = { kind: "percent", value: "1" } as const;
  const order = anOrder({ type: "trailing_stop", trail, limit_price: null, stop_price: "78000" });
  const [held, trailing] = linesOf("BTCUSD", [aPosition()], [order]);
  expect(trailing).toMatchObject({ field: null, orderId: order.id });
  expect(held).toMatchObject({ field: null, orderId: null, title: "long 0.5  −0.50" });
});

test("exits of a bracket say what they are for", () => {
  const target = anOrder({ parent_id: "o1", side: "sell" });
  const stop = anOrder({
    id: "o3",
    parent_id: "o1",
    type: "stop",
    limit_price: null,
    stop_price: "1",
  });
  const titles = linesOf("BTCUSD", [], [target, stop]).map(({ title }) => title);
  expect(titles).toEqual(["take profit sell 0.5", "stop loss buy 0.5"]);
});

test("fills stand on the bar in which they happened, oldest first", () => {
  const colors = { up: "u", down: "d" };
  const filled = [
    anExecution(1, { time: 179_999, side: "sell" }),
    anExecution(2, { time: 60_000 }),
    anExecution(3, { time: 59_999 }),
    anExecution(4, { symbol: "AAPL" }),
  ];
  const marks = fillMarks("BTCUSD", filled, bars(1, 5), colors);
  expect(marks.map(({ time, shape }) => [time, shape])).toEqual([
    [60, "arrowUp"],
    [120, "arrowDown"],
  ]);
});

test("what an order filled in parts within a bar is one mark", () => {
  const parts = ["0.1", "0.2", "0.3"].map((quantity, at) =>
    anExecution(at, { order_id: "o1", quantity, time: at < 2 ? 60_000 + at : 120_000 }),
  );
  const other = anExecution(9, { order_id: "o2", quantity: "5", time: 60_000 });
  const marks = fillMarks("BTCUSD", [...parts, other], bars(1, 5), { up: "u", down: "d" });
  expect(marks.map(({ time, text }) => [time, text])).toEqual([
    [60, "0.3"],
    [60, "5"],
    [120, "0.3"],
  ]);
});

test("the bar at a time is the last that opened by then", () => {
  expect(barIndexAt([], 5)).toBe(-1);
  expect(barIndexAt(bars(1, 3), 59_999)).toBe(-1);
  expect(barIndexAt(bars(1, 3), 60_000)).toBe(0);
  expect(barIndexAt(bars(1, 3), 9_999_999)).toBe(2);
});
