/** Promises for callers that want callbacks. */

import { guarded } from "../emitter.js";
import type { Subscription } from "../protocol.js";

/** Hand over the result, never in the caller's own turn, or else the message of what went wrong. */
export function answer<T>(
  asked: Promise<T>,
  onResult: (value: T) => void,
  onError: (reason: string) => void,
): void {
  asked.then(
    (value) => guarded(() => onResult(value)),
    (error: unknown) => guarded(() => onError(messageOf(error))),
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Subscriptions by the name that the library gives them. */
export class Held {
  readonly #held = new Map<string, Subscription>();

  keep(name: string, subscription: Subscription): void {
    this.release(name);
    this.#held.set(name, subscription);
  }

  release(name: string): void {
    this.#held.get(name)?.close();
    this.#held.delete(name);
  }

  releaseAll(): void {
    for (const name of [...this.#held.keys()]) this.release(name);
  }
}
