/** Prices that the person wants to be told of, kept by the browser. */

import type { Quote } from "@trading-api/client";
import { type ShallowRef, watch } from "vue";
import { formatMoney } from "../lib/format";
import { t } from "../lib/i18n";
import { isDecimal, sign } from "../lib/decimal";
import type { QuoteBook } from "./quotes";

export interface Alert {
  readonly symbol: string;
  /** Decimal text, as it was typed. */
  readonly price: string;
  /** Whether the price has to rise to it or to fall. */
  readonly direction: "up" | "down";
}

export interface Alerts {
  readonly list: ShallowRef<readonly Alert[]>;
  /** Tell when the price is reached; from where it stands now. The same one is kept once. */
  add(symbol: string, price: string): void;
  remove(alert: Alert): void;
  stop(): void;
}

/** Whether the last price has come to the alert's. */
export function isReached({ price, direction }: Alert, { last }: Pick<Quote, "last">): boolean {
  if (last === null) return false;
  return direction === "up" ? last >= Number(price) : last <= Number(price);
}

export function tellAlert({ symbol, price, direction }: Alert): string {
  const values = {
    symbol,
    price: formatMoney(price, Math.max(2, price.split(".")[1]?.length ?? 0)),
  };
  return direction === "up"
    ? t("{symbol} has risen to {price}", values)
    : t("{symbol} has fallen to {price}", values);
}

/** The alerts that were kept as text; whatever makes no sense is left out. */
export function parseAlerts(text: string): Alert[] {
  const kept: unknown = JSON.parse(text);
  if (!Array.isArray(kept)) return [];
  return kept.flatMap(({ symbol, price, direction }: Partial<Alert>) => {
    if (typeof symbol !== "string" || typeof price !== "string" || !isPrice(price)) return [];
    return direction === "up" || direction === "down" ? [{ symbol, price, direction }] : [];
  });
}

export function isPrice(text: string): boolean {
  return isDecimal(text) && sign(text) > 0;
}

/** @param ring is called once for each alert whose price is reached; it is then forgotten. */
export function createAlerts(
  list: ShallowRef<readonly Alert[]>,
  quotes: ShallowRef<QuoteBook>,
  ring: (alert: Alert) => void,
): Alerts {
  const remove = (alert: Alert): void => {
    list.value = list.value.filter((other) => other !== alert);
  };
  const look = (): void => {
    for (const alert of list.value) {
      const quote = quotes.value.get(alert.symbol)?.quote;
      if (quote === undefined || !isReached(alert, quote)) continue;
      remove(alert);
      ring(alert);
    }
  };
  const unwatch = watch([quotes, list], look);
  return {
    list,
    remove,
    add(symbol, price) {
      const last = quotes.value.get(symbol)?.quote.last ?? null;
      const direction = last !== null && Number(price) < last ? "down" : "up";
      const isKnown = list.value.some((alert) => alert.symbol === symbol && alert.price === price);
      if (!isKnown) list.value = [...list.value, { symbol, price, direction }];
    },
    stop: unwatch,
  };
}
