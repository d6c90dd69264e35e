/** The real server, and clients of it for the adapters. */

import { test as base } from "vitest";
import WebSocket from "ws";
import { hasOpenMarket, TestServer, TOKEN } from "../../../../tools/test-server.js";
import {
  type BrokerSocket,
  createBrokerSocket,
  createClient,
  createDatafeedSocket,
  type DatafeedSocket,
  type RestClient,
} from "../../src/index.js";

export { hasOpenMarket, TestServer };

export interface Clients {
  readonly api: RestClient;
  readonly datafeed: DatafeedSocket;
  readonly broker: BrokerSocket;
  close(): void;
}

/** Connected clients, which come back quickly when the server does. */
export function connect(server: TestServer): Clients {
  const access = { baseUrl: server.origin, token: () => TOKEN };
  const webSocket = (url: string, headers: Record<string, string>): WebSocket =>
    new WebSocket(url, { headers });
  const options = { ...access, webSocket, backoff: { firstMs: 50, maxMs: 200 } };
  const datafeed = createDatafeedSocket(options);
  const broker = createBrokerSocket(options);
  datafeed.connect();
  broker.connect();
  const close = (): void => [datafeed, broker].forEach((socket) => socket.close());
  return { api: createClient(access), datafeed, broker, close };
}

/** Tests that share a server; each has clients of its own. */
export const test = base.extend<{ server: TestServer; clients: Clients }>({
  server: [
    // The runner reads the names of what a fixture needs from this pattern: nothing.
    async ({}, use) => {
      const server = await TestServer.start();
      await use(server);
      await server.remove();
    },
    { scope: "file" },
  ],
  clients: async ({ server }, use) => {
    const clients = connect(server);
    await use(clients);
    clients.close();
  },
});

/** Wait until it is true; the value that made it so. */
export async function until<T>(
  look: () => T | undefined | false,
  what: string,
  ms = 15_000,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what} did not come within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
