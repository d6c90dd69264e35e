/** How the connections are: each module's socket, and what the server says of itself. */

import type { Connection, SocketState } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import type { Backend } from "./backend";

export interface Links {
  readonly datafeed: ShallowRef<SocketState>;
  readonly broker: ShallowRef<SocketState>;
  /** Market data and journal, as the broker sees them; null until it has said so. */
  readonly server: ShallowRef<Connection | null>;
  stop(): void;
}

/** Connect both sockets and watch them; `expired` is called when the session is not taken. */
export function createLinks(
  { datafeed, broker }: Pick<Backend, "datafeed" | "broker">,
  expired: () => void,
): Links {
  const links = {
    datafeed: shallowRef(datafeed.state),
    broker: shallowRef(broker.state),
    server: shallowRef<Connection | null>(null),
  };
  const ends = [
    datafeed.on("state", (state) => (links.datafeed.value = state)),
    broker.on("state", (state) => (links.broker.value = state)),
    datafeed.on("unauthorized", expired),
    broker.on("unauthorized", expired),
  ];
  const subscription = broker.subscribe(
    "connection",
    {},
    {
      snapshot: (state) => (links.server.value = state),
      update: (state) => (links.server.value = state),
    },
  );
  const connect = (): void => {
    datafeed.connect();
    broker.connect();
  };
  const wake = (): void => {
    if (document.visibilityState === "visible") connect();
  };
  // Who comes back to the page, or to the network, need not wait for the next attempt.
  window.addEventListener("online", connect);
  document.addEventListener("visibilitychange", wake);
  connect();
  return {
    ...links,
    stop() {
      window.removeEventListener("online", connect);
      document.removeEventListener("visibilitychange", wake);
      subscription.close();
      for (const end of ends) end();
      datafeed.close();
      broker.close();
    },
  };
}
