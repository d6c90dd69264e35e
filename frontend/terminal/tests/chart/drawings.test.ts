import { expect, test } from "vitest";
import { BarAxis } from "../../src/chart/bar-axis";
import { distanceTo, FIBONACCI_LEVELS, type Layout, shapeOf } from "../../src/chart/drawing-shapes";
import { type Drawing, type DrawingKind } from "../../src/state/drawings";
import { aBar } from "../samples";

const HOUR = 3_600_000;
/** Hours of two sessions, with a night between them. */
const sessions = [9, 10, 11, 33, 34, 35].map((hour) => aBar(hour * 60));
const axis = new BarAxis(sessions);

test("bars stand at whole places, instants between them in proportion", () => {
  expect(sessions.map(({ time }) => axis.placeAt(time))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(axis.placeAt(9.5 * HOUR)).toBe(0.5);
  expect(axis.placeAt(22 * HOUR)).toBe(2.5);
});

test("a place and its instant lead to each other, beyond the bars as well", () => {
  for (const place of [-4, -0.5, 0, 0.25, 2.5, 4.75, 5, 5.5, 40]) {
    expect(axis.placeAt(axis.timeAt(place) ?? Number.NaN)).toBeCloseTo(place, 5);
  }
});

test("after the last bar one follows the other; before the first they have their pauses", () => {
  expect(axis.placeAt(38 * HOUR)).toBe(8);
  expect(axis.timeAt(-5)).toBe((9 - 26) * HOUR);
});

test("without two bars nothing has a place", () => {
  for (const few of [[], sessions.slice(0, 1)]) {
    expect(new BarAxis(few).placeAt(9 * HOUR)).toBeNull();
    expect(new BarAxis(few).timeAt(0)).toBeNull();
  }
});

const layout: Layout = {
  pointOf: ({ time, price }) => (time < 0 ? null : { x: time, y: 100 - price }),
  width: 300,
  formatPrice: (price) => price.toFixed(1),
};

function drawn(kind: DrawingKind, ...anchors: readonly [time: number, price: number][]): Drawing {
  return { id: "d", kind, anchors: anchors.map(([time, price]) => ({ time, price })) };
}

test("a horizontal line crosses the pane; a trend line ends at its anchors", () => {
  const across = shapeOf(drawn("horizontal_line", [50, 20]), layout);
  expect(across?.segments).toEqual([{ from: { x: 0, y: 80 }, to: { x: 300, y: 80 } }]);
  const trend = shapeOf(drawn("trend_line", [0, 0], [30, 40]), layout);
  if (trend === null) throw new Error("it has no shape");
  expect(distanceTo(trend, { x: 15, y: 80 })).toBeCloseTo(0);
  expect(distanceTo(trend, { x: 30, y: 50 })).toBeCloseTo(10);
  expect(distanceTo(trend, { x: 33, y: 64 })).toBeGreaterThan(3);
});

test("a rectangle is found by its sides, not by its inside", () => {
  const shape = shapeOf(drawn("rectangle", [10, 90], [110, 10]), layout);
  if (shape === null) throw new Error("it has no shape");
  expect(shape.area).toEqual({ from: { x: 10, y: 10 }, to: { x: 110, y: 90 } });
  expect(distanceTo(shape, { x: 10, y: 50 })).toBe(0);
  expect(distanceTo(shape, { x: 60, y: 90 })).toBe(0);
  expect(distanceTo(shape, { x: 60, y: 50 })).toBe(40);
});

test("a retracement is 0 where the move ended and 1 where it began", () => {
  const shape = shapeOf(drawn("fibonacci", [20, 0], [80, 200]), layout);
  const levels = shape?.words.map(({ at, text }) => [at.y, text]);
  expect(levels).toHaveLength(FIBONACCI_LEVELS.length);
  expect(levels?.slice(0, 3)).toEqual([
    [-100, "0 (200.0)"],
    [100, "1 (0.0)"],
    [0, "0.5 (100.0)"],
  ]);
});

test("levels are named where there is room", () => {
  const shape = shapeOf(drawn("fibonacci", [20, 10], [80, 30]), layout);
  expect(shape?.words.map(({ text }) => text)).toEqual(["0 (30.0)", "1 (10.0)"]);
  expect(shape?.segments).toHaveLength(1 + FIBONACCI_LEVELS.length);
});

test("what has no place on the chart is not drawn", () => {
  expect(shapeOf(drawn("trend_line", [-1, 5], [10, 5]), layout)).toBeNull();
});
