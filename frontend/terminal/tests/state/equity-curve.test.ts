import { expect, test } from "vitest";
import { onePerSecond } from "../../src/chart/equity-chart";
import {
  createCurves,
  curveOf,
  deepest,
  midnightBefore,
  SPANS,
  startOf,
  withNow,
} from "../../src/state/equity-curve";
import { type Ask, restServer } from "../rest-server";

const DAY_MS = 86_400_000;
const MIDNIGHT = 20_000 * DAY_MS;
const NOON = MIDNIGHT + DAY_MS / 2;
const [day, week, , all] = SPANS;

function point(time: number, equity: string, balance = "100") {
  return { time, equity, balance };
}

test("the drawdown is measured from the highest point so far", () => {
  const curve = curveOf([point(1, "100"), point(2, "200"), point(3, "150"), point(4, "220")]);
  expect(curve.map(({ drawdown }) => drawdown)).toEqual([0, 0, -25, 0]);
  expect(deepest(curve)).toBe(-25);
  expect(deepest([])).toBe(0);
});

test("an account that never had anything has no drawdown", () => {
  expect(curveOf([point(1, "0"), point(2, "-5")]).map(({ drawdown }) => drawdown)).toEqual([0, 0]);
});

test("the curve ends with what the account is worth now, once", () => {
  const known = [point(1, "100")];
  expect(withNow(known, point(2, "101")).map(({ equity }) => equity)).toEqual(["100", "101"]);
  expect(withNow(known, point(1, "101"))).toEqual(known);
  expect(withNow([], point(1, "101"))).toHaveLength(1);
});

test("spans begin at midnight, the whole at the beginning", () => {
  expect(midnightBefore(NOON)).toBe(MIDNIGHT);
  expect(startOf(day, NOON)).toBe(MIDNIGHT);
  expect(week !== undefined && startOf(week, NOON)).toBe(MIDNIGHT - 6 * DAY_MS);
  expect(all !== undefined && startOf(all, NOON)).toBe(0);
});

test("of several points within a second the chart takes the last", () => {
  const curve = curveOf([point(1_000, "1"), point(1_999, "2"), point(2_000, "3")]);
  expect(onePerSecond(curve).map(({ equity }) => equity)).toEqual([2, 3]);
});

/** A server that keeps these points and gives them in pages of two. */
function keeping(points: readonly ReturnType<typeof point>[]) {
  return restServer(({ query }: Ask) => {
    const after = Number(query["cursor"] ?? -1);
    const found = points.filter(
      ({ time }) =>
        time > after &&
        time >= Number(query["from"] ?? 0) &&
        time < Number(query["to"] ?? Infinity),
    );
    const items = found.slice(0, Math.min(2, Number(query["limit"])));
    return {
      items,
      next_cursor: found.length > items.length ? String(items.at(-1)?.time) : null,
    };
  });
}

test("a span begins with what the account was worth at its midnight", async () => {
  const { rest, asked } = keeping([
    point(MIDNIGHT - 5, "90"),
    point(MIDNIGHT + 1, "91"),
    point(MIDNIGHT + 2, "92"),
    point(MIDNIGHT + 3, "93"),
  ]);
  const points = await createCurves({ rest }).span("acc-1", day, NOON);
  expect(points.map(({ time, equity }) => [time - MIDNIGHT, equity])).toEqual([
    [0, "90"],
    [1, "91"],
    [2, "92"],
    [3, "93"],
  ]);
  expect(asked.every(({ path }) => path === "/api/v1/broker/accounts/acc-1/equity")).toBe(true);
});

test("an account that was opened today began with its deposit", async () => {
  const { rest } = keeping([point(MIDNIGHT + 7, "100"), point(MIDNIGHT + 9, "99")]);
  const curves = createCurves({ rest });
  expect(await curves.atMidnight("acc-1", MIDNIGHT)).toMatchObject({ equity: "100" });
  const points = await curves.span("acc-1", day, NOON);
  expect(points.map(({ equity }) => equity)).toEqual(["100", "99"]);
});

test("the whole curve is read in all its pages", async () => {
  const { rest } = keeping([1, 2, 3, 4, 5].map((time) => point(time, String(time))));
  expect(all !== undefined && (await createCurves({ rest }).span("acc-1", all, NOON))).toHaveLength(
    5,
  );
});
