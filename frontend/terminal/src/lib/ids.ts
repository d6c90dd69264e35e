/** Identifiers that nobody else makes. */

/** A client order id of our own. */
export function newClientOrderId(): string {
  return `web-${newId()}`;
}

/** Twelve random bytes as text; works on pages without a secure origin too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
