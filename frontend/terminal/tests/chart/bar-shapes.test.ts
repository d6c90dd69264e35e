import { expect, test } from "vitest";
import { heikinAshi, pointsOf } from "../../src/chart/bar-shapes";
import type { Bar } from "@trading-api/client";

const rising: Bar = { time: 0, open: 10, high: 14, low: 9, close: 13, volume: 1 };
const falling: Bar = { time: 60_000, open: 13, high: 13, low: 10, close: 11, volume: 1 };

test("Heikin-Ashi: averages, each opening in the middle of the body before", () => {
  const [first, second] = heikinAshi([rising, falling]);
  expect(first).toMatchObject({ open: 11.5, close: 11.5, high: 14, low: 9 });
  expect(second).toMatchObject({ open: 11.5, close: 11.75, high: 13, low: 10 });
});

test("a hollow candle is filled when it fell, and coloured by the close before it", () => {
  const points = pointsOf(
    "hollow",
    [rising, falling, { ...falling, time: 120_000, open: 9 }],
    "u",
    "d",
  );
  expect(points[0]).toMatchObject({ color: "transparent", borderColor: "u" });
  expect(points[1]).toMatchObject({ color: "d", borderColor: "d" });
  expect(points[2]).toMatchObject({ color: "transparent", borderColor: "u" });
});

test.each(["line", "area"] as const)("a chart of type %s draws closes", (type) => {
  expect(pointsOf(type, [rising], "u", "d")).toEqual([{ time: 0, value: 13 }]);
});
