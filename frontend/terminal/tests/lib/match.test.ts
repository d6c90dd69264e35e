import { expect, test } from "vitest";
import { bestFits, fit } from "../../src/lib/match";

const NAMES = ["Close all positions", "Cancel all orders", "All time", "CALX"];

test("what begins like the query comes first, letters in order last", () => {
  expect(bestFits("cal", NAMES, String)[0]).toBe("CALX");
  expect(bestFits("clall", NAMES, String)).toEqual(["Close all positions", "Cancel all orders"]);
  expect(bestFits("all", NAMES, String)[0]).toBe("All time");
});

test("each word must fit, in any order", () => {
  expect(bestFits("orders cancel", NAMES, String)).toEqual(["Cancel all orders"]);
  expect(fit("orders zebra", "Cancel all orders")).toBeNull();
});

test("nothing typed fits all, in their own order", () => {
  expect(bestFits(" ", NAMES, String)).toEqual(NAMES);
});
