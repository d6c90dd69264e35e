/** Whether and when to come back after a connection has ended. */

/** How long to wait after failures: `firstMs`, doubled each time up to `maxMs`, half of it chance. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

const LIFESPAN_REACHED = 4002;
const NEVER = new Set([1002, 1003, 1007, 1009]);
const LONGEST_NOTICE_MS = 300_000;

/** 4500 and above mean «don't», and so do the codes that say that this client is wrong. */
export function mayReturn(code: number): boolean {
  return code < 4500 && !NEVER.has(code);
}

/** Whether a close code says that the credential is no longer taken. */
export function isCredentialCode(code: number): boolean {
  return code >= 4500;
}

/**
 * Milliseconds to wait before the next attempt.
 *
 * `failures` counts the connections that ended before they were stable. `noticeMs` is what the
 * server asked for before it closed.
 */
export function returnDelayMs(
  code: number,
  failures: number,
  noticeMs: number | undefined,
  backoff: Backoff,
): number {
  const asked = noticeMs ?? (code === LIFESPAN_REACHED ? 0 : undefined);
  if (failures === 0 && asked !== undefined) return clamp(asked);
  const ceiling = Math.min(backoff.maxMs, backoff.firstMs * 2 ** failures);
  return Math.max(clamp(asked ?? 0), Math.round(ceiling * (0.5 + Math.random() / 2)));
}

function clamp(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), LONGEST_NOTICE_MS);
}
