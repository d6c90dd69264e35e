import { expect, test } from "vitest";
import { type Drawing, drawingAfter, parseDrawings, withDrawing } from "../../src/state/drawings";

const line: Drawing = { id: "a", kind: "horizontal_line", anchors: [{ time: 1, price: 2 }] };
const zone: Drawing = {
  id: "b",
  kind: "rectangle",
  anchors: [
    { time: 1, price: 2 },
    { time: 3, price: 4 },
  ],
};

test("drawings that were kept come back; what makes no sense does not", () => {
  expect(parseDrawings(JSON.stringify([line, zone]))).toEqual([line, zone]);
  const wrong = [
    { ...line, kind: "circle" },
    { ...line, kind: "trend_line" },
    { ...line, anchors: [{ time: 1 }] },
    { ...line, id: 4 },
    { ...zone, anchors: [...zone.anchors, ...zone.anchors] },
  ];
  expect(parseDrawings(JSON.stringify([...wrong, zone]))).toEqual([zone]);
  expect(parseDrawings("{}")).toEqual([]);
});

test("a drawing that changes keeps its place; a new one comes last", () => {
  const moved = { ...line, anchors: [{ time: 9, price: 9 }] };
  expect(withDrawing([line, zone], moved)).toEqual([moved, zone]);
  expect(withDrawing([zone], line)).toEqual([zone, line]);
});

test("the next one is chosen in a circle", () => {
  const both = [line, zone];
  expect([null, "a", "b"].map((id) => drawingAfter(both, id))).toEqual(["a", "b", "a"]);
  expect(drawingAfter([], "a")).toBeNull();
});
