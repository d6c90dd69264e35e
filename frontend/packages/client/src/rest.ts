/** The REST face: paths, bodies and answers typed by the served OpenAPI document. */

import createFetchClient, { type Client } from "openapi-fetch";
import type { TicketSource, TokenSource } from "./connection.js";
import type { FieldProblem, paths, Problem } from "./generated/rest.js";

export interface RestOptions {
  /** Origin of the server, `http://127.0.0.1:8000` for instance. */
  baseUrl: string;
  /** Credential for `Authorization: Bearer`; not in browsers, which send their session cookie. */
  token?: TokenSource;
  /** Instead of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

export type RestClient = Client<paths>;

/** A client whose methods are `GET`, `POST`, …; `unwrap` turns its answers into data or errors. */
export function createClient({ baseUrl, token, fetch }: RestOptions): RestClient {
  const client = createFetchClient<paths>(fetch === undefined ? { baseUrl } : { baseUrl, fetch });
  if (token !== undefined) {
    client.use({
      async onRequest({ request }) {
        const value = await token();
        if (value !== null) request.headers.set("Authorization", `Bearer ${value}`);
        return request;
      },
    });
  }
  return client;
}

/**
 * A refusal by the server.
 *
 * `code` is stable and listed in docs/errors.md; it is `http_502`, for instance, when the answer
 * is not the server's own.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  /** What is wrong with each member, for a refused body. */
  readonly fields: readonly FieldProblem[];
  /** The order that was stored although it was refused. */
  readonly orderId: string | null;
  readonly requestId: string | null;
  /** Milliseconds after which it may be tried again, where the server says so. */
  readonly retryAfterMs: number | null;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : null;
    super(problem?.detail ?? `the server answered ${response.status}`);
    this.code = problem?.code ?? `http_${response.status}`;
    this.status = response.status;
    this.fields = problem?.errors ?? [];
    this.orderId = problem?.order_id ?? null;
    this.requestId = problem?.request_id ?? response.headers.get("X-Request-ID");
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    this.retryAfterMs = Number.isNaN(seconds) ? null : seconds * 1000;
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/**
 * Give the data of an answer.
 *
 * @throws {ApiError} the server refused.
 */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiError(response, error);
  return data as T;
}

/** One-time tickets for sockets, as the caller of the REST client. */
export function tickets(api: RestClient): TicketSource {
  return async () => (await unwrap(api.POST("/api/v1/tickets"))).ticket;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}
