"""The ladder of a symbol: its price levels, changed one by one and shown best first."""

from bisect import bisect_left, insort
from collections.abc import Sequence
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
        [depth] = self.depths((levels,))
        return depth

    def depths(self, counts: Sequence[int]) -> list[Depth]:
        """The ladder with each number of levels, given in ascending order."""
        bids, asks = self._bids.best(counts[-1]), self._asks.best(counts[-1])
        bid_levels, ask_levels = [rung.level for rung in bids], [rung.level for rung in asks]
        turns = list(zip_longest((rung.text for rung in bids), (rung.text for rung in asks)))
        checksum_, start, found = 0, 0, []
        for count in counts:
            # the text of fewer levels is the beginning of that of more
            checksum_ = _extended(checksum_, turns[start:count], is_first=start == 0)
            start = count
            found.append(
                Depth(self.symbol, self.time, bid_levels[:count], ask_levels[:count], checksum_)
            )
        return found

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
    bids, asks = (
        [f"{ticks.units(price)}:{steps.units(size)}" for price, size in side]
        for side in (depth.bids, depth.asks)
    )
    return _extended(0, list(zip_longest(bids, asks)), is_first=True)


def _extended(
    checksum_: int, turns: Sequence[tuple[str | None, str | None]], *, is_first: bool
) -> int:
    text = ":".join(filter(None, chain.from_iterable(turns)))
    if not text:
        return checksum_
    return crc32((text if is_first else f":{text}").encode("ascii"), checksum_)
