/** A broker's socket that says what a test tells it to. */

import type { BrokerSocket, Listener, SocketState } from "@trading-api/client";

type Heard = Listener<unknown, unknown>;

export interface Topic {
  readonly route: string;
  readonly parameters: object;
  readonly listener: Heard;
  isClosed: boolean;
}

const AT = { topic: "a-topic", epoch: "k1", seq: 1 };

export class FakeBroker {
  readonly topics: Topic[] = [];
  readonly #watchers = new Set<(state: SocketState) => void>();
  state: SocketState = { status: "idle" };

  /** As the desk takes it. */
  get socket(): BrokerSocket {
    return this as unknown as BrokerSocket;
  }

  subscribe(route: string, parameters: object, listener: Heard): { close(): void } {
    const topic: Topic = { route, parameters, listener, isClosed: false };
    this.topics.push(topic);
    return { close: () => (topic.isClosed = true) };
  }

  on(_event: "state", watcher: (state: SocketState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  become(state: SocketState): void {
    this.state = state;
    for (const watcher of this.#watchers) watcher(state);
  }

  /** The topic of a route that is listened to. */
  topic(route: string): Topic {
    const found = this.topics.find((topic) => topic.route === route && !topic.isClosed);
    if (found === undefined) throw new Error(`nobody listens to ${route}`);
    return found;
  }

  snapshot(route: string, value: unknown): void {
    this.topic(route).listener.snapshot?.(value, AT);
  }

  update(route: string, value: unknown): void {
    this.topic(route).listener.update?.(value, AT);
  }
}
