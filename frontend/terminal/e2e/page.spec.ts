/** The page: its sizes, its themes, what it remembers, and whether everybody can use it. */

import { accessibilityProblems } from "./axe";
import { expect, logIn, MOVES, skipWhatCannotRun, test, type Page } from "./fixtures";
import { watch } from "./watch";

skipWhatCannotRun();

function sideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

test("scrolling back reads older bars; symbol and resolution are remembered", async ({
  page,
  server,
}) => {
  await logIn(page, server);
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
  test(`on a phone of ${width} pixels`, async ({ page, server }) => {
    const watched = watch(page, server.origin);
    watched.excuse(/401/);
    await page.setViewportSize({ width, height });
    await logIn(page, server);
    const show = (name: string) => page.getByRole("button", { name, exact: true }).click();
    for (const name of ["Markets", "Chart", "Trade", "Account"]) {
      await show(name);
      expect(await sideways(page)).toBe(false);
    }
    await show("Trade");
    await page.getByLabel("Quantity", { exact: true }).fill("0.001");
    await page.getByLabel("Instant").check();
    await page.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
    await expect(page.getByRole("log")).toContainText("Bought");
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
  test(`axe finds nothing to complain about in ${colorScheme}`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(server.origin);
    await expect(page.getByLabel("Owner token")).toBeVisible();
    expect(await accessibilityProblems(page)).toEqual([]);
    await logIn(page, server);
    await expect(page.locator(".legend")).toBeVisible();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "About" }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    for (const key of ["?", "Control+k", "Control+,"]) {
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 390, height: 844 });
    for (const name of ["Markets", "Chart", "Trade", "Account"]) {
      await page.getByRole("button", { name, exact: true }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
    }
  });
}

test("German and the palette are chosen in the settings, and remembered", async ({
  page,
  server,
}) => {
  await logIn(page, server);
  await page.getByRole("button", { name: "Settings" }).click();
  const settings = page.getByRole("dialog");
  await settings.getByLabel("Language").selectOption("de");
  await settings.getByLabel(/Blau und Orange/).check();
  await settings.getByRole("button", { name: "Schließen" }).click();
  const ticket = page.getByRole("region", { name: "Orderticket" });
  await ticket.getByLabel("Menge", { exact: true }).fill("0,25");
  await expect(ticket.getByRole("button", { name: "Kaufen 0,25 BTCUSD" })).toBeVisible();
  await expect(page.locator('[data-figure="equity"]')).toContainText(/\d\d\.\d{3},\d\d/);
  await page.reload();
  await expect(ticket).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de-DE");
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await accessibilityProblems(page)).toEqual([]);
  }
});

test("another account is opened, traded on, and remembered", async ({ page, server }) => {
  const watched = watch(page, server.origin);
  watched.excuse(/401/);
  await logIn(page, server);
  const ticket = page.getByRole("region", { name: "Order ticket" });
  const blotter = page.getByRole("region", { name: "Blotter" });
  const chosen = page.getByLabel("Account that is traded on");
  await page.getByRole("button", { name: "Open an account" }).click();
  const dialog = page.getByRole("dialog", { name: "Open an account" });
  await dialog.getByLabel("Name").fill("Careful");
  await dialog.getByLabel("Balance").fill("5000");
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  await expect(chosen.locator("option:checked")).toHaveText("Careful · USD");
  await expect(page.locator('[data-figure="equity"]')).toContainText("5,000.00");

  await ticket.getByLabel("Quantity", { exact: true }).fill("0.001");
  await ticket.getByLabel("Instant").check();
  await ticket.getByRole("button", { name: "Buy 0.001 BTCUSD" }).click();
  await expect(blotter.getByRole("row").filter({ hasText: "BTCUSD" })).toBeVisible();
  await blotter.getByRole("tab", { name: "Account" }).click();
  await expect(page.locator('[data-figure="day"]')).toContainText(/[\d.]+ \([+−]?\d+\.\d\d%\)/);
  const curve = page.getByRole("region", { name: "Equity curve" });
  await expect(curve.locator("canvas").first()).toBeVisible();
  await expect(curve).toContainText(/Deepest drawdown −?\d+\.\d\d%/);
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.reload();
  await expect(chosen.locator("option:checked")).toHaveText("Careful · USD");
  await expect(blotter.getByRole("row").filter({ hasText: "BTCUSD" })).toBeVisible();

  await blotter.getByRole("tab", { name: "Account" }).click();
  await blotter.getByRole("button", { name: "Reset…" }).click();
  const question = page.getByRole("dialog", { name: "Begin anew?" });
  await question.getByLabel("New balance").fill("7000");
  await question.getByRole("button", { name: "Reset" }).click();
  await expect(page.locator('[data-figure="equity"]')).toContainText("7,000.00");
  await expect(page.locator('[data-figure="day"]')).toContainText("0.00 (0.00%)"); // no win of 2,000
  await blotter.getByRole("tab", { name: /Positions/ }).click();
  await expect(blotter.getByText("No open position.")).toBeVisible();
  await chosen.selectOption({ label: "Paper account · USD" });
  await expect(blotter.getByText("No open position.")).toBeVisible();
  await expect(page.locator('[data-figure="equity"]')).toContainText(/\d\d,\d\d\d\.\d\d/);
  expect(watched.complaints).toEqual([]);
});

test("panels are made larger by pointer and by keys, and stay so", async ({ page, server }) => {
  await logIn(page, server);
  const size = async (name: string): Promise<{ width: number; height: number }> => {
    const box = await page.getByRole("region", { name, exact: true }).boundingBox();
    return box ?? { width: 0, height: 0 };
  };
  const bar = page.getByRole("separator", { name: "Width of the watchlist" });
  const { x = 0, y = 0 } = (await bar.boundingBox()) ?? {};
  const before = await size("Watchlist");
  await page.mouse.move(x + 3, y + 60);
  await page.mouse.down();
  await page.mouse.move(x + 83, y + 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await size("Watchlist")).width).toBe(before.width + 80);

  await page.getByRole("separator", { name: "Height of the blotter" }).focus();
  const low = (await size("Blotter")).height;
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+ArrowUp");
  await expect.poll(async () => (await size("Blotter")).height).toBe(low + 80);

  await page.reload();
  await expect.poll(async () => (await size("Watchlist")).width).toBe(before.width + 80);
  await expect.poll(async () => (await size("Blotter")).height).toBe(low + 80);
  await page.getByRole("separator", { name: "Width of the watchlist" }).dblclick();
  await expect.poll(async () => (await size("Watchlist")).width).toBe(before.width);
  await expect(page.locator("[data-symbol='BTCUSD'] polyline")).toBeVisible();
});

test("a stop loss that trails follows an entry; a part of the position is closed", async ({
  page,
  server,
}) => {
  await logIn(page, server);
  const ticket = page.getByRole("region", { name: "Order ticket" });
  const blotter = page.getByRole("region", { name: "Blotter" });
  await ticket.getByLabel("Quantity", { exact: true }).fill("0.02");
  await ticket.getByLabel("Stop loss", { exact: true }).fill("1.5");
  await ticket.getByLabel("The stop loss is").selectOption("percent");
  await ticket.getByLabel("Instant").check();
  await ticket.getByRole("button", { name: "Buy 0.02 BTCUSD" }).click();
  await expect(ticket.getByRole("status")).toContainText("filled at");
  await blotter.getByRole("tab", { name: /Orders/ }).click();
  const stop = blotter.getByRole("row").filter({ hasText: "trailing stop" });
  await expect(stop).toContainText(/\d\d,\d\d\d\.\d\d \(1\.5%\)/);

  await blotter.getByRole("tab", { name: /Positions/ }).click();
  await blotter.getByRole("button", { name: "Close a part of the position in BTCUSD" }).click();
  const dialog = page.getByRole("dialog", { name: "Close a part of the position in BTCUSD" });
  await expect(dialog.getByLabel("Quantity")).toHaveValue("0.01");
  await dialog.getByLabel("Quantity").fill("0.003");
  await page.keyboard.press("Enter");
  await expect(blotter.getByRole("row").filter({ hasText: "BTCUSD" })).toContainText(
    "0.017",
    MOVES,
  );
  await blotter.getByRole("tab", { name: /Orders/ }).click();
  await expect(stop).toContainText("0.017", MOVES); // the exit follows the position
});

test("an alert tells when its price is reached", async ({ page, server }) => {
  await logIn(page, server);
  await expect(page.locator(".legend")).toBeVisible();
  await page.getByRole("button", { name: "Price alerts" }).click();
  const dialog = page.getByRole("dialog", { name: "Price alerts" });
  const field = dialog.getByLabel("Tell when BTCUSD comes to");
  await expect(field).not.toHaveValue("");
  const last = Number(await field.inputValue());
  await field.fill("1");
  await dialog.getByRole("button", { name: "Add" }).click();
  for (const step of [-0.01, 0.01]) {
    await field.fill((last + step).toFixed(2));
    await dialog.getByRole("button", { name: "Add" }).click(); // one of them is reached next
  }
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("log")).toContainText(/BTCUSD has (risen|fallen) to/, MOVES);
  await page.getByRole("button", { name: "Price alerts" }).click();
  await expect(dialog.getByRole("list").getByText("▼ 1", { exact: true })).toBeVisible();
});

test("light and dark follow the system until chosen, and the choice is remembered", async ({
  page,
  server,
}) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await logIn(page, server);
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
