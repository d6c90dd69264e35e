"""A source that falls silent: its symbols are stale, everybody is told, no order is filled."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.modules.datafeed.test_datafeed_service import StubSource, utc
from trading_api.app_factory import build_app
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.errors import TradingError
from trading_api.domain.market import TopOfBook
from trading_api.domain.ports import SILENT_AFTER_MS, MarketTick, Message, SourceStatus
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.shared.auth import OWNER
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleHealth, StaleTopic
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock


class Market:
    """A datafeed on a source that speaks when a test says so, and a broker beside it."""

    def __init__(self) -> None:
        self.clock = ManualClock(utc("2026-11-20T16:00:00"))
        self.context = AppContext.in_memory(clock=self.clock)
        self.source = StubSource()
        self.broker = BrokerService(self.context)
        self.datafeed = DatafeedService(self.context, [self.source])
        self.heard: list[Message] = []
        for route in ("quotes", "gap", "connection"):
            self.context.bus.subscribe(route, self.heard.append)

    async def say(self, *, after_gap: bool = False) -> None:
        now = self.clock.now_ms()
        events = () if after_gap else (TopOfBook("EURUSD", now, 1.0, 1.5, 10.0, 10.0),)
        self.source.queue.put_nowait(MarketTick(now, events, after_gap))
        await self.clock.advance(0)

    async def beat(self) -> None:
        self.source.queue.put_nowait(MarketTick(self.clock.now_ms()))
        await self.clock.advance(0)

    async def buy(self) -> str:
        """Status of an order, or the code of its refusal."""
        order = PlaceOrder(symbol="EURUSD", side="buy", kind="market", quantity=Decimal(1))
        try:
            answer = await self.broker.submit(OWNER, order)
        except TradingError as error:
            return error.code
        return answer.orders[0].status

    def told(self, route: str) -> list[Any]:
        return [message.value for message in self.heard if message.topic.startswith(route)]


def play(story: Callable[[Market], Awaitable[None]]) -> None:
    async def main() -> None:
        market = Market()
        async with market.broker.running(), market.datafeed.running():
            await story(market)

    asyncio.run(main())


def test_silence_makes_open_symbols_stale_and_the_next_word_ends_it() -> None:
    async def story(market: Market) -> None:
        await market.say()
        assert await market.buy() == "filled"
        await market.clock.advance(SILENT_AFTER_MS - 1000)
        assert market.datafeed.health().status == "ok"
        await market.clock.advance(2_100)
        assert market.datafeed.symbol("EURUSD").status == "stale"
        assert market.told("quotes")[-1].status == "stale"
        health = market.datafeed.health()
        assert health.status == "degraded"
        assert "stub has been silent for 16 s" in str(health.detail)
        assert market.told("connection")[-1].market_data == "stale"
        assert market.broker.health().status == "degraded"
        assert await market.buy() == "stale_quote"
        await market.say()
        assert market.told("quotes")[-1].status == "open"
        assert market.datafeed.health().status == "ok"
        assert market.told("connection")[-1].market_data == "live"
        assert await market.buy() == "filled"
        assert market.told("gap") == [], "everything that was said was heard"

    play(story)


def test_signs_of_life_are_enough() -> None:
    async def story(market: Market) -> None:
        await market.say()
        for _ in range(10):
            await market.clock.advance(5_000)
            await market.beat()
        assert {quote.status for quote in market.told("quotes")} == {"open"}

    play(story)


def test_a_line_that_is_down_is_told_with_its_reason_and_its_gap_afterwards() -> None:
    async def story(market: Market) -> None:
        await market.say()
        market.source.state = SourceStatus("down", "connection refused")
        await market.clock.advance(1_100)
        assert market.datafeed.health().detail == "stub is down: connection refused"
        assert market.told("quotes")[-1].status == "stale"
        assert await market.buy() == "stale_quote"
        market.source.state = SourceStatus()
        await market.say(after_gap=True)
        assert market.told("gap")
        assert set(market.told("gap")) == {"market data was interrupted"}
        assert market.told("quotes")[-1].status == "open"

    play(story)


@pytest.mark.parametrize("seconds", [3, 40])
def test_how_old_the_newest_is_can_be_measured(seconds: int) -> None:
    async def story(market: Market) -> None:
        await market.say()
        await market.clock.advance(seconds * 1000)
        text = market.context.metrics.text().decode()
        assert f'trading_api_market_data_age_seconds{{source="stub"}} {seconds}.0' in text

    play(story)


def test_what_is_silent_is_listed_topic_by_topic() -> None:
    async def story(market: Market) -> None:
        def stale() -> dict[str, int]:
            topics = market.datafeed.health().stale_topics
            return {topic.topic: topic.age_s for topic in topics}

        await market.say()
        market.datafeed.feed("EURUSD").newest_bars("1")
        for _ in range(11):
            await market.clock.advance(5_000)
            await market.beat()
        assert stale() == {}
        await market.clock.advance(5_000)
        await market.beat()
        assert market.datafeed.health().status == "ok", "its source is alive, it is only quiet"
        named = {"quotes:EURUSD", "bars:EURUSD:1", "bars:EURUSD:1D"}
        named |= {f"depth:EURUSD:{levels}" for levels in (5, 10, 25, 50)}
        assert stale() == dict.fromkeys(named, 60)
        await market.say()
        assert stale() == {}
        await market.clock.advance(SILENT_AFTER_MS + 2_000)
        assert stale() == dict.fromkeys(named, 17)
        assert market.datafeed.health().status == "degraded"

    play(story)


def test_the_servers_health_tells_which_topics_are_stale() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        app, _ = build_app(context, ["datafeed"])
        [module] = app.state.registry.get_enabled_modules()
        ages = [*range(200)]
        stale = [StaleTopic(f"quotes:S{age}", age) for age in ages]
        module.health = lambda: ModuleHealth("degraded", "it is silent", stale)
        async with make_client(app) as client:
            [told] = (await client.get("/api/v1/health")).json()["modules"]
        assert told["detail"] == "it is silent"
        oldest = [{"topic": f"quotes:S{age}", "age_s": age} for age in ages[:-101:-1]]
        assert told["stale_topics"] == oldest

    asyncio.run(main())
