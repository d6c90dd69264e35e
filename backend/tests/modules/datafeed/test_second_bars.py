"""Bars of seconds end by the clock, also when nothing more is traded."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from tests.modules.datafeed.test_datafeed_service import StubSource, utc
from trading_api.domain.market import Bar, Trade
from trading_api.domain.ports import BEAT_MS, MarketTick, Message
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock

NOON = utc("2026-11-20T12:00")


class Market:
    """A source that speaks when a test says so, and the bars of a second that follow."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        context = AppContext.in_memory(clock=self.clock)
        self.source = StubSource()
        self.source.info = replace(
            self.source.info, has_trades=True, supported_resolutions=("1S", "1", "1D")
        )
        self.service = DatafeedService(context, [self.source])
        self.told: list[Bar] = []
        context.bus.subscribe("bars", self._hear)

    def _hear(self, message: Message) -> None:
        if message.topic.endswith(":1S"):
            self.told.append(message.value)

    async def trade(self, price: float, ago_ms: int = 0) -> None:
        now = self.clock.now_ms()
        trade = Trade(str(now), "EURUSD", now - ago_ms, price, 1.0, "buy")
        self.source.queue.put_nowait(MarketTick(now, (trade,)))
        await self.clock.advance(0)


def play(story: Callable[[Market], Awaitable[None]]) -> None:
    async def main() -> None:
        market = Market()
        async with market.service.running():
            market.service.feed("EURUSD").newest_bars("1S")
            await story(market)

    asyncio.run(main())


def test_a_second_is_told_once_more_when_it_has_passed() -> None:
    async def story(market: Market) -> None:
        await market.clock.advance(200)
        await market.trade(2.0)
        bar = Bar(NOON, 2.0, 2.0, 2.0, 2.0, 1.0)
        assert market.told == [bar]
        await market.clock.advance(1_299)
        assert market.told == [bar]
        await market.clock.advance(1)
        assert market.told == [bar, bar], "its final form"
        await market.clock.advance(3_000)
        assert market.told == [bar, bar]
        await market.trade(3.0)
        assert market.told[2:] == [Bar(NOON + 4_000, 3.0, 3.0, 3.0, 3.0, 1.0)]

    play(story)


def test_a_trade_that_comes_after_that_changes_it() -> None:
    async def story(market: Market) -> None:
        await market.trade(2.0)
        await market.clock.advance(1_600)
        await market.trade(5.0, ago_ms=700)
        assert market.told[-1] == Bar(NOON, 2.0, 5.0, 2.0, 5.0, 2.0)

    play(story)


def test_a_source_that_is_behind_ends_its_seconds_itself() -> None:
    async def story(market: Market) -> None:
        await market.trade(2.0)
        await market.clock.jump(BEAT_MS + 2_000)
        assert len(market.told) == 1, "what it has to say of that second may still come"

    play(story)
