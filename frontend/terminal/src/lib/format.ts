/** How numbers and times are shown. Nothing that was formatted is ever sent. */

import { absolute, sign, toPlaces } from "./decimal";

/** Stands where there is no value. */
export const NONE = "–";

const MINUS = "\u2212";
const DAY_MS = 86_400_000;
const priceFormats = new Map<number, Intl.NumberFormat>();
const compact = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumSignificantDigits: 4,
});

/** A decimal text as it is, in groups of three digits. */
export function formatQuantity(text: string): string {
  return grouped(text);
}

/** Money or a price, from decimal text. */
export function formatMoney(text: string | null | undefined, places = 2): string {
  return text == null ? NONE : grouped(toPlaces(text, places));
}

/** Profit or loss: with its sign, unless it is nothing. */
export function formatSigned(text: string | null | undefined, places = 2): string {
  if (text == null) return NONE;
  const rounded = toPlaces(text, places);
  if (sign(rounded) === 0) return grouped(absolute(rounded));
  return rounded.startsWith("-") ? grouped(rounded) : `+${grouped(rounded)}`;
}

/** A price from the market data, which are numbers. */
export function formatPrice(value: number | null, places: number): string {
  if (value === null) return NONE;
  let format = priceFormats.get(places);
  if (format === undefined) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    priceFormats.set(places, (format = new Intl.NumberFormat("en-US", digits)));
  }
  return format.format(value).replace("-", MINUS);
}

/** A change, given in per cent. */
export function formatPercent(value: number | null): string {
  if (value === null) return NONE;
  const text = Math.abs(value).toFixed(2);
  if (text === "0.00") return "0.00%";
  return `${value < 0 ? MINUS : "+"}${text}%`;
}

/** A volume or a displayed size in few characters: 12.3K. */
export function formatCompact(value: number | null): string {
  return value === null ? NONE : compact.format(value);
}

/** `14:03:59` today, else `11-23 14:03:59`; UTC. */
export function formatTime(timeMs: number, nowMs: number): string {
  const text = new Date(timeMs).toISOString();
  const sameDay = Math.floor(timeMs / DAY_MS) === Math.floor(nowMs / DAY_MS);
  return sameDay ? text.slice(11, 19) : `${text.slice(5, 10)} ${text.slice(11, 19)}`;
}

/** When a bar opened: `2026-11-23`, with the minute unless it is of a day or longer; UTC. */
export function formatBarTime(timeMs: number, isIntraday: boolean): string {
  const text = new Date(timeMs).toISOString();
  return isIntraday ? `${text.slice(0, 10)} ${text.slice(11, 16)}` : text.slice(0, 10);
}

function grouped(text: string): string {
  const [whole = "", fraction] = absolute(text).split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const minus = text.startsWith("-") ? MINUS : "";
  return fraction === undefined ? minus + groups : `${minus}${groups}.${fraction}`;
}
