import { expect, test } from "vitest";
import { barEnd, formatLeft } from "../../src/state/countdown";
import { offered } from "../../src/state/resolutions";
import { newStudy, parseStudies, plotsOf, STUDY_RULES, studyTitle } from "../../src/state/studies";
import { aSymbol, bars } from "../samples";

const HOUR = 3_600_000;
const always = aSymbol();
const share = aSymbol({ session: "0930-1600", timezone: "America/New_York" });

test("a bar closes when the next one opens", () => {
  const march = Date.UTC(2026, 2, 1);
  expect(barEnd(march, "5", share)).toBe(march + 300_000);
  expect(barEnd(march, "1D", always)).toBe(march + 24 * HOUR);
  expect(barEnd(march, "1W", always)).toBe(march + 168 * HOUR);
  expect(barEnd(march, "1M", always)).toBe(Date.UTC(2026, 3, 1));
  expect(barEnd(march, "1D", share)).toBeNull();
});

test.each([
  [0, ""],
  [900, "0:01"],
  [61_000, "1:01"],
  [HOUR + 62_000, "1:01:02"],
  [51 * HOUR, "2d 03:00"],
])("%i ms are left: %s", (left, text) => expect(formatLeft(left)).toBe(text));

test("a symbol that lacks the resolution shows the shortest it has", () => {
  expect(offered("5", ["1", "5"])).toBe("5");
  expect(offered("5", ["1W", "1D"])).toBe("1D");
  expect(offered("5", undefined)).toBe("5");
});

test("every indicator draws a value for every bar, with the usual settings", () => {
  const many = bars(1, 200);
  for (const { kind } of STUDY_RULES) {
    const plots = plotsOf(newStudy(kind, []), many, null);
    expect(plots.length).toBeGreaterThan(0);
    for (const { values } of plots) {
      expect(values).toHaveLength(200);
      expect(values.at(-1)).not.toBeNull();
    }
  }
  expect(STUDY_RULES).toHaveLength(8);
});

test("what was kept comes back within its limits; nonsense does not", () => {
  const study = newStudy("macd", [newStudy("sma", [])]);
  expect(studyTitle(study)).toBe("MACD 12 26 9");
  expect(parseStudies(JSON.stringify([study]))).toEqual([study]);
  const kept = [{ id: "a-1", kind: "rsi", settings: { length: 9e9 } }, { id: 4 }, { kind: "x" }];
  expect(parseStudies(JSON.stringify(kept))).toEqual([
    { id: "a-1", kind: "rsi", settings: { length: 500 } },
  ]);
  expect(parseStudies("{}")).toEqual([]);
});
