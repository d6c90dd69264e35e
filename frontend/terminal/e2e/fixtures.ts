/** What every browser test needs: a Chromium, a market that moves, and a server of its own. */

import { expect, type Page, test as base } from "@playwright/test";
import { findChromium, NO_CHROMIUM } from "./chromium";
import { hasOpenMarket, NO_MARKET, TestServer, TOKEN } from "../../tools/test-server";

export { expect, type Page } from "@playwright/test";

/** Tests with a server that all of them share. */
export const test = base.extend<object, { server: TestServer }>({
  server: [
    // The runner reads the names of what a fixture needs from this pattern: nothing.
    async ({}, use) => {
      const server = await TestServer.start();
      await use(server);
      await server.remove();
    },
    { scope: "worker" },
  ],
});

/** The replayed market is sometimes quiet: its best bid stands still for up to 124 seconds. */
export const MOVES = { timeout: 150_000 };

/** Skip the tests of the calling file, and say why, where they cannot run. */
export function skipWhatCannotRun(): void {
  test.skip(findChromium() === null, NO_CHROMIUM);
  test.skip(!hasOpenMarket, NO_MARKET);
}

/** Log in with the token, at the login page. */
export async function logIn(page: Page, server: TestServer): Promise<void> {
  await page.goto(server.origin);
  await page.getByLabel("Owner token").fill(TOKEN);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("region", { name: "Chart" })).toBeVisible();
}
