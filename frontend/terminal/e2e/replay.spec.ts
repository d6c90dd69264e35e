/** The bar that drives a server which replays a time. */

import { type Page } from "@playwright/test";
import { TestServer } from "../../tools/test-server";
import { accessibilityProblems } from "./axe";
import { expect, logIn, skipWhatCannotRun, test } from "./fixtures";
import { watch } from "./watch";

skipWhatCannotRun();

const PLAN = { start: "2026-11-20T14:30", end: "2026-11-20T14:35", speed: 10, symbols: "BTCUSD" };

const bar = (page: Page) => page.getByRole("region", { name: "Replay" });

/** The replayed second that the bar shows. */
async function shownTime(page: Page): Promise<number> {
  const text = (await bar(page).getByRole("timer").textContent()) ?? "";
  return Date.parse(text.replace(" UTC", "Z").replace(" ", "T"));
}

test("a replay is stepped, let go, hurried and paused, and orders fill in it", async ({ page }) => {
  const server = await TestServer.replay(PLAN);
  try {
    const watched = watch(page, server.origin);
    const start = Date.parse(`${PLAN.start}Z`);
    await page.goto(server.link);

    await test.step("it stands at its start", async () => {
      await expect(bar(page)).toBeVisible();
      expect(await shownTime(page)).toBe(start);
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    await test.step("steps go on by what the market says", async () => {
      await bar(page).getByLabel("Market events of a step").selectOption("100");
      await bar(page).getByRole("button", { name: "Step" }).click();
      await expect.poll(() => shownTime(page)).toBeGreaterThan(start);
      await expect(page.locator('[data-symbol="BTCUSD"] .last')).toHaveText(/\d/);
    });

    await test.step("an order fills while time stands", async () => {
      const ticket = page.getByRole("region", { name: "Order ticket" });
      await ticket.getByLabel("Quantity", { exact: true }).fill("0.01");
      await ticket.getByLabel("Instant").check();
      await ticket.getByRole("button", { name: "Buy 0.01 BTCUSD" }).click();
      await expect(ticket.getByRole("status")).toContainText("filled at");
    });

    await test.step("it goes on, changes its speed and is paused", async () => {
      const before = await shownTime(page);
      await bar(page).getByRole("button", { name: "Go on" }).click();
      await expect.poll(() => shownTime(page)).toBeGreaterThan(before + 10_000);
      await bar(page).getByLabel("Speed").selectOption("30×");
      const then = await shownTime(page);
      await expect.poll(() => shownTime(page)).toBeGreaterThan(then + 20_000);
      await bar(page).getByRole("button", { name: "Pause" }).click();
      await expect(bar(page).getByRole("button", { name: "Go on" })).toBeEnabled();
      const paused = await shownTime(page);
      await bar(page).getByRole("button", { name: "Step" }).click();
      await expect.poll(() => shownTime(page)).toBeGreaterThan(paused);
    });

    await test.step("as fast as it goes, it comes to its end", async () => {
      await bar(page).getByLabel("Speed").selectOption("as fast as it goes");
      await bar(page).getByRole("button", { name: "Go on" }).click();
      await expect(bar(page)).toContainText("ended", { timeout: 60_000 });
      expect(await shownTime(page)).toBe(Date.parse(`${PLAN.end}Z`));
      await expect(bar(page).getByRole("button")).toHaveCount(0);
    });
    expect(watched.complaints).toEqual([]);
  } finally {
    await server.remove();
  }
});

test("a server that runs on real time shows no such bar", async ({ page, server }) => {
  const told = page.waitForResponse(/api\/v1\/health/);
  await logIn(page, server);
  expect(await (await told).json()).toMatchObject({ replay: false });
  await expect(page.locator(".legend")).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
});
