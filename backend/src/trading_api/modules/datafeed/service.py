"""Follows the sources, publishes quotes, trades and bars, and answers from history."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import MINUTE_MS
from trading_api.domain.errors import TradingError
from trading_api.domain.market import (
    Bar,
    BookChange,
    Depth,
    Quote,
    Resolution,
    SymbolInfo,
    Trade,
)
from trading_api.domain.ports import BEAT_MS, Correction, MarketTick, QuoteSource, RemoteSource
from trading_api.modules.datafeed.depth import DepthFeed, DepthTeller
from trading_api.modules.datafeed.feed import SymbolFeed
from trading_api.modules.datafeed.silence import SilenceWatch
from trading_api.modules.datafeed.universe import Universe
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleHealth, StaleTopic

MOST_BARS = 20_000
SECOND_MS = 1_000
SECOND_ENDS_MS = 500
"""So long after a second has passed its bar ends: trades are on their way for some time."""

INTERRUPTED = "market data was interrupted"

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


class DatafeedService:
    """Market data as it is now and as it was: both from the same sources.

    While it does not run it answers as of the clock's present, and publishes nothing.
    """

    def __init__(self, context: AppContext, sources: Sequence[QuoteSource] | None = None) -> None:
        """Serve the sources given; without any, the committed set, packs and what was imported."""
        self._context = context
        self._teller = DepthTeller(context.clock)
        self._silence = SilenceWatch(context.clock, self._on_silence)
        context.metrics.add(self._silence.families)
        self._is_running = False
        context.depth = self
        self._universe = Universe(context, sources)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Publish what the sources say until the end of the context.

        A source that fails is handed to the context, which ends the process.
        """
        async with AsyncExitStack() as connections:
            for remote in self._universe.remote:
                look = partial(self._silence.look_at, remote)
                await connections.enter_async_context(remote.running(look))
            await self._universe.complete()
            async with self._following():
                yield

    @asynccontextmanager
    async def _following(self) -> AsyncIterator[None]:
        now = self._context.clock.now_ms()
        streams = [(source, source.stream(now)) for source in self._universe.sources]
        for feed in self._universe.feeds.values():
            feed.seed(now)
            feed.publish_quote()
        for source in self._universe.sources:
            self._silence.add(source)
        self._is_running = True
        tasks = [
            asyncio.create_task(self._follow(source, ticks), name=f"datafeed {source.name}")
            for source, ticks in streams
        ]
        tasks.append(asyncio.create_task(self._teller.run(), name="datafeed depth"))
        tasks.append(asyncio.create_task(self._silence.run(), name="datafeed silence"))
        tasks.append(asyncio.create_task(self._end_seconds(), name="datafeed seconds"))
        tasks += [
            asyncio.create_task(source.keep(), name=f"datafeed {name} bars")
            for name, source in self._universe.recorded.items()
        ]
        if self._universe.stored in self._universe.sources or self._universe.recorded:
            tasks.append(asyncio.create_task(self._universe.watch_store(), name="datafeed imports"))
        for task in tasks:
            task.add_done_callback(self._on_end)
        try:
            yield
        finally:
            self._is_running = False
            for task in tasks:
                task.cancel()
            # What a task failed with has been handed to the context.
            await asyncio.gather(*tasks, return_exceptions=True)
            for source in self._universe.recorded.values():
                await source.close()

    def health(self) -> ModuleHealth:
        """Degraded while a source is silent or down, or its bars cannot be kept."""
        if not self._is_running:
            return ModuleHealth("degraded", "market data is not running")
        stale = self._stale_topics()
        troubles = [
            f"bars of {name}: {each.trouble}"
            for name, each in self._universe.recorded.items()
            if each.trouble
        ]
        if complaints := [*filter(None, [self._silence.complaint()]), *troubles]:
            return ModuleHealth("degraded", "; ".join(complaints), stale)
        return ModuleHealth("ok", f"{len(self._universe.feeds)} symbols", stale)

    def _stale_topics(self) -> list[StaleTopic]:
        now = self._context.clock.now_ms()
        return [
            topic
            for feed in self._universe.feeds.values()
            if feed.source is not self._universe.stored  # it has no present to be late with
            for topic in feed.stale_topics(now)
        ]

    def apply(self, source: QuoteSource, tick: MarketTick) -> None:
        """Publish all that follows from one tick of a source.

        At one instant bars that have ended come first, then each trade with the bars that it
        changes, then one quote per symbol.
        """
        feeds = self._universe.of(source)
        self._silence.heard(source, tick.time)
        if self._context.replay is not None:
            self._context.replay.on_tick(tick)
        if tick.after_gap:
            self._universe.look_at(source, tick.time, INTERRUPTED)
            for feed in feeds.values():
                feed.jump(tick.time, INTERRUPTED)
            return
        if tick.time % MINUTE_MS == 0:
            concerned = dict(feeds)
            for feed in feeds.values():
                feed.on_minute(tick.time)
        else:
            concerned = {}
        for event in tick.events:
            if event.symbol not in feeds:
                continue
            feed = concerned[event.symbol] = feeds[event.symbol]
            if isinstance(event, Trade):
                feed.on_trade(event)
            elif isinstance(event, BookChange):
                feed.on_book(event)
                if feed.depth is not None:
                    self._teller.changed((feed.depth,))
            elif isinstance(event, Correction):
                feed.on_correction(event)
            else:
                feed.on_top(event)
        for feed in concerned.values():
            feed.publish_news()

    def _on_silence(self, source: QuoteSource, is_silent: bool) -> None:
        now = self._context.clock.now_ms()
        for feed in self._universe.of(source).values():
            feed.set_stale(is_silent, now)
        if is_silent:
            _log.warning("market data: %s", self._silence.complaint())
        else:
            _log.info("market data: %s is heard again", source.name)

    def symbols(self) -> list[SymbolInfo]:
        """Every instrument with its present status, by name."""
        return [self._with_status(feed) for _, feed in sorted(self._universe.feeds.items())]

    def symbol(self, name: str) -> SymbolInfo:
        """The instrument of a name or `EXCHANGE:NAME`, with its present status.

        Raises:
            TradingError: `unknown_symbol`.
        """
        return self._with_status(self._universe.find(name))

    def feed(self, name: str) -> SymbolFeed:
        """The present state of a symbol, given by name or `EXCHANGE:NAME`.

        Raises:
            TradingError: `unknown_symbol`.
        """
        feed = self._universe.find(name)
        if self._is_running:
            feed.now_ms = self._silence.heard_ms(feed.source)
        else:
            feed.seed(self._context.clock.now_ms())
        return feed

    def quote(self, name: str) -> Quote:
        """The quote of a symbol.

        Raises:
            TradingError: `unknown_symbol`.
        """
        return self.feed(name).quote

    def bars(
        self,
        info: SymbolInfo,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int = MOST_BARS,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        """The newest bars with `from_ms` ≤ time < `to_ms`, ascending; a late `to_ms` means now.

        `adjusted`: prices before a split or a dividend are made comparable with those after it.
        """
        from_ms, to_ms = self._up_to_now(from_ms, to_ms)
        source = self._universe.feeds[info.symbol].source
        most = min(limit, MOST_BARS)
        return source.bars(info.symbol, resolution, from_ms, to_ms, most, adjusted=adjusted)

    async def fetch(
        self,
        info: SymbolInfo,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int = MOST_BARS,
    ) -> None:
        """Let a remote source fetch what `bars` would be asked for; nothing happens with others."""
        source = self._universe.feeds[info.symbol].source
        if isinstance(source, RemoteSource) and self._is_running:
            most = min(limit, MOST_BARS)
            await source.fetch(info.symbol, resolution, from_ms, to_ms, most)

    async def answer(self, info: SymbolInfo, question: Callable[[], Answer]) -> Answer:
        """Ask the history of a symbol; beside the event loop where it lies on a disk."""
        source = self._universe.feeds[info.symbol].source
        if source is self._universe.stored or source.name in self._universe.recorded:
            return await asyncio.to_thread(question)
        return question()

    def trades(
        self,
        info: SymbolInfo,
        before: str | None,
        limit: int,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> Sequence[Trade]:
        """The newest trades with `from_ms` ≤ time < `to_ms`, oldest first.

        With `before`, only those before the trade with that id.

        Raises:
            ValueError: there is no trade with that id.
        """
        from_ms, to_ms = self._up_to_now(from_ms, to_ms)
        source = self._universe.feeds[info.symbol].source
        return source.trades(info.symbol, before, from_ms, to_ms, limit)

    def _up_to_now(self, from_ms: int | None, to_ms: int | None) -> tuple[int | None, int | None]:
        """The same range without the future; a range that is empty is that of an instant."""
        now = self._context.clock.now_ms()
        if from_ms is not None and (from_ms > now or (to_ms is not None and from_ms >= to_ms)):
            return now, now
        return from_ms, None if to_ms is not None and to_ms >= now else to_ms

    def actions(self, info: SymbolInfo) -> Sequence[CorporateAction]:
        """The splits and dividends that are stored of a symbol, oldest first."""
        return self._context.market.actions(info.symbol)

    def depth(self, symbol: str, levels: int) -> Depth | None:
        """The ladder of a symbol, given by name; None where it has no depth."""
        feed = self._universe.feeds.get(symbol)
        return None if feed is None or feed.depth is None else feed.depth.depth(levels)

    def depth_feed(self, name: str) -> DepthFeed:
        """The ladder and its streams of a symbol, given by name or `EXCHANGE:NAME`.

        Raises:
            TradingError: `unknown_symbol`; `not_found` where only the best bid and ask are known.
        """
        feed = self.feed(name)
        if feed.depth is None:
            raise TradingError("not_found", f"{feed.info.symbol} has no depth, only a quote")
        return feed.depth

    def now_ms(self) -> int:
        """The clock's present."""
        return self._context.clock.now_ms()

    def _with_status(self, feed: SymbolFeed) -> SymbolInfo:
        return replace(feed.info, status=feed.status_at(self.now_ms()))

    async def _end_seconds(self) -> None:
        """End the bars of seconds by the clock, where a source that keeps up says nothing."""
        clock = self._context.clock
        while True:
            now = clock.now_ms()
            await clock.sleep_until(now - now % SECOND_MS + SECOND_MS + SECOND_ENDS_MS)
            second = clock.now_ms() // SECOND_MS * SECOND_MS
            for feed in self._universe.feeds.values():
                if second - self._silence.heard_ms(feed.source) <= BEAT_MS:
                    feed.on_second(second)

    async def _follow(self, source: QuoteSource, ticks: AsyncGenerator[MarketTick]) -> None:
        async with aclosing(ticks):
            async for tick in ticks:
                self.apply(source, tick)

    def _on_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task %r failed", task.get_name(), exc_info=error)
            self._context.fail(error)
