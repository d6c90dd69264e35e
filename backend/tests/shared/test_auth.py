"""Tokens, keys, sessions and codes, through the REST face."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI

from trading_api.app_factory import build_app
from trading_api.domain.errors import TradingError
from trading_api.shared.api.terminal import built_terminal
from trading_api.shared.auth import COOKIE, LOGIN_CODE_MS, SESSION_MS, Auth
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer, make_client
from trading_api.testing.clock import ManualClock

ACCOUNTS = "/api/v1/broker/accounts"
OWN = {"Origin": "http://testserver"}
T = TypeVar("T")


class World:
    """An app under a clock that stands still."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.context = AppContext.in_memory(clock=self.clock)
        self.app: FastAPI = build_app(self.context, ["broker"])[0]
        self.auth: Auth = self.context.auth

    def use(self, act: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        async def run() -> T:
            async with make_client(self.app) as client:
                return await act(client)

        return asyncio.run(run())

    def status_with(self, token: str) -> int:
        async def ask(client: httpx.AsyncClient) -> int:
            return (await client.get(ACCOUNTS, headers=bearer(token))).status_code

        return self.use(ask)


@pytest.fixture
def world() -> World:
    return World()


def test_the_owner_token_has_every_right(world: World) -> None:
    assert world.status_with(world.auth.owner_token) == 200


def test_a_key_has_its_scopes_only(world: World) -> None:
    reader = world.auth.make_key("reader", ["account:read"])
    body = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}

    async def ask(client: httpx.AsyncClient) -> list[Any]:
        read = await client.get(ACCOUNTS, headers=bearer(reader))
        write = await client.post("/api/v1/broker/orders", json=body, headers=bearer(reader))
        return [read.status_code, write.status_code, write.json()["code"]]

    assert world.use(ask) == [200, 403, "forbidden"]


def test_an_unknown_scope_and_a_used_name_make_no_key(world: World) -> None:
    with pytest.raises(TradingError, match="'everything' is not one of market:read"):
        world.auth.make_key("bot", ["everything"])
    world.auth.make_key("bot", ["market:read"])
    with pytest.raises(TradingError, match="has been used"):
        world.auth.make_key("bot", ["market:read"])


def test_a_revoked_key_is_refused_within_a_second(world: World) -> None:
    key = world.auth.make_key("bot", ["account:read"])
    assert world.status_with(key) == 200
    world.auth.store.revoke_key("bot", world.clock.now_ms())
    asyncio.run(world.clock.advance(1_000))
    assert world.status_with(key) == 401


def test_a_key_ends_at_its_time(world: World) -> None:
    key = world.auth.make_key("bot", ["account:read"], lifetime_ms=60_000)
    asyncio.run(world.clock.advance(59_999))
    assert world.status_with(key) == 200
    asyncio.run(world.clock.advance(1))
    assert world.status_with(key) == 401


def test_keys_do_not_see_each_others_accounts(world: World) -> None:
    first = world.auth.make_key("first", ["account:read", "orders:write"])
    second = world.auth.make_key("second", ["account:read", "orders:write"])
    order = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "1", "limit_price": "1"}

    async def ask(client: httpx.AsyncClient) -> None:
        placed = (
            await client.post("/api/v1/broker/orders", json=order, headers=bearer(first))
        ).json()
        account = placed["account_id"]
        listed = await client.get(ACCOUNTS, headers=bearer(second))
        assert account not in [item["id"] for item in listed.json()["items"]]
        for path in (f"{ACCOUNTS}/{account}", f"/api/v1/broker/orders?account_id={account}"):
            answer = await client.get(path, headers=bearer(second))
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")
        missing = await client.get(f"/api/v1/broker/orders/{placed['id']}", headers=bearer(second))
        assert missing.status_code == 404
        stolen = await client.delete(
            f"/api/v1/broker/orders/{placed['id']}", headers=bearer(second)
        )
        assert stolen.status_code == 404
        mine = await client.get(f"/api/v1/broker/orders/{placed['id']}", headers=bearer(first))
        assert mine.json()["status"] == "held"

    world.use(ask)


def test_a_key_may_be_given_an_account(world: World) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        owner = bearer(world.auth.owner_token)
        account = (await client.get(ACCOUNTS, headers=owner)).json()["items"][0]["id"]
        key = world.auth.make_key("helper", ["account:read"], account_id=account)
        listed = await client.get(ACCOUNTS, headers=bearer(key))
        assert [item["id"] for item in listed.json()["items"]] == [account]
        lost = world.auth.make_key("lost", ["account:read"], account_id="nothing")
        answer = await client.get("/api/v1/broker/orders", headers=bearer(lost))
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")

    world.use(ask)


def test_a_login_code_works_once_and_sets_the_cookie(world: World) -> None:
    code = world.auth.make_login_code()

    async def ask(client: httpx.AsyncClient) -> None:
        answer = await client.get(f"/login?code={code}")
        assert answer.status_code == 303
        home = "/api/v1/docs" if built_terminal() is None else "/"
        assert answer.headers["location"] == home
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert code not in cookie
        assert (await client.get(ACCOUNTS)).status_code == 200
        client.cookies.clear()
        again = await client.get(f"/login?code={code}")
        assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")

    world.use(ask)


def test_a_login_code_ends_after_ten_minutes(world: World) -> None:
    code = world.auth.make_login_code()
    asyncio.run(world.clock.advance(LOGIN_CODE_MS))

    async def ask(client: httpx.AsyncClient) -> int:
        return (await client.get(f"/login?code={code}")).status_code

    assert world.use(ask) == 401


def test_the_owner_token_opens_and_closes_a_session(world: World) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        token = {"token": world.auth.owner_token}
        made = await client.post("/api/v1/session", json=token)
        assert (made.status_code, made.json()) == (201, {"logged_in": True})
        assert (await client.get(ACCOUNTS)).status_code == 200
        cookie = client.cookies[COOKIE]
        ended = await client.delete("/api/v1/session", headers=OWN)
        assert ended.json() == {"logged_in": False}
        client.cookies.set(COOKIE, cookie)
        assert (await client.get(ACCOUNTS)).status_code == 401

    world.use(ask)


def test_each_login_has_a_secret_of_its_own_and_ends_alone(world: World) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        async def logged_in(by_code: bool) -> str:
            client.cookies.clear()
            if by_code:
                await client.get(f"/login?code={world.auth.make_login_code()}")
            else:
                token = {"token": world.auth.owner_token}
                await client.post("/api/v1/session", json=token)
            return client.cookies[COOKIE]

        async def status(secret: str) -> int:
            client.cookies.clear()
            client.cookies.set(COOKIE, secret)
            return (await client.get(ACCOUNTS)).status_code

        secrets = [await logged_in(number % 2 == 0) for number in range(6)]
        assert len({*secrets}) == 6
        assert [await status(secret) for secret in secrets] == [200] * 6
        for number, secret in enumerate(secrets):
            client.cookies.clear()
            client.cookies.set(COOKIE, secret)
            await client.delete("/api/v1/session", headers=OWN)
            ended = [await status(each) for each in secrets]
            assert ended == [401] * (number + 1) + [200] * (5 - number)

    world.use(ask)


def test_a_key_or_a_wrong_token_opens_no_session(world: World) -> None:
    key = world.auth.make_key("bot", ["admin"])

    async def ask(client: httpx.AsyncClient) -> list[int]:
        return [
            (await client.post("/api/v1/session", json={"token": token})).status_code
            for token in (key, "wrong", "", "\udfff".encode("utf-8", "replace").decode())
        ]

    assert world.use(ask) == [401, 401, 401, 401]


def test_a_session_ends_at_its_time(world: World) -> None:
    cookie = world.auth.log_in_with_token(world.auth.owner_token)

    async def ask(client: httpx.AsyncClient) -> int:
        client.cookies.set(COOKIE, cookie)
        return (await client.get(ACCOUNTS)).status_code

    assert world.use(ask) == 200
    asyncio.run(world.clock.advance(SESSION_MS))
    assert world.use(ask) == 401


def test_an_unsafe_method_with_a_cookie_needs_an_origin(world: World) -> None:
    cookie = world.auth.log_in_with_token(world.auth.owner_token)

    async def ask(client: httpx.AsyncClient) -> list[int]:
        client.cookies.set(COOKIE, cookie)
        path = "/api/v1/broker/orders"
        without = await client.delete(path)
        own = await client.delete(path, headers=OWN)
        foreign = await client.delete(path, headers={"Origin": "http://evil.example"})
        return [without.status_code, own.status_code, foreign.status_code]

    assert world.use(ask) == [403, 200, 403]


def test_market_data_needs_a_key_where_it_is_not_public() -> None:
    context = AppContext.in_memory()
    old = context.auth
    context.auth = Auth(
        clock=context.clock,
        ids=context.ids,
        store=old.store,
        owner_token=old.owner_token,
        public_market_data=False,
    )
    app, _ = build_app(context, ["datafeed"])

    async def ask() -> list[int]:
        key = context.auth.make_key("chart", ["market:read"])
        async with make_client(app) as client:
            path = "/api/v1/datafeed/symbols"
            nobody = await client.get(path)
            reader = await client.get(path, headers=bearer(key))
            document = await client.get("/api/v1/datafeed/ws/asyncapi.json")
            return [nobody.status_code, reader.status_code, document.status_code]

    assert asyncio.run(ask()) == [401, 200, 200]
