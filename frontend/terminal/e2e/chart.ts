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

/** The lowest place of the chart, so many pixels from its left side, where the pointer takes a shape. */
export async function findUpwards(page: Page, left: number, cursor: string): Promise<Place> {
  const { x, y, height } = await chartBox(page);
  return search(page, { x: x + left, y: y + height - 40 }, { x: 0, y: -3 }, cursor);
}

/** As `findUpwards`, the highest place. */
export async function findDownwards(page: Page, left: number, cursor: string): Promise<Place> {
  const { x, y } = await chartBox(page);
  return search(page, { x: x + left, y: y + 2 }, { x: 0, y: 3 }, cursor);
}

/** The next place to the left where the pointer takes a shape. */
export async function findLeftwards(page: Page, from: Place, cursor: string): Promise<Place> {
  return search(page, from, { x: -4, y: 0 }, cursor);
}

/** Move the pointer until it takes a shape; what is looked for may be drawn only in a moment. */
async function search(page: Page, from: Place, step: Place, cursor: string): Promise<Place> {
  const box = await chartBox(page);
  const isInside = ({ x, y }: Place): boolean =>
    x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    for (let place = from; isInside(place); place = { x: place.x + step.x, y: place.y + step.y }) {
      if ((await cursorAt(page, place)) === cursor) return place;
    }
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
