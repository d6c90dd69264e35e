"""Journey 1: from the source to a socket, on a real server whose clock is ours."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.journeys.conftest import REPOSITORY
from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

MINUTE = 60_000
OPENING = 1_767_105_000_000  # 2025-12-30 14:30 UTC, 09:30 in New York
SYMBOL = "IBM"


class World:
    """A server with the datafeed on a manual clock."""

    def __init__(self, server: RunningServer, clock: ManualClock) -> None:
        self.server = server
        self.clock = clock

    async def get(self, path: str) -> Any:
        async with httpx.AsyncClient(base_url=self.server.url) as http:
            return (await http.get(f"/api/v1/datafeed/{path}")).raise_for_status().json()

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[SocketClient]:
        async with open_socket(f"{self.server.ws_url}/api/v1/datafeed/ws") as client:
            yield client


def in_world(act: Callable[[World], Awaitable[None]], start: int = OPENING) -> None:
    async def run() -> None:
        clock = ManualClock(start)
        context = AppContext.in_memory(clock=clock)
        packs = REPOSITORY / "var/packs"
        context.packs_dir = packs if packs.is_dir() else None
        async with serve(build_app(context, ["datafeed"])[0]) as server:
            await act(World(server, clock))

    asyncio.run(run())


async def updates_until_answer(client: SocketClient) -> list[dict[str, Any]]:
    """Every update that was sent before now: a ping's answer comes after them."""
    await client.request("system.ping")
    found = []
    await client.send({"type": "system.ping", "id": "end", "payload": {}})
    while (message := await client.receive()).get("id") != "end":
        found.append(message)
    return found


def test_the_session_that_the_tests_use_is_one() -> None:
    async def act(world: World) -> None:
        await world.clock.advance(MINUTE)
        assert (await world.get(f"symbols/{SYMBOL}"))["status"] == "open"

    in_world(act)


def test_bars_come_as_snapshot_then_numbered_updates() -> None:
    async def act(world: World) -> None:
        await world.clock.advance(90_000)
        async with world.socket() as client:
            reply = await client.request("bars.subscribe", {"symbol": SYMBOL, "resolution": "1"})
            [subscription] = reply["subscriptions"]
            assert subscription["topic"] == f"bars:{SYMBOL}:1"
            assert subscription["recovered"] is False
            closed, opened = subscription["snapshot"]
            assert opened["time"] - closed["time"] == MINUTE
            await world.clock.advance(5_000)
            updates = await updates_until_answer(client)
            first = subscription["seq"] + 1
            assert [item["seq"] for item in updates] == list(range(first, first + len(updates)))
            assert len(updates) >= 5
            assert {item["payload"]["time"] for item in updates} == {opened["time"]}
            assert updates[-1]["payload"]["volume"] > opened["volume"]

    in_world(act)


def test_a_closed_bar_reads_the_same_from_history_as_it_was_streamed() -> None:
    streamed: dict[int, dict[str, Any]] = {}
    history: list[dict[str, Any]] = []
    query = f"bars?symbol={SYMBOL}&resolution=1&from={OPENING}"

    async def stream(world: World) -> None:
        async with world.socket() as client:
            await client.request("bars.subscribe", {"symbol": SYMBOL, "resolution": "1"})
            for _ in range(5):
                await world.clock.advance(MINUTE)
                for item in await updates_until_answer(client):
                    streamed[item["payload"]["time"]] = item["payload"]
        history.extend((await world.get(query))["bars"])

    async def after_a_restart(world: World) -> None:
        assert (await world.get(f"{query}&to={OPENING + 5 * MINUTE}"))["bars"] == closed

    in_world(stream)
    closed = [bar for bar in history if bar["time"] < OPENING + 5 * MINUTE]
    assert len(closed) == 5
    assert [streamed[bar["time"]] for bar in closed] == closed
    in_world(after_a_restart, start=OPENING + 60 * MINUTE)


def test_away_for_a_minute_and_resumed_every_trade_comes_once_in_order() -> None:
    async def act(world: World) -> None:
        await world.clock.advance(MINUTE)
        async with world.socket() as client:
            reply = await client.request("trades.subscribe", {"symbols": [SYMBOL]})
            [subscription] = reply["subscriptions"]
            assert len(subscription["snapshot"]) == 50
            await world.clock.advance(10_000)
            before = await updates_until_answer(client)
        await world.clock.advance(MINUTE)
        position = {"epoch": subscription["epoch"], "seq": before[-1]["seq"]}
        topic = subscription["topic"]
        async with world.socket() as client:
            reply = await client.request(
                "trades.subscribe", {"symbols": [SYMBOL], "recover": {topic: position}}
            )
            [resumed] = reply["subscriptions"]
            assert resumed["recovered"] is True
            assert resumed["snapshot"] is None
            assert resumed["seq"] == position["seq"]
            await world.clock.advance(10_000)
            after = await updates_until_answer(client)
        seen = before + after
        assert [item["seq"] for item in seen] == list(
            range(subscription["seq"] + 1, subscription["seq"] + 1 + len(seen))
        )
        ids = [item["payload"]["id"] for item in seen]
        listed = (await world.get(f"trades?symbol={SYMBOL}&limit=1000"))["items"]
        assert ids == [trade["id"] for trade in reversed(listed)][-len(ids) :]
        assert len(ids) >= 80

    in_world(act)


def test_away_for_longer_than_is_kept_the_reply_says_so() -> None:
    async def act(world: World) -> None:
        await world.clock.advance(MINUTE)
        async with world.socket() as client:
            [first] = (await client.request("trades.subscribe", {"symbols": [SYMBOL]}))[
                "subscriptions"
            ]
        await world.clock.advance(10 * MINUTE)
        async with world.socket() as client:
            recover = {first["topic"]: {"epoch": first["epoch"], "seq": first["seq"]}}
            [again] = (
                await client.request("trades.subscribe", {"symbols": [SYMBOL], "recover": recover})
            )["subscriptions"]
            assert again["recovered"] is False
            assert again["epoch"] == first["epoch"]
            assert again["seq"] > first["seq"]
            assert len(again["snapshot"]) == 50

    in_world(act)


@pytest.mark.parametrize(
    ("request_type", "payload", "code"),
    [
        pytest.param("bars.subscribe", {"symbol": "NOPE", "resolution": "1"}, "unknown_symbol"),
        pytest.param(
            "bars.subscribe", {"symbol": SYMBOL, "resolution": "7"}, "unsupported_resolution"
        ),
        pytest.param("bars.subscribe", {"symbol": SYMBOL}, "invalid_payload"),
        pytest.param("quotes.subscribe", {"symbols": [SYMBOL, "NOPE"]}, "unknown_symbol"),
        pytest.param("quotes.subscribe", {"symbols": [SYMBOL], "fast": True}, "invalid_payload"),
        pytest.param("orders.subscribe", {}, "unknown_type"),
        pytest.param("nonsense", {}, "unknown_type"),
    ],
)
def test_a_bad_request_is_answered_and_the_socket_stays(
    request_type: str, payload: dict[str, Any], code: str
) -> None:
    async def act(world: World) -> None:
        async with world.socket() as client:
            assert (await client.refusal(request_type, payload))["code"] == code
            assert (await client.request("system.info"))["topics"] == []

    in_world(act)


def test_broken_json_is_answered_and_a_binary_frame_ends_the_connection() -> None:
    async def act(world: World) -> None:
        async with world.socket() as client:
            await client.send('{"type": "system.ping", "type": "system.info"}')
            assert (await client.receive())["payload"]["code"] == "invalid_json"
            await client.send(b"{}")
            assert await client.closed() == 1003

    in_world(act)


def test_there_is_no_global_socket() -> None:
    async def act(world: World) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with open_socket(f"{world.server.ws_url}/api/v1/ws"):
                pass
        answer = refused.value.response
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.body)["code"] == "not_found"

    in_world(act)


def test_bitcoin_moves_within_seconds_at_any_hour() -> None:
    async def act(world: World) -> None:
        symbols = [item["symbol"] for item in (await world.get("symbols"))["items"]]
        if "BTCUSD" not in symbols:
            pytest.skip("the BTCUSD pack is not here")
        async with world.socket() as client:
            reply = await client.request("quotes.subscribe", {"symbols": ["BTCUSD"]})
            before = reply["subscriptions"][0]["snapshot"]
            assert before["status"] == "open"
            await world.clock.advance(30_000)
            moved = [item["payload"] for item in await updates_until_answer(client)]
            assert len({(quote["bid"], quote["ask"]) for quote in moved}) > 1
            assert all(quote["bid"] < quote["ask"] for quote in moved)
            assert all(quote["bid_size"] > 0 and quote["ask_size"] > 0 for quote in moved)
            bars = await client.request("bars.subscribe", {"symbol": "BTCUSD", "resolution": "1"})
            price = bars["subscriptions"][0]["snapshot"][-1]["close"]
            await world.clock.advance(2 * MINUTE)
            updates = await updates_until_answer(client)
            closes = {item["payload"]["close"] for item in updates if item["type"] == "bars.update"}
            assert closes - {price}

    in_world(act, start=1_767_348_000_000)
