/** The sockets of the built-in modules. */

import { brokerDelivery, type BrokerProtocol } from "./generated/broker.js";
import { datafeedDelivery, type DatafeedProtocol } from "./generated/datafeed.js";
import { type SocketOptions, TypedSocket } from "./socket.js";

/** As for any socket, with the server's origin instead of the endpoint's address. */
export interface ModuleSocketOptions extends Omit<SocketOptions, "url" | "delivery"> {
  /** Origin of the server, `http://127.0.0.1:8000` for instance. */
  baseUrl: string;
}

export type BrokerSocket = TypedSocket<BrokerProtocol>;
export type DatafeedSocket = TypedSocket<DatafeedProtocol>;

/** Orders, executions, positions, account and the server's own state. */
export function createBrokerSocket({ baseUrl, ...options }: ModuleSocketOptions): BrokerSocket {
  return new TypedSocket({
    ...options,
    url: endpoint(baseUrl, "broker"),
    delivery: brokerDelivery,
  });
}

/** Bars, quotes and trades. */
export function createDatafeedSocket({ baseUrl, ...options }: ModuleSocketOptions): DatafeedSocket {
  const url = endpoint(baseUrl, "datafeed");
  return new TypedSocket({ ...options, url, delivery: datafeedDelivery });
}

function endpoint(baseUrl: string, module: string): string {
  return `${baseUrl.replace(/^http/, "ws").replace(/\/+$/, "")}/api/v1/${module}/ws`;
}
