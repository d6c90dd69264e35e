"""The datafeed's socket, spoken to over a real connection."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from trading_api.app_factory import build_app
from trading_api.domain.sessions import epoch_ms
from trading_api.modules.datafeed import DatafeedModule
from trading_api.modules.datafeed.sources.replay import LONGEST_CATCH_UP_MS
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve

ADDRESS = "/api/v1/datafeed/ws"
START = epoch_ms(datetime(2026, 11, 20, 15, 58, 30, tzinfo=UTC))


class Talk:
    """A connection, and the clock that the server lives by."""

    def __init__(self, socket: ClientConnection, clock: ManualClock) -> None:
        self.clock = clock
        self._socket = socket

    async def ask(self, type_: str, **payload: Any) -> dict[str, Any]:
        """The payload of the answer; updates that come before it are dropped."""
        await self._socket.send(json.dumps({"type": type_, "id": 1, "payload": payload}))
        while (frame := await self.next())["type"] not in (f"{type_}.response", "error"):
            pass
        answer: dict[str, Any] = frame["payload"]
        return answer

    async def next(self) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self._socket.recv(), 10))
        return frame

    async def frames(self, count: int) -> list[dict[str, Any]]:
        """The next frames."""
        return [await self.next() for _ in range(count)]


def talk(story: Callable[[Talk], Awaitable[None]], packs_dir: Path | None = None) -> None:
    async def main() -> None:
        clock = ManualClock(START)
        context = AppContext.in_memory(clock=clock)
        context.packs_dir = packs_dir
        app, _ = build_app(context, ["datafeed"])
        async with serve(app) as server, connect(server.ws_url + ADDRESS, max_queue=None) as socket:
            await story(Talk(socket, clock))

    asyncio.run(main())


def test_bars_begin_with_the_closed_and_the_open_one_and_go_on() -> None:
    async def story(talk: Talk) -> None:
        answer = await talk.ask("bars.subscribe", symbol="NASDAQ:AAPL", resolution="1")
        [subscription] = answer["subscriptions"]
        assert subscription["topic"] == "bars:AAPL:1"
        closed, growing = subscription["snapshot"]
        assert growing["time"] - closed["time"] == 60_000
        assert growing["time"] == START - 30_000
        await talk.clock.advance(1000)
        [update] = await talk.frames(1)
        assert update["type"] == "bars.update"
        assert update["seq"] == subscription["seq"] + 1
        assert update["payload"]["time"] == growing["time"]
        assert update["payload"]["volume"] > growing["volume"]

    talk(story)


def test_quotes_and_trades_of_several_symbols() -> None:
    async def story(talk: Talk) -> None:
        quotes = await talk.ask("quotes.subscribe", symbols=["AAPL", "IBM"])
        assert [entry["topic"] for entry in quotes["subscriptions"]] == [
            "quotes:AAPL",
            "quotes:IBM",
        ]
        assert quotes["subscriptions"][0]["snapshot"]["status"] == "open"
        trades = await talk.ask("trades.subscribe", symbols=["IBM"])
        [subscription] = trades["subscriptions"]
        snapshot = subscription["snapshot"]
        assert len(snapshot) == 50
        assert [trade["time"] for trade in snapshot] == sorted(t["time"] for t in snapshot)
        await talk.clock.advance(1000)
        frames = await talk.frames(3)
        assert sorted(frame["topic"] for frame in frames) == [
            "quotes:AAPL",
            "quotes:IBM",
            "trades:IBM",
        ]
        [trade] = [frame for frame in frames if frame["topic"] == "trades:IBM"]
        assert trade["seq"] == subscription["seq"] + 1
        assert trade["payload"]["time"] > snapshot[-1]["time"]

    talk(story)


def test_bitcoin_moves_within_seconds(packs_dir: Path) -> None:
    async def story(talk: Talk) -> None:
        answer = await talk.ask("quotes.subscribe", symbols=["BTCUSD"])
        [subscription] = answer["subscriptions"]
        assert subscription["snapshot"]["bid_size"] > 0
        await talk.clock.advance(20_000)
        update = await talk.next()
        assert update["payload"]["time"] > subscription["snapshot"]["time"]

    talk(story, packs_dir)


@pytest.mark.parametrize(
    ("type_", "payload", "code", "text"),
    [
        ("bars.subscribe", {"symbol": "NOPE", "resolution": "1"}, "unknown_symbol", "NOPE"),
        ("bars.subscribe", {"symbol": "AAPL", "resolution": "7"}, "unsupported_resolution", "1W"),
        ("bars.subscribe", {"symbol": "AAPL"}, "invalid_payload", "resolution"),
        ("bars.subscribe", {"symbol": 5, "resolution": "1"}, "invalid_payload", "symbol"),
        ("quotes.subscribe", {"symbols": []}, "invalid_payload", "symbols"),
        ("quotes.subscribe", {"symbols": "AAPL"}, "invalid_payload", "symbols"),
        ("trades.subscribe", {"symbols": ["AAPL", "NOPE"]}, "unknown_symbol", "NOPE"),
        ("trades.subscribe", {"symbol": "AAPL"}, "invalid_payload", "symbol"),
    ],
)
def test_what_cannot_be_subscribed_to_is_named(
    type_: str, payload: dict[str, Any], code: str, text: str
) -> None:
    async def story(talk: Talk) -> None:
        error = await talk.ask(type_, **payload)
        assert error["code"] == code
        assert text in error["message"]
        assert "server_time" in await talk.ask("system.ping")

    talk(story)


@pytest.mark.parametrize("gaps", [1, 2])
def test_nobody_resumes_across_an_interruption(gaps: int) -> None:
    async def story(talk: Talk) -> None:
        async def trades(**recover: Any) -> dict[str, Any]:
            answer = await talk.ask("trades.subscribe", symbols=["AAPL"], **recover)
            subscription: dict[str, Any] = answer["subscriptions"][0]
            return subscription

        def position(of: dict[str, Any]) -> dict[str, Any]:
            return {"recover": {"trades:AAPL": {"epoch": of["epoch"], "seq": of["seq"]}}}

        before = await trades()
        for _ in range(gaps):
            before = await trades(**position(before))
            await talk.ask("trades.unsubscribe", symbols=["AAPL"])
            await talk.clock.jump(2 * LONGEST_CATCH_UP_MS)
        after = await trades(**position(before))
        assert after["recovered"] is False
        assert (await trades(**position(after)))["recovered"] is True

    talk(story)


def test_a_gap_is_told_with_the_position_to_resume_from() -> None:
    async def story(talk: Talk) -> None:
        await talk.ask("trades.subscribe", symbols=["AAPL"])
        await talk.clock.jump(2 * LONGEST_CATCH_UP_MS)
        notice = (await talk.next())["payload"]
        assert (notice["code"], notice["topic"]) == ("gap", "trades:AAPL")
        recover = {"trades:AAPL": {"epoch": notice["epoch"], "seq": notice["seq"]}}
        answer = await talk.ask("trades.subscribe", symbols=["AAPL"], recover=recover)
        assert answer["subscriptions"][0]["recovered"] is True

    talk(story)


def test_the_module_lives_in_memory_without_a_context() -> None:
    module = DatafeedModule()
    assert [router.name for router in module.get_ws_routers()] == [
        "bars",
        "quotes",
        "trades",
        "depth",
    ]
    assert module.get_openapi_tags()[0]["name"] == "datafeed"
    quotes = module.get_ws_routers()[1]
    snapshot = quotes.read("quotes:AAPL")
    assert (snapshot.epoch, snapshot.seq) == (module.context.epoch, 0)
    assert snapshot.value.bid is not None
