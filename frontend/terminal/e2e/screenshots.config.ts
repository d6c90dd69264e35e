import { defineConfig } from "@playwright/test";
import config from "./playwright.config";

/** `npm run screenshots` writes docs/screenshots. */
export default defineConfig(config, { testMatch: "screenshots.ts" });
