/** Every sentence of the page has its translation, and no translation is left over. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { t } from "../src/lib/i18n";
import de from "../src/lib/locales/de";

const SOURCES = join(import.meta.dirname, "../src");
const text = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(ts|vue)$/.test(path) && !path.includes("locales"))
  .map((path) => readFileSync(join(SOURCES, path), "utf8"))
  .join("\n");
const said = new Set(
  [...text.matchAll(/\bt\(\s*(["'])((?:(?!\1).)*)\1/g)].map(([, , key = ""]) => key),
);

test("every sentence that is said has a German one", () => {
  expect(said.size).toBeGreaterThan(20);
  expect([...said].filter((key) => !(key in de))).toEqual([]);
});

test("a translation names the same values as the sentence", () => {
  const names = (sentence: string): string => (sentence.match(/\{\w+\}/g) ?? []).sort().join();
  const wrong = Object.entries(de).filter(([key, value]) => names(key) !== names(value));
  expect(wrong).toEqual([]);
});

test("values are put in; English needs no catalogue", () => {
  expect(t("Cancelled: {order}", { order: "buy 1" })).toBe("Cancelled: buy 1");
});
