"""What every source of market data must do."""

import asyncio
import random
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from itertools import pairwise
from typing import ClassVar, NamedTuple

import pytest

from trading_api.domain.bars import MINUTE_MS, BarAggregator
from trading_api.domain.depth import Ladder
from trading_api.domain.extended_hours import extended_session
from trading_api.domain.market import Bar, BookChange, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports import SILENT_AFTER_MS, Correction, MarketTick, QuoteSource
from trading_api.domain.sessions import TradingSession
from trading_api.testing.clock import ManualClock

SPAN_MS = 3 * MINUTE_MS
FEW = 40


class OpenedSource(NamedTuple):
    """A source under a clock that stands at an instant at which its symbols trade."""

    source: QuoteSource
    clock: ManualClock


class SourceSuite:
    """Inherit, and give `opened`.

    Of a source that `is_recorded` only the bars are compared with its stream that it remembers.

    Attributes:
        is_live: whether anything happens now; a source of history alone says no.
    """

    is_live: ClassVar[bool] = True

    @abstractmethod
    def opened(self) -> OpenedSource:
        """A source that nobody streams yet, with a few minutes to its next close."""

    def run(self, story: Callable[[OpenedSource], Awaitable[None]]) -> None:
        """Play a story with a fresh source."""

        async def main() -> None:
            await story(self.opened())

        asyncio.run(main())

    async def listen(
        self, opened: OpenedSource, milliseconds: int, each: Callable[[MarketTick], None]
    ) -> None:
        """Stream for some time, handing every tick over while the source stands at it."""
        source, clock = opened
        since = clock.now_ms()

        async def follow() -> None:
            async with aclosing(source.stream(since)) as ticks:
                async for tick in ticks:
                    each(tick)

        task = asyncio.create_task(follow())
        await clock.advance(milliseconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def test_symbols_are_sound(self) -> None:
        async def story(opened: OpenedSource) -> None:
            infos = opened.source.symbols()
            assert infos
            assert opened.source.name
            assert len({info.symbol for info in infos}) == len(infos)
            for info in infos:
                extended_session(info)
                assert info.full_name == f"{info.exchange}:{info.symbol}"
                assert info.min_move / info.price_scale == pytest.approx(float(info.tick_size))
                assert 0 < info.quantity_step <= info.min_quantity <= info.max_quantity
                assert "1D" in info.supported_resolutions, "quotes tell of the day"

        self.run(story)

    def test_it_is_alive_and_gives_signs_of_it(self) -> None:
        async def story(opened: OpenedSource) -> None:
            begin = opened.clock.now_ms()
            times = [begin]
            await self.listen(opened, SPAN_MS, lambda tick: times.append(tick.time))
            assert opened.source.status().state == "live"
            assert all(b - a <= SILENT_AFTER_MS / 3 for a, b in pairwise(times))
            minutes = range(begin - begin % MINUTE_MS + MINUTE_MS, begin + SPAN_MS, MINUTE_MS)
            assert set(minutes) <= set(times)

        self.run(story)

    def test_ticks_come_in_order_each_when_its_time_has_come(self) -> None:
        async def story(opened: OpenedSource) -> None:
            ticks: list[MarketTick] = []

            def hear(tick: MarketTick) -> None:
                assert tick.time <= opened.clock.now_ms()
                ticks.append(tick)

            begin = opened.clock.now_ms()
            await self.listen(opened, SPAN_MS, hear)
            assert all(a.time < b.time for a, b in pairwise([MarketTick(begin), *ticks]))
            names = {info.symbol for info in opened.source.symbols()}
            events = [(tick.time, event) for tick in ticks for event in tick.events]
            assert bool(events) == self.is_live
            assert all(event.symbol in names for _, event in events)
            for time, event in events:
                if isinstance(event, Correction):
                    assert event.to_ms <= time, "of the past"
                else:
                    assert event.time == time

        self.run(story)

    def test_answers_are_as_of_what_was_handed_out(self) -> None:
        async def story(opened: OpenedSource) -> None:
            source = opened.source
            last: dict[str, TopOfBook] = {}
            ladders = {
                info.symbol: Ladder(info.symbol, info.tick_size, info.quantity_step)
                for info in source.symbols()
                if info.has_depth
            }
            for name, ladder in ladders.items():
                standing = source.depth(name)
                if standing is not None:
                    ladder.apply(standing)

            def hear(tick: MarketTick) -> None:
                for event in tick.events:
                    if isinstance(event, TopOfBook):
                        last[event.symbol] = event
                    elif isinstance(event, BookChange):
                        ladders[event.symbol].apply(event)
                    else:
                        assert (
                            source.trades(event.symbol, None, None, None, 1)[-1].time == tick.time
                        )
                for name, top in last.items():
                    assert source.top(name) == top

            await self.listen(opened, MINUTE_MS, hear)
            for name, ladder in ladders.items():
                best, top = ladder.depth(1), last.get(name)
                if top is not None:
                    assert best.bids[0][0] == top.bid
                    assert best.asks[0][0] == top.ask
                    assert best.bids[0][0] < best.asks[0][0]

        self.run(story)

    def test_what_is_streamed_is_history(self) -> None:
        async def story(opened: OpenedSource) -> None:
            source, clock = opened
            begin = clock.now_ms()
            folded = {info.symbol: _Folded(info, source, begin) for info in source.symbols()}

            def hear(tick: MarketTick) -> None:
                for event in tick.events:
                    assert not isinstance(event, Correction), "it could not be compared"
                    folded[event.symbol].take(event)

            await self.listen(opened, SPAN_MS + 1, hear)
            for symbol, told in folded.items():
                for resolution, bars in told.bars.items():
                    if bars:
                        history = source.bars(symbol, resolution, min(bars), None, 10_000)
                        remembered = {bar.time: bar for bar in history}
                        if getattr(source, "is_recorded", False):
                            assert remembered.items() <= bars.items(), (symbol, resolution)
                        else:
                            assert remembered == bars, (symbol, resolution)
                if told.trades:
                    count = len(told.trades)
                    assert told.trades == list(source.trades(symbol, None, None, None, count))

        self.run(story)

    def test_bars_are_ascending_sound_and_within_their_bounds(self) -> None:
        async def story(opened: OpenedSource) -> None:
            source, clock = opened
            for info in source.symbols():
                for resolution in info.supported_resolutions:
                    bars = source.bars(info.symbol, resolution, None, None, FEW)
                    assert len(bars) <= FEW
                    assert all(a.time < b.time for a, b in pairwise(bars))
                    assert all(bar.time <= clock.now_ms() for bar in bars)
                    for bar in bars:
                        assert bar.low <= min(bar.open, bar.close)
                        assert max(bar.open, bar.close) <= bar.high
                        assert bar.volume >= 0
                    if len(bars) > 3:
                        inner = source.bars(
                            info.symbol, resolution, bars[1].time, bars[-1].time, 10_000
                        )
                        assert list(inner) == list(bars[1:-1])

        self.run(story)

    def test_short_questions_join_to_a_long_one(self) -> None:
        async def story(opened: OpenedSource) -> None:
            source = opened.source
            chance = random.Random(1)  # noqa: S311 - repeatable, keeps no secret
            for info in source.symbols():
                for resolution in info.supported_resolutions:
                    long = source.bars(info.symbol, resolution, None, None, 500)
                    if len(long) < 3:
                        continue
                    first, last = long[0].time, long[-1].time + 1
                    cuts = sorted(chance.randrange(first, last) for _ in range(4))
                    joined: list[Bar] = []
                    for since, until in pairwise([first, *cuts, last]):
                        joined += source.bars(info.symbol, resolution, since, until, 10_000)
                    assert joined == list(long)

        self.run(story)

    def test_trades_are_paged_without_a_hole(self) -> None:
        async def story(opened: OpenedSource) -> None:
            source = opened.source
            for info in source.symbols():
                if not info.has_trades:
                    continue
                whole = list(source.trades(info.symbol, None, None, None, 3 * FEW))
                pages: list[Trade] = []
                before = None
                while len(pages) < len(whole):
                    page = list(source.trades(info.symbol, before, None, None, FEW))
                    assert page
                    pages, before = page + pages, page[0].id
                assert pages[-len(whole) :] == whole
                if whole:
                    since, until = whole[len(whole) // 3].time, whole[-1].time
                    within = [trade for trade in whole if since <= trade.time < until]
                    found = source.trades(info.symbol, None, since, until, 3 * FEW)
                    assert list(found) == within
                with pytest.raises(ValueError, match=r"no trade|not the id"):
                    source.trades(info.symbol, "there is none", None, None, FEW)

        self.run(story)


class _Folded:
    """The bars of one symbol as its stream makes them."""

    def __init__(self, info: SymbolInfo, source: QuoteSource, begin_ms: int) -> None:
        self._aggregator = BarAggregator(
            TradingSession.of(info), info.quantity_step, info.supported_resolutions
        )
        self.trades: list[Trade] = []
        self.bars: dict[Resolution, dict[int, Bar]] = {}
        for resolution in info.supported_resolutions:
            seed = source.bars(info.symbol, resolution, None, None, 2)
            self._aggregator.seed(resolution, seed, begin_ms)
            self.bars[resolution] = {bar.time: bar for bar in seed[-1:]}

    def take(self, event: TopOfBook | BookChange | Trade) -> None:
        if isinstance(event, Trade):
            self.trades.append(event)
            changed = self._aggregator.on_trade(event.time, event.price, event.size)
            for resolution, bar in changed:
                self.bars[resolution][bar.time] = bar
