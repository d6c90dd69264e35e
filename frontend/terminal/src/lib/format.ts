/** How numbers and times are shown, in the language of the page. Nothing that was formatted is ever sent. */

import { absolute, sign, toPlaces } from "./decimal";
import { type Locale, locale } from "./i18n";

/** Stands where there is no value. */
export const NONE = "–";

const MINUS = "\u2212";
const DAY_MS = 86_400_000;

/** What a language does with numbers and dates. */
interface Manners {
  readonly tag: string;
  readonly decimal: string;
  readonly group: string;
  day(month: string, day: string): string;
  date(year: string, month: string, day: string): string;
}

const MANNERS: Readonly<Record<Locale, Manners>> = {
  en: {
    tag: "en-US",
    decimal: ".",
    group: ",",
    day: (month, day) => `${month}-${day}`,
    date: (year, month, day) => `${year}-${month}-${day}`,
  },
  de: {
    tag: "de-DE",
    decimal: ",",
    group: ".",
    day: (month, day) => `${day}.${month}.`,
    date: (year, month, day) => `${day}.${month}.${year}`,
  },
};

const formats = new Map<string, Intl.NumberFormat>();

function manners(): Manners {
  return MANNERS[locale.value];
}

/** The language as the browser names it. */
export function languageTag(): string {
  return manners().tag;
}

function numbers(kind: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const { tag } = manners();
  const key = `${tag} ${kind}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(tag, options)));
  return format;
}

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
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return numbers(`price ${places}`, digits).format(value).replace("-", MINUS);
}

/** A change, given in per cent. */
export function formatPercent(value: number | null): string {
  if (value === null) return NONE;
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const format = numbers("change", { style: "percent", signDisplay: "exceptZero", ...digits });
  return format.format(value / 100).replace("-", MINUS);
}

/** A volume or a displayed size in few characters: 12.3K. */
export function formatCompact(value: number | null): string {
  if (value === null) return NONE;
  const options = { notation: "compact", maximumSignificantDigits: 4 } as const;
  return numbers("compact", options).format(value);
}

/** `14:03:59` today, else `11-23 14:03:59`; UTC. */
export function formatTime(timeMs: number, nowMs: number): string {
  const text = new Date(timeMs).toISOString();
  const time = text.slice(11, 19);
  if (Math.floor(timeMs / DAY_MS) === Math.floor(nowMs / DAY_MS)) return time;
  return `${manners().day(text.slice(5, 7), text.slice(8, 10))} ${time}`;
}

/** When a bar opened: `2026-11-23`, with the minute unless it is of a day or longer; UTC. */
export function formatBarTime(timeMs: number, isIntraday: boolean): string {
  const text = new Date(timeMs).toISOString();
  const date = manners().date(text.slice(0, 4), text.slice(5, 7), text.slice(8, 10));
  return isIntraday ? `${date} ${text.slice(11, 16)}` : date;
}

/** Typed text as it stands in a field: with the language's decimal mark. */
export function shownDecimal(text: string): string {
  return text.replace(".", manners().decimal);
}

/** What was typed into a field, with a decimal point; what is no number stays what it is. */
export function typedDecimal(text: string): string {
  const { decimal } = manners();
  return decimal === "." ? text : text.replace(decimal, ".");
}

function grouped(text: string): string {
  const { decimal, group } = manners();
  const [whole = "", fraction] = absolute(text).split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const minus = text.startsWith("-") ? MINUS : "";
  return fraction === undefined ? minus + groups : `${minus}${groups}${decimal}${fraction}`;
}
