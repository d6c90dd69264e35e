import { expect, test } from "vitest";
import { newStudy, plotsOf } from "../../src/state/studies";
import { tradingDays } from "../../src/state/trading-days";
import { aBar } from "../samples";

const at = (text: string): number => Date.parse(`${text}Z`);

test("a share's day begins with its session, in the time of its zone", () => {
  const day = tradingDays({ session: "0930-1600", timezone: "America/New_York" });
  expect(day(at("2026-11-25T14:29")) + 1).toBe(day(at("2026-11-25T14:30"))); // winter: UTC-5
  expect(day(at("2026-07-01T13:29")) + 1).toBe(day(at("2026-07-01T13:30"))); // summer: UTC-4
  expect(day(at("2026-11-25T14:30"))).toBe(day(at("2026-11-25T20:59")));
});

test("hours that begin on the evening before are of one day, through UTC's midnight", () => {
  const day = tradingDays({ session: "1800-1700", timezone: "America/Chicago" });
  expect(day(at("2026-11-24T23:59")) + 1).toBe(day(at("2026-11-25T00:00")));
  expect(day(at("2026-11-25T00:00"))).toBe(day(at("2026-11-25T22:59")));
});

test.each(["24x7", "0000-0000", "0000-2400"])("%s begins at midnight", (session) => {
  const day = tradingDays({ session, timezone: "Etc/UTC" });
  expect(day(at("2026-11-24T23:59")) + 1).toBe(day(at("2026-11-25T00:00")));
});

test("with several parts the first one begins the day", () => {
  const session = "0900-1130,1230-1500|0900-1200:6";
  const day = tradingDays({ session, timezone: "Asia/Tokyo" });
  expect(day(at("2026-11-25T00:00"))).toBe(day(at("2026-11-25T05:59")));
  expect(day(at("2026-11-24T23:59")) + 1).toBe(day(at("2026-11-25T00:00")));
});

test("a volume-weighted price begins anew with the trading day, not at UTC's midnight", () => {
  const hours = [22, 23, 24, 25, 38, 39]; // the second day begins at 38:00 UTC
  const bars = hours.map((hour, index) => aBar(hour * 60, 100 + index));
  const share = tradingDays({ session: "1400-0200", timezone: "Etc/UTC" });
  const values = plotsOf(newStudy("vwap", []), bars, share)[0]?.values ?? [];
  const typical = (index: number): number => (100 + 100 + index + 100 + index) / 3;
  expect(values[2]).toBeCloseTo((typical(0) + typical(1) + typical(2)) / 3);
  expect(values[4]).toBeCloseTo(typical(4));
  const days = plotsOf(newStudy("vwap", []), bars, null)[0]?.values ?? [];
  expect(days[4]).not.toBeCloseTo(typical(4));
});
