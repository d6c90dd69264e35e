/** What a person does with the terminal, against the real server. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";
import { findChromium, NO_CHROMIUM } from "./chromium";
import { hasOpenMarket, TestServer, TOKEN } from "./server";
import { OUTAGE, watch } from "./watch";

test.skip(findChromium() === null, NO_CHROMIUM);
test.skip(!hasOpenMarket, "skipped: the BTCUSD pack is not here (`make run` fetches it)");

/** The replayed market is sometimes quiet: up to 105 seconds pass between two trades. */
const MOVES = { timeout: 120_000 };

let server: TestServer;
test.beforeAll(async () => void (server = await TestServer.start()));
test.afterAll(async () => server.remove());

async function logIn(page: Page): Promise<void> {
  await page.goto(server.origin);
  await page.getByLabel("Owner token").fill(TOKEN);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("region", { name: "Chart" })).toBeVisible();
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }>;
}

/** The rules of axe that the page breaks, and where. */
async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join()}`);
  });
}

function sideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

test("from the printed link to a closed position, through a killed server", async ({ page }) => {
  const watched = watch(page, server.origin);
  const ticket = page.getByRole("region", { name: "Order ticket" });
  const blotter = page.getByRole("region", { name: "Blotter" });
  const position = blotter.getByRole("row").filter({ hasText: "BTCUSD" });
  const notices = page.getByRole("region", { name: "Messages" });
  const bars = page.locator(".legend");

  await test.step("the link logs in, and its code leaves the address bar", async () => {
    await page.goto(server.link);
    expect(page.url()).toBe(`${server.origin}/`);
    await expect(page.getByText("Paper", { exact: true })).toBeVisible();
    await expect(page.getByText("Replay", { exact: true })).toBeVisible();
    await expect(page.locator('.link[data-state="open"]')).toHaveCount(2);
  });

  await test.step("a market order is filled", async () => {
    await expect(page.getByRole("heading", { name: /BTCUSD/ }).first()).toBeVisible();
    await ticket.getByLabel("Quantity", { exact: true }).fill("0.001");
    await ticket.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
    await expect(ticket.getByRole("status")).toContainText(/filled at [\d,]+\.\d\d/);
    await expect(notices).toContainText("Bought");
  });

  await test.step("the chart and the profit of the position move", async () => {
    const profit = position.locator('[data-label="Unrealised"]');
    const canvas = page.locator(".canvas");
    const [legend, drawn] = [await bars.textContent(), await canvas.screenshot()];
    const before = await profit.textContent();
    await Promise.all([
      expect(bars).not.toHaveText(legend ?? "", MOVES),
      expect(profit).not.toHaveText(before ?? "", MOVES),
    ]);
    expect((await canvas.screenshot()).equals(drawn)).toBe(false);
  });

  await test.step("a limit order waits in the list", async () => {
    await ticket.getByRole("button", { name: "Limit" }).click();
    await ticket.getByLabel("Limit price").fill("1000.01");
    await ticket.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
    await blotter.getByRole("tab", { name: /Orders/ }).click();
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toContainText("1,000.01");
  });

  await test.step("refusals are told in words", async () => {
    watched.excuse(/422/);
    await ticket.getByLabel("Limit price").fill("1000.001");
    await ticket.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
    await expect(ticket.getByRole("alert")).toContainText("1000.001");
    watched.excuse(null);
  });

  await test.step("the server is killed and started again: the page recovers by itself", async () => {
    watched.excuse(OUTAGE);
    await server.kill();
    await expect(page.getByText(/No connection to/)).toBeVisible();
    const refetched = page.waitForRequest(/datafeed\/bars\?.*from=/);
    await server.run();
    await expect(page.locator('.link[data-state="open"]')).toHaveCount(2);
    await refetched;
    await expect(page.getByText(/No connection to/)).toBeHidden();
    watched.excuse(null);
    expect(page.url()).toBe(`${server.origin}/`);
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toContainText("1,000.01");
    await blotter.getByRole("tab", { name: "Executions" }).click();
    await expect(blotter.getByRole("row").filter({ hasText: "BTCUSD" }).first()).toBeVisible();
    const book = await ticket.getByRole("group", { name: "Side" }).textContent();
    await expect(ticket.getByRole("group", { name: "Side" })).not.toHaveText(book ?? "", MOVES);
  });

  await test.step("cancel and close end everything", async () => {
    await blotter.getByRole("tab", { name: /Orders/ }).click();
    await blotter.getByRole("button", { name: "Cancel all" }).click();
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toHaveCount(0);
    await blotter.getByRole("tab", { name: /Positions/ }).click();
    await position.getByRole("button", { name: "Close the position in BTCUSD" }).click();
    await expect(blotter.getByText("No open position.")).toBeVisible(MOVES);
    await expect(notices).toContainText("Sold");
  });

  expect(watched.foreign).toEqual([]);
  expect(watched.complaints).toEqual([]);
});

test("a wrong token stays at the login page; the right one opens the terminal", async ({
  page,
}) => {
  const watched = watch(page, server.origin);
  watched.excuse(/401/);
  await page.goto(server.origin);
  await page.getByLabel("Owner token").fill("not-the-token");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).toHaveText("This token is not the server's.");
  await expect(page.getByText("trading-api link")).toBeVisible();
  await page.getByLabel("Owner token").fill(TOKEN);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Chart" })).toBeVisible();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByLabel("Owner token")).toBeVisible();
  expect(watched.complaints).toEqual([]);
  expect(watched.foreign).toEqual([]);
});

test("a session that ended elsewhere leads to the login page", async ({ page, context }) => {
  await logIn(page);
  await expect(page.locator('.link[data-state="open"]')).toHaveCount(2);
  await context.clearCookies();
  await server.kill();
  await server.run();
  await expect(page.getByText("The session has ended: log in again.")).toBeVisible();
});

test("scrolling back reads older bars; symbol and resolution are remembered", async ({ page }) => {
  await logIn(page);
  const older = page.waitForRequest(/datafeed\/bars\?.*to=/);
  await expect(page.locator(".legend")).toBeVisible();
  await page.locator(".canvas").hover();
  for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(-1_500, 0);
  await older;
  await page.locator('[data-symbol="AAPL"]').click();
  await page.getByRole("button", { name: "1D" }).click();
  await expect(page.getByRole("img", { name: "AAPL, bars of 1 day" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("img", { name: "AAPL, bars of 1 day" })).toBeVisible();
});

for (const [width, height] of [
  [360, 740],
  [390, 844],
] as const) {
  test(`on a phone of ${width} pixels`, async ({ page }) => {
    const watched = watch(page, server.origin);
    watched.excuse(/401/);
    await page.setViewportSize({ width, height });
    await logIn(page);
    const show = (name: string) => page.getByRole("button", { name, exact: true }).click();
    for (const name of ["Markets", "Chart", "Trade", "Account"]) {
      await show(name);
      expect(await sideways(page)).toBe(false);
    }
    await show("Trade");
    await page.getByLabel("Quantity", { exact: true }).fill("0.001");
    await page.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
    await expect(page.getByRole("region", { name: "Messages" })).toContainText("Bought");
    await show("Account");
    const close = page.getByRole("button", { name: "Close the position in BTCUSD" });
    await expect(close).toBeVisible();
    expect(await sideways(page)).toBe(false);
    await close.click();
    await expect(page.getByText("No open position.")).toBeVisible(MOVES);
    expect(watched.complaints).toEqual([]);
    expect(watched.foreign).toEqual([]);
  });
}

for (const colorScheme of ["dark", "light"] as const) {
  test(`axe finds nothing to complain about in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(server.origin);
    await expect(page.getByLabel("Owner token")).toBeVisible();
    expect(await accessibilityProblems(page)).toEqual([]);
    await logIn(page);
    await expect(page.locator(".legend")).toBeVisible();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "About" }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 390, height: 844 });
    for (const name of ["Markets", "Chart", "Trade", "Account"]) {
      await page.getByRole("button", { name, exact: true }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
    }
  });
}

test("light and dark follow the system until chosen, and the choice is remembered", async ({
  page,
}) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await logIn(page);
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.getByRole("button", { name: "Switch to the light theme" }).click();
  await expect.poll(background).toBe(light);
  await page.reload();
  await expect(page.getByRole("region", { name: "Chart" })).toBeVisible();
  expect(await background()).toBe(light);
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  await expect.poll(background).toBe(dark);
});
