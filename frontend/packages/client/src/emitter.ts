/** Tells listeners of events, each on its own: one that throws does not keep the others from hearing. */

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Call the listener at each event; gives what ends that. */
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) this.#listeners.set(event, (listeners = new Set()));
    const own = (value: Events[E]): void => listener(value);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      guarded(() => (listener as (value: Events[E]) => void)(value));
    }
  }
}

/** Run a caller's function; what it throws becomes an uncaught error, as in an event handler. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
