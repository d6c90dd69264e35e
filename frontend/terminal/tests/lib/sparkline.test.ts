import { expect, test } from "vitest";
import { sparkline } from "../../src/lib/sparkline";

test("the highest is on top, the lowest at the bottom, from left to right", () => {
  expect(sparkline([1, 3, 2], 100, 10)).toBe("0,10 50,0 100,5");
});

test("what never changed is a line in the middle", () => {
  expect(sparkline([5, 5], 100, 10)).toBe("0,5 100,5");
  expect(sparkline([5], 100, 10)).toBe("0,5");
  expect(sparkline([], 100, 10)).toBe("");
});
