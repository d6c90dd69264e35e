import { afterEach, describe, expect, test, vi } from "vitest";
import { isCredentialCode, mayReturn, returnDelayMs } from "../src/reconnect.js";

const BACKOFF = { firstMs: 500, maxMs: 30_000 };

afterEach(() => vi.restoreAllMocks());

describe("whether to come back", () => {
  test.each([
    1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 3000, 4000, 4001, 4002, 4003, 4004, 4499,
  ])("after %i yes", (code) => expect(mayReturn(code)).toBe(true));

  test.each([1002, 1003, 1007, 1009, 4500, 4501, 4999])("after %i no", (code) => {
    expect(mayReturn(code)).toBe(false);
  });

  test("only 4500 and above speak of the credential", () => {
    expect([1009, 4499, 4500, 4501].map(isCredentialCode)).toEqual([false, false, true, true]);
  });
});

describe("when to come back", () => {
  test.each([
    { failures: 0, least: 250, most: 500 },
    { failures: 1, least: 500, most: 1_000 },
    { failures: 3, least: 2_000, most: 4_000 },
    { failures: 40, least: 15_000, most: 30_000 },
  ])("after $failures failures, between $least and $most ms", ({ failures, least, most }) => {
    const random = vi.spyOn(Math, "random");
    random.mockReturnValue(0);
    expect(returnDelayMs(1006, failures, undefined, BACKOFF)).toBe(least);
    random.mockReturnValue(1 - Number.EPSILON);
    expect(returnDelayMs(1006, failures, undefined, BACKOFF)).toBe(most);
  });

  test("at once when the lifespan is over", () => {
    expect(returnDelayMs(4002, 0, undefined, BACKOFF)).toBe(0);
  });

  test("not at once when that happens again before the connection was stable", () => {
    expect(returnDelayMs(4002, 1, undefined, BACKOFF)).toBeGreaterThanOrEqual(500);
  });

  test("when the server asked for it", () => {
    expect(returnDelayMs(1012, 0, 1_500, BACKOFF)).toBe(1_500);
    expect(returnDelayMs(1006, 0, 1_500, BACKOFF)).toBe(1_500);
  });

  test("never before the server asked for it, but later after failures", () => {
    expect(returnDelayMs(1012, 1, 60_000, BACKOFF)).toBe(60_000);
    expect(returnDelayMs(1012, 6, 10, BACKOFF)).toBeGreaterThanOrEqual(15_000);
  });

  test.each([
    { asked: -5, delay: 0 },
    { asked: 1e15, delay: 300_000 },
  ])("a notice of $asked ms means $delay", ({ asked, delay }) => {
    expect(returnDelayMs(1012, 0, asked, BACKOFF)).toBe(delay);
  });
});
