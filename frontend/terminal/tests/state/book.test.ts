import type { Trade } from "@trading-api/client";
import { expect, test } from "vitest";
import { ladder, withTrades } from "../../src/state/book";
import { isShown } from "../../src/state/orders";
import { anOrder } from "../samples";

function aTrade(number: number): Trade {
  return { id: `t${number}`, symbol: "BTCUSD", time: number, price: 1, size: 1, side: "buy" };
}

test("a ladder adds up what is offered, best first", () => {
  const levels = ladder([
    [10, 1],
    [9, 2.5],
  ]);
  expect(levels.map(({ total }) => total)).toEqual([1, 3.5]);
});

test("trades are shown newest first, each once, and not without end", () => {
  const first = withTrades([], [aTrade(1), aTrade(2)]);
  expect(withTrades(first, [aTrade(2), aTrade(3)]).map(({ id }) => id)).toEqual(["t3", "t2", "t1"]);
  const many = Array.from({ length: 80 }, (_, index) => aTrade(index));
  expect(withTrades([], many)).toHaveLength(50);
});

test("the blotter shows what its filter names; expired counts as cancelled", () => {
  expect(isShown(anOrder(), "open")).toBe(true);
  expect(isShown(anOrder({ status: "expired" }), "canceled")).toBe(true);
  expect(isShown(anOrder({ status: "rejected" }), "canceled")).toBe(false);
  expect(isShown(anOrder({ status: "rejected" }), "rejected")).toBe(true);
});
