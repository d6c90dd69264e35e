/** Finds its way on the chart by the shape that the pointer takes there. */

import type { Page } from "@playwright/test";

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

export async function chartBox(page: Page): Promise<Box> {
  const box = await page.locator(".canvas").boundingBox();
  if (box === null) throw new Error("the chart is not shown");
  return box;
}

/** Move the pointer to a place; gives the shape that it takes there. */
export async function cursorAt(page: Page, { x, y }: Place): Promise<string> {
  await page.mouse.move(x, y);
  return page.evaluate(
    ([left, top]) => getComputedStyle(document.elementFromPoint(left, top) as Element).cursor,
    [x, y] as const,
  );
}

/** Move the pointer up the chart, at so many pixels from its left side, until it takes a shape. */
export async function findUpwards(page: Page, left: number, cursor: string): Promise<Place> {
  const box = await chartBox(page);
  const x = box.x + left;
  for (let y = box.y + box.height - 40; y > box.y; y -= 3) {
    if ((await cursorAt(page, { x, y })) === cursor) return { x, y };
  }
  throw new Error(`nowhere is the pointer ${cursor}`);
}

/** Move the pointer leftwards from a place until it takes a shape. */
export async function findLeftwards(page: Page, from: Place, cursor: string): Promise<Place> {
  for (let { x } = from; x > 0; x -= 4) {
    if ((await cursorAt(page, { ...from, x })) === cursor) return { ...from, x };
  }
  throw new Error(`nowhere is the pointer ${cursor}`);
}

/** Press at one place and let go at another. */
export async function drag(page: Page, from: Place, to: Place): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
}
