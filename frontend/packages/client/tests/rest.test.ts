import { expect, test, vi } from "vitest";
import { ApiError, createClient, tickets, unwrap } from "../src/index.js";

const BASE = "http://server.test";
const PROBLEM = {
  type: "urn:trading-api:error:quantity_out_of_range",
  title: "Quantity out of range",
  status: 422,
  detail: "quantity 0 is below the minimum 1 for AAPL",
  code: "quantity_out_of_range",
  request_id: "r1",
  errors: [{ field: "quantity", code: "quantity_out_of_range", message: "too small" }],
  order_id: null,
};

function answering(body: string | object, init: ResponseInit = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const fetch = vi.fn<(request: Request) => Promise<Response>>();
  fetch.mockImplementation(() => Promise.resolve(new Response(text, init)));
  return { fetch, requests: () => fetch.mock.calls.map(([request]) => request) };
}

test("a request goes to its path, with its query", async () => {
  const { fetch, requests } = answering({ symbol: "AAPL", resolution: "1D", bars: [] });
  const api = createClient({ baseUrl: BASE, fetch });
  const query = { symbol: "AAPL", resolution: "1D", count_back: 10 } as const;
  const { bars } = await unwrap(api.GET("/api/v1/datafeed/bars", { params: { query } }));
  expect(bars).toEqual([]);
  expect(requests()[0]?.url).toBe(
    `${BASE}/api/v1/datafeed/bars?symbol=AAPL&resolution=1D&count_back=10`,
  );
  expect(requests()[0]?.headers.has("Authorization")).toBe(false);
});

test("the token is asked for at each request", async () => {
  const tokens = ["one", "two", null];
  const { fetch, requests } = answering({ time: 1 });
  const token = () => Promise.resolve(tokens.shift() ?? null);
  const api = createClient({ baseUrl: BASE, fetch, token });
  for (let count = 0; count < 3; count++) await api.GET("/api/v1/datafeed/time");
  expect(requests().map(({ headers }) => headers.get("Authorization"))).toEqual([
    "Bearer one",
    "Bearer two",
    null,
  ]);
});

test("each ticket is asked for anew", async () => {
  const { fetch, requests } = answering({ ticket: "t1", expires_at: 1 }, { status: 201 });
  const next = tickets(createClient({ baseUrl: BASE, fetch, token: () => "key" }));
  expect([await next(), await next()]).toEqual(["t1", "t1"]);
  expect(requests().map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array(2).fill(`POST ${BASE}/api/v1/tickets`),
  );
});

test("a problem is an error with its members", async () => {
  const { fetch } = answering(PROBLEM, { status: 422, headers: { "Retry-After": "2" } });
  const api = createClient({ baseUrl: BASE, fetch });
  const body = { symbol: "AAPL", side: "buy", type: "market", quantity: "0" } as const;
  const error = await unwrap(api.POST("/api/v1/broker/orders", { body })).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    name: "ApiError",
    message: PROBLEM.detail,
    code: "quantity_out_of_range",
    status: 422,
    fields: PROBLEM.errors,
    orderId: null,
    requestId: "r1",
    retryAfterMs: 2_000,
  });
});

test.each([
  ["a page of a proxy", "<html>Bad gateway</html>", 502],
  ["another JSON", { error: "no" }, 500],
  ["nothing", "", 503],
])("an answer that is no problem but %s is an error all the same", async (_, body, status) => {
  const headers = { "X-Request-ID": "r2" };
  const { fetch } = answering(body, { status, headers });
  const api = createClient({ baseUrl: BASE, fetch });
  await expect(unwrap(api.GET("/api/v1/datafeed/time"))).rejects.toMatchObject({
    code: `http_${status}`,
    status,
    fields: [],
    requestId: "r2",
    retryAfterMs: null,
  });
});

test("without unwrap a refusal is a value", async () => {
  const { fetch } = answering(PROBLEM, { status: 422 });
  const api = createClient({ baseUrl: BASE, fetch });
  const { data, error } = await api.GET("/api/v1/broker/accounts");
  expect(data).toBeUndefined();
  expect(error?.code).toBe("quantity_out_of_range");
});

test("a server that cannot be reached rejects as fetch does", async () => {
  const api = createClient({
    baseUrl: BASE,
    fetch: () => Promise.reject(new TypeError("fetch failed")),
  });
  await expect(unwrap(api.GET("/api/v1/datafeed/time"))).rejects.toThrow("fetch failed");
});
