/** The numbers of the library and the exact decimal texts of the server. */

/**
 * The number as plain decimal text: the shortest that reads back as it, without an exponent.
 *
 * @throws {RangeError} it is not finite.
 */
export function textOf(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number to trade with`);
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return value === 0 ? "0" : mantissa;
  const minus = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${minus}0.${"0".repeat(-point)}${digits}`;
  return `${minus}${digits.padEnd(point, "0")}`;
}

/** The number nearest to a decimal text; `textOf` gives the text back, up to 15 digits. */
export function numberOf(text: string): number {
  return Number(text);
}

/** As `numberOf`, and undefined where there is none. */
export function optionalNumber(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Number(text);
}

/** How many digits stand after the point. */
export function placesOf(text: string): number {
  return text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
}

/** The sum of decimal texts: exact, before it becomes the nearest number. */
export function sumOf(texts: readonly string[]): number {
  const places = Math.max(0, ...texts.map(placesOf));
  const units = texts.map((text) => text.replace(".", "") + "0".repeat(places - placesOf(text)));
  return Number(`${units.reduce((sum, each) => sum + BigInt(each), 0n)}e-${places}`);
}

/** The object without the members that are undefined or null. */
export function present<T extends object>(members: T): Present<T> {
  const entries = Object.entries(members).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return Object.fromEntries(entries) as Present<T>;
}

type Optional<T> = {
  [K in keyof T]: undefined extends T[K] ? K : null extends T[K] ? K : never;
}[keyof T];
type Present<T> = { [K in Exclude<keyof T, Optional<T>>]: T[K] } & {
  [K in Optional<T>]?: NonNullable<T[K]>;
};
