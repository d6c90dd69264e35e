import { expect, test, vi } from "vitest";
import { nextTick, shallowRef } from "vue";
import { type Alert, createAlerts, isPrice, parseAlerts, tellAlert } from "../../src/state/alerts";
import { type QuoteBook, withQuotes } from "../../src/state/quotes";
import { aQuote } from "../samples";

function desk(last: number | null) {
  const quotes = shallowRef<QuoteBook>(withQuotes(new Map(), [aQuote({ last })]));
  const list = shallowRef<readonly Alert[]>([]);
  const ring = vi.fn();
  const alerts = createAlerts(list, quotes, ring);
  const price = async (now: number | null): Promise<void> => {
    quotes.value = withQuotes(quotes.value, [aQuote({ last: now })]);
    await nextTick();
  };
  return { alerts, ring, price };
}

test("an alert rings once, when its price is reached from where it stood", async () => {
  const { alerts, ring, price } = desk(100);
  alerts.add("BTCUSD", "110");
  alerts.add("BTCUSD", "90");
  alerts.add("AAPL", "1");
  await price(109.99);
  expect(ring).not.toHaveBeenCalled();
  await price(110);
  expect(ring.mock.calls).toEqual([[{ symbol: "BTCUSD", price: "110", direction: "up" }]]);
  await price(120);
  await price(89);
  expect(ring).toHaveBeenCalledTimes(2);
  expect(alerts.list.value.map(({ symbol }) => symbol)).toEqual(["AAPL"]);
  alerts.stop();
});

test("the same price is kept once, and can be taken back", async () => {
  const { alerts, ring, price } = desk(100);
  alerts.add("BTCUSD", "110");
  alerts.add("BTCUSD", "110");
  expect(alerts.list.value).toHaveLength(1);
  for (const alert of alerts.list.value) alerts.remove(alert);
  await price(200);
  expect(ring).not.toHaveBeenCalled();
  alerts.stop();
});

test("without a price nothing is reached", async () => {
  const { alerts, ring, price } = desk(null);
  alerts.add("BTCUSD", "110");
  await price(null);
  expect(ring).not.toHaveBeenCalled();
  alerts.stop();
});

test("what was kept is read; what makes no sense is left out", () => {
  const alert = { symbol: "BTCUSD", price: "78000.5", direction: "down" } as const;
  const odd = [
    { symbol: "A", price: "-1", direction: "up" },
    { ...alert, direction: "left" },
  ];
  expect(parseAlerts(JSON.stringify([alert, ...odd, {}]))).toEqual([alert]);
  expect(parseAlerts("{}")).toEqual([]);
  expect(["1", "0", "x", "1e3"].map(isPrice)).toEqual([true, false, false, false]);
});

test("it is told which way the price went, with all of its digits", () => {
  const alert = { symbol: "EURUSD", price: "1.18512", direction: "up" } as const;
  expect(tellAlert(alert)).toBe("EURUSD has risen to 1.18512");
  expect(tellAlert({ ...alert, price: "1", direction: "down" })).toBe("EURUSD has fallen to 1.00");
});
