/** Gathers what arrives faster than it can be seen. */

/** Calls the function before the next repaint; gives what calls it off. */
export type Scheduler = (run: () => void) => () => void;

export interface FrameBatch<K, V> {
  /** Hold the newest value of the key until the frame. */
  put(key: K, value: V): void;
  /** Forget what is held. */
  clear(): void;
}

export const beforeRepaint: Scheduler = (run) => {
  const handle = requestAnimationFrame(run);
  return () => cancelAnimationFrame(handle);
};

/**
 * Give the newest value of each key once per frame, in the order in which the keys came.
 *
 * A hidden page paints no frames: what is held then is one value per key, however long it lasts.
 */
export function perFrame<K, V>(
  flush: (values: V[]) => void,
  schedule: Scheduler = beforeRepaint,
): FrameBatch<K, V> {
  const held = new Map<K, V>();
  let callOff: (() => void) | null = null;
  return {
    put(key, value) {
      held.set(key, value);
      callOff ??= schedule(() => {
        callOff = null;
        const values = [...held.values()];
        held.clear();
        flush(values);
      });
    },
    clear() {
      callOff?.();
      callOff = null;
      held.clear();
    },
  };
}
