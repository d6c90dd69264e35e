/**
 * Technical indicators over columns of numbers, oldest first.
 *
 * Every result is as long as what was given; `null` stands where there is not enough before.
 * Rules and first values are TA-Lib's, whose output the tests compare with.
 */

export type Column = readonly number[];
export type Values = (number | null)[];

/** Simple moving average of the last `length` values. */
export function sma(values: Column, length: number): Values {
  let sum = 0;
  return values.map((value, index) => {
    sum += value;
    if (index >= length) sum -= values[index - length] ?? 0;
    return index >= length - 1 ? sum / length : null;
  });
}

/** Exponential moving average; it begins as the simple average of the first `length` values. */
export function ema(values: Column, length: number): Values {
  return smoothed(values, length, 2 / (length + 1));
}

/** Average with deviation bands; the deviation is of the whole population. */
export function bollinger(
  values: Column,
  length: number,
  width: number,
): { middle: Values; upper: Values; lower: Values } {
  const middle = sma(values, length);
  const band = middle.map((mean, index) => {
    if (mean === null) return null;
    const window = values.slice(index - length + 1, index + 1);
    const squares = window.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return width * Math.sqrt(squares / length);
  });
  const shifted = (sign: number): Values =>
    middle.map((mean, index) => (mean === null ? null : mean + sign * (band[index] ?? 0)));
  return { middle, upper: shifted(1), lower: shifted(-1) };
}

/** Wilder's relative strength index, 0 to 100. */
export function rsi(values: Column, length: number): Values {
  const changes = values.slice(1).map((value, index) => value - (values[index] ?? value));
  const gains = smoothed(
    changes.map((change) => Math.max(change, 0)),
    length,
    1 / length,
  );
  const losses = smoothed(
    changes.map((change) => Math.max(-change, 0)),
    length,
    1 / length,
  );
  const strength = gains.map((gain, index) => {
    const total = (gain ?? 0) + (losses[index] ?? 0);
    if (gain === null) return null;
    return total === 0 ? 0 : (100 * gain) / total;
  });
  return [null, ...strength].slice(0, values.length);
}

/** Difference of two exponential averages, its own average, and what lies between them. */
export function macd(
  values: Column,
  fast: number,
  slow: number,
  signalLength: number,
): { line: Values; signal: Values; histogram: Values } {
  // Both averages begin at the same bar, as TA-Lib has it: the fast one later than it could.
  const skipped = Math.max(0, slow - fast);
  const quick = [...nulls(Math.min(skipped, values.length)), ...ema(values.slice(skipped), fast)];
  const all = difference(quick, ema(values, slow));
  const signal = after(all, (known) => ema(known, signalLength));
  const line = all.map((value, index) => (signal[index] === null ? null : value));
  return { line, signal, histogram: difference(line, signal) };
}

/** Wilder's average true range. */
export function atr(highs: Column, lows: Column, closes: Column, length: number): Values {
  const ranges = closes.slice(1).map((_, index) => {
    const [high, low] = [highs[index + 1] ?? 0, lows[index + 1] ?? 0];
    const before = closes[index] ?? 0;
    return Math.max(high, before) - Math.min(low, before);
  });
  return [null, ...smoothed(ranges, length, 1 / length)].slice(0, closes.length);
}

/** Where the close lies in the range of the last `length` bars, averaged twice; 0 to 100. */
export function stochastic(
  highs: Column,
  lows: Column,
  closes: Column,
  length: number,
  kSmoothing: number,
  dSmoothing: number,
): { k: Values; d: Values } {
  const fast = closes.map((close, index) => {
    if (index < length - 1) return null;
    const highest = Math.max(...highs.slice(index - length + 1, index + 1));
    const lowest = Math.min(...lows.slice(index - length + 1, index + 1));
    return highest === lowest ? 0 : (100 * (close - lowest)) / (highest - lowest);
  });
  const slow = after(fast, (known) => sma(known, kSmoothing));
  const d = after(slow, (known) => sma(known, dSmoothing));
  return { k: slow.map((value, index) => (d[index] === null ? null : value)), d };
}

/** Price averaged by volume since the last bar for which `isStart`; typical price of each bar. */
export function vwap(
  highs: Column,
  lows: Column,
  closes: Column,
  volumes: Column,
  isStart: (index: number) => boolean,
): Values {
  let [money, volume] = [0, 0];
  return closes.map((close, index) => {
    if (isStart(index)) [money, volume] = [0, 0];
    const traded = volumes[index] ?? 0;
    money += (((highs[index] ?? close) + (lows[index] ?? close) + close) / 3) * traded;
    volume += traded;
    return volume === 0 ? null : money / volume;
  });
}

/** A recursive average that begins as a simple one. */
function smoothed(values: Column, length: number, weight: number): Values {
  let [sum, average] = [0, 0];
  return values.map((value, index) => {
    if (index < length) sum += value;
    if (index < length - 1) return null;
    average = index === length - 1 ? sum / length : average + weight * (value - average);
    return average;
  });
}

/** What a function makes of the values that are known, below as many nulls as before. */
function after(values: readonly (number | null)[], of: (known: Column) => Values): Values {
  const known = values.filter((value) => value !== null);
  return [...nulls(values.length - known.length), ...of(known)];
}

function difference(a: Values, b: Values): Values {
  return a.map((value, index) => {
    const other = b[index] ?? null;
    return value === null || other === null ? null : value - other;
  });
}

function nulls(count: number): null[] {
  return Array.from({ length: count }, () => null);
}
