/** What the adapters make of numbers, bars and symbols. */

import { describe, expect, test } from "vitest";
import type { Bar } from "../../src/index.js";
import { numberOf, sumOf, textOf } from "../../src/tradingview/decimals.js";
import { LiveBars } from "../../src/tradingview/live-bars.js";

describe("numbers and decimal texts", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [0.1, "0.1"],
    [1e-8, "0.00000001"],
    [1.25e-7, "0.000000125"],
    [-2.5e-7, "-0.00000025"],
    [1e21, "1000000000000000000000"],
    [1.5e21, "1500000000000000000000"],
    [78_390.5, "78390.5"],
    [0.1 + 0.2, "0.30000000000000004"],
  ])("%d is written as %s", (value, text) => {
    expect(textOf(value)).toBe(text);
    expect(numberOf(text)).toBe(value === 0 ? 0 : value);
  });

  test("every text of up to 15 digits comes back as it was", () => {
    for (let digits = 1; digits <= 15; digits++) {
      for (let places = 0; places < digits; places++) {
        const units = "123456789123451".slice(0, digits);
        const text = places === 0 ? units : `${units.slice(0, -places)}.${units.slice(-places)}`;
        expect(textOf(numberOf(text))).toBe(text.replace(/(\.\d*?)0+$/, "$1"));
      }
    }
  });

  test.each([
    [[], 0],
    [["0.1", "0.2"], 0.3],
    [["0.3", "-0.1", "-0.2"], 0],
    [["-0.5", "12", "-0.00000001"], 11.49999999],
  ])("the sum of %j is %d", (texts, sum) => expect(sumOf(texts)).toBe(sum));

  test.each([Number.NaN, Infinity])("%d is refused", (value) => {
    expect(() => textOf(value)).toThrow(RangeError);
  });
});

describe("live bars", () => {
  const bar = (time: number): Bar => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });

  function listen(lastTime?: number): { heard: (number | "reset")[]; live: LiveBars } {
    const heard: (number | "reset")[] = [];
    const listener = {
      tick: ({ time }: { time: number }) => void heard.push(time),
      reset: () => void heard.push("reset"),
    };
    return { heard, live: new LiveBars(listener, lastTime) };
  }

  test.each([
    ["the closed and the open bar, where the chart ends at the closed one", 10, [10, 20]],
    ["the open bar, where the chart has it", 20, [20]],
    ["both, where the chart has none", undefined, [10, 20]],
    ["a reset first, where the chart ends before", 5, ["reset", 10, 20]],
    ["nothing, where the chart has newer ones", 30, []],
  ])("a snapshot is told as %s", (_name, lastTime, told) => {
    const { heard, live } = listen(lastTime);
    live.snapshot([bar(10), bar(20)]);
    expect(heard).toEqual(told);
  });

  test("a corrected bar of the past is no tick but a reset", () => {
    const { heard, live } = listen(10);
    live.snapshot([bar(10), bar(20)]);
    live.update(bar(10));
    live.update(bar(20));
    expect(heard).toEqual([10, 20, "reset", 20]);
  });

  test("a gap is one reset, whatever the snapshot after it", () => {
    const { heard, live } = listen(10);
    live.snapshot([bar(10), bar(20)]);
    live.gap();
    live.snapshot([bar(40), bar(50)]);
    expect(heard).toEqual([10, 20, "reset", 40, 50]);
  });
});
