/** A server that answers what it is asked from a table, and writes down what that was. */

import { createClient, type RestClient } from "@trading-api/client";

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface FakeRest {
  readonly rest: RestClient;
  readonly asked: Ask[];
}

/** What is `undefined` is no answer at all: the network is away. */
export function restServer(answer: (ask: Ask) => object | undefined): FakeRest {
  const asked: Ask[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    const query = Object.fromEntries(searchParams);
    const ask = { method: request.method, path: pathname, query, body };
    asked.push(ask);
    const found = answer(ask);
    if (found === undefined) throw new TypeError("fetch failed");
    const headers = { "Content-Type": "application/json" };
    return new Response(JSON.stringify(found), { status: 200, headers });
  };
  return { rest: createClient({ baseUrl: "http://server", fetch }), asked };
}
