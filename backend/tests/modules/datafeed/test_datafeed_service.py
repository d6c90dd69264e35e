"""What the service publishes is what history says, whenever it was started."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec import structs
from msgspec.structs import replace

from trading_api.domain.market import (
    RESOLUTIONS,
    Bar,
    BookChange,
    Quote,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import Correction, MarketTick, Message, SourceStatus
from trading_api.domain.sessions import epoch_ms
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD
from trading_api.modules.datafeed.sources.replay import LONGEST_CATCH_UP_MS
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock

MINUTE = 60_000
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


class Server:
    """A context under a manual clock, its datafeed, and all that was published."""

    def __init__(self, start: str | int, packs_dir: Path | None = None) -> None:
        self.clock = ManualClock(start if isinstance(start, int) else utc(start))
        self.context = AppContext.in_memory(clock=self.clock)
        self.context.packs_dir = packs_dir
        self.messages: dict[str, list[Message]] = defaultdict(list)
        self.order: list[Message] = []
        for route in ("quotes", "trades", "bars", "gap"):
            self.context.bus.subscribe(route, self._hear)
        self.service = DatafeedService(self.context)

    def _hear(self, message: Message) -> None:
        self.messages[message.topic].append(message)
        self.order.append(message)

    def values(self, topic: str) -> list[Any]:
        return [message.value for message in self.messages[topic]]

    def history(self, symbol: str, resolution: Resolution, count: int = 20) -> Sequence[Bar]:
        info = self.service.symbol(symbol)
        return self.service.bars(info, resolution, None, None, count)


def run(server: Server, story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with server.service.running():
            for info in server.service.symbols():
                for resolution in info.supported_resolutions:
                    server.service.feed(info.symbol).newest_bars(resolution)
            await story()

    asyncio.run(main())


def test_start_publishes_one_quote_per_symbol_also_when_closed() -> None:
    server = Server("2026-11-21T12:00")

    async def story() -> None:
        for symbol in SYMBOLS:
            [quote] = server.values(f"quotes:{symbol}")
            assert isinstance(quote, Quote)
            assert quote.status == "closed"
            assert quote.bid is not None
            assert quote.time < server.clock.now_ms()

    run(server, story)


def test_status_changes_with_the_session_and_stays_true_in_rest() -> None:
    server = Server("2026-11-20T14:29:30")

    async def story() -> None:
        await server.clock.advance_to(utc("2026-11-20T14:29:59.999"))
        assert len(server.values("quotes:AAPL")) == 1
        assert server.service.symbol("AAPL").status == "closed"
        await server.clock.advance_to(utc("2026-11-20T14:30:00"))
        assert server.values("quotes:AAPL")[-1].status == "open"
        assert server.service.symbol("NASDAQ:AAPL").status == "open"

    run(server, story)


def test_close_ends_every_daily_bar_and_changes_the_status() -> None:
    server = Server("2026-11-20T20:58:30")

    async def story() -> None:
        await server.clock.advance_to(utc("2026-11-20T21:00:00"))
        quotes = server.values("quotes:IBM")
        assert [quote.status for quote in quotes[-2:]] == ["open", "closed"]
        assert quotes[-1].time < utc("2026-11-20T21:00")
        for resolution in RESOLUTIONS:
            published = server.values(f"bars:IBM:{resolution}")
            newest = server.history("IBM", resolution, 2)
            assert published[-1] == newest[-1]
            assert published[-2] == published[-1] or resolution in ("1M", "12M")
            assert server.service.feed("IBM").newest_bars(resolution) == newest
        count = len(server.order)
        await server.clock.advance(10 * MINUTE)
        assert len(server.order) == count, "nothing more comes after the close"

    run(server, story)


def test_a_day_without_trading_in_the_series_is_closed() -> None:
    server = Server("2020-01-06T15:00")

    async def story() -> None:
        assert server.service.quote("AAPL").status == "closed"
        assert server.service.quote("AAPL").bid is None
        await server.clock.advance(3 * MINUTE)
        assert len(server.messages["quotes:AAPL"]) == 1

    run(server, story)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-11-20T14:28:12.345", id="before the open"),
        pytest.param("2026-11-20T15:58:12.345", id="in the middle of every bar"),
        pytest.param("2026-11-20T20:57:30", id="before the close of a week"),
    ],
)
def test_published_bars_of_shares_are_history(start: str) -> None:
    server = Server(start)

    async def story() -> None:
        await server.clock.advance(4 * MINUTE + 500)
        assert_published_is_history(server, "GOOG", utc(start))
        assert_published_is_history(server, "AAPL", utc(start))

    run(server, story)


@pytest.mark.parametrize("start", ["2026-11-22T23:53:12.345", "2026-06-30T23:58:00"])
def test_published_bars_of_bitcoin_are_history(start: str, packs_dir: Path) -> None:
    server = Server(start, packs_dir)

    async def story() -> None:
        await server.clock.advance(12 * MINUTE + 1)
        assert_published_is_history(server, "BTCUSD", utc(start))

    run(server, story)
    restarted = Server(server.clock.now_ms() + 37 * MINUTE, packs_dir)

    async def compare() -> None:
        for resolution in RESOLUTIONS:
            finals = {bar.time: bar for bar in server.values(f"bars:BTCUSD:{resolution}")}
            later = {bar.time: bar for bar in restarted.history("BTCUSD", resolution, 20_000)}
            for time in sorted(finals)[:-1]:
                assert later[time] == finals[time]

    run(restarted, compare)


def assert_published_is_history(server: Server, symbol: str, start: int) -> None:
    for resolution in RESOLUTIONS:
        published: list[Bar] = server.values(f"bars:{symbol}:{resolution}")
        times = [bar.time for bar in published]
        assert times == sorted(times), "a bar does not come back after its successor"
        final = list({bar.time: bar for bar in published}.values())
        history = list(server.history(symbol, resolution, len(final)) if final else [])
        assert final == history, resolution
        ended = [a for a, b in pairwise(published) if a.time != b.time]
        # What had been traded before the start was not published: its final form comes alone.
        again = [bar for bar in ended if bar.time != published[0].time]
        assert all(published.count(bar) >= 2 for bar in again), "the final form comes once more"
        assert server.service.feed(symbol).newest_bars(resolution) == server.history(
            symbol, resolution, 2
        )
    trades = server.values(f"trades:{symbol}")
    info = server.service.symbol(symbol)
    assert trades == list(server.service.trades(info, None, len(trades)) if trades else [])
    assert all(trade.time > start for trade in trades)
    recent = list(server.service.feed(symbol).recent)
    assert recent == list(server.service.trades(info, None, 50))


def test_messages_are_numbered_from_one_without_a_hole(packs_dir: Path) -> None:
    server = Server("2026-11-20T15:58:12.345", packs_dir)

    async def story() -> None:
        await server.clock.advance(2 * MINUTE)

    run(server, story)
    assert len(server.messages) > 30
    for messages in server.messages.values():
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))


def test_a_trade_comes_before_its_bars_and_these_before_the_quote() -> None:
    server = Server("2026-11-20T16:00:00")

    async def story() -> None:
        server.order.clear()
        await server.clock.advance(1000)
        routes = [m.topic.split(":")[0] for m in server.order if ":FB" in m.topic]
        # A second ends: its bar in its final form, then the trade with the bars that it changes.
        ended = routes.index("trades")
        expected = ["trades", *["bars"] * len(RESOLUTIONS), "quotes"]
        assert routes == [*["bars"] * ended, *expected]

    run(server, story)


def test_quote_has_the_figures_of_its_day() -> None:
    server = Server("2026-11-20T16:00:00")

    async def story() -> None:
        await server.clock.advance(5000)
        quote = server.values("quotes:MSFT")[-1]
        yesterday, today = server.history("MSFT", "1D", 2)
        assert quote.last == quote.bid == today.close
        assert quote.time == server.clock.now_ms()
        assert (quote.open, quote.high, quote.low) == (today.open, today.high, today.low)
        assert (quote.volume, quote.previous_close) == (today.volume, yesterday.close)
        assert quote.change == round(today.close - yesterday.close, 2)
        assert quote.change_percent == pytest.approx(quote.change / yesterday.close * 100, abs=1e-4)
        assert server.service.quote("MSFT") == quote

    run(server, story)


def test_bitcoin_is_made_known_to_the_catalogue(packs_dir: Path) -> None:
    server = Server("2026-11-20T16:00:00", packs_dir)
    assert server.context.catalogue.get("BTCUSD") is None

    async def story() -> None:
        assert server.context.catalogue.get("BITSTAMP:BTCUSD") == BTCUSD
        assert server.service.health().status == "ok"
        quote = server.service.quote("BTCUSD")
        assert quote.status == "open"
        assert quote.fidelity == "tick"
        assert None not in (quote.bid, quote.ask, quote.bid_size, quote.ask_size)

    run(server, story)


def test_a_short_sleep_loses_nothing() -> None:
    server = Server("2026-11-20T16:00:00")

    async def story() -> None:
        await server.clock.advance(1000)
        await server.clock.jump(LONGEST_CATCH_UP_MS - 2000)
        assert_published_is_history(server, "AAPL", utc("2026-11-20T16:00:00"))
        assert "gap:trades%3AAAPL" not in server.messages

    run(server, story)


def test_a_long_sleep_goes_on_from_the_present_and_says_so() -> None:
    server = Server("2026-11-20T15:59:30")

    async def story() -> None:
        await server.clock.advance(1000)
        heard = len(server.messages["trades:AAPL"])
        await server.clock.jump(2 * LONGEST_CATCH_UP_MS)
        assert len(server.messages["trades:AAPL"]) == heard
        for topic in ("quotes:AAPL", "trades:AAPL", "bars:AAPL:1", "bars:AAPL:1M"):
            [reason] = server.values(f"gap:{topic.replace(':', '%3A')}")
            assert "interrupted" in reason
        for resolution in RESOLUTIONS:
            assert server.values(f"bars:AAPL:{resolution}")[-2:] == server.history(
                "AAPL", resolution, 2
            )
        [day] = server.history("AAPL", "1D", 1)
        assert server.values("quotes:AAPL")[-1].last == day.close
        await server.clock.advance(90_000)
        later = utc("2026-11-20T16:09:31.001")
        trades = server.values("trades:AAPL")[heard:]
        assert trades == list(
            server.service.trades(server.service.symbol("AAPL"), None, len(trades))
        )
        assert len(trades) == 90
        assert trades[0].time >= later

    run(server, story)


def test_health_says_when_a_source_is_late() -> None:
    server = Server("2026-11-21T12:00")
    assert server.service.health().status == "degraded"

    async def story() -> None:
        await server.clock.advance(10 * MINUTE)
        assert server.service.health().status == "ok"

    run(server, story)


class StubSource:
    """A symbol without trades, quoted when a test says so; fails when told to."""

    name = "stub"

    def __init__(self) -> None:
        self.info = structs.replace(BTCUSD, symbol="EURUSD", full_name="X:EURUSD", has_trades=False)
        self.queue: asyncio.Queue[MarketTick | Exception] = asyncio.Queue()
        self.state = SourceStatus()

    def symbols(self) -> Sequence[SymbolInfo]:
        return [self.info]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        return True

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        return False

    def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        return self._ticks()

    async def _ticks(self) -> AsyncGenerator[MarketTick]:
        while True:
            item = await self.queue.get()
            if isinstance(item, Exception):
                raise item
            yield item

    def status(self) -> SourceStatus:
        return self.state

    def top(self, symbol: str) -> TopOfBook | None:
        return None

    def depth(self, symbol: str) -> BookChange | None:
        return None

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        return []

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
        return []


class CorrectedSource(StubSource):
    """Its history is what was set last."""

    history: ClassVar[list[Bar]] = []

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
        found = [
            bar
            for bar in self.history
            if (from_ms is None or bar.time >= from_ms) and (to_ms is None or bar.time < to_ms)
        ]
        return found[-limit:] if resolution == "1" else []


def test_a_correction_is_told_as_the_bars_that_it_changed() -> None:
    server, source = Server("2026-11-20T16:00:00"), CorrectedSource()
    server.service = DatafeedService(server.context, [source])
    now = server.clock.now_ms()
    before = [Bar(now - n * MINUTE, 10.0, 12.0, 9.0, 11.0, 5.0) for n in (3, 2, 1)]

    async def story() -> None:
        source.history[:] = [before[0], replace(before[1], high=11.5), before[2]]
        correction = Correction("EURUSD", before[1].time + 17, before[1].time + 18)
        source.queue.put_nowait(MarketTick(now + 1, (correction,)))
        await server.clock.advance(10)
        assert server.values("bars:EURUSD:1") == [replace(before[1], high=11.5)]

    source.history[:] = before
    run(server, story)


def test_a_late_trade_is_told_as_the_bar_that_it_changed() -> None:
    server, source = Server("2026-11-20T16:00:00"), StubSource()
    server.service = DatafeedService(server.context, [source])
    now = server.clock.now_ms()

    def trade(number: int, time: int, price: float) -> Trade:
        return Trade(str(number), "EURUSD", time, price, 1.0, "buy")

    async def story() -> None:
        rows = ((1, now + 1, 10.0), (2, now + MINUTE + 1, 11.0), (3, now + 30_000, 12.0))
        for row in rows:
            source.queue.put_nowait(MarketTick(now + MINUTE + row[0], (trade(*row),)))
        await server.clock.advance(2 * MINUTE)
        finals = {bar.time: bar for bar in server.values("bars:EURUSD:1")}
        assert finals[now] == Bar(now, 10.0, 12.0, 10.0, 12.0, 2.0)
        assert finals[now + MINUTE] == Bar(now + MINUTE, 11.0, 11.0, 11.0, 11.0, 1.0)

    run(server, story)


def test_a_symbol_without_trades_has_bars_of_the_middle() -> None:
    server, source = Server("2026-11-20T16:00:00"), StubSource()
    server.service = DatafeedService(server.context, [source])
    now = server.clock.now_ms()

    async def story() -> None:
        for time, bid, ask in ((now + 1, 1.0, 3.0), (now + 2, 2.0, 6.0), (now + 3, None, 6.0)):
            source.queue.put_nowait(MarketTick(time, (TopOfBook("EURUSD", time, bid, ask),)))
        await server.clock.advance(MINUTE)
        assert server.values("bars:EURUSD:1") == [
            Bar(now, 2.0, 2.0, 2.0, 2.0, 0.0),
            Bar(now, 2.0, 4.0, 2.0, 4.0, 0.0),
        ]
        quote = server.values("quotes:EURUSD")[-1]
        assert (quote.bid, quote.ask, quote.last, quote.volume) == (None, 6.0, 4.0, 0.0)

    run(server, story)


def test_a_source_that_fails_ends_the_process() -> None:
    server, source = Server("2026-11-20T16:00:00"), StubSource()
    server.service = DatafeedService(server.context, [source])
    failures: list[BaseException] = []
    server.context.on_failure(failures.append)
    broken = ConnectionError("the venue went away")

    async def story() -> None:
        source.queue.put_nowait(broken)
        await server.clock.advance(1)
        assert failures == [broken]

    run(server, story)
