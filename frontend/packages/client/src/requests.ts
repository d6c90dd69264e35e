/** Requests that wait for their answer. */

import { localError, refusalOf, type SocketError } from "./protocol.js";

export type Answer =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: SocketError };

interface Pending {
  readonly type: string;
  readonly answered: (answer: Answer) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  readonly #send: (text: string) => void;
  readonly #pending = new Map<number, Pending>();
  #count = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Send a request; `answered` is called once. Gives what forgets it. */
  ask(
    type: string,
    payload: unknown,
    timeoutMs: number,
    answered: (answer: Answer) => void,
  ): () => void {
    const id = ++this.#count;
    const timer = setTimeout(() => {
      this.#pending.delete(id);
      const message = `${type} was not answered within ${timeoutMs} ms`;
      answered({ ok: false, error: localError("timeout", message) });
    }, timeoutMs);
    this.#pending.set(id, { type, answered, timer });
    this.#send(JSON.stringify({ type, id, payload }));
    return () => {
      clearTimeout(timer);
      this.#pending.delete(id);
    };
  }

  /** Give the answer to who waits for it; one that comes too late is dropped. */
  settle(type: string, id: unknown, payload: unknown): void {
    const pending = this.#pending.get(id as number);
    if (pending === undefined) return;
    this.#pending.delete(id as number);
    clearTimeout(pending.timer);
    if (type === "error") {
      pending.answered({ ok: false, error: refusalOf(payload) });
    } else if (type === `${pending.type}.response`) {
      pending.answered({ ok: true, payload });
    } else {
      const message = `${pending.type} was answered by ${type}`;
      pending.answered({ ok: false, error: localError("bad_reply", message) });
    }
  }

  /** Tell all who wait that no answer will come. */
  fail(error: SocketError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { timer, answered } of pending) {
      clearTimeout(timer);
      answered({ ok: false, error });
    }
  }
}
