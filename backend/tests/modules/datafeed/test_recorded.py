"""The bars of a live source are kept: live = history over restarts, gaps, late and other trades."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from itertools import count

import pytest
from msgspec.structs import replace

from tests.modules.datafeed.test_datafeed_service import StubSource, utc
from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.errors import TradingError
from trading_api.domain.intervals import Interval, missing
from trading_api.domain.market import Bar, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports import Correction, MarketEvent, MarketTick, Message
from trading_api.domain.series import Columns, Saved, SeriesKey
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.recorded import RecordedSource
from trading_api.shared.context import AppContext
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.shared.replay import ReplayClock, ReplayPlan
from trading_api.shared.sources import SourceContext
from trading_api.testing.clock import ManualClock
from trading_api.testing.suites.sources import OpenedSource, SourceSuite
from watchlist_module.forgetful import forgetful

MINUTE = 60_000
NOON = utc("2026-11-20T12:00")
MINUTES = SeriesKey("EURUSD", "bars", "1")
_ids = count()


class LiveSource(StubSource):
    """Speaks when a test says so, and remembers the bars that a test gives it."""

    is_recorded = True

    def __init__(self, info: SymbolInfo) -> None:
        super().__init__()
        self.info = info
        self.remembered: dict[Resolution, list[Bar]] = {}

    def bars(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        return [
            bar
            for bar in self.remembered.get(resolution, [])
            if (from_ms or 0) <= bar.time < (to_ms or 1 << 60)
        ][-limit:]


class FullStore(MemoryMarketStore):
    """A store whose disk is full when a test says so."""

    is_full = False

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        if self.is_full:
            raise TradingError("unavailable", "market data cannot be stored: disk full")
        return super().save(key, rows, derived=derived)


class Feed:
    """A market store that lasts, and one life of a datafeed after the other over it."""

    def __init__(self, start: int = NOON) -> None:
        self.clock = ManualClock(start)
        self.store = FullStore()
        self.info = replace(
            StubSource().info, has_trades=True, supported_resolutions=("1S", "1", "5", "60", "1D")
        )
        self.source = LiveSource(self.info)
        self.told: dict[str, dict[int, Bar]] = defaultdict(dict)
        self.again: list[Bar] = []
        self.gaps: set[str] = set()
        self.remembers: dict[Resolution, list[Bar]] = {}

    def live(self, story: Callable[[], Awaitable[None]], *, killed: bool = False) -> None:
        """One life, which ends in order or at once."""

        async def main() -> None:
            context = AppContext.in_memory(clock=self.clock)
            context.market = self.store
            context.bus.subscribe("bars", self._hear)
            context.bus.subscribe("gap", lambda message: self.gaps.add(message.value))
            self.source = LiveSource(self.info)
            self.source.remembered = self.remembers
            self.service = DatafeedService(context, [self.source])
            self.context = context
            running = self.service.running()
            await running.__aenter__()
            for resolution in self.info.supported_resolutions:
                self.service.feed("EURUSD").newest_bars(resolution)
            await story()
            if killed:
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()
            else:
                await running.__aexit__(None, None, None)

        asyncio.run(main())

    def _hear(self, message: Message) -> None:
        before = self.told[message.topic].get(message.value.time)
        self.told[message.topic][message.value.time] = message.value
        if before not in (None, message.value):
            self.again.append(message.value)

    async def say(self, *events: MarketEvent, after_gap: bool = False) -> None:
        self.source.queue.put_nowait(MarketTick(self.clock.now_ms(), events, after_gap))
        await self.clock.advance(0)

    async def trade(self, price: float, size: float = 1.0, ago_ms: int = 0) -> None:
        time = self.clock.now_ms() - ago_ms
        await self.say(Trade(str(next(_ids)), "EURUSD", time, price, size, "buy"))

    async def until(self, time_ms: int) -> None:
        """Let time pass as a source that is alive does: with a tick at every whole minute."""
        while (now := self.clock.now_ms()) < time_ms:
            await self.clock.advance_to(min(time_ms, now - now % MINUTE + MINUTE))
            if self.clock.now_ms() % MINUTE == 0:
                await self.say()

    async def written(self) -> None:
        """Until what has ended is stored: a second, and what the writing takes."""
        await self.clock.advance(1_000)
        await self.source_of().write()

    def source_of(self) -> RecordedSource:
        source = self.service.feed("EURUSD").source
        assert isinstance(source, RecordedSource)
        return source

    async def service_has_looked(self) -> None:
        """Until what was imported has been taken in, in a thread."""
        async with asyncio.timeout(5):
            while not self.gaps:  # noqa: ASYNC110 - a thread has no clock of ours
                await asyncio.sleep(0.001)

    def history(
        self, resolution: Resolution, limit: int = 1000, *, adjusted: bool = True
    ) -> list[Bar]:
        info = self.service.symbol("EURUSD")
        return list(self.service.bars(info, resolution, None, None, limit, adjusted=adjusted))

    def check_live_is_history(self) -> None:
        for resolution in self.info.supported_resolutions:
            told = self.told[f"bars:EURUSD:{resolution}"]
            kept = {bar.time: bar for bar in self.history(resolution)}
            assert told.items() <= kept.items(), resolution


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_told_is_history_after_a_restart(killed: bool) -> None:
    feed = Feed()

    async def first() -> None:
        for number in range(200):
            await feed.trade(1.0 + number % 7 / 4, number % 3 + 1)
            await feed.until(feed.clock.now_ms() + 1_700)
        await feed.until(feed.clock.now_ms() // MINUTE * MINUTE + MINUTE)
        await feed.written()
        feed.check_live_is_history()

    async def second() -> None:
        feed.check_live_is_history()
        await feed.trade(9.0)
        feed.check_live_is_history()
        assert len(feed.history("1")) == 7
        assert feed.history("1D")[0].volume == sum(n % 3 + 1 for n in range(200)) + 1

    feed.live(first, killed=killed)
    feed.live(second)


def test_a_bar_that_was_open_at_an_orderly_end_goes_on() -> None:
    feed = Feed()

    async def first() -> None:
        await feed.trade(2.0)
        await feed.until(NOON + 20_000)
        await feed.trade(3.0)

    async def second() -> None:
        await feed.until(NOON + 50_000)
        await feed.trade(1.0)
        assert feed.history("1") == [Bar(NOON, 2.0, 3.0, 1.0, 1.0, 3.0)]
        assert feed.service.feed("EURUSD").newest_bars("1") == feed.history("1")
        feed.check_live_is_history()

    feed.live(first)
    known = Interval(NOON, NOON + 20_001)
    assert feed.store.known(MINUTES) == [known]
    asyncio.run(feed.clock.advance(20_000))
    feed.live(second)
    assert feed.store.known(MINUTES) == [known, Interval(NOON + 40_000, NOON + 50_001)]


def test_a_late_trade_changes_the_bar_that_is_stored_and_is_announced() -> None:
    feed = Feed()

    async def story() -> None:
        await feed.trade(2.0)
        await feed.until(NOON + MINUTE + 5_000)
        await feed.trade(2.5)
        await feed.written()
        assert feed.store.read(MINUTES, None, None, 10).bars() == [Bar(NOON, 2, 2, 2, 2, 1)]
        feed.again.clear()
        await feed.trade(7.0, ago_ms=20_000)
        late = Bar(NOON, 2.0, 7.0, 2.0, 7.0, 2.0)
        assert late in feed.again
        assert feed.history("1")[0] == late
        await feed.written()
        assert feed.store.read(MINUTES, None, NOON + MINUTE, 10).bars() == [late]
        feed.check_live_is_history()

    feed.live(story)
    feed.live(lambda: asyncio.sleep(0))
    assert feed.store.read(MINUTES, None, NOON + MINUTE, 10).bars()[0].high == 7.0


def test_a_correction_puts_the_sources_bars_in_the_place_of_what_was_told() -> None:
    feed = Feed()

    async def story() -> None:
        for _ in range(3):
            await feed.trade(2.0)
            await feed.until(feed.clock.now_ms() + MINUTE)
        await feed.trade(4.0)
        await feed.written()
        assert len(feed.history("1")) == 4
        right = Bar(NOON + MINUTE, 3.0, 3.0, 3.0, 3.0, 5.0)
        feed.source.remembered = {"1": [right], "1S": [right]}
        # The first minute has been busted as a whole, the second one is another.
        await feed.say(Correction("EURUSD", NOON, NOON + 2 * MINUTE))
        assert feed.history("1")[0] == right
        assert len(feed.history("1")) == 3
        assert feed.history("1D")[0].volume == 5 + 1 + 1
        await feed.written()
        assert feed.store.read(MINUTES, None, NOON + 2 * MINUTE, 9).bars() == [right]
        await feed.trade(5.0)
        assert feed.history("1")[-1] == Bar(NOON + 3 * MINUTE, 4.0, 5.0, 4.0, 5.0, 2.0)

    feed.live(story)


def test_a_gap_is_not_known_and_what_the_source_remembers_fills_it() -> None:
    feed = Feed()

    async def story() -> None:
        await feed.trade(2.0)
        await feed.until(NOON + 2 * MINUTE)
        await feed.clock.advance(10 * MINUTE)
        filled = [Bar(NOON + n * MINUTE, 8.0, 8.0, 8.0, 8.0, 1.0) for n in range(2, 12)]
        feed.source.remembered = {"1": [Bar(NOON, 6.0, 6.0, 6.0, 6.0, 6.0), *filled]}
        await feed.say(after_gap=True)
        await feed.trade(3.0)
        assert feed.history("1")[:2] == [Bar(NOON, 2.0, 2.0, 2.0, 2.0, 1.0), filled[0]]
        assert len(feed.history("1")) == 12
        await feed.until(NOON + 14 * MINUTE)
        await feed.written()

    feed.live(story)
    known = feed.store.known(MINUTES)
    assert [each.from_ms for each in known] == [NOON, NOON + 12 * MINUTE]
    assert known[0].to_ms == NOON + 2 * MINUTE + 1
    assert known[1].to_ms >= NOON + 14 * MINUTE


def test_what_a_kill_has_lost_is_not_known_and_the_source_fills_it() -> None:
    feed = Feed()
    late = NOON + 3 * MINUTE

    async def first() -> None:
        for price in (1.0, 2.0, 3.0):
            await feed.trade(price)
            await feed.until(feed.clock.now_ms() + MINUTE)
        await feed.written()
        # All of this is lost: a late trade in a minute that is stored, a minute that has ended.
        await feed.trade(9.0, ago_ms=20_000)
        await feed.trade(4.0)
        feed.source.queue.put_nowait(MarketTick(late + MINUTE))
        assert len(feed.history("1")) == 4

    async def second() -> None:
        found = [(bar.time, bar.close) for bar in feed.history("1")]
        times = range(NOON, late + 2 * MINUTE, MINUTE)
        assert found == list(zip(times, [1.0, 2.0, 9.0, 4.0, 6.0], strict=True))

    feed.live(first, killed=True)
    known = feed.store.known(MINUTES)
    for lost in (late - MINUTE, late):
        assert missing(known, Interval(lost, lost + MINUTE)), "it is not said to be known"
    assert not missing(known, Interval(NOON, NOON + MINUTE))
    asyncio.run(feed.clock.advance_to(late + MINUTE + 30_000))
    feed.remembers = {
        "1": [
            Bar(NOON, 7.0, 7.0, 7.0, 7.0, 7.0),
            Bar(late - MINUTE, 3.0, 9.0, 3.0, 9.0, 2.0),
            Bar(late, 4.0, 4.0, 4.0, 4.0, 1.0),
            Bar(late + MINUTE, 6.0, 6.0, 6.0, 6.0, 1.0),
        ]
    }
    feed.live(second)


def test_minutes_without_a_trade_are_known_to_be_empty() -> None:
    feed = Feed()

    async def story() -> None:
        await feed.until(NOON + 5 * MINUTE)
        await feed.written()
        assert feed.history("1") == []
        # A trade of the last minute may still come.
        assert feed.store.known(MINUTES) == [Interval(NOON, NOON + 4 * MINUTE + 1)]

    feed.live(story)
    assert feed.store.known(MINUTES) == [Interval(NOON, NOON + 5 * MINUTE + 1)]


def test_what_cannot_be_written_is_told_and_written_later() -> None:
    feed = Feed()

    async def story() -> None:
        feed.store.is_full = True
        await feed.trade(2.0)
        await feed.until(NOON + MINUTE)
        await feed.written()
        health = feed.service.health()
        assert health.status == "degraded"
        assert "disk full" in str(health.detail)
        assert len(feed.history("1")) == 1, "it is not lost"
        feed.store.is_full = False
        await feed.written()
        await feed.say()
        assert feed.service.health().status == "ok"
        assert len(feed.store.read(MINUTES, None, None, 9)) == 1

    feed.live(story)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_days_are_whole_over_a_change_of_the_clocks(day: str) -> None:
    start = utc(f"{day}T03:00")
    feed = Feed(start)
    feed.info = replace(
        feed.info,
        timezone="America/New_York",
        session="24x7",
        supported_resolutions=("1", "60", "1D"),
    )

    async def story() -> None:
        for _ in range(20):
            await feed.trade(2.0)
            await feed.until(feed.clock.now_ms() + 30 * MINUTE)
        await feed.written()
        feed.check_live_is_history()

    feed.live(story)
    feed.live(story)
    assert len(feed.told["bars:EURUSD:1D"]) == 2


def test_bars_of_a_symbol_without_trades_are_of_the_middle() -> None:
    feed = Feed()
    feed.info = replace(feed.info, has_trades=False, supported_resolutions=("1", "1D"))

    async def story() -> None:
        await feed.say(TopOfBook("EURUSD", NOON, 1.0, 2.0))
        await feed.until(NOON + MINUTE)
        await feed.written()
        feed.check_live_is_history()
        assert feed.history("1") == [Bar(NOON, 1.5, 1.5, 1.5, 1.5, 0.0)]

    feed.live(story)
    feed.live(lambda: asyncio.sleep(0))
    assert len(feed.store.read(MINUTES, None, None, 9)) == 1


def test_what_was_told_before_a_split_is_adjusted_and_that_is_told() -> None:
    tomorrow = utc("2026-11-21")
    feed = Feed(tomorrow - MINUTE)
    feed.info = replace(feed.info, has_trades=True, session="24x7", timezone="UTC")

    async def first() -> None:
        await feed.trade(8.0, 3.0)
        await feed.until(tomorrow + MINUTE)
        await feed.trade(2.0, 5.0)
        await feed.written()
        assert [bar.close for bar in feed.history("1D")] == [8.0, 2.0]
        feed.store.save_actions("EURUSD", [CorporateAction(date(2026, 11, 21), "split", 4.0)])
        await feed.clock.advance(1_000)
        await feed.service_has_looked()
        assert feed.gaps == {"splits or dividends were imported"}
        [before, today] = feed.history("1D")
        assert (before.close, before.volume) == (2.0, 12.0)
        assert (today.close, today.volume) == (2.0, 5.0)
        assert feed.service.quote("EURUSD").previous_close == 2.0
        assert feed.history("1", adjusted=False)[0].close == 8.0
        await feed.trade(3.0, 1.0)
        assert feed.told["bars:EURUSD:1D"][tomorrow] == feed.history("1D")[-1]
        assert feed.history("1D", adjusted=False)[0].close == 8.0

    async def second() -> None:
        assert feed.history("60")[0].close == 2.0
        assert feed.service.quote("EURUSD").previous_close == 2.0

    feed.live(first)
    feed.live(second)
    assert feed.store.read(MINUTES, None, None, 9).bars()[0].close == 8.0, "as it was told"


def test_dividends_are_taken_off_what_was_told_before_and_a_corrected_one_anew() -> None:
    tomorrow = utc("2026-11-21")
    feed = Feed(tomorrow - MINUTE)
    feed.info = replace(feed.info, session="24x7", timezone="UTC")

    async def story() -> None:
        await feed.trade(8.0)
        await feed.until(tomorrow)
        await feed.trade(7.0)
        for value, close in ((2.0, 6.0), (4.0, 4.0)):
            dividend = CorporateAction(date(2026, 11, 21), "dividend", value)
            feed.store.save_actions("EURUSD", [dividend])
            assert [bar.close for bar in feed.history("1D")] == [close, 7.0]
            assert feed.history("1")[0].close == close

    feed.live(story)


def test_a_source_of_which_no_symbol_is_wanted_is_not_looked_after() -> None:
    feed = Feed()
    asked: list[str] = []

    class Asked(MemoryMarketStore):
        def actions(self, symbol: str) -> Sequence[CorporateAction]:
            asked.append(symbol)
            return super().actions(symbol)

    async def story() -> None:
        context = AppContext.in_memory(clock=feed.clock)
        context.market = Asked()
        context.module_options = {"datafeed": {"symbols": ["AAPL"]}}
        service = DatafeedService(context, [feed.source])
        async with service.running():
            await feed.clock.advance(2_000)
            split = CorporateAction(date(2026, 11, 21), "split", 4.0)
            context.market.save_actions("EURUSD", [split])
            await feed.clock.advance(2_000)

    asyncio.run(story())  # which waits for its threads
    assert asked == []


def test_nothing_of_a_replay_is_kept() -> None:
    feed = Feed()
    context = AppContext.in_memory(clock=feed.clock)
    context.replay = ReplayClock(ReplayPlan(NOON, NOON + MINUTE))
    service = DatafeedService(context, [feed.source])
    assert service.feed("EURUSD").source is feed.source


def test_what_is_no_longer_followed_is_served_as_what_was_imported() -> None:
    feed = Feed()

    async def story() -> None:
        await feed.trade(2.0)
        await feed.until(NOON + MINUTE)

    feed.live(story)

    async def without() -> None:
        context = AppContext.in_memory(clock=feed.clock)
        context.market = feed.store
        context.catalogue.save([feed.info])
        service = DatafeedService(context)
        async with service.running():
            info = service.symbol("EURUSD")
            assert info.status == "stale"
            assert len(service.bars(info, "1", None, None)) == 1

    asyncio.run(without())


class TestRecorded(SourceSuite):
    """A source that is recorded keeps the port's promises."""

    def opened(self) -> OpenedSource:
        clock = ManualClock(NOON + 30_500)
        source = forgetful(SourceContext(clock=clock))
        return OpenedSource(RecordedSource(source, clock, MemoryMarketStore()), clock)


class TestUnrecorded(SourceSuite):
    """The suite asks a source that is to be recorded for no more than it remembers."""

    def opened(self) -> OpenedSource:
        clock = ManualClock(NOON + 30_500)
        return OpenedSource(forgetful(SourceContext(clock=clock)), clock)
