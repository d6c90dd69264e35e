import { ApiError, type Bar, type BarSeries, type Gap, type Listener } from "@trading-api/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Bars } from "../../src/state/bars";
import { type HistoryQuery, PAGE, Series } from "../../src/state/series";
import { aBar, bars } from "../samples";

const AT = { topic: "bars:X:1", epoch: "e", seq: 1 };
const GAP: Gap = { topic: "bars:X:1", route: "bars", reason: "not_resumed", message: "gone" };

/** A server whose history is a list of bars, and a chart that keeps what it is given. */
function desk(history: Bars) {
  const state = { history, failure: null as Error | null, open: true };
  const asked: HistoryQuery[] = [];
  const held: (() => void)[] = [];
  let listener: Listener<Bar[], Bar> = {};
  let drawn: Bars = [];
  let isHolding = false;

  const answer = (query: HistoryQuery): BarSeries => {
    if (state.failure !== null) throw state.failure;
    const { from = -Infinity, to = Infinity, count_back: count } = query;
    const inside = state.history.filter(({ time }) => time < to && (count || time >= from));
    const found = count === undefined ? inside : inside.slice(-count);
    return { symbol: "X", resolution: "1", bars: [...found], next_time: null };
  };
  const series = new Series(
    {
      async history(query) {
        asked.push(query);
        if (isHolding) await new Promise<void>((resolve) => held.push(resolve));
        return answer(query);
      },
      listen(heard) {
        listener = heard;
        return { close: () => (state.open = false) };
      },
    },
    {
      replace: (all) => (drawn = all),
      update(bar) {
        const last = drawn.at(-1);
        if (last === undefined || bar.time < last.time) throw new Error("an update of the past");
        drawn = bar.time === last.time ? [...drawn.slice(0, -1), bar] : [...drawn, bar];
      },
    },
  );
  return {
    state,
    asked,
    series,
    get drawn() {
      return drawn;
    },
    hold: () => (isHolding = true),
    release() {
      isHolding = false;
      for (const resolve of held.splice(0)) resolve();
    },
    snapshot: (...now: Bar[]) => listener.snapshot?.(now, AT),
    update: (bar: Bar) => listener.update?.(bar, AT),
    gap: () => listener.gap?.(GAP),
  };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a series", () => {
  it("draws history, and live bars after it", async () => {
    const { series, snapshot, update, ...rest } = desk(bars(1, 10));
    const view = rest;
    series.start();
    snapshot(aBar(9), aBar(10, 101));
    await settle();
    update(aBar(10, 102));
    update(aBar(11, 103));
    expect(series.bars).toEqual([...bars(1, 9), aBar(10, 102), aBar(11, 103)]);
    expect(series.bars.at(-1)).toEqual(aBar(11, 103));
    expect(series.status.value).toEqual({ kind: "ready" });
    expect(view.asked).toEqual([{ count_back: PAGE }]);
  });

  it("keeps what came live while the history was on its way", async () => {
    const view = desk(bars(1, 10));
    view.hold();
    view.series.start();
    view.snapshot(aBar(9), aBar(10, 101));
    view.update(aBar(10, 105));
    view.update(aBar(11, 106));
    view.release();
    await settle();
    expect(view.drawn).toEqual([...bars(1, 9), aBar(10, 105), aBar(11, 106)]);
  });

  it("reads again what was missed, from the last bar before the hole", async () => {
    const view = desk(bars(1, 10));
    view.series.start();
    view.snapshot(aBar(9), aBar(10, 101));
    await settle();
    view.state.history = [...bars(1, 9), aBar(10, 109), ...bars(11, 20)];
    view.gap();
    view.snapshot(aBar(19), aBar(20, 120));
    await settle();
    expect(view.asked[1]).toEqual({ from: aBar(10).time });
    expect(view.drawn).toEqual([...bars(1, 9), aBar(10, 109), ...bars(11, 19), aBar(20, 120)]);
  });

  it("closes the hole even if reading fails at first and live bars come before it works", async () => {
    const view = desk(bars(1, 10));
    view.series.start();
    view.snapshot(aBar(9), aBar(10));
    await settle();
    view.state.history = bars(1, 21);
    view.state.failure = new TypeError("fetch failed");
    view.gap();
    view.snapshot(aBar(19), aBar(20));
    view.update(aBar(21));
    await settle();
    view.state.failure = null;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(view.drawn).toEqual(bars(1, 21));
  });

  it("starts over when more is missing than one answer holds", async () => {
    const view = desk(bars(1, 10));
    view.series.start();
    view.snapshot(aBar(9), aBar(10));
    await settle();
    view.state.history = bars(5_000, 25_000);
    view.gap();
    view.snapshot(aBar(24_999), aBar(25_000));
    await settle();
    expect(view.drawn[0]).toEqual(aBar(5_000));
    expect(view.drawn).toHaveLength(20_001);
  });

  it("pages back until there is nothing older", async () => {
    const view = desk(bars(1, PAGE + 30));
    view.series.start();
    view.snapshot();
    await settle();
    expect(view.drawn).toHaveLength(PAGE);
    await Promise.all([view.series.loadOlder(), view.series.loadOlder()]);
    expect(view.drawn).toEqual(bars(1, PAGE + 30));
    expect(view.asked).toHaveLength(2);
    await view.series.loadOlder();
    await view.series.loadOlder();
    expect(view.asked).toHaveLength(3);
  });

  it("says that there is nothing yet, and draws the first bar that comes", async () => {
    const view = desk([]);
    view.series.start();
    view.snapshot();
    await settle();
    expect(view.series.status.value).toEqual({ kind: "empty" });
    view.update(aBar(1));
    expect(view.series.status.value).toEqual({ kind: "ready" });
    expect(view.drawn).toEqual([aBar(1)]);
  });

  it("says why it failed, and tries again unless that is of no use", async () => {
    const view = desk(bars(1, 3));
    view.state.failure = new TypeError("fetch failed");
    view.series.start();
    await settle();
    expect(view.series.status.value).toMatchObject({ kind: "failed" });
    view.state.failure = null;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(view.series.status.value).toEqual({ kind: "ready" });

    const lost = desk([]);
    lost.state.failure = new ApiError(new Response(null, { status: 404 }), {
      code: "unknown_symbol",
      detail: "there is no X",
    });
    lost.series.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lost.series.status.value).toEqual({ kind: "failed", message: "There is no X." });
    expect(lost.asked).toHaveLength(1);
  });

  it("draws nothing after it was stopped", async () => {
    const view = desk(bars(1, 3));
    view.hold();
    view.series.start();
    view.series.stop();
    view.release();
    await settle();
    expect(view.drawn).toEqual([]);
    expect(view.state.open).toBe(false);
  });
});
