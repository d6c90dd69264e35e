/** The indicators of the chart: which there are, their settings, and what they draw. */

import type { Phrase } from "../lib/i18n";
import * as indicators from "../lib/indicators";
import type { Values } from "../lib/indicators";
import type { Bars } from "./bars";
import type { DayOf } from "./trading-days";

export type StudyKind =
  "sma" | "ema" | "bollinger" | "vwap" | "rsi" | "macd" | "atr" | "stochastic";

export interface Setting {
  readonly name: string;
  readonly label: Phrase;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface StudyRule {
  readonly kind: StudyKind;
  readonly name: Phrase;
  readonly short: string;
  /** Drawn over the prices, or in a pane of its own. */
  readonly isOverlay: boolean;
  readonly settings: readonly Setting[];
}

/** An indicator that was put on the chart. */
export interface Study {
  readonly id: string;
  readonly kind: StudyKind;
  readonly settings: Readonly<Record<string, number>>;
}

export interface Plot {
  readonly name: string;
  readonly values: Values;
  readonly style: "line" | "histogram";
}

function length(initial: number, label: Phrase = "Length", name = "length"): Setting {
  return { name, label, initial, min: 1, max: 500, step: 1 };
}

const width: Setting = {
  name: "width",
  label: "Deviations",
  initial: 2,
  min: 0.1,
  max: 10,
  step: 0.1,
};

const RULES: Readonly<Record<StudyKind, Omit<StudyRule, "kind">>> = {
  sma: { name: "Moving average", short: "SMA", isOverlay: true, settings: [length(20)] },
  ema: { name: "Exponential average", short: "EMA", isOverlay: true, settings: [length(50)] },
  bollinger: {
    name: "Bollinger bands",
    short: "BB",
    isOverlay: true,
    settings: [length(20), width],
  },
  vwap: { name: "Volume-weighted price", short: "VWAP", isOverlay: true, settings: [] },
  rsi: { name: "Relative strength", short: "RSI", isOverlay: false, settings: [length(14)] },
  macd: {
    name: "Convergence of averages",
    short: "MACD",
    isOverlay: false,
    settings: [
      length(12, "Fast", "fast"),
      length(26, "Slow", "slow"),
      length(9, "Signal", "signal"),
    ],
  },
  atr: { name: "Average true range", short: "ATR", isOverlay: false, settings: [length(14)] },
  stochastic: {
    name: "Stochastic",
    short: "Stoch",
    isOverlay: false,
    settings: [length(14), length(3, "%K smoothing", "k"), length(3, "%D smoothing", "d")],
  },
};

export const STUDY_RULES: readonly StudyRule[] = (Object.keys(RULES) as StudyKind[]).map(ruleOf);

export function ruleOf(kind: StudyKind): StudyRule {
  return { kind, ...RULES[kind] };
}

/** A new one of this kind, with the usual settings; its id is not that of another. */
export function newStudy(kind: StudyKind, others: readonly Study[]): Study {
  const numbers = others.map(({ id }) => Number(id.split("-")[1] ?? 0));
  const id = `${kind}-${Math.max(0, ...numbers) + 1}`;
  return { id, kind, settings: settingsOf(kind, {}) };
}

/** `SMA 20`. */
export function studyTitle({ kind, settings }: Study): string {
  return [RULES[kind].short, ...Object.values(settings)].join(" ");
}

/** The studies that were kept as text; whatever makes no sense is left out. */
export function parseStudies(text: string): Study[] {
  const kept: unknown = JSON.parse(text);
  if (!Array.isArray(kept)) return [];
  return kept.flatMap(({ id, kind, settings }: Partial<Study>) => {
    if (typeof id !== "string" || kind === undefined || !(kind in RULES)) return [];
    return [{ id, kind, settings: settingsOf(kind, settings ?? {}) }];
  });
}

/** The settings of a kind, each within its limits. */
export function settingsOf(
  kind: StudyKind,
  wanted: Readonly<Record<string, number>>,
): Record<string, number> {
  const bounded = RULES[kind].settings.map(({ name, initial, min, max }) => {
    const value = wanted[name] ?? initial;
    return [name, Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : initial];
  });
  return Object.fromEntries(bounded) as Record<string, number>;
}

/**
 * What the study draws, one value for each bar.
 *
 * `dayOf` tells trading days apart, with each of which a volume-weighted price begins anew; it is
 * null for bars of a day or longer.
 */
export function plotsOf({ kind, settings }: Study, bars: Bars, dayOf: DayOf | null): Plot[] {
  const of = (name: string): number => settings[name] ?? 1;
  const [high, low] = [bars.map((bar) => bar.high), bars.map((bar) => bar.low)];
  const close = bars.map((bar) => bar.close);
  switch (kind) {
    case "sma":
      return [line("SMA", indicators.sma(close, of("length")))];
    case "ema":
      return [line("EMA", indicators.ema(close, of("length")))];
    case "bollinger": {
      const { upper, middle, lower } = indicators.bollinger(close, of("length"), of("width"));
      return [line("Middle", middle), line("Upper", upper), line("Lower", lower)];
    }
    case "vwap": {
      const volume = bars.map((bar) => bar.volume);
      const isStart = (index: number): boolean => isNewDay(bars, index, dayOf);
      return [line("VWAP", indicators.vwap(high, low, close, volume, isStart))];
    }
    case "rsi":
      return [line("RSI", indicators.rsi(close, of("length")))];
    case "macd": {
      const found = indicators.macd(close, of("fast"), of("slow"), of("signal"));
      const histogram: Plot = { name: "Histogram", values: found.histogram, style: "histogram" };
      return [histogram, line("MACD", found.line), line("Signal", found.signal)];
    }
    case "atr":
      return [line("ATR", indicators.atr(high, low, close, of("length")))];
    case "stochastic": {
      const { k, d } = indicators.stochastic(high, low, close, of("length"), of("k"), of("d"));
      return [line("%K", k), line("%D", d)];
    }
  }
}

function line(name: string, values: Values): Plot {
  return { name, values, style: "line" };
}

function isNewDay(bars: Bars, index: number, dayOf: DayOf | null): boolean {
  const [bar, before] = [bars[index], bars[index - 1]];
  if (bar === undefined || before === undefined || dayOf === null) return false;
  return dayOf(bar.time) !== dayOf(before.time);
}
