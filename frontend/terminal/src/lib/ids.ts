/** Identifiers that nobody else makes. */

/** A client order id of our own; works on pages without a secure origin too. */
export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return `web-${hex.join("")}`;
}
