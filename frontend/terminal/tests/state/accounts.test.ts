import { SocketError } from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { shallowRef } from "vue";
import { createAccounts } from "../../src/state/accounts";
import { createNotices } from "../../src/state/notices";
import { createTrading } from "../../src/state/trading";
import { FakeBroker } from "../broker-socket";
import { type Ask, restServer } from "../rest-server";
import { anAccount, anExecution, anOrder, aPosition } from "../samples";

const frames: (() => void)[] = [];

beforeEach(() => {
  frames.length = 0;
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => frames.push(run));
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  return () => vi.unstubAllGlobals();
});

function paint(): void {
  for (const run of frames.splice(0)) run();
}

function answer({ method, path, body }: Ask): object {
  if (path.endsWith("/accounts")) {
    const second = anAccount({ id: "acc-2", name: "Another" });
    return method === "POST" ? second : { items: [anAccount(), second], next_cursor: null };
  }
  if (method === "POST") return anOrder({ ...(body as object), id: "acc-2-o9" });
  return { items: [], next_cursor: null };
}

function trade(chosen = shallowRef<string | null>(null)) {
  const broker = new FakeBroker();
  const { rest, asked } = restServer(answer);
  const backend = { rest, broker: broker.socket };
  return { broker, asked, chosen, trading: createTrading(backend, createNotices(), chosen) };
}

test("without a choice the default account is listened to, and requests name none", async () => {
  const { broker, trading, asked } = trade();
  expect(broker.topics.map(({ parameters }) => parameters)).toEqual([{}, {}, {}, {}]);
  broker.snapshot("equity", anAccount());
  paint();
  await trading.cancelAll().catch(() => undefined);
  expect(asked.at(-1)?.query).toEqual({});
});

test("another account replaces all that is known of the one before", () => {
  const { broker, trading, chosen } = trade();
  broker.snapshot("equity", anAccount());
  broker.snapshot("positions", [aPosition()]);
  broker.snapshot("executions", [anExecution(1)]);
  broker.update("orders", anOrder());
  paint();
  const before = [...broker.topics];
  chosen.value = "acc-2";
  expect(before.every(({ isClosed }) => isClosed)).toBe(true);
  expect(broker.topic("orders").parameters).toEqual({ account_id: "acc-2" });
  expect(trading.account.value).toBeNull();
  expect([trading.orders.value.size, trading.positions.value.size]).toEqual([0, 0]);
  expect(trading.executions.value).toEqual([]);
  expect(trading.isLoaded.value).toBe(false);
});

test("orders go to the chosen account", async () => {
  const { trading, asked } = trade(shallowRef("acc-2"));
  await trading.place({ symbol: "AAPL", side: "buy", type: "market", quantity: "1" });
  expect(asked.at(-1)?.body).toMatchObject({ account_id: "acc-2", quantity: "1" });
  await trading.cancel("acc-2-o9").catch(() => undefined);
  expect(asked.at(-1)?.query).toEqual({ account_id: "acc-2" });
});

test("an order that was answered after the switch is not shown in the other account", async () => {
  const { broker, trading, chosen } = trade(shallowRef<string | null>("acc-2"));
  const placed = trading.place({ symbol: "AAPL", side: "buy", type: "market", quantity: "1" });
  chosen.value = "acc-3";
  broker.snapshot("equity", anAccount({ id: "acc-3" }));
  paint();
  await placed;
  expect(trading.orders.value.size).toBe(0);
});

test("an account that the server does not know is forgotten for the default one", () => {
  const { broker, chosen } = trade(shallowRef<string | null>("of-another-server"));
  const refusal = { code: "unknown_account", message: "?", retryable: false, details: {} };
  broker.topic("equity").listener.error?.(new SocketError(refusal));
  expect(chosen.value).toBeNull();
  expect(broker.topic("equity").parameters).toEqual({});
});

test("accounts are listed by name; one that is opened is traded on", async () => {
  const broker = new FakeBroker();
  const { rest, asked } = restServer(answer);
  const chosen = shallowRef<string | null>(null);
  const accounts = createAccounts({ rest, broker: broker.socket }, chosen);
  broker.become({ status: "open" });
  await vi.waitFor(() => expect(accounts.list.value).toHaveLength(2));
  expect(accounts.list.value.map(({ name }) => name)).toEqual(["Another", "Paper account"]);
  await accounts.open({ name: "Another", currency: "EUR", balance: "5000" });
  expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ currency: "EUR" });
  expect(chosen.value).toBe("acc-2");
  accounts.stop();
});
