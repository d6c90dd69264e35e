/** A trade from the first key to the last, without a mouse. */

import type { Locator } from "@playwright/test";
import { expect, logIn, MOVES, type Page, skipWhatCannotRun, test } from "./fixtures";
import { watch } from "./watch";

skipWhatCannotRun();

/** Go on, field by field, until one is reached. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  const isReached = (): Promise<boolean> =>
    wanted.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 150; presses++) {
    if (await isReached()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("it is not reached by Tab");
}

test("everything is done from the keyboard", async ({ page, server }) => {
  const watched = watch(page, server.origin);
  watched.excuse(/401/);
  await logIn(page, server);
  const { keyboard } = page;
  const ticket = page.getByRole("region", { name: "Order ticket" });
  const blotter = page.getByRole("region", { name: "Blotter" });
  const dialog = page.getByRole("dialog");
  const chart = (name: string) => page.getByRole("img", { name });

  await test.step("? lists the keys", async () => {
    await keyboard.press("?");
    await expect(dialog).toContainText("Find a symbol");
    await keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("/ finds a symbol, brackets change the length of the bars", async () => {
    await keyboard.press("/");
    await keyboard.type("eurusd");
    await keyboard.press("Enter");
    await expect(chart("EURUSD, bars of 1 minute")).toBeVisible();
    await keyboard.press("]");
    await expect(chart("EURUSD, bars of 5 minutes")).toBeVisible();
    await keyboard.press("[");
  });

  await test.step("the bars are read as a table by those who do not see the chart", async () => {
    await keyboard.press("t");
    const table = dialog.getByRole("table");
    await expect(table.getByRole("columnheader", { name: "Close" })).toBeVisible();
    await expect(table.getByRole("row").nth(1)).toContainText(/1\.1\d{4}/);
    await keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("the palette finds a symbol and a command", async () => {
    await keyboard.press("Control+k");
    await keyboard.type("btc");
    await expect(dialog.getByRole("option", { selected: true })).toContainText("Bitcoin");
    await keyboard.press("Enter");
    await expect(chart("BTCUSD, bars of 1 minute")).toBeVisible();
    await keyboard.press("Control+k");
    await keyboard.type("show orders");
    await keyboard.press("Enter");
    await expect(blotter.getByRole("tab", { name: "Orders", selected: true })).toBeVisible();
  });

  await test.step("an order is filled in, confirmed and announced", async () => {
    await keyboard.press("b");
    const quantity = ticket.getByLabel("Quantity", { exact: true });
    await expect(quantity).toBeFocused();
    await keyboard.type("0.02");
    await expect(quantity).toHaveValue("0.02");
    await keyboard.press("Enter");
    await expect(dialog).toContainText("Buy 0.02 BTCUSD?");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect(page.getByRole("log")).toContainText(/Bought 0\.\d+ BTCUSD/);
  });

  await test.step("the line of a limit order is moved, and the order cancelled", async () => {
    await keyboard.press("Escape");
    await keyboard.press("l");
    await tabTo(page, ticket.getByLabel("Limit price"));
    await keyboard.press("Control+a");
    await keyboard.type("78200");
    await keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    const line = page.getByRole("slider", { name: "limit buy 0.02" });
    await tabTo(page, line);
    for (let step = 0; step < 3; step++) await keyboard.press("Shift+ArrowUp");
    await expect(line).toHaveAttribute("aria-valuetext", "78,200.30");
    await keyboard.press("Escape");
    await expect(line).toHaveAttribute("aria-valuetext", "78,200.00");
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toContainText(
      "78,200.01",
    );
    await tabTo(page, line);
    await keyboard.press("Delete");
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toHaveCount(0);
  });

  await test.step("all positions are closed, after a question", async () => {
    await keyboard.press("p");
    await expect(blotter.getByRole("row").filter({ hasText: "BTCUSD" })).toBeVisible();
    await keyboard.press("Shift+X");
    await expect(dialog).toContainText("Close all positions?");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect(blotter.getByText("No open position.")).toBeVisible(MOVES);
  });

  await test.step("who dictates turns single keys off; the others stay", async () => {
    await keyboard.press("Control+,");
    await dialog.getByLabel(/Single keys/).uncheck();
    await keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await keyboard.press("?");
    await expect(dialog).toBeHidden();
    await keyboard.press("Control+k");
    await expect(dialog).toBeVisible();
  });
  expect(watched.complaints).toEqual([]);
});
