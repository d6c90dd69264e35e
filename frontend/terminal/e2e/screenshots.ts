/** Writes the pictures of the documentation. */

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, skipWhatCannotRun, test } from "./fixtures";
import { TOKEN } from "../../tools/test-server";

const FOLDER = join(import.meta.dirname, "../../../docs/screenshots");
const LARGEST_BYTES = 300_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

skipWhatCannotRun();

test("screenshots", async ({ page, request, server }) => {
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
  await shoot(page, "desktop-light");

  await page.keyboard.press("Control+,");
  await page.getByLabel("Language").selectOption("de");
  await page.getByLabel(/Blau und Orange/).check();
  await page.keyboard.press("Escape");
  await page.locator('[data-symbol="BTCUSD"]').click();
  await page.getByRole("button", { name: "1m", exact: true }).click();
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
