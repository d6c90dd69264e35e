import { ApiError, SocketError } from "@trading-api/client";
import { expect, test } from "vitest";
import {
  explain,
  isUncertain,
  mayRetry,
  tellExecution,
  tellPlaced,
  tellSocket,
} from "../../src/state/words";
import { anExecution, anOrder } from "../samples";

function refusal(status: number, body: object): ApiError {
  return new ApiError(new Response(null, { status }), body);
}

test("a refusal is told in the server's words, member by member where it names them", () => {
  const detail = "quantity 0 is below the minimum 1 for IBM";
  const problem = { code: "quantity_out_of_range", detail };
  expect(explain(refusal(422, problem))).toBe("Quantity 0 is below the minimum 1 for IBM.");
  const errors = [{ field: "quantity", code: "bad_lot", message: "quantity 1.5 is off the lot" }];
  expect(explain(refusal(422, { ...problem, errors }))).toBe("Quantity 1.5 is off the lot.");
});

test("no answer and foreign answers have words too", () => {
  expect(explain(new TypeError("Failed to fetch"))).toBe("The server does not answer.");
  expect(explain(refusal(502, {}))).toBe("The server answered 502.");
  const error = { code: "forbidden", message: "not yours", retryable: false, details: {} };
  expect(explain(new SocketError(error))).toBe("Not yours.");
});

test("only what the server refused is known not to have happened", () => {
  expect(isUncertain(refusal(422, {}))).toBe(false);
  expect(isUncertain(refusal(500, {}))).toBe(true);
  expect(isUncertain(new TypeError("Failed to fetch"))).toBe(true);
});

test("what is refused for good is not tried again", () => {
  expect(mayRetry(refusal(404, {}))).toBe(false);
  expect(mayRetry(refusal(429, {}))).toBe(true);
  expect(mayRetry(refusal(503, {}))).toBe(true);
  expect(mayRetry(new TypeError("Failed to fetch"))).toBe(true);
});

test("fills and orders are told as a trader would", () => {
  expect(tellExecution(anExecution(1))).toBe("Bought 0.01 BTCUSD at 78,425.00");
  expect(tellExecution(anExecution(1, { side: "sell" }))).toBe("Sold 0.01 BTCUSD at 78,425.00");
  const filled = anOrder({ status: "filled", average_price: "78425.5" });
  expect(tellPlaced(filled)).toBe("Buy 0.5 BTCUSD: filled at 78,425.50");
  const part = anOrder({ ...filled, status: "partially_filled", filled_quantity: "0.1" });
  expect(tellPlaced(part)).toContain("0.1 filled at 78,425.50, the rest is working");
  const held = anOrder({
    status: "held",
    status_reason: { code: "market_closed", message: "until 14:30" },
  });
  expect(tellPlaced(held)).toBe("Buy 0.5 BTCUSD: held: until 14:30");
  expect(tellPlaced(anOrder())).toBe("Buy 0.5 BTCUSD: working");
});

test("each state of a socket has a word", () => {
  const closed = { status: "closed", code: 1006, reason: "" } as const;
  expect(tellSocket({ status: "open" })).toBe("live");
  expect(tellSocket({ status: "connecting", attempt: 2 })).toBe("connecting");
  expect(tellSocket({ ...closed, retryInMs: 500, unauthorized: false })).toBe("reconnecting");
  expect(tellSocket({ ...closed, retryInMs: null, unauthorized: false })).toBe("closed");
  expect(tellSocket({ ...closed, retryInMs: null, unauthorized: true })).toBe("logged out");
});
