"""Who may do what: every credential and scope, every REST address and route of a socket."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from trading_api.app_factory import build_app
from trading_api.domain.sessions import epoch_ms
from trading_api.shared.auth import COOKIE, SCOPES, SESSION_MS
from trading_api.shared.context import AppContext
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

IN_SESSION = epoch_ms(datetime(2026, 11, 20, 15, 58, 30, tzinfo=UTC))
MODULES = ("broker", "datafeed", "watchlist")
EVERYTHING = frozenset(SCOPES)
PARAMETERS = {
    "bars": {"symbol": "AAPL", "resolution": "1"},
    "quotes": {"symbols": ["AAPL"]},
    "trades": {"symbols": ["AAPL"]},
    "depth": {"symbol": "BTCUSD", "levels": 10},
}
BRIEF_MS = 60_000
NOT_THERE = ("not_found", "unknown_account", "unknown_symbol")
CREDENTIALS = ("key", "session", "ticket of a key", "ticket of a session")


class Operation(NamedTuple):
    """A REST operation of the served document."""

    method: str
    path: str
    query: tuple[str, ...]
    body: Any

    def filled(self, **values: str) -> str:
        """The path with its parameters; those that are not given are `x`."""
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "x"), self.path)

    @property
    def scope(self) -> str | None:
        """What the operation must ask for, by what it is about and whether it changes anything."""
        module = self.path.removeprefix("/api/v1/").partition("/")[0]
        if module not in MODULES:
            return "admin" if self.path == "/metrics" else None
        if self.method != "get":
            return "orders:write"
        return "account:read" if module == "broker" else "market:read"


class Stage:
    """A server with three modules, and everybody who might call."""

    def __init__(
        self,
        context: AppContext,
        ws_apps: list[FastWSAdapter],
        server: RunningServer,
        http: httpx.AsyncClient,
        document: dict[str, Any],
    ) -> None:
        self.auth = context.auth
        self.clock = context.clock
        self.ws_apps = ws_apps
        self.server = server
        self.http = http
        self.document = document

    def operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                query = tuple(
                    each["name"]
                    for each in operation.get("parameters", ())
                    if each["in"] == "query"
                )
                content = operation.get("requestBody", {}).get("content", {})
                body = content.get("application/json", {}).get("example")
                yield Operation(method, path, query, body)

    def cookie(self) -> dict[str, str]:
        cookie = self.auth.log_in_with_token(self.auth.owner_token)
        return {"Cookie": f"{COOKIE}={cookie}", "Origin": self.server.url}

    async def ticket(self, headers: dict[str, str]) -> str:
        answer = await self.http.post("/api/v1/tickets", headers=headers)
        return str(answer.json()["ticket"])

    def url(self, ws_app: FastWSAdapter, ticket: str | None = None) -> str:
        address = self.server.ws_url + ws_app.asyncapi_url.removesuffix("/asyncapi.json")
        return address if ticket is None else f"{address}?ticket={ticket}"


@asynccontextmanager
async def running(clock: ManualClock | None = None, **adapter: float) -> AsyncIterator[Stage]:
    context = AppContext.in_memory(clock=clock or ManualClock(IN_SESSION))
    app, ws_apps = build_app(context, list(MODULES))
    for ws_app in ws_apps:
        vars(ws_app).update(adapter)
    async with (
        asyncio.timeout(60),
        serve(app) as server,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=server.url) as http,
    ):
        yield Stage(context, ws_apps, server, http, app.openapi())


async def passes(stage: Stage, operation: Operation, headers: dict[str, str]) -> bool:
    """Whether the caller gets beyond the question of who they are."""
    answer = await stage.http.request(operation.method, operation.filled(), headers=headers)
    if answer.status_code in (401, 403):
        assert answer.json()["code"] in ("unauthenticated", "forbidden")
        return False
    assert answer.status_code < 500, (operation, answer.text)
    return True


def test_every_rest_address_asks_for_its_scope() -> None:
    async def main() -> None:
        async with running() as stage:
            callers: list[tuple[dict[str, str], frozenset[str], bool]] = [
                ({}, frozenset({"market:read"}), False),  # nobody: public on loopback
                (bearer(stage.auth.owner_token), EVERYTHING, True),
                (stage.cookie(), EVERYTHING, True),
                (bearer(stage.auth.make_key("all", SCOPES)), EVERYTHING, True),
                (bearer(stage.auth.make_key("none", [])), frozenset(), True),
            ]
            for scope in SCOPES:
                key = stage.auth.make_key(f"only-{scope[:4]}", [scope])
                callers.append((bearer(key), frozenset({scope}), True))
            metrics = Operation("get", "/metrics", (), None)
            for operation in [*stage.operations(), metrics]:
                if operation.path == "/api/v1/session":
                    continue  # logging in and out is what the others rest on
                for headers, scopes, is_known in callers:
                    expected = operation.scope is None or operation.scope in scopes
                    if operation.path == "/api/v1/tickets":
                        expected = is_known
                    found = await passes(stage, operation, headers)
                    assert found == expected, (operation, scopes)

    asyncio.run(main())


def test_the_document_tells_the_scopes_that_are_asked_for() -> None:
    async def main() -> None:
        async with running() as stage:
            for operation in stage.operations():
                security = stage.document["paths"][operation.path][operation.method].get("security")
                if operation.scope is not None:
                    named = [scopes for item in security for scopes in item.values()]
                    assert named == [[operation.scope]] * len(named)
                    assert named

    asyncio.run(main())


def needed_of(ws_app: FastWSAdapter) -> dict[str, tuple[str, Any]]:
    """The scope that each request must ask for, and a good payload of it."""
    reading = "account:read" if ws_app.module == "broker" else "market:read"
    needed = {}
    for router in ws_app.routers:
        needed[f"{router.name}.subscribe"] = (reading, PARAMETERS.get(router.name, {}))
        for operation in router.operations:
            payload = msgspec.to_builtins(operation.example[0])
            needed[f"{router.name}.{operation.name}"] = ("orders:write", payload)
    return needed


async def check_requests(stage: Stage, scopes: Sequence[str], by: str) -> None:
    """A caller with these scopes may ask for what they allow, and for nothing else."""
    key = stage.auth.make_key("-".join(["k", *scopes]).replace(":", "."), scopes)
    for ws_app in stage.ws_apps:
        needed = needed_of(ws_app)
        ticket = await stage.ticket(bearer(key)) if by == "ticket" else None
        socket = open_socket(stage.url(ws_app, ticket), None if ticket else key)
        if not {scope for scope, _ in needed.values()} & set(scopes):
            with pytest.raises(InvalidStatus) as caught:
                await socket.__aenter__()
            assert caught.value.response.status_code == 403
            continue
        async with socket as client:
            for type_, (scope, payload) in needed.items():
                answer = await client.ask(type_, payload)
                code = answer["payload"].get("code")
                assert (code == "forbidden") == (scope not in scopes), (type_, scopes, answer)


@pytest.mark.parametrize("by", ["key", "ticket"])
def test_every_request_of_a_socket_asks_for_its_scope(by: str) -> None:
    async def main() -> None:
        async with running() as stage:
            for scopes in ([], *([scope] for scope in SCOPES), SCOPES):
                await check_requests(stage, scopes, by)

    asyncio.run(main())


async def own(stage: Stage, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """A caller with every scope: their header, and the ids of what is theirs."""
    headers = bearer(stage.auth.make_key(name, SCOPES))
    order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
    placed = await stage.http.post("/api/v1/broker/orders", json=order, headers=headers)
    assert placed.status_code == 201, placed.text
    ids = {"account_id": placed.json()["account_id"], "order_id": placed.json()["id"]}
    return headers, {**ids, "position_id": "AAPL"}


def test_what_is_somebody_elses_is_not_there() -> None:
    async def main() -> None:
        async with running() as stage:
            _, theirs = await own(stage, "first")
            stranger = bearer(stage.auth.make_key("second", SCOPES))
            checked = 0
            for operation in stage.operations():
                if "/broker/" not in operation.path:
                    continue
                path, account = operation.filled(**theirs), theirs["account_id"]
                ways: list[dict[str, Any]] = []
                if "account_id" in operation.query:
                    ways.append({"params": {"account_id": account}, "json": operation.body})
                if ways and isinstance(operation.body, dict):
                    ways.append({"json": {**operation.body, "account_id": account}})
                if "{" in operation.path:
                    ways.append({"json": operation.body})
                for way in ways:
                    if operation.body is None:
                        way.pop("json", None)
                    answer = await stage.http.request(
                        operation.method, path, headers=stranger, **way
                    )
                    assert answer.status_code == 404, (operation, way, answer.text)
                    assert answer.json()["code"] in NOT_THERE
                    checked += 1
            assert checked >= 15
            listed = await stage.http.get("/api/v1/broker/accounts", headers=stranger)
            assert theirs["account_id"] not in listed.text

    asyncio.run(main())


def test_a_topic_of_somebody_elses_account_is_not_there() -> None:
    async def main() -> None:
        async with running() as stage:
            _, theirs = await own(stage, "first")
            account = theirs["account_id"]
            ws_app = stage.ws_apps[0]
            token = stage.auth.make_key("second", SCOPES)
            async with open_socket(stage.url(ws_app), token) as client:
                for router in ws_app.routers:
                    if router.name == "connection":
                        continue
                    subscribe = f"{router.name}.subscribe"
                    refusal = await client.refusal(subscribe, {"account_id": account})
                    assert refusal["code"] == "unknown_account"
                    topic = f"{router.name}:{account}"
                    position = {topic: {"epoch": "0", "seq": 0}}
                    refusal = await client.refusal(subscribe, {"recover": position})
                    assert refusal["code"] == "invalid_payload"
                info = await client.request("system.info")
                assert info["topics"] == []
            hub = ws_app.hub
            assert hub.subscribers(f"orders:{account}") == 0

    asyncio.run(main())


@asynccontextmanager
async def connected(stage: Stage, kind: str) -> AsyncIterator[tuple[list[SocketClient], str]]:
    """A connection to each module, and the cookie that they rest on, if they do."""
    headers = stage.cookie()
    key = stage.auth.make_key("bot", SCOPES, lifetime_ms=BRIEF_MS)
    async with AsyncExitStack() as stack:
        clients = []
        for ws_app in stage.ws_apps:
            if kind == "key":
                socket = open_socket(stage.url(ws_app), key)
            elif kind == "session":
                socket = open_socket(stage.url(ws_app), headers=headers)
            else:
                ticket = await stage.ticket(bearer(key) if kind == "ticket of a key" else headers)
                socket = open_socket(stage.url(ws_app, ticket))
            client = await stack.enter_async_context(socket)
            route = ws_app.routers[0].name
            await client.request(f"{route}.subscribe", PARAMETERS.get(route))
            clients.append(client)
        yield clients, headers["Cookie"].partition("=")[2]


@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("ending", ["expired", "revoked"])
def test_a_connection_that_says_nothing_ends_with_its_credential(kind: str, ending: str) -> None:
    async def main() -> None:
        clock = ManualClock(IN_SESSION)
        async with (
            running(clock, heartbeat_interval=0.3) as stage,
            connected(stage, kind) as (clients, cookie),
        ):
            if ending == "expired":
                await clock.jump(BRIEF_MS if kind.endswith("key") else SESSION_MS)
            else:
                stage.auth.store.revoke_key("bot", clock.now_ms())
                stage.auth.log_out(cookie)
                await clock.advance(1000)
            codes = [await client.closed() for client in clients]
            assert codes == [4500 if ending == "expired" else 4501] * len(MODULES)

    asyncio.run(main())


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_request_after_the_credential_ended_is_refused_and_the_connection_ended(
    kind: str,
) -> None:
    async def main() -> None:
        clock = ManualClock(IN_SESSION)
        async with running(clock) as stage, connected(stage, kind) as (clients, cookie):
            stage.auth.store.revoke_key("bot", clock.now_ms())
            stage.auth.log_out(cookie)
            await clock.advance(1000)
            for client, ws_app in zip(clients, stage.ws_apps, strict=True):
                route = ws_app.routers[0].name
                refusal = await client.refusal(f"{route}.subscribe", PARAMETERS.get(route))
                assert refusal["code"] == "unauthenticated"
                assert await client.closed() == 4501

    asyncio.run(main())
