/** Writes the pictures of the documentation. */

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, skipWhatCannotRun, test } from "./fixtures";
import { TestServer, TOKEN } from "../../tools/test-server";
import { type Box, chartBox, cursorAt, drag, type Place } from "./chart";

const FOLDER = join(import.meta.dirname, "../../../docs/screenshots");
const LARGEST_BYTES = 300_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

skipWhatCannotRun();

test("the terminal", async ({ page, request, server }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.setViewportSize(DESKTOP);
  await page.goto(server.origin);
  await expect(page.getByLabel("Owner token")).toBeFocused();
  await shoot(page, "login");

  const place = async (order: object): Promise<void> => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const url = `${server.origin}/api/v1/broker/orders`;
    expect((await request.post(url, { headers, data: order })).ok()).toBe(true);
  };
  const bitcoin = { symbol: "BTCUSD", type: "market" };
  await place({ ...bitcoin, side: "buy", quantity: "0.02" });
  await place({ ...bitcoin, side: "buy", quantity: "0.01" });
  await place({ ...bitcoin, side: "sell", quantity: "0.005" });
  const limit = { symbol: "BTCUSD", type: "limit" };
  await place({ ...limit, side: "buy", quantity: "0.25", limit_price: "78290" });
  await place({ ...limit, side: "sell", quantity: "0.1", limit_price: "78465.5" });
  await place({ ...limit, symbol: "AAPL", side: "buy", quantity: "10", limit_price: "10" });

  await page.goto(server.link);
  await expect(page.locator(".link[data-state='open']")).toHaveCount(2);
  await expect(page.getByRole("row").filter({ hasText: "BTCUSD" })).toBeVisible();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("tab", { name: /Orders/ }).click();
  await shoot(page, "desktop-dark");
  await page.keyboard.press("a");
  await expect(page.getByRole("region", { name: "Equity curve" })).toContainText("Today");
  await shoot(page, "desktop-dark-account");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill("order");
  await shoot(page, "desktop-dark-palette");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.emulateMedia({ colorScheme: "light" });
  await page.locator('[data-symbol="AAPL"]').click();
  await page.getByRole("button", { name: "1D", exact: true }).click();
  await page.getByRole("button", { name: "Limit", exact: true }).click();
  await page.getByRole("tab", { name: /Positions/ }).click();
  await previewed(page);
  await shoot(page, "desktop-light");

  await page.keyboard.press("Control+,");
  await page.getByLabel("Language").selectOption("de");
  await page.getByLabel(/Blau und Orange/).check();
  await page.keyboard.press("Escape");
  await page.locator('[data-symbol="BTCUSD"]').click();
  await page.getByRole("button", { name: "1m", exact: true }).click();
  await previewed(page);
  await shoot(page, "desktop-light-german");
  await page.keyboard.press("Control+,");
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByLabel(/Green and red/).check();
  await page.keyboard.press("Escape");

  await page.setViewportSize(PHONE);
  await page.getByRole("button", { name: "Markets", exact: true }).click();
  await page.locator('[data-symbol="BTCUSD"]').click();
  await page.getByRole("button", { name: "1m", exact: true }).click();
  await shoot(page, "phone-light-chart");
  await page.getByRole("button", { name: "Account", exact: true }).click();
  await shoot(page, "phone-light-account");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("button", { name: "Trade", exact: true }).click();
  await shoot(page, "phone-dark-trade");
  await page.getByRole("button", { name: "Markets", exact: true }).click();
  await shoot(page, "phone-dark-markets");
});

test("drawings and indicators", async ({ page, server }) => {
  await page.setViewportSize(DESKTOP);
  await page.goto(server.link);
  await page.locator('[data-symbol="AAPL"]').click();
  await page.getByRole("button", { name: "1D", exact: true }).click();
  await expect(page.locator(".chart-panel .cover")).toHaveCount(0);
  await expect(page.locator(".legend")).toContainText("O");
  const box = await chartBox(page);
  for (const [tool, from, to] of [
    ["Trend line", [0.16, 0.56], [0.62, 0.16]],
    ["Fibonacci retracement", [0.66, 0.2], [0.84, 0.45]],
  ] as const) {
    await page.getByRole("button", { name: tool }).click();
    await expect.poll(() => cursorAt(page, at(box, [0.5, 0.1]))).toBe("crosshair");
    await drag(page, at(box, from), at(box, to));
  }
  await page.getByRole("button", { name: "Indicators" }).click();
  const studies = page.getByRole("dialog", { name: "Indicators" });
  for (const name of ["+ EMA", "+ RSI"]) {
    await studies.getByRole("button", { name, exact: true }).click();
  }
  await page.keyboard.press("Escape");
  await page.mouse.move(0, 0);
  await previewed(page);
  await shoot(page, "desktop-dark-drawings");
});

test("a replay, with the curve of an account", async ({ page, request }) => {
  const plan = { start: "2026-11-20T14:30", end: "2026-11-20T16:30", speed: 60 };
  const server = await TestServer.replay({ ...plan, symbols: "BTCUSD,EURUSD" });
  try {
    await page.setViewportSize(DESKTOP);
    await page.goto(server.link);
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const send = async (method: string, path: string, data: object): Promise<void> => {
      const url = `${server.origin}/api/v1/${path}`;
      expect((await request.fetch(url, { method, headers, data })).ok()).toBe(true);
    };
    const go = (data: object) => send("PATCH", "datafeed/replay", data);
    const bar = page.getByRole("region", { name: "Replay" });
    const order = { symbol: "BTCUSD", type: "market", side: "buy" };
    const exits = {
      take_profit: { limit_price: "78600" },
      stop_loss: { stop_price: "78200" },
    };
    await go({ step: 1000 });
    await send("POST", "broker/orders", { ...order, quantity: "1", ...exits });
    await go({ speed: 0, state: "running" });
    await expect(bar.getByRole("timer")).toContainText(/14:5[5-9]|15:/, { timeout: 240_000 });
    await go({ state: "paused" });
    await page.getByRole("tab", { name: "Account" }).click();
    await expect(page.getByRole("region", { name: "Equity curve" })).toContainText("Today");
    await previewed(page);
    await shoot(page, "desktop-dark-replay");
    await page.keyboard.press("Control+,");
    await page.getByLabel(/Blue and orange/).check();
    await page.keyboard.press("Escape");
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Account", exact: true }).click();
    await shoot(page, "phone-dark-replay");
  } finally {
    await server.remove();
  }
});

/** A place by the parts of the chart that are left of it and above it. */
function at(box: Box, [left, top]: readonly [number, number]): Place {
  return { x: box.x + left * box.width, y: box.y + top * box.height };
}

/** What the ticket's order would do is shown. */
async function previewed(page: Page): Promise<void> {
  await expect(page.locator(".estimate dd").first()).toHaveText(/\d/);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(async () => {
    // Two frames: one in which the page takes on what was set, one in which the chart is drawn.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
  await expect(page.getByText(/^Reading the/)).toHaveCount(0);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  expect(statSync(path).size).toBeLessThan(LARGEST_BYTES);
}
