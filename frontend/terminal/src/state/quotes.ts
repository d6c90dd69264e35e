/** The last quote of each symbol, and which way its price went. */

import type { Quote } from "@trading-api/client";

export interface QuoteRow {
  readonly quote: Quote;
  /** Where the last price went when it last changed; null before that. */
  readonly direction: "up" | "down" | null;
  /** How often the last price has changed: a new number is a new flash. */
  readonly moves: number;
}

export type QuoteBook = ReadonlyMap<string, QuoteRow>;

/** Take in quotes; the last one of a symbol wins. */
export function withQuotes(book: QuoteBook, quotes: readonly Quote[]): QuoteBook {
  const next = new Map(book);
  for (const quote of quotes) next.set(quote.symbol, following(next.get(quote.symbol), quote));
  return next;
}

function following(before: QuoteRow | undefined, quote: Quote): QuoteRow {
  if (before === undefined) return { quote, direction: null, moves: 0 };
  const [old, last] = [before.quote.last, quote.last];
  if (old === null || last === null || old === last) return { ...before, quote };
  return { quote, direction: last > old ? "up" : "down", moves: before.moves + 1 };
}
