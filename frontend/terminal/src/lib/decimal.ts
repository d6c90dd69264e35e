/** Exact arithmetic on decimal text, the form in which money and quantities travel. */

interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Whether it is a plain decimal number: digits and at most one point, no exponent. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

export function add(a: string, b: string): string {
  const [x, y, scale] = aligned(a, b);
  return written({ units: x + y, scale });
}

export function subtract(a: string, b: string): string {
  const [x, y, scale] = aligned(a, b);
  return written({ units: x - y, scale });
}

export function multiply(a: string, b: string): string {
  const [x, y] = [read(a), read(b)];
  return written({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compare(a: string, b: string): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The sign of a number: -1, 0 or 1. */
export function sign(text: string): number {
  return compare(text, "0");
}

export function absolute(text: string): string {
  return text.startsWith("-") ? text.slice(1) : text;
}

/** The largest multiple of `step` (above zero) that is not above `a / b`; neither is negative. */
export function quotientOnGrid(a: string, b: string, step: string): string {
  const grid = multiply(b, step);
  const [x, y] = aligned(a, grid);
  if (y <= 0n || x <= 0n) return "0";
  return multiply(String(x / y), step);
}

/** The price on the grid of `tick` that is nearest to a number of the chart; halves go up. */
export function nearestTick(price: number, tick: string): string {
  return quotientOnGrid(add(price.toFixed(12), multiply(tick, "0.5")), "1", tick);
}

/** With exactly `places` digits after the point, halves away from zero. */
export function toPlaces(text: string, places: number): string {
  const { units, scale } = read(text);
  if (scale <= places) return padded(units * 10n ** BigInt(places - scale), places);
  const divisor = 10n ** BigInt(scale - places);
  const half = divisor / 2n;
  const rounded = units < 0n ? -((-units + half) / divisor) : (units + half) / divisor;
  return padded(rounded, places);
}

/** How many digits stand after the point. */
export function placesOf(text: string): number {
  return text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
}

function read(text: string): Scaled {
  if (!isDecimal(text)) throw new RangeError(`${text} is not a decimal number`);
  return { units: BigInt(text.replace(".", "")), scale: placesOf(text) };
}

function aligned(a: string, b: string): [bigint, bigint, number] {
  const [x, y] = [read(a), read(b)];
  const scale = Math.max(x.scale, y.scale);
  return [
    x.units * 10n ** BigInt(scale - x.scale),
    y.units * 10n ** BigInt(scale - y.scale),
    scale,
  ];
}

/** Canonical: no zeros at the end of the fraction, no `-0`. */
function written({ units, scale }: Scaled): string {
  const text = padded(units, scale);
  return scale === 0 ? text : text.replace(/\.?0+$/, "");
}

function padded(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const minus = units < 0n ? "-" : "";
  if (scale === 0) return minus + digits;
  return `${minus}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
