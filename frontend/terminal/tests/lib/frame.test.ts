import { expect, test } from "vitest";
import { perFrame } from "../../src/lib/frame";

/** A screen that is painted by hand. */
function screen() {
  const waiting = new Set<() => void>();
  return {
    schedule: (run: () => void) => {
      waiting.add(run);
      return () => waiting.delete(run);
    },
    paint: () => {
      const due = [...waiting];
      waiting.clear();
      for (const run of due) run();
    },
    get isIdle() {
      return waiting.size === 0;
    },
  };
}

test("a frame brings the newest value of each key, once", () => {
  const { schedule, paint } = screen();
  const seen: string[][] = [];
  const batch = perFrame<string, string>((values) => seen.push(values), schedule);
  batch.put("a", "a1");
  batch.put("b", "b1");
  batch.put("a", "a2");
  expect(seen).toEqual([]);
  paint();
  paint();
  expect(seen).toEqual([["a2", "b1"]]);
});

test("what comes after a frame waits for the next", () => {
  const { schedule, paint } = screen();
  const seen: number[][] = [];
  const batch = perFrame<string, number>((values) => seen.push(values), schedule);
  batch.put("a", 1);
  paint();
  batch.put("a", 2);
  paint();
  expect(seen).toEqual([[1], [2]]);
});

test("what was cleared is not shown, and no frame is asked for it", () => {
  const view = screen();
  const seen: number[][] = [];
  const batch = perFrame<string, number>((values) => seen.push(values), view.schedule);
  batch.put("a", 1);
  batch.clear();
  expect(view.isIdle).toBe(true);
  batch.put("b", 2);
  view.paint();
  expect(seen).toEqual([[2]]);
});
