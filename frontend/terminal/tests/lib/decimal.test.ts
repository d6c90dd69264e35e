import { describe, expect, it, test } from "vitest";
import {
  add,
  compare,
  isDecimal,
  multiply,
  nearestTick,
  quotientOnGrid,
  sign,
  subtract,
  toPlaces,
} from "../../src/lib/decimal";

/** A whole number within ± 10^9 and a scale, made without chance so that failures repeat. */
function* numbers(count: number): Generator<[bigint, number]> {
  let state = 12_345n;
  for (let i = 0; i < count; i++) {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    yield [((state >> 20n) % 2_000_000_001n) - 1_000_000_000n, Number((state >> 60n) % 13n)];
  }
}

function text(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const whole = `${units < 0n ? "-" : ""}${digits.slice(0, point)}`;
  return scale === 0 ? whole : `${whole}.${digits.slice(point)}`;
}

test.each(["1", "-1", "0.5", "123456789012345678.123456789012"])("%s is a decimal", (value) => {
  expect(isDecimal(value)).toBe(true);
});

test.each(["", "1.", ".5", "1e3", "+1", "1,000", "NaN", "Infinity", " 1", "1\n", "0x1", "--1"])(
  "%j is not a decimal",
  (value) => {
    expect(isDecimal(value)).toBe(false);
    expect(() => add(value, "1")).toThrow(RangeError);
  },
);

describe("exactness", () => {
  it("adds what floats cannot", () => {
    expect(add("0.1", "0.2")).toBe("0.3");
    expect(add("100000000000000000", "0.000000000001")).toBe("100000000000000000.000000000001");
  });

  it("subtracts what it added, and multiplies as a sum", () => {
    let [total, before] = ["0", "0"];
    for (const [units, scale] of numbers(500)) {
      const value = text(units, scale);
      expect(compare(subtract(add(before, value), value), before)).toBe(0);
      expect(compare(multiply(value, "3"), add(add(value, value), value))).toBe(0);
      expect(sign(value)).toBe(units < 0n ? -1 : units > 0n ? 1 : 0);
      total = add(total, value);
      before = value;
    }
    expect(isDecimal(total)).toBe(true);
  });

  it("writes no zeros at the end and no minus before nothing", () => {
    expect(multiply("2.50", "4")).toBe("10");
    expect(subtract("1.5", "1.50")).toBe("0");
    expect(multiply("-0.1", "0")).toBe("0");
  });
});

test("compares by value, not by text", () => {
  expect(compare("10", "9")).toBe(1);
  expect(compare("1.10", "1.1")).toBe(0);
  expect(compare("-2", "-1.5")).toBe(-1);
});

test.each([
  ["1.005", 2, "1.01"],
  ["-1.005", 2, "-1.01"],
  ["1.004999", 2, "1.00"],
  ["0.995", 2, "1.00"],
  ["7", 2, "7.00"],
  ["12.34", 0, "12"],
])("%s to %i places is %s", (value, places, expected) => {
  expect(toPlaces(value, places)).toBe(expected);
});

test("a quotient is rounded down to the grid", () => {
  expect(quotientOnGrid("1000", "78425", "0.00000001")).toBe("0.01275103");
  expect(quotientOnGrid("100", "12.17", "1")).toBe("8");
  expect(quotientOnGrid("5", "12.17", "1")).toBe("0");
  expect(quotientOnGrid("5", "0", "1")).toBe("0");
});

test("a quotient times its divisor never exceeds what was divided", () => {
  for (const [units, scale] of numbers(200)) {
    const money = text(units < 0n ? -units : units, scale % 3);
    const quantity = quotientOnGrid(money, "17.31", "0.001");
    expect(compare(multiply(quantity, "17.31"), money)).toBeLessThanOrEqual(0);
    expect(compare(multiply(add(quantity, "0.001"), "17.31"), money)).toBe(1);
  }
});

test.each([
  [78290.004, "0.01", "78290"],
  [78290.006, "0.01", "78290.01"],
  [10.13, "0.25", "10.25"],
  [10.12, "0.25", "10"],
])("the tick nearest to %f on a grid of %s is %s", (price, tick, expected) => {
  expect(nearestTick(price, tick)).toBe(expected);
});
