"""Serves the symbols of an exchange on the network: what it says now, and what it has said."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from msgspec.structs import replace

from trading_api.domain.backoff import Backoff
from trading_api.domain.bars import MINUTE_MS
from trading_api.domain.errors import TradingError
from trading_api.domain.exchanges import Exchange, ExchangeFailure, Heard
from trading_api.domain.market import Bar, BookChange, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports import (
    BEAT_MS,
    Clock,
    Correction,
    MarketEvent,
    MarketStore,
    MarketTick,
    SourceStatus,
    SymbolCatalogue,
)
from trading_api.modules.datafeed.sources.exchange_history import SymbolHistory
from trading_api.modules.datafeed.sources.exchange_line import ExchangeLine
from trading_api.modules.datafeed.sources.exchange_tape import Tape

START_S = 10.0
"""A start waits so long for the first connection, then goes on without it."""

FETCH_S = 10.0
"""A question about the past waits so long for the exchange, then is answered with what is there."""

QUOTES_S = 3.0
"""A new connection is not told before each symbol has a quote, or this time is over."""

SETTLE_MS = 10_000
AHEAD_MS = 5_000
"""A trade that is said to happen so far in the future is not believed."""

_REFILLS = 10
_LONGEST_REFILL_MS = 600_000
_LATENESS_MS = 60_000

_log = logging.getLogger(__name__)


class _Market:
    """What is known of one symbol."""

    def __init__(self, info: SymbolInfo, tape: Tape, history: SymbolHistory) -> None:
        self.info = info
        self.tape = tape
        self.history = history
        self.top: TopOfBook | None = None
        self.book: BookChange | None = None


class ExchangeSource:
    """A `QuoteSource` over a driver of an exchange.

    Its bars are kept in the market store: what was fetched once is not fetched again. When the
    exchange was lost and is back, what was missed is fetched before anything is told.

    Args:
        exchange: the driver.
        symbol_names: the names of the symbols that it will give.
        clock: the only source of time.
        store: where bars are kept.
        catalogue: knows the symbols of earlier lives, while the exchange cannot be reached.
        backoff: how long to wait between attempts to reach it.
    """

    def __init__(
        self,
        exchange: Exchange,
        symbol_names: Sequence[str],
        clock: Clock,
        store: MarketStore,
        catalogue: SymbolCatalogue,
        backoff: Backoff,
    ) -> None:
        self.name = exchange.name
        self.symbol_names = tuple(symbol_names)
        self._exchange = exchange
        self._clock = clock
        self._store = store
        self._catalogue = catalogue
        self._line = ExchangeLine(exchange, clock, backoff, self)
        self._markets: dict[str, _Market] = {}
        self._failure: ExchangeFailure | None = ExchangeFailure("lost", "is not connected yet")
        self._trouble: str | None = None
        self.outages: Counter[str] = Counter()
        self._pending: list[Heard | Correction] = []
        self._has_news = asyncio.Event()
        self._handed: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._gap = False
        self._heard_from_ms = 0
        self._unquoted = set(self.symbol_names)
        self._quoted = asyncio.Event()
        self._on_down: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def running(self, on_down: Callable[[], None]) -> AsyncIterator[None]:
        """Stay connected until the end of the block; the first connection is waited for a while.

        `on_down` is called whenever the exchange is lost.

        Raises:
            UnknownMarket: the exchange does not trade what is asked for.
        """
        self._on_down = on_down
        for name in self.symbol_names:
            info = self._catalogue.get(name)
            if info is not None and info.exchange == self.name.upper():
                self._markets[name] = self._market(info)
        task = self._task = asyncio.create_task(self._line.run(), name=f"{self.name} line")
        task.add_done_callback(lambda _: self._has_news.set())
        tried = asyncio.create_task(self._line.tried.wait())
        try:
            await asyncio.wait({task, tried}, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield
        finally:
            tried.cancel()
            task.cancel()
            await asyncio.gather(task, tried, return_exceptions=True)

    # What a line tells

    def heard(self, events: Sequence[Heard]) -> None:
        """Take what the exchange says; it is told when its turn has come."""
        if self._handed is None or self._failure is not None:
            for event in events:
                self._apply(event, self._clock.now_ms())
        else:
            self._pending.extend(events)
            self._has_news.set()

    def described(self, infos: Sequence[SymbolInfo]) -> None:
        """Take what the exchange knows of its symbols; nothing is kept of what has changed."""
        self._heard_from_ms = self._clock.now_ms()
        for info in infos:
            market = self._markets.get(info.symbol)
            if market is None or market.info != info:
                self._markets[info.symbol] = self._market(info)

    async def opened(self) -> None:
        """Fetch what was missed; then go on, after a gap if somebody listens."""
        for market in list(self._markets.values()):
            try:
                await market.history.catch_up(self._exchange, self._clock.now_ms())
            except TradingError as error:
                self._complain(f"its bars are not kept: {error.message}")
            await self._refill(market)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quoted.wait(), QUOTES_S)
        self._take_in(self._clock.now_ms())
        self._failure = None
        self._gap = self._handed is not None
        self._has_news.set()
        _log.info("%s is connected: %d symbols", self.name, len(self._markets))

    async def stands(self) -> None:
        """Compare what was heard with what the exchange has, again and again."""
        while True:
            now = self._clock.now_ms()
            await self._clock.sleep_until(now - now % SETTLE_MS + SETTLE_MS)
            try:
                for market in list(self._markets.values()):
                    await self._settle(market)
            except ExchangeFailure as failure:
                self.outages[failure.reason] += 1
                self._complain(str(failure))
                wait_s = failure.retry_after_s or 0.0
                await self._clock.sleep_until(self._clock.now_ms() + int(wait_s * 1000))
            except TradingError as error:
                self._complain(f"its bars are not kept: {error.message}")
            else:
                self._trouble = None

    def lost(self, failure: ExchangeFailure) -> None:
        """Say nothing until it is back."""
        self._failure = failure
        self.outages[failure.reason] += 1
        self._unquoted = set(self.symbol_names)
        self._quoted.clear()
        self._on_down()

    # What a source answers

    def symbols(self) -> Sequence[SymbolInfo]:
        """Those that the exchange has described, now or in an earlier life."""
        return [market.info for market in self._markets.values()]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Always: an exchange of coins does not close."""
        return True

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Never: what it does not trade falls silent."""
        return False

    def status(self) -> SourceStatus:
        """Down with the reason while it is lost; what is wrong else is told as well."""
        if self._failure is not None:
            return SourceStatus("down", str(self._failure))
        return SourceStatus("live", self._trouble)

    def top(self, symbol: str) -> TopOfBook | None:
        """The best bid and ask that stand."""
        return self._markets[symbol].top

    def depth(self, symbol: str) -> BookChange | None:
        """All price levels that stand."""
        return self._markets[symbol].book

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest trades within bounds, of those that are remembered."""
        return self._markets[symbol].tape.page(before, from_ms, to_ms, limit)

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
        """The newest bars within bounds; there is nothing to adjust."""
        return self._markets[symbol].history.bars(resolution, from_ms, to_ms, limit)

    async def fetch(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> None:
        """Fetch what is not known of bars that will be asked for; give up after a while."""
        if self._failure is not None:
            return
        history, now = self._markets[symbol].history, self._clock.now_ms()
        try:
            async with asyncio.timeout(FETCH_S):
                await history.fetch(self._exchange, resolution, from_ms, to_ms, limit, now)
        except (ExchangeFailure, TradingError, TimeoutError) as error:
            _log.warning("history of %s at %s is not complete: %s", symbol, self.name, error)

    async def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """What is heard, as it comes, and a sign of life while the exchange gives some."""
        self._handed = since_ms
        alarm: asyncio.Task[None] | None = None
        try:
            while True:
                beat = self._handed - self._handed % BEAT_MS + BEAT_MS
                alarm = alarm or asyncio.create_task(self._clock.sleep_until(beat))
                await self._wait(alarm)
                if alarm.done():
                    alarm = None
                if self._task is not None and self._task.done():
                    self._task.result()
                await self._clock.sleep_until(self._handed + 1)
                if self._failure is None:
                    for tick in self._ticks(self._clock.now_ms()):
                        self._handed = tick.time
                        yield tick
                elif alarm is None:
                    self._handed = beat
        finally:
            self._handed = None
            if alarm is not None:
                alarm.cancel()

    async def _wait(self, alarm: "asyncio.Task[None]") -> None:
        """Return when there is something to tell, or a sign of life to give."""
        if not self._has_news.is_set():
            news = asyncio.create_task(self._has_news.wait())
            await asyncio.wait({alarm, news}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
        self._has_news.clear()

    def _ticks(self, now_ms: int) -> Iterable[MarketTick]:
        """What is to be told at an instant: minutes that are over, then what was heard."""
        handed = self._handed or now_ms
        if self._gap:
            self._gap = False
            self._take_in(now_ms)
            yield MarketTick(now_ms, after_gap=True)
            return
        for minute in range(handed - handed % MINUTE_MS + MINUTE_MS, now_ms, MINUTE_MS):
            yield MarketTick(minute)
        heard, self._pending = self._pending, []
        events = [told for event in heard if (told := self._apply(event, now_ms)) is not None]
        if events or now_ms // BEAT_MS > handed // BEAT_MS:
            yield MarketTick(now_ms, tuple(events))

    def _take_in(self, now_ms: int) -> None:
        """Take in what was heard without telling it: after a gap all is read again."""
        heard, self._pending = self._pending, []
        for event in heard:
            self._apply(event, now_ms)

    def _apply(self, event: Heard | Correction, now_ms: int) -> MarketEvent | None:
        """Take an event in; gives what is to be told of it."""
        if isinstance(event, Correction):
            return event
        market = self._markets.get(event.symbol)
        if market is None:
            return None
        if isinstance(event, Trade):
            return self._take(market, event, now_ms)
        if isinstance(event, TopOfBook):
            market.top = event = replace(event, time=now_ms)
            self._unquoted.discard(event.symbol)
            if not self._unquoted:
                self._quoted.set()
        else:
            market.book = event = replace(event, time=now_ms)
        return event

    def _take(self, market: _Market, trade: Trade, now_ms: int) -> Trade | Correction | None:
        if trade.time > now_ms + AHEAD_MS:
            return None
        known = market.tape.add(replace(trade, time=min(trade.time, now_ms)))
        if known is None or now_ms - known.time <= _LATENESS_MS:
            return known
        minute = known.time - known.time % MINUTE_MS
        return Correction(known.symbol, minute, min(minute + MINUTE_MS, now_ms))

    def _market(self, info: SymbolInfo) -> _Market:
        tape = Tape(info)
        history = SymbolHistory(info, self._store, tape, self._exchange.resolutions)
        return _Market(info, tape, history)

    async def _refill(self, market: _Market) -> None:
        """Fetch the trades since what is settled."""
        tape, symbol = market.tape, market.info.symbol
        if not len(tape):
            tape.remember(await self._exchange.trades(symbol, None))
        since = max(tape.settled_ms, self._clock.now_ms() - _LONGEST_REFILL_MS)
        for _ in range(_REFILLS):
            trades = await self._exchange.trades(symbol, since)
            tape.merge(trades)
            newest = max((trade.time for trade in trades), default=since)
            if newest <= since:
                break
            since = newest

    async def _settle(self, market: _Market) -> None:
        correction = await market.history.settle(
            self._exchange, self._clock.now_ms(), self._heard_from_ms
        )
        if correction is not None:
            _log.info(
                "%s: bars of %s from %d to %d were put right",
                self.name,
                correction.symbol,
                correction.from_ms,
                correction.to_ms,
            )
            self._pending.append(correction)
            self._has_news.set()

    def _complain(self, trouble: str) -> None:
        if self._trouble != trouble:
            _log.warning("%s: %s", self.name, trouble)
        self._trouble = trouble
