"""What lies inside a bar of which nothing else is known: one path for all uses."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from trading_api.domain.market import Bar


class TickBar(NamedTuple):
    """A bar in whole numbers: prices in ticks, volume in quantity steps."""

    open: int
    high: int
    low: int
    close: int
    volume: int

    def as_bar(
        self, time: int, price: Callable[[int], float], quantity: Callable[[int], float]
    ) -> Bar:
        """The bar in the units of the wire: what numbers of ticks and of steps stand for."""
        return Bar(
            time,
            price(self.open),
            price(self.high),
            price(self.low),
            price(self.close),
            quantity(self.volume),
        )


def joined(bars: Sequence[TickBar]) -> TickBar:
    """One bar over several that follow each other, oldest first."""
    return TickBar(
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


def fewest_trades(bar: TickBar) -> int:
    """How many trades it takes to travel the path of a bar with one at every tick."""
    near, far = _turns(bar)
    return abs(bar.open - near) + abs(near - far) + abs(far - bar.close) + 1


def _turns(bar: TickBar) -> tuple[int, int]:
    high_first = bar.high - bar.open < bar.open - bar.low
    return (bar.high, bar.low) if high_first else (bar.low, bar.high)


class BarPath:
    """The trades that stand for the inside of a bar of which nothing else is known.

    The price goes from the open to the nearer extreme (the low when both are as near), to the
    other extreme and to the close: one trade per tick of travel and at least one per second, evenly
    spaced. The volume is spread in equal parts and the last trade has the remainder; a bar with
    less than one quantity step per trade gets fewer trades per second, and one with less than one
    step per tick of travel counts as having one step per trade.

    Trades are counted from 0 to `count - 1`; prices are in ticks, sizes in quantity steps. Any
    trade, and the bar of any range of trades, is found without going through the others.
    """

    def __init__(self, opens_ms: int, closes_ms: int, bar: TickBar) -> None:
        self.opens_ms = opens_ms
        self.duration_ms = closes_ms - opens_ms
        turns = _turns(bar)
        self._points = (bar.open, *turns, bar.close)
        first = abs(bar.open - turns[0])
        second = first + abs(turns[0] - turns[1])
        self.travel = second + abs(turns[1] - bar.close)
        self._reached = (0, first, second, self.travel)
        fewest = self.travel + 1
        self.volume = max(bar.volume, fewest)
        seconds = -(-self.duration_ms // 1000)
        self.count = max(fewest, min(seconds, self.volume))
        self._part = self.volume // self.count

    def time_of(self, index: int) -> int:
        """Epoch milliseconds of a trade."""
        return self.opens_ms + index * self.duration_ms // self.count

    def price_of(self, index: int) -> int:
        """Price of a trade in ticks."""
        return self._price(self._distance(index))

    def size_of(self, index: int) -> int:
        """Size of a trade in quantity steps."""
        return self._volume(index, index + 1)

    def trades_before(self, time_ms: int) -> int:
        """How many trades lie before an instant."""
        index = -(-(time_ms - self.opens_ms) * self.count // self.duration_ms)
        return min(max(index, 0), self.count)

    def bar(self, first: int, end: int) -> TickBar:
        """The bar of the trades from `first` up to, not including, `end`; at least one."""
        begins, ends = self._distance(first), self._distance(end - 1)
        opening, closing = self._price(begins), self._price(ends)
        prices = [opening, closing]
        prices += [
            price
            for price, reached in zip(self._points, self._reached, strict=True)
            if begins <= reached <= ends
        ]
        return TickBar(opening, max(prices), min(prices), closing, self._volume(first, end))

    def is_rising_at(self, index: int) -> bool:
        """Whether the price was going up when it came to a trade; a flat path counts as rising."""
        distance = self._distance(index)
        leg = sum(distance > reached for reached in self._reached[1:3])
        return self._points[leg] <= self._points[leg + 1]

    def _distance(self, index: int) -> int:
        return index * self.travel // (self.count - 1) if self.count > 1 else 0

    def _price(self, distance: int) -> int:
        _, first, second, _ = self._reached
        opening, near, far, closing = self._points
        if distance <= first:
            return opening + _toward(opening, near, distance)
        if distance <= second:
            return near + _toward(near, far, distance - first)
        return far + _toward(far, closing, distance - second)

    def _volume(self, first: int, end: int) -> int:
        whole = (end - first) * self._part
        return whole + (self.volume - self.count * self._part if end == self.count else 0)


def _toward(begin: int, end: int, distance: int) -> int:
    return distance if end > begin else -distance
