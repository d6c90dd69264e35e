import { describe, expect, it, test } from "vitest";
import {
  type Draft,
  estimate,
  newDraft,
  problemOf,
  quantityFor,
  requestOf,
  stepped,
} from "../../src/state/ticket";
import { aQuote, aSymbol } from "../samples";

const draft: Draft = { ...newDraft(aSymbol()), quantity: "0.10" };
const limit: Draft = { ...draft, type: "limit", limitPrice: "78000.10" };

test("what was typed is sent digit by digit", () => {
  const exact = { ...limit, quantity: " 0.123456789012 ", limitPrice: "78000.10" };
  expect(requestOf(exact, "web-1")).toEqual({
    client_order_id: "web-1",
    symbol: "BTCUSD",
    side: "buy",
    type: "limit",
    quantity: "0.123456789012",
    limit_price: "78000.10",
    time_in_force: "gtc",
  });
});

test("a market order has no price, whatever was typed for a limit", () => {
  expect(requestOf({ ...limit, type: "market" }, "web-1")).not.toHaveProperty("limit_price");
});

test.each(["", "0", "-1", "1e3", "abc", "1,5", "Infinity"])(
  "a quantity of %j is refused",
  (typed) => {
    expect(problemOf({ ...draft, quantity: typed })).toContain("quantity");
    expect(estimate({ ...draft, quantity: typed }, aQuote(), 2)).toBeNull();
  },
);

test.each(["", "0", "x"])("a limit price of %j is refused", (typed) => {
  expect(problemOf({ ...limit, limitPrice: typed })).toContain("limit price");
  expect(problemOf({ ...draft, limitPrice: typed })).toBeNull();
});

describe("estimate", () => {
  it("takes the opposite side of the book for a market order", () => {
    const quote = aQuote({ bid: 99.9, ask: 100.1 });
    expect(estimate(draft, quote, 2)).toEqual({ price: "100.10", cost: "10.01" });
    expect(estimate({ ...draft, side: "sell" }, quote, 2)?.price).toBe("99.90");
  });

  it("takes the limit price of a limit order, with or without a market", () => {
    expect(estimate(limit, undefined, 2)).toEqual({ price: "78000.10", cost: "7800.01" });
  });

  it("is none without a price", () => {
    expect(estimate(draft, undefined, 2)).toBeNull();
    expect(estimate(draft, aQuote({ ask: null }), 2)).toBeNull();
  });
});

test("a part of the buying power lies on the symbol's grid and within its limit", () => {
  expect(quantityFor(50, "100000", "78425", aSymbol())).toBe("0.6375518");
  expect(quantityFor(100, "100", "12.17", aSymbol({ quantity_step: "1" }))).toBe("8");
  expect(quantityFor(100, "100000", "1", aSymbol({ max_quantity: "500" }))).toBe("500");
});

test("arrow keys go by exact steps and stop above nothing", () => {
  expect(stepped("0.1", "0.01", 10)).toBe("0.2");
  expect(stepped("78000", "0.01", -1)).toBe("77999.99");
  expect(stepped("0.01", "0.01", -1)).toBe("0.01");
  expect(stepped("what", "1", 1)).toBe("1");
});
