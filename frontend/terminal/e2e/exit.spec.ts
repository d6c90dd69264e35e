/** A position with two exits, of which the market fills the one that was dragged into its way. */

import type { Account, Execution, Order } from "@trading-api/client";
import { TestServer, TOKEN } from "../../tools/test-server";
import { formatMoney } from "../src/lib/format";
import { drag, findDownwards, findUpwards } from "./chart";
import { expect, type Page, skipWhatCannotRun, test } from "./fixtures";
import { watch } from "./watch";

skipWhatCannotRun();

/** In every half an hour the market is once below 78,330 and once above 78,490. */
const PLAN = { start: "2026-11-20T14:30", end: "2026-11-20T15:00", speed: 10, symbols: "BTCUSD" };
const COMES = { timeout: 150_000 };
const [TARGET, STOP, WITHIN_REACH] = [78_600, 78_200, 78_430];

async function ask<T>(page: Page, server: TestServer, path: string): Promise<T[]> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await page.request.get(`${server.origin}/api/v1/broker/${path}`, { headers });
  return ((await answer.json()) as { items: T[] }).items;
}

test("an exit that was dragged is filled by the market, and its sibling cancelled", async ({
  page,
}) => {
  const server = await TestServer.replay(PLAN);
  try {
    const watched = watch(page, server.origin);
    const ticket = page.getByRole("region", { name: "Order ticket" });
    const blotter = page.getByRole("region", { name: "Blotter" });
    const replay = page.getByRole("region", { name: "Replay" });
    const rows = (text: string) => blotter.getByRole("row").filter({ hasText: text });
    const open = (name: RegExp) => blotter.getByRole("tab", { name }).click();
    const exits = async (): Promise<Order[]> =>
      (await ask<Order>(page, server, "orders")).filter(({ group_type }) => group_type !== null);
    let target: Order | undefined;

    await test.step("a position with two exits, while time stands", async () => {
      await page.goto(server.link);
      await replay.getByLabel("Market events of a step").selectOption("100");
      await replay.getByRole("button", { name: "Step" }).click();
      await expect(page.locator('[data-symbol="BTCUSD"] .last')).toHaveText(/\d/);
      await ticket.getByLabel("Quantity", { exact: true }).fill("0.02");
      await ticket.getByLabel("Take profit", { exact: true }).fill(String(TARGET));
      await ticket.getByLabel("Stop loss", { exact: true }).fill(String(STOP));
      await ticket.getByLabel("Instant").check();
      await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      await expect(ticket.getByRole("status")).toContainText("filled at");
      await expect(page.getByRole("log")).toContainText(/Bought 0\.\d+ BTCUSD/);
      await open(/Orders/);
      await expect(rows("working")).toHaveCount(2);
    });

    await test.step("the upper line is dragged to where the market will come", async () => {
      const upper = await findDownwards(page, 120, "ns-resize");
      const lower = await findUpwards(page, 120, "ns-resize");
      const share = (TARGET - WITHIN_REACH) / (TARGET - STOP);
      await drag(page, upper, { x: upper.x, y: upper.y + share * (lower.y - upper.y) });
      await expect(rows(formatMoney(String(TARGET)))).toHaveCount(0);
      target = (await exits()).find(({ type }) => type === "limit");
      expect(Math.abs(Number(target?.limit_price) - WITHIN_REACH)).toBeLessThan(30);
    });

    await test.step("the market comes, and the fill is told and read aloud", async () => {
      await page.mouse.move(0, 0);
      await replay.getByLabel("Speed").selectOption("as fast as it goes");
      await replay.getByRole("button", { name: "Go on" }).click();
      await expect(page.getByRole("log")).toContainText(/Sold 0\.\d+ BTCUSD at 78,4/, COMES);
      await open(/Positions/);
      await expect(blotter.getByText("No open position.")).toBeVisible(COMES);
      await open(/Executions/);
      const told = (await ask<Execution>(page, server, "executions")).length;
      await expect(rows("BTCUSD")).toHaveCount(told); // what the book has may not fill it at once
    });

    await test.step("the sibling is cancelled, and the equity is the money that was made", async () => {
      const ended = await exits();
      expect(ended.find(({ id }) => id === target?.id)).toMatchObject({ status: "filled" });
      expect(ended.find(({ type }) => type === "stop")).toMatchObject({ status: "canceled" });
      const executions = await ask<Execution>(page, server, "executions");
      const sold = executions.filter(({ side }) => side === "sell");
      for (const { price } of sold) {
        expect(Number(price)).toBeGreaterThanOrEqual(Number(target?.limit_price));
      }
      const cash = executions.reduce((sum, { side, quantity, price, fee }) => {
        const value = Number(quantity) * Number(price);
        return sum + (side === "buy" ? -value : value) - Number(fee);
      }, 100_000);
      const [account] = await ask<Account>(page, server, "accounts");
      expect(Number(account?.equity)).toBeCloseTo(cash, 6);
      expect(cash).toBeGreaterThan(100_000);
      const figure = page.locator('[data-figure="equity"] dd');
      await expect(figure).toHaveText(formatMoney(account?.equity));
      await open(/Orders/);
      await blotter.getByRole("button", { name: "Cancelled" }).click();
      await expect(rows(formatMoney(String(STOP)))).toContainText("cancelled");
    });
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  } finally {
    await server.remove();
  }
});
