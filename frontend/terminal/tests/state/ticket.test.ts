import { describe, expect, it, test } from "vitest";
import {
  type Draft,
  mayBeExtended,
  newDraft,
  problemOf,
  ORDER_TYPES,
  priceOf,
  quantityFor,
  quantityOf,
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

test("a plain limit is for extended hours where its symbol has them", () => {
  const share = aSymbol({ session: "0930-1600", session_premarket: "0400-0930" });
  const extended = { ...limit, isExtended: true };
  expect(mayBeExtended(extended, share)).toBe(true);
  expect(requestOf(extended, "web-1").session).toBe("extended");
  expect(mayBeExtended(extended, aSymbol())).toBe(false);
  for (const other of [{ type: "market" }, { timeInForce: "ioc" }] as const) {
    expect(mayBeExtended({ ...extended, ...other }, share)).toBe(false);
    expect(requestOf({ ...extended, ...other }, "web-1")).not.toHaveProperty("session");
  }
});

test("a market order has no price, whatever was typed for a limit", () => {
  expect(requestOf({ ...limit, type: "market" }, "web-1")).not.toHaveProperty("limit_price");
});

test.each(["", "0", "-1", "1e3", "abc", "1,5", "Infinity"])(
  "a quantity of %j is refused",
  (typed) => {
    expect(problemOf({ ...draft, quantity: typed })).toContain("quantity");
    expect(quantityOf({ ...draft, quantity: typed }, "1", aSymbol())).toBeNull();
  },
);

test.each(["", "0", "x"])("a limit price of %j is refused", (typed) => {
  expect(problemOf({ ...limit, limitPrice: typed })).toContain("limit price");
  expect(problemOf({ ...draft, limitPrice: typed })).toBeNull();
});

describe("the price at which the ticket would trade", () => {
  it("is the opposite side of the book for a market order", () => {
    const quote = aQuote({ bid: 99.9, ask: 100.1 });
    expect(priceOf(draft, quote, 2)).toBe("100.10");
    expect(priceOf({ ...draft, side: "sell" }, quote, 2)).toBe("99.90");
  });

  it("is what was typed for the others, with or without a market", () => {
    expect(priceOf(limit, undefined, 2)).toBe("78000.10");
    expect(priceOf({ ...draft, type: "stop", stopPrice: "79000" }, undefined, 2)).toBe("79000");
  });

  it("is none without a price", () => {
    expect(priceOf(draft, undefined, 2)).toBeNull();
    expect(priceOf(draft, aQuote({ ask: null }), 2)).toBeNull();
  });
});

test.each(ORDER_TYPES.map(({ value }) => value))("%s is sent with the prices it has", (type) => {
  const full = { ...limit, type, stopPrice: "79000", trailValue: "1.5", takeProfit: " 80000 " };
  const request = requestOf({ ...full, stopLoss: "70000", reduceOnly: true }, "web-1");
  expect(problemOf(full)).toBeNull();
  expect("limit_price" in request).toBe(/limit/.test(type));
  expect("stop_price" in request).toBe(/^stop|touched/.test(type));
  expect(request.trail ?? null).toEqual(
    type.startsWith("trailing") ? { kind: "percent", value: "1.5" } : null,
  );
  expect(request).toMatchObject({
    reduce_only: true,
    take_profit: { limit_price: "80000" },
    stop_loss: { stop_price: "70000" },
  });
});

test("cash is sent as a sum; risk as the quantity that loses it at the stop loss", () => {
  const cash: Draft = { ...draft, basis: "cash", quantity: "1000" };
  expect(requestOf(cash, "web-1")).toMatchObject({ notional: "1000" });
  expect(requestOf(cash, "web-1")).not.toHaveProperty("quantity");
  const risk: Draft = {
    ...limit,
    basis: "risk",
    quantity: "100",
    limitPrice: "500",
    stopLoss: "300",
  };
  const quantity = quantityOf(risk, "500", aSymbol());
  expect(quantity).toBe("0.5");
  expect(requestOf(risk, "web-1", quantity)).toMatchObject({ quantity: "0.5" });
  expect(problemOf({ ...risk, stopLoss: "" })).toBe("Enter a stop loss");
});

test("a stop loss may trail: in money, or in per cent of the price", () => {
  const trailing: Draft = { ...limit, stopLossKind: "percent", stopLoss: " 2.5 " };
  expect(requestOf(trailing, "web-1").stop_loss).toEqual({
    trail: { kind: "percent", value: "2.5" },
  });
  const risk: Draft = { ...trailing, basis: "risk", quantity: "100", limitPrice: "400" };
  expect(quantityOf(risk, "400", aSymbol())).toBe("10"); // 2.5 % of 400 are 10 a piece
  const money: Draft = { ...risk, stopLossKind: "absolute", stopLoss: "50" };
  expect(quantityOf(money, "400", aSymbol())).toBe("2");
  expect(requestOf(money, "web-1").stop_loss).toEqual({ trail: { kind: "absolute", value: "50" } });
});

test("good till a date needs the date", () => {
  expect(problemOf({ ...limit, timeInForce: "gtd" })).toBe("Enter a date");
  const dated: Draft = { ...limit, timeInForce: "gtd", expireAt: "2026-12-01T10:00" };
  expect(requestOf(dated, "web-1").expire_at).toBe(new Date("2026-12-01T10:00").getTime());
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
