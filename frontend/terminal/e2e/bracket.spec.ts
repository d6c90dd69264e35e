/** A position with its exits, from the search to the closed position, with a power cut between. */

import type { Account, Execution, Order } from "@trading-api/client";
import { TestServer, TOKEN } from "../../tools/test-server";
import { formatMoney } from "../src/lib/format";
import { drag, findUpwards } from "./chart";
import { expect, MOVES, type Page, skipWhatCannotRun, test } from "./fixtures";
import { OUTAGE, watch } from "./watch";

skipWhatCannotRun();

/** What the server itself says. */
async function ask<T>(page: Page, server: TestServer, path: string): Promise<T> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await page.request.get(`${server.origin}/api/v1/broker/${path}`, { headers });
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as T;
}

test("a bracket is placed, drawn, dragged, survives a power cut, and is wound up", async ({
  page,
}) => {
  const server = await TestServer.start();
  try {
    const watched = watch(page, server.origin);
    const ticket = page.getByRole("region", { name: "Order ticket" });
    const blotter = page.getByRole("region", { name: "Blotter" });
    const rows = (text: string) => blotter.getByRole("row").filter({ hasText: text });
    const open = (name: RegExp) => blotter.getByRole("tab", { name }).click();
    const figure = (name: string) => page.locator(`[data-figure="${name}"] dd`);
    const executions = () => ask<{ items: Execution[] }>(page, server, "executions");

    await test.step("a symbol is searched for and chosen", async () => {
      await page.goto(server.link);
      await page.getByLabel("Find a symbol").fill("bitc");
      await expect(page.locator("[data-symbol]")).toHaveCount(1);
      await page.locator('[data-symbol="BTCUSD"]').click();
      await page.getByLabel("Find a symbol").fill("");
      await expect(page.getByRole("img", { name: /BTCUSD/ })).toBeVisible();
    });

    await test.step("an order with two exits is previewed, confirmed and filled", async () => {
      await ticket.getByLabel("Quantity", { exact: true }).fill("0.02");
      await ticket.getByLabel("Take profit", { exact: true }).fill("78900");
      await ticket.getByLabel("Stop loss", { exact: true }).fill("77900");
      await expect(ticket.getByText(/1,5\d\d\.\d\d USD/).first()).toBeVisible();
      await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      const question = page.getByRole("dialog", { name: "Buy 0.02 BTCUSD?" });
      await question.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      await expect(ticket.getByRole("status")).toContainText("filled at");
      await expect(rows("BTCUSD")).toContainText("0.02", MOVES);
    });

    await test.step("both exits work; the line of one is dragged to another price", async () => {
      await open(/Orders/);
      await expect(rows("working")).toHaveCount(2);
      const stop = rows("77,900.00");
      await expect(stop).toBeVisible();
      const line = await findUpwards(page, 120, "ns-resize"); // the lowest one
      await drag(page, line, { ...line, y: line.y - 24 });
      await expect(stop).toHaveCount(0);
      await expect(rows("working")).toHaveCount(2);
      await expect(rows("78,900.00")).toContainText("working");
    });

    const before = (await executions()).items;
    await test.step("after a power cut everything is there once", async () => {
      watched.excuse(OUTAGE);
      await server.kill();
      await expect(page.getByText(/No connection to/)).toBeVisible();
      await server.run();
      await expect(page.locator('.link[data-state="open"]')).toHaveCount(2);
      await expect(page.getByText(/No connection to/)).toBeHidden();
      watched.excuse(null);
      await expect(rows("working")).toHaveCount(2);
      await open(/Executions/);
      await expect(rows("BTCUSD")).toHaveCount(before.length);
      expect((await executions()).items).toEqual(before);
      await open(/Positions/);
      await expect(rows("BTCUSD")).toHaveCount(1);
      await expect(rows("BTCUSD")).toContainText("0.02");
    });

    await test.step("half is closed, the rest is reversed", async () => {
      await blotter.getByRole("button", { name: "Close half of the position" }).click();
      const half = rows("BTCUSD")
        .locator("td")
        .filter({ hasText: /^\s*0\.01\s*$/ });
      await expect(half).toHaveCount(1, MOVES); // not before: it may be filled in parts
      await blotter.getByRole("button", { name: "Reverse the position in BTCUSD" }).click();
      await expect(rows("BTCUSD")).toContainText("short", MOVES);
      await expect(half).toHaveCount(1, MOVES);
    });

    await test.step("closed: no exit is left, and the equity is the money that was made", async () => {
      await blotter.getByRole("button", { name: "Close the position in BTCUSD" }).click();
      await expect(blotter.getByText(/No open position/)).toBeVisible(MOVES);
      const { items } = await ask<{ items: Order[] }>(page, server, "orders?status=open");
      expect(items).toEqual([]);
      const { items: accounts } = await ask<{ items: Account[] }>(page, server, "accounts");
      const account = Number(accounts[0]?.equity);
      const equity = formatMoney(accounts[0]?.equity); // the server's own may have four places
      await expect(figure("equity")).toHaveText(equity);
      await expect(figure("balance")).toHaveText(equity);
      await expect(figure("unrealized")).toHaveText("0.00");
      const all = (await executions()).items;
      const cash = all.reduce((sum, { side, quantity, price, fee }) => {
        const value = Number(quantity) * Number(price);
        return sum + (side === "buy" ? -value : value) - Number(fee);
      }, 100_000);
      expect(account).toBeCloseTo(cash, 6);
    });

    await test.step("a halt cancels orders and refuses others until trading goes on", async () => {
      watched.excuse(/4\d\d/);
      await page
        .getByRole("group", { name: "Show" })
        .getByRole("button", { name: "Depth" })
        .click();
      const level = page.getByTitle("Put this price into the ticket").last(); // the lowest bid
      await expect(async () => {
        const price = (await level.locator("span").first().textContent()) ?? ""; // may move on
        await level.click();
        const filled = ticket.getByLabel("Limit price");
        await expect(filled).toHaveValue(price.replaceAll(",", ""), { timeout: 1_000 });
      }).toPass();
      await ticket.getByLabel("Limit price").fill("78000");
      await ticket.getByLabel("Instant").check();
      await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      await open(/Orders/);
      await expect(rows("working")).toHaveCount(1);
      await blotter.getByRole("button", { name: "Halt trading" }).click();
      await expect(rows("working")).toHaveCount(0);
      await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      await expect(ticket.getByRole("alert").or(rows("rejected")).first()).toBeVisible();
      await blotter.getByRole("button", { name: "Resume trading" }).click();
      await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
      await expect(rows("working")).toHaveCount(1);
    });

    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  } finally {
    await server.remove();
  }
});
