/** The indicators against TA-Lib's values; `tools/talib-values.py` wrote the table. */

import { expect, test } from "vitest";
import * as indicators from "../../src/lib/indicators";
import table from "./talib.json";

const { high, low, close, volume } = table;
const bands = indicators.bollinger(close, 20, 2);
const macd = indicators.macd(close, 12, 26, 9);
const stochastic = indicators.stochastic(high, low, close, 14, 3, 3);

test.each([
  ["sma", indicators.sma(close, 20)],
  ["ema", indicators.ema(close, 20)],
  ["upper", bands.upper],
  ["middle", bands.middle],
  ["lower", bands.lower],
  ["rsi", indicators.rsi(close, 14)],
  ["atr", indicators.atr(high, low, close, 14)],
  ["line", macd.line],
  ["signal", macd.signal],
  ["histogram", macd.histogram],
  ["k", stochastic.k],
  ["d", stochastic.d],
  ["vwap", indicators.vwap(high, low, close, volume, (index) => index === 0)],
] as const)("%s is TA-Lib's, bar by bar", (name, values) => {
  const expected: (number | null)[] = table[name];
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    if (value === null) expect(values[index]).toBeNull();
    else expect(values[index]).toBeCloseTo(value, 6);
  }
});

test("VWAP begins anew where a session does", () => {
  const flat = [10, 20, 30];
  const values = indicators.vwap(flat, flat, flat, [1, 1, 1], (index) => index === 2);
  expect(values).toEqual([10, 15, 30]);
});

test.each([0, 1, 5])("%i bars are too few, and no error", (count) => {
  const few = close.slice(0, count);
  const nothing = few.map(() => null);
  expect(indicators.sma(few, 20)).toEqual(nothing);
  expect(indicators.rsi(few, 14)).toEqual(nothing);
  expect(indicators.atr(few, few, few, 14)).toEqual(nothing);
  expect(indicators.macd(few, 12, 26, 9).histogram).toEqual(nothing);
  expect(indicators.stochastic(few, few, few, 14, 3, 3).d).toEqual(nothing);
});

test("a market that stands still has no strength and no range", () => {
  const flat = Array.from({ length: 40 }, () => 5);
  expect(indicators.rsi(flat, 14).at(-1)).toBe(0);
  expect(indicators.stochastic(flat, flat, flat, 14, 3, 3).k.at(-1)).toBe(0);
  expect(indicators.bollinger(flat, 20, 2).upper.at(-1)).toBe(5);
});
