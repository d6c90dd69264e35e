"""One-time tickets: from REST to the handshake of a module's socket."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from trading_api.app_factory import build_app
from trading_api.shared.auth import COOKIE
from trading_api.shared.context import AppContext
from trading_api.shared.tickets import MAX_TICKETS_PER_CALLER, TICKET_MS
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import open_socket

MODULES = ("broker", "datafeed", "watchlist")
WS = "/api/v1/broker/ws"
TICKETS = "/api/v1/tickets"
FOREIGN = {"Origin": "http://evil.example"}


class Stage:
    """A server, a client of its REST face, and ways to its sockets."""

    def __init__(self, context: AppContext, server: RunningServer, http: httpx.AsyncClient) -> None:
        self.context = context
        self.clock = context.clock
        self.auth = context.auth
        self.server = server
        self.http = http

    async def ticket(self, token: str | None = None) -> str:
        answer = await self.http.post(
            TICKETS, headers=bearer(self.auth.owner_token if token is None else token)
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"])

    def address(self, ticket: str, path: str = WS) -> str:
        return f"{self.server.ws_url}{path}?ticket={ticket}"

    async def refusal(self, ticket: str, **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and body of a refused handshake."""
        with pytest.raises(InvalidStatus) as caught:
            await open_socket(self.address(ticket), headers=headers).__aenter__()
        response = caught.value.response
        assert response.headers["content-type"] == "application/problem+json"
        return response.status_code, httpx.Response(200, content=bytes(response.body or b"")).json()


Story = Callable[[Stage], Coroutine[Any, Any, None]]


def play(story: Story, clock: ManualClock | None = None) -> None:
    async def main() -> None:
        context = AppContext.in_memory(clock=clock)
        app, _ = build_app(context, list(MODULES))
        async with (
            asyncio.timeout(30),
            serve(app) as server,
            httpx.AsyncClient(base_url=server.url) as http,
        ):
            await story(Stage(context, server, http))

    asyncio.run(main())


def test_a_ticket_opens_one_connection_to_any_module_as_its_caller() -> None:
    async def story(stage: Stage) -> None:
        for module in MODULES:
            ticket = await stage.ticket()
            async with open_socket(stage.address(ticket, f"/api/v1/{module}/ws")) as client:
                await client.request("system.ping")
            assert (await stage.refusal(ticket))[0] == 401
        async with open_socket(stage.address(await stage.ticket())) as client:
            reply = await client.request("orders.subscribe")
        async with open_socket(stage.server.ws_url + WS, stage.auth.owner_token) as owner:
            again = await owner.request("orders.subscribe")
        assert reply["subscriptions"][0]["topic"] == again["subscriptions"][0]["topic"]

    play(story)


def test_it_tells_when_it_ends_and_is_not_to_be_stored() -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.http.post(TICKETS, headers=bearer(stage.auth.owner_token))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["expires_at"] == stage.clock.now_ms() + TICKET_MS
        assert len(answer.json()["ticket"]) >= 22  # 128 bits at 6 per character
        others = {await stage.ticket() for _ in range(20)}
        assert len(others) == 20

    play(story, ManualClock())


@pytest.mark.parametrize(("age_ms", "status"), [(TICKET_MS - 1, 101), (TICKET_MS, 401)])
def test_it_ends_after_thirty_seconds(age_ms: int, status: int) -> None:
    clock = ManualClock()

    async def story(stage: Stage) -> None:
        ticket = await stage.ticket()
        await clock.advance(age_ms)
        if status == 101:
            async with open_socket(stage.address(ticket)) as client:
                await client.request("system.ping")
        else:
            found, problem = await stage.refusal(ticket)
            assert (found, problem["code"]) == (401, "unauthenticated")
            assert problem["detail"] == "the ticket is unknown, used or expired"

    play(story, clock)


def test_a_wrong_one_is_refused_even_where_none_is_needed() -> None:
    async def story(stage: Stage) -> None:
        for wrong in ("", "wrong", "%00", "x" * 2000):
            assert (await stage.refusal(wrong))[0] == 401
            address = stage.address(wrong, "/api/v1/datafeed/ws")
            with pytest.raises(InvalidStatus):
                await open_socket(address).__aenter__()
        status, _ = await stage.refusal("wrong", **bearer(stage.auth.owner_token))
        assert status == 401

    play(story)


def test_two_handshakes_at_once_get_one_connection() -> None:
    async def story(stage: Stage) -> None:
        ticket = await stage.ticket()

        async def attempt() -> bool:
            try:
                async with open_socket(stage.address(ticket)) as client:
                    await client.request("system.ping")
            except InvalidStatus:
                return False
            return True

        assert sorted(await asyncio.gather(*(attempt() for _ in range(8)))) == [False] * 7 + [True]

    play(story)


def test_it_has_the_rights_and_the_account_of_the_key_that_asked() -> None:
    async def story(stage: Stage) -> None:
        reader = stage.auth.make_key("reader", ["account:read"])
        async with open_socket(stage.address(await stage.ticket(reader))) as client:
            [mine] = (await client.request("orders.subscribe"))["subscriptions"]
        async with open_socket(stage.server.ws_url + WS, reader) as client:
            [same] = (await client.request("orders.subscribe"))["subscriptions"]
        assert mine["topic"] == same["topic"]
        poor = stage.auth.make_key("poor", ["market:read"])
        status, problem = await stage.refusal(await stage.ticket(poor))
        assert (status, problem["code"]) == (403, "forbidden")

    play(story)


def test_a_ticket_dies_with_the_credential_that_asked() -> None:
    clock = ManualClock()

    async def story(stage: Stage) -> None:
        key = stage.auth.make_key("bot", ["account:read"])
        brief = stage.auth.make_key("brief", ["account:read"], lifetime_ms=2000)
        cookie = stage.auth.log_in_with_token(stage.auth.owner_token)
        own = {"Origin": stage.server.url, "Cookie": f"{COOKIE}={cookie}"}
        by_session = (await stage.http.post(TICKETS, headers=own)).json()["ticket"]
        tickets = [await stage.ticket(key), await stage.ticket(brief), by_session]
        stage.auth.store.revoke_key("bot", clock.now_ms())
        stage.auth.log_out(cookie)
        await clock.advance(2000)
        for ticket in tickets:
            assert (await stage.refusal(ticket))[0] == 401

    play(story, clock)


def test_a_session_gets_one_for_its_own_origin_only() -> None:
    async def story(stage: Stage) -> None:
        cookie = {"Cookie": f"{COOKIE}={stage.auth.log_in_with_token(stage.auth.owner_token)}"}
        without = await stage.http.post(TICKETS, headers=cookie)
        foreign = await stage.http.post(TICKETS, headers=cookie | FOREIGN)
        assert [without.status_code, foreign.status_code] == [403, 403]
        own = await stage.http.post(TICKETS, headers=cookie | {"Origin": stage.server.url})
        ticket = own.json()["ticket"]
        status, problem = await stage.refusal(ticket, **FOREIGN)
        assert (status, problem["code"]) == (403, "forbidden")
        vite = {"Origin": "http://localhost:5173"}  # another origin, which is allowed
        async with open_socket(stage.address(ticket), headers=vite) as client:
            await client.request("orders.subscribe")

    play(story)


def test_nobody_gets_none() -> None:
    async def story(stage: Stage) -> None:
        for headers in ({}, bearer("wrong")):
            answer = await stage.http.post(TICKETS, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")

    play(story)


def test_unused_tickets_of_a_caller_are_bounded() -> None:
    clock = ManualClock()

    async def story(stage: Stage) -> None:
        owner = bearer(stage.auth.owner_token)
        first = await stage.ticket()
        await clock.advance(1000)
        for _ in range(MAX_TICKETS_PER_CALLER - 1):
            await stage.ticket()
        refused = await stage.http.post(TICKETS, headers=owner)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.headers["retry-after"] == "29"
        await stage.ticket(stage.auth.make_key("other", ["market:read"]))
        async with open_socket(stage.address(first)) as client:
            await client.request("system.ping")
        await stage.ticket()
        assert (await stage.http.post(TICKETS, headers=owner)).status_code == 429
        await clock.advance(TICKET_MS)
        await stage.ticket()

    play(story, clock)


def test_rest_takes_no_ticket() -> None:
    async def story(stage: Stage) -> None:
        path = f"/api/v1/broker/accounts?ticket={await stage.ticket()}"
        assert (await stage.http.get(path)).status_code == 401

    play(story)
