"""Replays recorded market data for ever, as a pure function of wall time."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Protocol

from trading_api.domain.market import (
    Bar,
    BookChange,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import BEAT_MS, Clock, MarketEvent, MarketTick, SourceStatus
from trading_api.domain.sessions import day_stamp

ANCHOR_DAY = date(2020, 1, 6)
"""Monday on which every recording begins for the first time; nothing is older."""

ANCHOR_MS = day_stamp(ANCHOR_DAY)
LONGEST_CATCH_UP_MS = 300_000
_TICKS_PER_TURN = 50

Moment = tuple[int, tuple[MarketEvent, ...]]


class Timeline(Protocol):
    """One symbol's recording, unrolled over wall time.

    `until_ms` is the instant that an answer is as of: what happens then or later is not known.
    """

    symbol: SymbolInfo

    def is_open(self, time_ms: int) -> bool:
        """Whether the symbol trades at the instant."""

    def is_halted(self, time_ms: int) -> bool:
        """Whether trading is interrupted within a session."""

    def moments(self, since_ms: int) -> Iterator[Moment]:
        """What happens at each instant after `since_ms`, without end."""

    def top(self, until_ms: int) -> TopOfBook | None:
        """The best bid and ask that stood."""

    def depth(self, until_ms: int) -> BookChange | None:
        """All price levels that stood; None where they are not known."""

    def trades(
        self, before: str | None, from_ms: int | None, to_ms: int | None, limit: int, until_ms: int
    ) -> list[Trade]:
        """The newest trades with `from_ms` ≤ time < `to_ms`, oldest first.

        With `before`, only those before the trade with that id.

        Raises:
            ValueError: there is no trade with that id.
        """

    def bars(
        self,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        until_ms: int,
    ) -> list[Bar]:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending; None is no bound."""


class ReplaySource:
    """A `QuoteSource` over timelines, paced by the clock.

    A stream that has fallen behind hands out what it missed as fast as it can; one that is more
    than five minutes behind goes on from the present and says so.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        timelines: Iterable[Timeline],
        printed: Callable[[], Iterable[Timeline]] = tuple,
    ) -> None:
        """Take one recording per symbol.

        Args:
            name: of the source, for people.
            clock: what paces it.
            timelines: the recordings, adjusted where there is anything to adjust.
            printed: makes the recordings without adjustment; asked for when somebody wants them.
        """
        self.name = name
        self._clock = clock
        self._printed = cache(lambda: {item.symbol.symbol: item for item in printed()})
        self._timelines = {timeline.symbol.symbol: timeline for timeline in timelines}
        self._next_ms: int | None = None

    def symbols(self) -> Sequence[SymbolInfo]:
        """The instruments that this source serves."""
        return [timeline.symbol for timeline in self._timelines.values()]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Whether the symbol trades at the instant."""
        return self._timelines[symbol].is_open(time_ms)

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Whether trading is interrupted within a session."""
        return self._timelines[symbol].is_halted(time_ms)

    def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """Every tick after the instant, each when its time has come; one consumer at a time."""
        self._next_ms = since_ms + 1
        return self._paced(since_ms)

    async def _paced(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        ticks = self._ticks(since_ms)
        ready = 0
        try:
            while True:
                tick = next(ticks)
                self._next_ms = tick.time
                ready = ready + 1 if tick.time <= self._clock.now_ms() else 0
                if ready == 0:
                    await self._clock.sleep_until(tick.time)
                elif ready % _TICKS_PER_TURN == 0:
                    await asyncio.sleep(0)
                now = self._clock.now_ms()
                if now - tick.time > LONGEST_CATCH_UP_MS:
                    ticks = self._ticks(now)
                    self._next_ms = now + 1
                    tick = MarketTick(now, after_gap=True)
                yield tick
        finally:
            self._next_ms = None

    def _ticks(self, since_ms: int) -> Iterator[MarketTick]:
        timelines = (timeline.moments(since_ms) for timeline in self._timelines.values())
        moments = heapq.merge(*timelines, _beats(since_ms), key=itemgetter(0))
        for time, together in groupby(moments, key=itemgetter(0)):
            yield MarketTick(time, tuple(chain.from_iterable(events for _, events in together)))

    @property
    def _until_ms(self) -> int:
        now = self._clock.now_ms() + 1
        return now if self._next_ms is None else min(now, self._next_ms)

    def status(self) -> SourceStatus:
        """Alive: a recording does not go away."""
        return SourceStatus()

    def top(self, symbol: str) -> TopOfBook | None:
        """The best bid and ask that stand."""
        return self._timelines[symbol].top(self._until_ms)

    def depth(self, symbol: str) -> BookChange | None:
        """All price levels that stand; None where they are not known."""
        return self._timelines[symbol].depth(self._until_ms)

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest trades within bounds, oldest first; those before the trade with that id."""
        return self._timelines[symbol].trades(before, from_ms, to_ms, limit, self._until_ms)

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
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending."""
        timeline = self._timelines[symbol]
        if not adjusted:
            timeline = self._printed().get(symbol, timeline)
        return timeline.bars(resolution, from_ms, to_ms, limit, self._until_ms)


def _beats(since_ms: int) -> Iterator[Moment]:
    """Whole minutes, and signs of life between them."""
    time = since_ms - since_ms % BEAT_MS
    while True:
        time += BEAT_MS
        yield time, ()


def newest_bars(
    chunks: Iterable[Sequence[Bar]], from_ms: int | None, to_ms: int | None, limit: int
) -> list[Bar]:
    """The newest `limit` bars within bounds out of chunks that come newest chunk first."""
    taken: list[Sequence[Bar]] = []
    count = 0
    for chunk in chunks:
        if to_ms is not None and chunk and chunk[-1].time >= to_ms:
            chunk = [bar for bar in chunk if bar.time < to_ms]
        is_last = from_ms is not None and bool(chunk) and chunk[0].time < from_ms
        if is_last and from_ms is not None:
            chunk = [bar for bar in chunk if bar.time >= from_ms]
        taken.append(chunk)
        count += len(chunk)
        if is_last or count >= limit:
            break
    bars = list(chain.from_iterable(reversed(taken)))
    return bars[-limit:]
