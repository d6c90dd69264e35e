"""The ladder of a symbol: its price levels, changed one by one and shown best first."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from decimal import Decimal
from itertools import chain, zip_longest
from typing import Literal, NamedTuple
from zlib import crc32

from trading_api.domain.bars import Grid
from trading_api.domain.market import BookChange, Depth, Level

MOST_LEVELS = 50


class _Rung(NamedTuple):
    level: Level
    text: str


class Ladder:
    """What stands at each price of a symbol; prices in its ticks, sizes in its quantity steps."""

    def __init__(self, symbol: str, tick_size: Decimal, quantity_step: Decimal) -> None:
        self.symbol = symbol
        self.time = 0
        self._ticks, self._steps = Grid(tick_size), Grid(quantity_step)
        self._bids, self._asks = _Side(-1), _Side(1)

    def apply(self, change: BookChange) -> None:
        """Take the sizes that stand now."""
        self.time = change.time
        for side, levels in ((self._bids, change.bids), (self._asks, change.asks)):
            if change.whole:
                side.clear()
            for price, size in levels:
                self._put(side, price, size)

    def clear(self) -> None:
        """Forget every level."""
        self._bids.clear()
        self._asks.clear()

    def depth(self, levels: int) -> Depth:
        """So many of the best levels of each side, fewer where there are no more."""
        bids, asks = self._bids.best(levels), self._asks.best(levels)
        return Depth(
            self.symbol,
            self.time,
            [rung.level for rung in bids],
            [rung.level for rung in asks],
            _checksum_of([rung.text for rung in bids], [rung.text for rung in asks]),
        )

    def _put(self, side: "_Side", price: float, size: float) -> None:
        ticks, steps = self._ticks.units(price), self._steps.units(size)
        if steps <= 0:
            side.remove(ticks)
        else:
            level = (self._ticks.value(ticks), self._steps.value(steps))
            side.put(ticks, _Rung(level, f"{ticks}:{steps}"))


class _Side:
    """The levels of one side; the sign makes the best price the lowest."""

    def __init__(self, sign: Literal[1, -1]) -> None:
        self._sign = sign
        self._order: list[int] = []
        self._rungs: dict[int, _Rung] = {}

    def put(self, ticks: int, rung: _Rung) -> None:
        key = ticks * self._sign
        if key not in self._rungs:
            insort(self._order, key)
        self._rungs[key] = rung

    def remove(self, ticks: int) -> None:
        key = ticks * self._sign
        if self._rungs.pop(key, None) is not None:
            del self._order[bisect_left(self._order, key)]

    def clear(self) -> None:
        self._order.clear()
        self._rungs.clear()

    def best(self, count: int) -> list[_Rung]:
        return [self._rungs[key] for key in self._order[:count]]


def checksum(depth: Depth, tick_size: Decimal, quantity_step: Decimal) -> int:
    """The checksum that a ladder of a symbol must carry.

    CRC-32 of ASCII text: of the best bid, the best ask, the second bid, the second ask and so on,
    each as price in ticks and size in quantity steps, all numbers joined by colons. Where one side
    has fewer levels, only the other side's follow.
    """
    ticks, steps = Grid(tick_size), Grid(quantity_step)
    return _checksum_of(
        *(
            [f"{ticks.units(price)}:{steps.units(size)}" for price, size in side]
            for side in (depth.bids, depth.asks)
        )
    )


def _checksum_of(bids: Iterable[str], asks: Iterable[str]) -> int:
    turns = chain.from_iterable(zip_longest(bids, asks))
    return crc32(":".join(filter(None, turns)).encode("ascii"))
