import { defineConfig } from "@playwright/test";
import { CHROMIUM_ARGUMENTS, findChromium } from "./chromium";

const executablePath = findChromium();

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  globalSetup: "./say.ts",
  workers: 2, // one may have to wait for a quiet market; each has a server of its own
  fullyParallel: false,
  timeout: 300_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "../node_modules/.e2e",
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    launchOptions: { args: CHROMIUM_ARGUMENTS, ...(executablePath && { executablePath }) },
  },
});
