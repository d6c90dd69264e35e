import { createClient } from "@trading-api/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSession } from "../../src/state/session";

interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** A server that answers from a list; `null` is no answer at all. */
function server(...answers: (Answer | null)[]) {
  const asked: string[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`.trim());
    const answer = answers.shift();
    if (answer == null) throw new TypeError("fetch failed");
    const headers = { "Content-Type": "application/json" };
    return new Response(JSON.stringify(answer.body ?? {}), { status: answer.status, headers });
  };
  return { asked, session: createSession(createClient({ baseUrl: "http://server", fetch })) };
}

const REFUSED = { status: 401, body: { code: "unauthenticated", detail: "who are you?" } };
const ACCOUNTS = { status: 200, body: { items: [], next_cursor: null } };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a session that the server takes is in, another is out", async () => {
  const { session } = server(ACCOUNTS);
  await session.check();
  expect(session.status.value).toBe("in");

  const { session: other } = server(REFUSED);
  await other.check();
  expect(other.status.value).toBe("out");
  expect(other.message.value).toBe("");
});

test("it is asked again while the server does not answer", async () => {
  const { session } = server(null, { status: 503 }, ACCOUNTS);
  await session.check();
  expect(session.status.value).toBe("unreachable");
  expect(session.message.value).toBe("The server does not answer.");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(session.status.value).toBe("in");
});

test("the token is exchanged for the cookie", async () => {
  const { session, asked } = server({ status: 201, body: { logged_in: true } });
  await session.logIn("secret");
  expect(asked).toEqual(['POST /api/v1/session {"token":"secret"}']);
  expect(session.status.value).toBe("in");
});

test("a wrong token stays at the login page, with a sentence", async () => {
  const { session } = server(REFUSED);
  await session.logIn("wrong");
  expect(session.status.value).toBe("out");
  expect(session.message.value).toBe("This token is not the server's.");
});

test("logging out is done when the server says so, or knows of no session", async () => {
  const { session } = server(ACCOUNTS, { status: 200, body: { logged_in: false } });
  await session.check();
  await session.logOut();
  expect(session.status.value).toBe("out");

  const { session: gone } = server(ACCOUNTS, REFUSED);
  await gone.check();
  await gone.logOut();
  expect(gone.status.value).toBe("out");
});

test("who could not be logged out stays logged in", async () => {
  const { session } = server(ACCOUNTS, null);
  await session.check();
  await expect(session.logOut()).rejects.toThrow(TypeError);
  expect(session.status.value).toBe("in");
});

test("an expired session says so", async () => {
  const { session } = server(ACCOUNTS);
  await session.check();
  session.expire();
  expect(session.status.value).toBe("out");
  expect(session.message.value).toContain("log in again");
});
