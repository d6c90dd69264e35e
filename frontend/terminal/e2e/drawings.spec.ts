/** Drawings on the chart: by mouse, by touch, by keys; kept for each symbol. */

import { type Box, chartBox, cursorAt, drag, type Place } from "./chart";
import { expect, logIn, type Page, skipWhatCannotRun, test } from "./fixtures";
import type { TestServer } from "../../tools/test-server";
import { watch } from "./watch";

skipWhatCannotRun();

const tools = (page: Page) => page.getByRole("group", { name: "Drawing tools" });
const next = (page: Page) => page.getByRole("button", { name: "Select the next drawing" });
const removal = (page: Page) => page.getByRole("button", { name: "Remove the drawing" });

/** Days, which stand still. */
async function openDays(page: Page, server: TestServer): Promise<void> {
  await logIn(page, server);
  await page.locator('[data-symbol="AAPL"]').click();
  await showBars(page, "1D");
}

async function showBars(page: Page, label: string): Promise<void> {
  await page.getByRole("button", { name: label, exact: true }).click();
  await expect(page.locator(".chart-panel .cover")).toHaveCount(0);
  await expect(page.locator(".legend")).toContainText("O");
}

/** A place by the parts of the chart that are left of it and above it. */
function at(box: Box, left: number, top: number): Place {
  return { x: box.x + Math.round(left * box.width), y: box.y + Math.round(top * box.height) };
}

test("four tools draw; what they drew is moved, removed and kept for its symbol", async ({
  page,
  server,
}) => {
  const watched = watch(page, server.origin);
  watched.excuse(/401/);
  await openDays(page, server);
  const box = await chartBox(page);
  const pointer = (left: number, top: number) => cursorAt(page, at(box, left, top));

  await test.step("dragged from anchor to anchor, or set by clicks", async () => {
    await tools(page).getByRole("button", { name: "Trend line" }).click();
    await expect.poll(() => pointer(0.1, 0.1)).toBe("crosshair");
    await drag(page, at(box, 0.1, 0.2), at(box, 0.3, 0.4));
    await tools(page).getByRole("button", { name: "Rectangle" }).click();
    await page.mouse.click(at(box, 0.4, 0.2).x, at(box, 0.4, 0.2).y);
    await page.mouse.move(at(box, 0.5, 0.3).x, at(box, 0.5, 0.3).y);
    await page.mouse.click(at(box, 0.6, 0.4).x, at(box, 0.6, 0.4).y);
    await tools(page).getByRole("button", { name: "Fibonacci retracement" }).click();
    await drag(page, at(box, 0.1, 0.5), at(box, 0.3, 0.7));
    await tools(page).getByRole("button", { name: "Horizontal line" }).click();
    await page.mouse.click(at(box, 0.7, 0.6).x, at(box, 0.7, 0.6).y);
    await expect(tools(page).locator('[aria-pressed="true"]')).toHaveCount(0);
  });

  const isDrawn = async (): Promise<void> => {
    await expect.poll(() => pointer(0.2, 0.3)).toBe("move"); // the middle of the trend line
    await expect.poll(() => pointer(0.5, 0.4)).toBe("move"); // a side of the rectangle
    await expect.poll(() => pointer(0.2, 0.6)).toBe("move"); // half of the move
    await expect.poll(() => pointer(0.5, 0.6)).toBe("move"); // the horizontal line
    await expect.poll(() => pointer(0.5, 0.3)).not.toBe("move"); // inside the rectangle
  };

  await test.step("they are there after a reload, and at other lengths of bars", async () => {
    await isDrawn();
    await page.reload();
    await expect(page.locator(".legend")).toContainText("O");
    await isDrawn();
    await showBars(page, "1W");
    await expect.poll(() => pointer(0.5, 0.6)).not.toBe("move"); // other prices are shown
    await expect(next(page)).toBeVisible();
    await showBars(page, "1D");
    await isDrawn();
    await page.getByLabel("Chart type").selectOption("bar");
    await isDrawn();
  });

  await test.step("another symbol has its own", async () => {
    await page.locator('[data-symbol="MSFT"]').click();
    await expect(page.getByRole("img", { name: /MSFT/ })).toBeVisible();
    await expect(next(page)).toHaveCount(0);
    await page.locator('[data-symbol="AAPL"]').click();
    await expect(next(page)).toBeVisible();
    await isDrawn();
  });

  await test.step("one is moved, one of its anchors too; Escape takes a move back", async () => {
    await drag(page, at(box, 0.2, 0.3), at(box, 0.25, 0.2));
    await expect.poll(() => pointer(0.25, 0.2)).toBe("move");
    await drag(page, at(box, 0.35, 0.3), at(box, 0.35, 0.1));
    await expect.poll(() => pointer(0.25, 0.1)).toBe("move");
    await page.mouse.down();
    await page.mouse.move(at(box, 0.25, 0.3).x, at(box, 0.25, 0.3).y, { steps: 3 });
    await page.keyboard.press("Escape");
    await page.mouse.up();
    await expect.poll(() => pointer(0.25, 0.1)).toBe("move");
  });

  await test.step("Delete removes what is selected, for good", async () => {
    await page.mouse.click(at(box, 0.25, 0.1).x, at(box, 0.25, 0.1).y);
    await page.keyboard.press("Delete");
    await expect(removal(page)).toHaveCount(0);
    await expect.poll(() => pointer(0.25, 0.1)).not.toBe("move");
    await page.reload();
    await expect(next(page)).toBeVisible();
    await expect.poll(() => pointer(0.5, 0.4)).toBe("move");
    await expect.poll(() => pointer(0.25, 0.1)).not.toBe("move");
  });
  expect(watched.complaints).toEqual([]);
});

test("indicators leave the tools within reach", async ({ page, server }) => {
  await openDays(page, server);
  await page.getByRole("button", { name: "Indicators" }).click();
  await page.getByRole("button", { name: "+ EMA", exact: true }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("list", { name: "Indicators" })).toContainText("EMA");
  const line = tools(page).getByRole("button", { name: "Trend line" });
  await line.click({ timeout: 15_000 });
  await expect(line).toHaveAttribute("aria-pressed", "true");
});

test("keys alone draw, move and remove", async ({ page, server }) => {
  await openDays(page, server);
  const kept = () => page.evaluate(() => localStorage.getItem("trading-api:drawings:AAPL"));
  await tools(page).getByRole("button", { name: "Horizontal line" }).press("Enter");
  await expect(tools(page).getByRole("status")).toContainText("Horizontal line is selected");
  await expect.poll(kept).toContain("horizontal_line");
  const before = await kept();
  await page.keyboard.press("ArrowUp");
  await expect.poll(kept).not.toBe(before);
  await page.keyboard.press("ArrowDown");
  await expect.poll(kept).toBe(before);
  await page.keyboard.press("Escape");
  await expect(removal(page)).toHaveCount(0);
  await next(page).press("Enter");
  await removal(page).press("Enter");
  await expect.poll(kept).toBe("[]");
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test("a line is drawn, moved and removed, and the chart stands still", async ({
    page,
    server,
  }) => {
    await logIn(page, server);
    await page.getByRole("button", { name: "Markets", exact: true }).tap();
    await page.locator('[data-symbol="AAPL"]').tap();
    await showBars(page, "1D");
    const box = await chartBox(page);
    const finger = await page.context().newCDPSession(page);
    const stroke = async (from: Place, to: Place): Promise<void> => {
      const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: Place[]) =>
        finger.send("Input.dispatchTouchEvent", { type, touchPoints: points });
      await touch("touchStart", [from]);
      for (const part of [0.25, 0.5, 0.75, 1]) {
        const x = from.x + part * (to.x - from.x);
        await touch("touchMove", [{ x, y: from.y + part * (to.y - from.y) }]);
      }
      await touch("touchEnd", []);
    };
    const kept = async (): Promise<{ time: number; price: number }[]> => {
      const text = await page.evaluate(() => localStorage.getItem("trading-api:drawings:AAPL"));
      return (JSON.parse(text ?? "[]") as { anchors: { time: number; price: number }[] }[]).flatMap(
        ({ anchors }) => anchors,
      );
    };
    await tools(page).getByRole("button", { name: "Trend line" }).tap();
    await stroke(at(box, 0.2, 0.2), at(box, 0.6, 0.4));
    await expect.poll(async () => (await kept()).length).toBe(2);
    const drawn = await kept();
    await page.touchscreen.tap(at(box, 0.8, 0.7).x, at(box, 0.8, 0.7).y);
    await expect(removal(page)).toHaveCount(0);
    await stroke(at(box, 0.4, 0.3), at(box, 0.4, 0.5));
    await expect.poll(async () => (await kept())[0]?.price).not.toBe(drawn[0]?.price);
    expect((await kept()).map(({ time }) => time)).toEqual(drawn.map(({ time }) => time));
    await removal(page).tap();
    await expect.poll(kept).toEqual([]);
  });
});
