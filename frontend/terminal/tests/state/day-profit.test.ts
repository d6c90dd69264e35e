import type { Account } from "@trading-api/client";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { nextTick, shallowRef } from "vue";
import { createDayProfit } from "../../src/state/day-profit";
import { anAccount } from "../samples";

const DAY_MS = 86_400_000;
const MIDNIGHT = 20_000 * DAY_MS;
const account = shallowRef<Account | null>(null);

beforeEach(() => {
  vi.useFakeTimers({ now: MIDNIGHT + DAY_MS - 60_000 });
  account.value = anAccount({ equity: "101000" });
});
afterEach(() => void vi.useRealTimers());

test("it is what the account is worth beside what it was worth at midnight", async () => {
  const atMidnight = vi.fn(() =>
    Promise.resolve({ time: MIDNIGHT, equity: "100000", balance: "100000" }),
  );
  const profit = createDayProfit(account, { atMidnight }, Date.now);
  await vi.advanceTimersByTimeAsync(0);
  expect(atMidnight).toHaveBeenCalledExactlyOnceWith("acc-1", MIDNIGHT);
  expect([profit.amount.value, profit.percent.value]).toEqual(["1000", 1]);
  account.value = anAccount({ equity: "99500.5" });
  expect(profit.amount.value).toBe("-499.5");
  account.value = anAccount({ equity: null });
  expect(profit.amount.value).toBeNull();
  profit.stop();
});

test("at midnight and with another account it begins anew", async () => {
  const atMidnight = vi.fn((id: string, time: number) =>
    Promise.resolve({ time, equity: id === "acc-1" ? "100000" : "500", balance: "0" }),
  );
  const profit = createDayProfit(account, { atMidnight }, Date.now);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(atMidnight).toHaveBeenLastCalledWith("acc-1", MIDNIGHT + DAY_MS);
  account.value = anAccount({ id: "acc-2", equity: "600" });
  await nextTick();
  expect(profit.amount.value).toBeNull(); // not the other account's
  await vi.advanceTimersByTimeAsync(0);
  expect(profit.amount.value).toBe("100");
  profit.stop();
});

test("a server that does not answer is asked again", async () => {
  const atMidnight = vi
    .fn()
    .mockRejectedValueOnce(new TypeError("fetch failed"))
    .mockResolvedValue({ time: MIDNIGHT, equity: "100000", balance: "0" });
  const profit = createDayProfit(account, { atMidnight }, Date.now);
  await vi.advanceTimersByTimeAsync(0);
  expect(profit.amount.value).toBeNull();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(profit.amount.value).toBe("1000");
  profit.stop();
});

test("after a reset it begins with what the account has, until midnight", async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const atMidnight = vi.fn((_id: string, time: number) =>
    Promise.resolve({ time, equity: "100000", balance: "0" }),
  );
  kept.set("trading-api:reset:acc-1", "[broken"); // what makes no sense counts for nothing
  const profit = createDayProfit(account, { atMidnight }, Date.now);
  await vi.advanceTimersByTimeAsync(0);
  expect(profit.amount.value).toBe("1000");
  account.value = anAccount({ equity: "25000" });
  profit.restart(account.value);
  expect(profit.amount.value).toBe("0");
  account.value = anAccount({ equity: "25010" });
  expect([profit.amount.value, profit.percent.value]).toEqual(["10", 0.04]);
  profit.stop();

  const again = createDayProfit(account, { atMidnight }, Date.now); // the page was loaded again
  expect(again.amount.value).toBe("10");
  await vi.advanceTimersByTimeAsync(120_000); // it is another day
  expect(again.amount.value).toBe("-74990");
  again.stop();
});
