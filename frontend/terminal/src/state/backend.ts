/** The server, as the client package offers it. */

import {
  ApiError,
  type BrokerSocket,
  createBrokerSocket,
  createClient,
  createDatafeedSocket,
  type DatafeedSocket,
  type RestClient,
  unwrap,
} from "@trading-api/client";

export interface Backend {
  readonly rest: RestClient;
  readonly broker: BrokerSocket;
  readonly datafeed: DatafeedSocket;
}

/** One who watches waits seconds, not half a minute, for a server that is back. */
const BACKOFF = { firstMs: 400, maxMs: 4_000 };

/** REST and both sockets of the server at this origin, with the session cookie of the browser. */
export function createBackend(baseUrl: string): Backend {
  const rest = createClient({ baseUrl });
  const options = { baseUrl, isAuthorized: () => hasSession(rest), backoff: BACKOFF };
  return {
    rest,
    broker: createBrokerSocket(options),
    datafeed: createDatafeedSocket(options),
  };
}

/**
 * Whether the browser's session is taken.
 *
 * @throws {ApiError | TypeError} it could not be found out.
 */
export async function hasSession(rest: RestClient): Promise<boolean> {
  try {
    await unwrap(rest.GET("/api/v1/broker/accounts"));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
