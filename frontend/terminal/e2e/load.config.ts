import { defineConfig } from "@playwright/test";
import config from "./playwright.config";

/** `npm run load` measures the page under load. */
export default defineConfig(config, {
  testMatch: "load.ts",
  workers: 1,
  timeout: 3_600_000,
  reporter: [["line"]],
});
