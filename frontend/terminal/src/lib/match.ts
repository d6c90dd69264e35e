/** How well a text answers what a person types to find it. */

/**
 * A number that is higher the better the text fits; null when it does not.
 *
 * Each word of the query must be in the text: best at its begin, well at the begin of a word, less
 * within one, least as letters in this order.
 */
export function fit(query: string, text: string): number | null {
  const lower = text.toLowerCase();
  let total = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const score = fitOf(word, lower);
    if (score === null) return null;
    total += score;
  }
  return total;
}

function fitOf(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at === 0) return 4 + word.length / text.length;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text.charAt(at - 1)) ? 2 : 3;
  return isSpread(word, text) ? 1 : null;
}

function isSpread(word: string, text: string): boolean {
  let at = 0;
  for (const letter of word) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Those that fit, best first; in their own order where they fit alike. */
export function bestFits<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: fit(query, textOf(item)) }))
    .filter((found): found is { item: T; score: number } => found.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
