import { ApiError, type Account, type PlaceOrderRequest } from "@trading-api/client";
import { expect, test, vi } from "vitest";
import { shallowRef } from "vue";
import { createOrderEntry } from "../../src/state/order-entry";
import type { QuoteBook } from "../../src/state/quotes";
import { anAccount, anOrder, aQuote, aSymbol } from "../samples";

const YES = (): Promise<boolean> => Promise.resolve(true);

function ticket() {
  const place = vi.fn((request: PlaceOrderRequest) =>
    Promise.resolve(anOrder({ client_order_id: request.client_order_id ?? "" })),
  );
  const quotes = shallowRef<QuoteBook>(
    new Map([["BTCUSD", { quote: aQuote({ bid: 99, ask: 100 }), direction: null, moves: 0 }]]),
  );
  const account = shallowRef<Account | null>(anAccount({ buying_power: "1000" }));
  return { place, account, entry: createOrderEntry(aSymbol(), { quotes }, { account, place }) };
}

test("nothing is sent that is not filled in, or not confirmed", async () => {
  const { entry, place } = ticket();
  entry.draft.quantity = "";
  await entry.submit(YES);
  expect(entry.outcome.value).toEqual({ isError: true, text: "Enter a quantity." });
  entry.draft.quantity = "1";
  expect(entry.outcome.value).toBeNull(); // it was about another draft
  await entry.submit(() => Promise.resolve(false));
  expect(place).not.toHaveBeenCalled();
  await entry.submit(YES);
  expect(entry.outcome.value).toMatchObject({ isError: false });
});

test("an order of which nobody knows whether it arrived keeps its id, until it is changed", async () => {
  const { entry, place } = ticket();
  const ids = (): unknown[] => place.mock.calls.map(([{ client_order_id: id }]) => id);
  place.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await entry.submit(YES);
  expect(entry.outcome.value?.text).toContain("sent again as it is, it is placed once");
  place.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await entry.submit(YES);
  expect(ids()[1]).toBe(ids()[0]);
  entry.draft.quantity = "2";
  await entry.submit(YES);
  expect(ids()[2]).not.toBe(ids()[0]);
});

test("what went to one account is another order for another one", async () => {
  const { entry, place, account } = ticket();
  place.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await entry.submit(YES);
  account.value = anAccount({ id: "acc-2" });
  await entry.submit(YES);
  const [first, second] = place.mock.calls.map(([{ client_order_id: id }]) => id);
  expect(second).not.toBe(first);
});

test("a refusal is told, and the next attempt is a new order", async () => {
  const { entry, place } = ticket();
  const problem = { code: "insufficient_margin", detail: "too much" };
  place.mockRejectedValueOnce(new ApiError(new Response(null, { status: 422 }), problem));
  await entry.submit(YES);
  expect(entry.outcome.value).toEqual({ isError: true, text: "Too much." });
  await entry.submit(YES);
  const [first, second] = place.mock.calls.map(([{ client_order_id: id }]) => id);
  expect(second).not.toBe(first);
});

test("type, side, price and a part of the buying power are set by key or click", () => {
  const { entry } = ticket();
  entry.setType("limit");
  expect(entry.draft.limitPrice).toBe("99.00"); // joins its own side
  entry.setPrice("sell", "101.5");
  expect(entry.draft).toMatchObject({ type: "limit", side: "sell", limitPrice: "101.5" });
  entry.setType("market");
  entry.draft.side = "buy";
  entry.setPercent(50);
  expect(entry.draft.quantity).toBe("5");
  expect(entry.action.value).toBe("Buy 5 BTCUSD");
});

test("what is previewed is what would be sent, and nothing while it is not filled in", () => {
  const { entry } = ticket();
  expect(entry.previewed.value).toMatchObject({ type: "market", quantity: "0.01" });
  entry.draft.basis = "risk";
  expect(entry.previewed.value).toBeNull();
  entry.draft.stopLoss = "90";
  entry.draft.quantity = "50";
  expect(entry.previewed.value).toMatchObject({ quantity: "5" });
});
