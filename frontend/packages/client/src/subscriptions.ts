/**
 * What is listened to, and the requests that make the server send it.
 *
 * A *group* is all listeners with the same route and parameters; it has one request in flight at
 * most. The reply names its *topics*, which groups may share: the server sends each topic once.
 * A topic is *live* while its numbers follow from a reply on the present connection.
 */

import { guarded } from "./emitter.js";
import {
  type Delivery,
  type Gap,
  type GapReason,
  isObject,
  isTopicState,
  type Listener,
  type StreamPosition,
  type SocketError,
  type Subscription,
  type TopicState,
} from "./protocol.js";
import type { Answer } from "./requests.js";

/** The connection, as the subscriptions use it. */
export interface Wire {
  readonly isOpen: boolean;
  ask(type: string, payload: unknown, answered: (answer: Answer) => void): void;
  /** Give up the connection and come back. */
  abandon(reason: string): void;
  gap(gap: Gap): void;
  /** A subscription was refused and its listener has no `error`. */
  refused(error: SocketError): void;
}

/** One call of `subscribe`; the same listener may be in several. */
interface Hearer {
  readonly listener: Listener<unknown, unknown>;
}

interface Topic {
  readonly name: string;
  readonly route: string;
  readonly hearers: Set<Hearer>;
  readonly groups: Set<Group>;
  epoch: string;
  seq: number;
  live: boolean;
  /** A request is under way that resumes it. */
  resuming: boolean;
  /** A gap was told, the snapshot that follows it is still owed. */
  owed: boolean;
  /** A hole was met, and no update has been delivered since. */
  holed: boolean;
}

interface Group {
  readonly key: string;
  readonly route: string;
  readonly parameters: object;
  readonly hearers: Set<Hearer>;
  topics: Set<Topic>;
  /** The topics are known, even if there is none. */
  known: boolean;
  asking: boolean;
  retry: ReturnType<typeof setTimeout> | undefined;
}

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const LARGEST_RECOVER = 40_000; // characters, of a frame of at most 64 KiB

export class Subscriptions {
  readonly #wire: Wire;
  readonly #delivery: Readonly<Record<string, Delivery>>;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, Group>();
  #sweeping = false;

  constructor(wire: Wire, delivery: Readonly<Record<string, Delivery>>) {
    this.#wire = wire;
    this.#delivery = delivery;
  }

  /** Let the listener hear the topics that the parameters name. */
  add(route: string, parameters: object, listener: Listener<unknown, unknown>): Subscription {
    const group = this.#group(route, parameters);
    const hearer = { listener };
    group.hearers.add(hearer);
    this.#ask(group);
    return { close: () => this.#remove(group, hearer) };
  }

  /** The connection is open: go on where each topic was. */
  resume(): void {
    for (const group of this.#groups.values()) this.#ask(group);
    this.#sweep();
  }

  /** The connection is gone: nothing is live until it is resumed. */
  suspend(): void {
    for (const topic of this.#topics.values()) topic.live = false;
    for (const group of this.#groups.values()) {
      group.known = group.topics.size > 0;
      clearTimeout(group.retry);
      group.retry = undefined;
    }
  }

  /** Forget every listener without a word. */
  clear(): void {
    this.suspend();
    this.#groups.clear();
    this.#topics.clear();
  }

  /** An update has come. */
  update(name: string, seq: number, value: unknown): void {
    const topic = this.#topics.get(name);
    if (topic === undefined || !topic.live || seq <= topic.seq) return;
    if (this.#isEvery(topic) && seq !== topic.seq + 1) return this.#mend(topic, seq);
    topic.seq = seq;
    topic.holed = false;
    const at = positionOf(topic);
    for (const { listener } of [...topic.hearers]) guarded(() => listener.update?.(value, at));
  }

  /** The server says that something is missing from a topic. */
  lose(name: string, message: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#tellGap(topic, "server", message);
    this.#askFor(topic);
  }

  #isEvery(topic: Topic): boolean {
    return this.#delivery[topic.route] === "every";
  }

  /** Numbers are missing: resume after the last good one. Where that did not help, start over. */
  #mend(topic: Topic, seq: number): void {
    if (topic.holed) {
      this.#wire.abandon(`${topic.name} went from ${topic.seq} to ${seq}`);
      return;
    }
    topic.holed = true;
    topic.live = false;
    this.#askFor(topic);
  }

  #group(route: string, parameters: object): Group {
    const key = `${route} ${canonical(parameters)}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const hearers = new Set<Hearer>();
      const topics = new Set<Topic>();
      const flags = { known: false, asking: false, retry: undefined };
      group = { key, route, parameters, hearers, topics, ...flags };
      this.#groups.set(key, group);
    }
    return group;
  }

  #askFor(topic: Topic): void {
    for (const group of [...topic.groups]) this.#ask(group);
  }

  /** Send the request that the group needs now, if any. */
  #ask(group: Group): void {
    const idle = !group.asking && group.retry === undefined && group.hearers.size > 0;
    if (!idle || !this.#wire.isOpen) return;
    const lost = [...group.topics].filter((topic) => !topic.live && !topic.resuming && !topic.owed);
    if (lost.length === 0 && !this.#lacksSnapshot(group)) return;
    for (const topic of lost) topic.resuming = true;
    group.asking = true;
    const { parameters } = group;
    const payload = lost.length === 0 ? parameters : { ...parameters, recover: recover(lost) };
    this.#wire.ask(`${group.route}.subscribe`, payload, (answer) => {
      group.asking = false;
      for (const topic of lost) topic.resuming = false;
      if (answer.ok) this.#settle(group, lost, answer.payload);
      else this.#fail(group, lost, answer.error);
      this.#ask(group);
      for (const topic of lost) if (!topic.live) this.#askFor(topic);
      this.#sweep();
    });
  }

  #lacksSnapshot(group: Group): boolean {
    if (!group.known) return true;
    for (const topic of group.topics) {
      if (topic.owed) return true;
      for (const hearer of group.hearers) if (!topic.hearers.has(hearer)) return true;
    }
    return false;
  }

  #settle(group: Group, lost: readonly Topic[], payload: unknown): void {
    const states = isObject(payload) ? payload["subscriptions"] : undefined;
    if (!Array.isArray(states) || !states.every(isTopicState)) {
      return this.#wire.abandon(`the reply to ${group.route}.subscribe has no subscriptions`);
    }
    for (const { topic, recovered } of states) {
      if (recovered && !lost.some(({ name }) => name === topic)) {
        return this.#wire.abandon(`${topic} was resumed without being asked`);
      }
    }
    group.known = true;
    const former = group.topics;
    group.topics = new Set(states.map((state) => this.#topic(group, state)));
    for (const topic of former) if (!group.topics.has(topic)) detach(group, topic);
    for (const state of states) this.#begin(group, state);
  }

  #topic(group: Group, { topic: name, epoch, seq }: TopicState): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const { route } = group;
      const sets = { hearers: new Set<Hearer>(), groups: new Set<Group>() };
      const flags = { live: false, resuming: false, owed: false, holed: false };
      topic = { name, route, epoch, seq, ...sets, ...flags };
      this.#topics.set(name, topic);
    }
    topic.groups.add(group);
    return topic;
  }

  /** Take up a topic as the reply has it. */
  #begin(group: Group, state: TopicState): void {
    const topic = this.#topics.get(state.topic);
    if (topic === undefined) return;
    const same =
      state.epoch === topic.epoch && (state.seq === topic.seq || this.#follows(topic, state));
    if (state.recovered) {
      if (topic.owed || topic.live) return;
      if (same) topic.live = true;
      else this.#tellGap(topic, "not_resumed", `${topic.name} was resumed elsewhere`);
      return;
    }
    if (!same && !topic.owed) {
      const reason = topic.holed ? "hole" : "not_resumed";
      this.#tellGap(topic, reason, `what followed ${topic.seq} in ${topic.name} is gone`);
    }
    topic.epoch = state.epoch;
    topic.seq = state.seq;
    topic.live = true;
    const at = positionOf(topic);
    const newcomers = [...group.hearers].filter((hearer) => !topic.hearers.has(hearer));
    const hearers = topic.owed ? [...topic.hearers, ...newcomers] : newcomers;
    topic.owed = false;
    for (const hearer of newcomers) topic.hearers.add(hearer);
    for (const { listener } of hearers) guarded(() => listener.snapshot?.(state.snapshot, at));
  }

  /** Whether a live topic may go on from a snapshot that is newer than what was delivered. */
  #follows(topic: Topic, state: TopicState): boolean {
    return topic.live && !this.#isEvery(topic) && state.seq > topic.seq;
  }

  #tellGap(topic: Topic, reason: GapReason, message: string): void {
    topic.live = false;
    topic.owed = true;
    const gap = { topic: topic.name, route: topic.route, reason, message };
    for (const { listener } of [...topic.hearers]) guarded(() => listener.gap?.(gap));
    this.#wire.gap(gap);
  }

  #fail(group: Group, lost: readonly Topic[], error: SocketError): void {
    if (error.code === "connection_lost") return;
    if (error.code === "timeout" || error.code === "bad_reply") {
      this.#wire.abandon(error.message);
    } else if (error.retryable) {
      group.retry = setTimeout(() => {
        group.retry = undefined;
        this.#ask(group);
      }, retryMs(error));
    } else if (lost.length > 0) {
      // It may be the resuming that is refused: ask for the present state.
      for (const topic of lost) this.#tellGap(topic, "not_resumed", error.message);
    } else {
      this.#end(group, error);
    }
  }

  #end(group: Group, error: SocketError): void {
    const hearers = [...group.hearers];
    group.hearers.clear();
    for (const topic of group.topics) for (const hearer of hearers) topic.hearers.delete(hearer);
    this.#sweep();
    for (const { listener } of hearers) {
      if (listener.error === undefined) this.#wire.refused(error);
      else guarded(() => listener.error?.(error));
    }
  }

  #remove(group: Group, hearer: Hearer): void {
    if (!group.hearers.delete(hearer)) return;
    for (const topic of group.topics) topic.hearers.delete(hearer);
    this.#sweep();
  }

  /** Leave, at the end of this turn, what nobody listens to; who comes back in it is not noticed. */
  #sweep(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    queueMicrotask(() => {
      this.#sweeping = false;
      for (const group of this.#groups.values()) {
        if (group.hearers.size > 0 || group.asking) continue;
        clearTimeout(group.retry);
        this.#groups.delete(group.key);
        for (const topic of group.topics) detach(group, topic);
      }
      this.#release();
    });
  }

  #release(): void {
    const asking = new Set<string>(); // routes whose replies may yet name a topic as wanted
    for (const group of this.#groups.values()) if (group.asking) asking.add(group.route);
    const left = new Map<string, string[]>();
    for (const { name, route, groups } of this.#topics.values()) {
      if (groups.size > 0 || asking.has(route)) continue;
      this.#topics.delete(name);
      left.set(route, [...(left.get(route) ?? []), name]);
    }
    if (!this.#wire.isOpen) return;
    for (const [route, topics] of left) {
      this.#wire.ask(`${route}.unsubscribe`, { topics }, () => undefined);
    }
  }
}

function detach(group: Group, topic: Topic): void {
  topic.groups.delete(group);
  for (const hearer of group.hearers) topic.hearers.delete(hearer);
}

/** Where the topics were left. What has no room in a frame is read afresh instead. */
function recover(topics: readonly Topic[]): Record<string, { epoch: string; seq: number }> {
  const positions: Record<string, { epoch: string; seq: number }> = {};
  let room = LARGEST_RECOVER;
  for (const { name, epoch, seq } of topics) {
    room -= name.length + epoch.length + 40;
    if (room > 0) positions[name] = { epoch, seq };
  }
  return positions;
}

function positionOf({ name, epoch, seq }: Topic): StreamPosition {
  return { topic: name, epoch, seq };
}

function retryMs(error: SocketError): number {
  const asked = error.details["retry_after_ms"];
  return typeof asked === "number" ? Math.min(Math.max(asked, 0), LONGEST_RETRY_MS) : RETRY_MS;
}

/** The parameters as one text, whatever the order of their members. */
function canonical(parameters: object): string {
  return JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
