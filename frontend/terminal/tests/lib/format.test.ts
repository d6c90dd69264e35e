import { expect, test } from "vitest";
import {
  formatBarTime,
  formatCompact,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatSigned,
  formatTime,
} from "../../src/lib/format";

const NOON = Date.UTC(2026, 10, 23, 12);

test("money has two places and groups of three", () => {
  expect(formatMoney("1234567.891")).toBe("1,234,567.89");
  expect(formatMoney("-1000")).toBe("−1,000.00");
  expect(formatMoney(null)).toBe("–");
});

test("a quantity keeps its digits", () => {
  expect(formatQuantity("1234.00000001")).toBe("1,234.00000001");
  expect(formatQuantity("123456789012345678")).toBe("123,456,789,012,345,678");
});

test("profit has a sign, nothing has none", () => {
  expect(formatSigned("12.5")).toBe("+12.50");
  expect(formatSigned("-12.5")).toBe("−12.50");
  expect(formatSigned("-0.001")).toBe("0.00");
  expect(formatSigned("0")).toBe("0.00");
});

test("prices and changes", () => {
  expect(formatPrice(78425, 2)).toBe("78,425.00");
  expect(formatPrice(null, 2)).toBe("–");
  expect(formatPercent(-1.2185)).toBe("−1.22%");
  expect(formatPercent(0.001)).toBe("0.00%");
  expect(formatPercent(2)).toBe("+2.00%");
});

test("sizes are short, small ones too", () => {
  expect(formatCompact(46_881_800)).toBe("46.88M");
  expect(formatCompact(0.00348)).toBe("0.00348");
});

test("a time of today is without its day", () => {
  expect(formatTime(NOON + 1000, NOON)).toBe("12:00:01");
  expect(formatTime(NOON - 86_400_000, NOON)).toBe("11-22 12:00:00");
});

test("a bar of a day has no minute", () => {
  expect(formatBarTime(NOON, true)).toBe("2026-11-23 12:00");
  expect(formatBarTime(NOON, false)).toBe("2026-11-23");
});
