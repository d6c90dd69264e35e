"""The trades of a trading day of which several bars are known."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from trading_api.domain.bar_path import BarPath, TickBar, joined


class TimedBar(NamedTuple):
    """A bar that begins and ends so many milliseconds after the opening of its day."""

    begins_ms: int
    ends_ms: int
    bar: TickBar


class DayPath:
    """The paths of a day's bars one after the other, as if they were one `BarPath`.

    A bar that does not end before the close, as on a half day, is left out.
    """

    def __init__(self, opens_ms: int, closes_ms: int, bars: Sequence[TimedBar]) -> None:
        self.opens_ms = opens_ms
        self.duration_ms = closes_ms - opens_ms
        self._paths = [
            BarPath(opens_ms + timed.begins_ms, opens_ms + timed.ends_ms, timed.bar)
            for timed in bars
            if timed.ends_ms <= self.duration_ms
        ]
        self._opens = [path.opens_ms for path in self._paths]
        self._firsts = [0, *accumulate(path.count for path in self._paths)]
        self.count = self._firsts[-1]

    def time_of(self, index: int) -> int:
        """Epoch milliseconds of a trade."""
        path, inner = self._at(index)
        return path.time_of(inner)

    def price_of(self, index: int) -> int:
        """Price of a trade in ticks."""
        path, inner = self._at(index)
        return path.price_of(inner)

    def size_of(self, index: int) -> int:
        """Size of a trade in quantity steps."""
        path, inner = self._at(index)
        return path.size_of(inner)

    def is_rising_at(self, index: int) -> bool:
        """Whether the price was going up when it came to a trade."""
        path, inner = self._at(index)
        return path.is_rising_at(inner)

    def trades_before(self, time_ms: int) -> int:
        """How many trades lie before an instant."""
        number = bisect_right(self._opens, time_ms) - 1
        if number < 0:
            return 0
        return self._firsts[number] + self._paths[number].trades_before(time_ms)

    def bar(self, first: int, end: int) -> TickBar:
        """The bar of the trades from `first` up to, not including, `end`; at least one."""
        begins, ends = self._number(first), self._number(end - 1)
        parts = []
        for number in range(begins, ends + 1):
            path, start = self._paths[number], self._firsts[number]
            parts.append(path.bar(max(first - start, 0), min(end - start, path.count)))
        return joined(parts)

    def _number(self, index: int) -> int:
        return bisect_right(self._firsts, index) - 1

    def _at(self, index: int) -> tuple[BarPath, int]:
        number = self._number(index)
        return self._paths[number], index - self._firsts[number]
