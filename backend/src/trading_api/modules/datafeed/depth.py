"""The ladders of the symbols that have depth, and their streams."""

import asyncio
from collections.abc import Iterable

from trading_api.domain.depth import Ladder
from trading_api.domain.market import BookChange, Depth, SymbolInfo
from trading_api.domain.ports import Bus, Clock
from trading_api.domain.topics import topic
from trading_api.modules.datafeed.schemas import LEVELS
from trading_api.modules.datafeed.streams import Stream

INTERVAL_MS = 50
"""A ladder is told at most so often: at whole multiples of it, if it has changed."""


class DepthFeed:
    """The ladder of one symbol, told in one stream per number of levels."""

    def __init__(self, info: SymbolInfo, bus: Bus, epoch: str) -> None:
        self._ladder = Ladder(info.symbol, info.tick_size, info.quantity_step)
        self.streams = {
            levels: Stream(bus, topic("depth", info.symbol, str(levels)), epoch)
            for levels in LEVELS
        }
        self._told = self._ladder.depths(LEVELS)

    def depth(self, levels: int) -> Depth:
        """The ladder as it stands, of so many levels."""
        return self._ladder.depth(levels)

    def seed(self, standing: BookChange | None) -> None:
        """Begin with what stands; nothing is told."""
        self._ladder.clear()
        if standing is not None:
            self._ladder.apply(standing)
        self._told = self._ladder.depths(LEVELS)

    def apply(self, change: BookChange) -> None:
        """Take what has changed."""
        self._ladder.apply(change)

    def tell(self) -> None:
        """Say the ladder in every stream whose levels have changed since they were said."""
        told, self._told = self._told, self._ladder.depths(LEVELS)
        for before, now, stream in zip(told, self._told, self.streams.values(), strict=True):
            if now.bids != before.bids or now.asks != before.asks:
                stream.publish(now)

    def tell_gap(self, reason: str) -> None:
        """Say that the streams have lost their continuity, then the ladder as it stands."""
        self._told = self._ladder.depths(LEVELS)
        for depth, stream in zip(self._told, self.streams.values(), strict=True):
            stream.tell_gap(reason)
            stream.publish(depth)


class DepthTeller:
    """Tells the ladders that have changed, a whole number of intervals after the epoch."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed: dict[DepthFeed, None] = {}
        self._has_changed = asyncio.Event()

    def changed(self, feeds: Iterable[DepthFeed]) -> None:
        """These are to be told when the interval ends."""
        self._changed.update(dict.fromkeys(feeds))
        self._has_changed.set()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._has_changed.wait()
            now = self._clock.now_ms()
            await self._clock.sleep_until(now - now % INTERVAL_MS + INTERVAL_MS)
            self._has_changed.clear()
            changed, self._changed = self._changed, {}
            for feed in changed:
                feed.tell()
