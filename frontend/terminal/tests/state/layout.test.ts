import { expect, test } from "vitest";
import { bounded, BOUNDS, INITIAL_LAYOUT, parseLayout } from "../../src/state/layout";

test("a size stays within what its panel needs", () => {
  expect(bounded("trade", 10)).toBe(BOUNDS.trade.min);
  expect(bounded("trade", 10_000)).toBe(BOUNDS.trade.max);
  expect(bounded("trade", 300.4)).toBe(300);
});

test("what was kept is taken, what makes no sense is as at first", () => {
  const kept = { ...INITIAL_LAYOUT, trade: 333, blotter: 1 };
  expect(parseLayout(JSON.stringify(kept))).toEqual({ ...kept, blotter: BOUNDS.blotter.min });
  expect(parseLayout('{"trade":"wide"}')).toEqual(INITIAL_LAYOUT);
  expect(parseLayout("null")).toEqual(INITIAL_LAYOUT);
});
