/** Coming in and going out. */

import { expect, logIn, skipWhatCannotRun, test } from "./fixtures";
import { TOKEN } from "../../tools/test-server";
import { watch } from "./watch";

skipWhatCannotRun();

test("a wrong token stays at the login page; the right one opens the terminal", async ({
  page,
  server,
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

test("a session that ended elsewhere leads to the login page", async ({
  page,
  context,
  server,
}) => {
  await logIn(page, server);
  await expect(page.locator('.link[data-state="open"]')).toHaveCount(2);
  await context.clearCookies();
  await server.kill();
  await server.run();
  await expect(page.getByText("The session has ended: log in again.")).toBeVisible();
});
