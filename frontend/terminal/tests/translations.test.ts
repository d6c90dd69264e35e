/** Every sentence of the page has its translation, no translation is left over, and both are used. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { NodeTypes, type RootNode, type TemplateChildNode } from "@vue/compiler-core";
import { parse } from "vue/compiler-sfc";
import {
  formatBarTime,
  formatCompact,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatTime,
  shownDecimal,
  typedDecimal,
} from "../src/lib/format";
import { isLocale, plural, preferredLocale, speak, t } from "../src/lib/i18n";
import de from "../src/lib/locales/de";
import { tellExecution, tellPlaced } from "../src/state/words";
import { anExecution, anOrder } from "./samples";

const SOURCES = join(import.meta.dirname, "../src");
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(ts|vue)$/.test(path) && !path.includes("locales"))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), "utf8") }));
const text = files.map((file) => file.text).join("\n");
const said = new Set(
  [...text.matchAll(/\bt\(\s*(["'])((?:(?!\1).)*)\1/g)].map(([, , key = ""]) => key),
);

afterEach(() => speak("en"));

test("every sentence that is said has a German one", () => {
  expect(said.size).toBeGreaterThan(150);
  expect([...said].filter((key) => !(key in de))).toEqual([]);
});

/** Words of the wire that are said as they come. */
const WIRE = ["buy", "sell", "long", "short", "maker", "taker"];

test("no translation is of a sentence that nobody says", () => {
  const isSaid = (key: string): boolean =>
    text.includes(`"${key}"`) || said.has(key) || WIRE.includes(key);
  expect(Object.keys(de).filter((key) => !isSaid(key))).toEqual([]);
});

/** What is called the same in every language. */
const NAMES =
  /^(trading_api|REST|CSV|UTC|\(UTC\)|TradingView Lightweight Charts™|, copyright 2025 .*)$/;
const READ_ALOUD = ["aria-label", "title", "placeholder", "alt", "label"];

/** The words that a template shows without asking the catalogue. */
function bareWords(node: RootNode | TemplateChildNode): string[] {
  if (node.type === NodeTypes.TEXT) return [node.content];
  if (node.type !== NodeTypes.ELEMENT && node.type !== NodeTypes.ROOT) return [];
  if (node.type === NodeTypes.ELEMENT && node.tag === "code") return [];
  const props = node.type === NodeTypes.ELEMENT ? node.props : [];
  const named = props.flatMap((prop) =>
    prop.type === NodeTypes.ATTRIBUTE && READ_ALOUD.includes(prop.name)
      ? [prop.value?.content ?? ""]
      : [],
  );
  return [...named, ...node.children.flatMap(bareWords)];
}

test("no component writes English past the catalogue", () => {
  const bare = files
    .filter(({ path }) => path.endsWith(".vue"))
    .flatMap(({ path, text: source }) => {
      const { template } = parse(source).descriptor;
      const words = template?.ast == null ? [] : bareWords(template.ast);
      return words.map((word) => `${path}: ${word.trim()}`);
    });
  const isEnglish = (line: string): boolean => {
    const [, word = ""] = line.split(/: (.*)/s);
    return /[a-z]{2,}/i.test(word) && !NAMES.test(word);
  };
  expect(bare.filter(isEnglish)).toEqual([]);
});

test("a translation names the same values as the sentence", () => {
  const names = (sentence: string): string => (sentence.match(/\{\w+\}/g) ?? []).sort().join();
  const wrong = Object.entries(de).filter(([key, value]) => names(key) !== names(value));
  expect(wrong).toEqual([]);
});

test("values are put in; English needs no catalogue, and leaves out what tells words apart", () => {
  expect(t("Cancelled: {order}", { order: "buy 1" })).toBe("Cancelled: buy 1");
  expect(t("Close|price")).toBe("Close");
  expect(plural(1, "{count} order cancelled", "{count} orders cancelled")).toBe(
    "1 order cancelled",
  );
  expect(plural(0, "{count} order cancelled", "{count} orders cancelled")).toBe(
    "0 orders cancelled",
  );
});

test("German is spoken after the switch, and English again after the next", async () => {
  await speak("de");
  expect(t("Close|price")).toBe("Schluss");
  expect(t("Close")).toBe("Schließen");
  expect(tellPlaced(anOrder())).toBe("Kauf 0,5 BTCUSD: arbeitet");
  expect(tellExecution(anExecution(1))).toBe("Gekauft: 0,01 BTCUSD zu 78.425,00");
  await speak("en");
  expect(t("Close|price")).toBe("Close");
});

test("the language that was chosen last is spoken, however long the other takes", async () => {
  await Promise.all([speak("de"), speak("en")]);
  expect(t("Close")).toBe("Close");
});

test("numbers and dates are written as Germans do", async () => {
  await speak("de");
  const noon = Date.UTC(2026, 10, 23, 12);
  expect(formatMoney("-1234567.891")).toBe("−1.234.567,89");
  expect(formatQuantity("1234.00000001")).toBe("1.234,00000001");
  expect(formatPrice(78425.5, 2)).toBe("78.425,50");
  expect(formatPercent(-1.2185)).toBe("−1,22\u00a0%");
  expect(formatCompact(46_881_800)).toBe("46,88\u00a0Mio.");
  expect(formatTime(noon - 86_400_000, noon)).toBe("22.11. 12:00:00");
  expect(formatBarTime(noon, true)).toBe("23.11.2026 12:00");
  expect(formatBarTime(noon, false)).toBe("23.11.2026");
});

test("a field shows and takes the comma, the text keeps the point", async () => {
  expect([shownDecimal("0.5"), typedDecimal("0,5")]).toEqual(["0.5", "0,5"]);
  await speak("de");
  expect([shownDecimal("0.5"), typedDecimal("0,5"), typedDecimal("0.5")]).toEqual([
    "0,5",
    "0.5",
    "0.5",
  ]);
});

test("the first language is one that the browser asks for", () => {
  expect(preferredLocale(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(preferredLocale(["fr"])).toBe("en");
  expect(preferredLocale([])).toBe("en");
  expect([isLocale("de"), isLocale("fr"), isLocale(null)]).toEqual([true, false, false]);
});
