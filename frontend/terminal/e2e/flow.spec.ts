/** The first minute of a new user, with a power cut in it. */

import { chartBox, drag, findLeftwards, findUpwards } from "./chart";
import { expect, MOVES, skipWhatCannotRun, test } from "./fixtures";
import { OUTAGE, watch } from "./watch";

skipWhatCannotRun();

test("from the printed link to a closed position, through a killed server", async ({
  page,
  server,
}) => {
  const watched = watch(page, server.origin);
  const ticket = page.getByRole("region", { name: "Order ticket" });
  const blotter = page.getByRole("region", { name: "Blotter" });
  const position = blotter.getByRole("row").filter({ hasText: "BTCUSD" });
  const said = page.getByRole("log"); // keeps what the messages, which go, have said
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
    await ticket.getByLabel("Quantity", { exact: true }).fill("0.05"); // a move of one dollar shows
    await expect(ticket.getByText(/3,9\d\d\.\d\d USD/).first()).toBeVisible(); // the preview
    await ticket.getByRole("button", { name: "Buy 0.05 BTCUSD" }).click();
    const question = page.getByRole("dialog", { name: "Buy 0.05 BTCUSD?" });
    await question.getByRole("button", { name: "Buy 0.05 BTCUSD" }).click();
    await ticket.getByLabel("Instant").check();
    await expect(ticket.getByRole("status")).toContainText(/filled at [\d,]+\.\d\d/);
    await expect(said).toContainText("Bought");
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
    await ticket.getByRole("button", { name: "Limit", exact: true }).click();
    await ticket.getByLabel("Limit price").fill("1000.01");
    await ticket.getByRole("button", { name: "Buy 0.05 BTCUSD" }).click();
    await blotter.getByRole("tab", { name: /Orders/ }).click();
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toContainText("1,000.01");
  });

  await test.step("its line on the chart is dragged to another price", async () => {
    await ticket.getByLabel("Limit price").fill("78200");
    await ticket.getByRole("button", { name: "Buy 0.05 BTCUSD" }).click();
    const row = blotter.getByRole("row").filter({ hasText: "78,200.00" });
    await expect(row).toBeVisible();
    const line = await findUpwards(page, 120, "ns-resize");
    await drag(page, line, { ...line, y: line.y - 30 });
    await expect(row).toHaveCount(0);
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toHaveCount(2);
  });

  await test.step("the × of the line cancels the order", async () => {
    const { x, y } = await findUpwards(page, 120, "ns-resize");
    const { width } = await chartBox(page);
    const cross = await findLeftwards(page, { x: x + width - 120, y }, "pointer");
    await page.mouse.click(cross.x, cross.y);
    await expect(blotter.getByRole("row").filter({ hasText: "working" })).toHaveCount(1);
  });

  await test.step("refusals are told in words", async () => {
    watched.excuse(/422/);
    await ticket.getByLabel("Limit price").fill("1000.001");
    await ticket.getByRole("button", { name: "Buy 0.05 BTCUSD" }).click();
    await expect(ticket.getByRole("alert")).toContainText("1000.001");
    await expect(ticket.locator(".findings")).toContainText("1000.001"); // of the preview
    await ticket.getByLabel("Limit price").fill("1000.01"); // after an outage it is asked for again
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
    await expect(blotter.getByRole("row").filter({ hasText: "1,000.01" })).toContainText("working");
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
    await expect(said).toContainText("Sold");
  });

  expect(watched.foreign).toEqual([]);
  expect(watched.complaints).toEqual([]);
});
