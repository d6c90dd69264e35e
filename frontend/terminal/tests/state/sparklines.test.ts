import { expect, test, vi } from "vitest";
import { createSparklines, FRESH_MS, spanOf } from "../../src/state/sparklines";
import { restServer } from "../rest-server";
import { aBar, aSymbol } from "../samples";

const names = ["A", "B", "C", "D", "E"].map((symbol) => aSymbol({ symbol }));

test("the finer the data, the shorter the time", () => {
  expect(spanOf(aSymbol())).toEqual({ resolution: "5", count: 96 });
  expect(spanOf(aSymbol({ fidelity: "bar" }))).toEqual({ resolution: "30", count: 48 });
  expect(spanOf(aSymbol({ fidelity: "daily" }))).toEqual({ resolution: "1D", count: 30 });
  expect(spanOf(aSymbol({ supported_resolutions: ["1D"] }))).toMatchObject({ resolution: "1D" });
});

test("each symbol is read once while it is fresh", async () => {
  let now = 0;
  const { rest, asked } = restServer(() => ({ bars: [aBar(1, 5), aBar(2, 7)], next_time: null }));
  const sparklines = createSparklines({ rest }, () => now);
  sparklines.want(names);
  sparklines.want(names.slice(0, 2));
  await vi.waitFor(() => expect(sparklines.lines.value.size).toBe(5));
  expect(sparklines.lines.value.get("A")).toEqual([5, 7]);
  expect(asked).toHaveLength(5);
  now = FRESH_MS;
  sparklines.want(names.slice(0, 1));
  await vi.waitFor(() => expect(asked).toHaveLength(6));
  expect(asked.at(-1)?.query).toEqual({ symbol: "A", resolution: "5", count_back: "96" });
});

test("what could not be read is read when it is looked at again", async () => {
  let isAway = true;
  const { rest, asked } = restServer(() =>
    isAway ? undefined : { bars: [aBar(1, 5)], next_time: null },
  );
  const sparklines = createSparklines({ rest });
  sparklines.want(names.slice(0, 1));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  isAway = false;
  await vi.waitFor(() => {
    sparklines.want(names.slice(0, 1));
    expect(sparklines.lines.value.get("A")).toEqual([5]);
  });
  sparklines.stop();
});
