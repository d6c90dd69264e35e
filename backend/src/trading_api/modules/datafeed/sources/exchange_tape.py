"""The trades of one symbol of an exchange: each once, in its order, and the minutes they make."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec.structs import replace

from trading_api.domain.bars import MINUTE_MS, Grid
from trading_api.domain.market import Bar, SymbolInfo, Trade

MOST_KEPT = 10_000
_ALL = 1 << 62


class Tape:
    """Takes trades as they come: late, repeated, in any order.

    The order is that of time and, within an instant, of the exchange's numbers. A trade without a
    name of the exchange gets one of its instant and its place there.

    Attributes:
        settled_ms: minutes before are settled and stored; nothing is added there any more.
    """

    def __init__(self, info: SymbolInfo) -> None:
        self.settled_ms = 0
        self._steps = Grid(info.quantity_step)
        self._trades: list[Trade] = []
        self._keys: list[tuple[int, int]] = []
        self._key_of: dict[str, tuple[int, int]] = {}
        self._nameless: Counter[tuple[int, float, float, str]] = Counter()
        self._minutes: dict[int, Bar | None] = {}
        self._count = 0

    def __len__(self) -> int:
        """How many trades are kept."""
        return len(self._trades)

    def add(self, trade: Trade) -> Trade | None:
        """Take a trade that was told now; None when it is known, or too late to count."""
        if trade.time < self.settled_ms or trade.id in self._key_of:
            return None
        if not trade.id:
            self._nameless[_content(trade)] += 1
            trade = self._named(trade)
        return self._insert(trade)

    def merge(self, trades: Iterable[Trade]) -> int:
        """Take past trades, told all at once; gives how many were not known."""
        given: Counter[tuple[int, float, float, str]] = Counter()
        count = 0
        for trade in trades:
            if not trade.id:
                # What is told twice was traded twice, unless it is what the stream has told.
                given[_content(trade)] += 1
                if given[_content(trade)] <= self._nameless[_content(trade)]:
                    continue
            count += self.add(trade) is not None
        return count

    def remember(self, trades: Iterable[Trade]) -> None:
        """Keep trades of minutes that are settled: they can be shown and make no bars."""
        for trade in trades:
            if trade.id and trade.id not in self._key_of:
                self._insert(trade)

    def settle(self, until_ms: int) -> None:
        """The minutes before are stored from now on."""
        self.settled_ms = max(self.settled_ms, until_ms)
        self._minutes = {time: bar for time, bar in self._minutes.items() if time >= until_ms}
        for content in [content for content in self._nameless if content[0] < until_ms]:
            del self._nameless[content]
        old = min(len(self) - MOST_KEPT, bisect_left(self._keys, (self.settled_ms, -1)))
        if old > MOST_KEPT // 10:
            for trade in islice(self._trades, old):
                del self._key_of[trade.id]
            del self._trades[:old], self._keys[:old]

    def minute(self, time_ms: int) -> Bar | None:
        """The bar of the minute that begins at an instant; None when nothing was traded."""
        if time_ms not in self._minutes:
            self._minutes[time_ms] = self._fold(time_ms)
        return self._minutes[time_ms]

    def minutes(self, from_ms: int, to_ms: int | None) -> list[Bar]:
        """The bars of the minutes that begin within bounds and are not settled."""
        begin = max(from_ms, self.settled_ms)
        if not self._keys or self._keys[-1][0] < begin:
            return []
        first = self._keys[bisect_left(self._keys, (begin, -1))][0]
        last = self._keys[-1][0] if to_ms is None else min(self._keys[-1][0], to_ms - 1)
        times = range(max(first - first % MINUTE_MS, begin), last + 1, MINUTE_MS)
        return [bar for time in times if (bar := self.minute(time)) is not None]

    def page(
        self, before: str | None, from_ms: int | None, to_ms: int | None, limit: int
    ) -> Sequence[Trade]:
        """The newest trades within bounds, oldest first; see `QuoteSource.trades`."""
        end = len(self)
        if before is not None:
            if before not in self._key_of:
                raise ValueError(
                    f"there is no trade {before[:40]!r} among the newest {MOST_KEPT:,}, "
                    "which are remembered"
                )
            end = self._place(before)
        if to_ms is not None:
            end = min(end, bisect_left(self._keys, (to_ms, -1)))
        start = 0 if from_ms is None else bisect_left(self._keys, (from_ms, -1))
        return self._trades[max(start, end - limit) : end]

    def _place(self, name: str) -> int:
        place = bisect_left(self._keys, self._key_of[name])
        while self._trades[place].id != name:
            place += 1
        return place

    def _named(self, trade: Trade) -> Trade:
        place = 0
        while (name := f"{trade.time}-{place}") in self._key_of:
            place += 1
        return replace(trade, id=name)

    def _insert(self, trade: Trade) -> Trade:
        self._count += 1
        number = int(trade.id) if trade.id.isdigit() and len(trade.id) < 19 else self._count
        key = (trade.time, number)
        place = bisect_right(self._keys, key)
        self._keys.insert(place, key)
        self._trades.insert(place, trade)
        self._key_of[trade.id] = key
        self._minutes.pop(trade.time - trade.time % MINUTE_MS, None)
        return trade

    def _fold(self, time_ms: int) -> Bar | None:
        start = bisect_left(self._keys, (time_ms, -1))
        end = bisect_left(self._keys, (time_ms + MINUTE_MS, -1), start)
        found = self._trades[start:end]
        if not found:
            return None
        prices = [trade.price for trade in found]
        volume = sum(self._steps.units(trade.size) for trade in found)
        return Bar(
            time_ms,
            prices[0],
            max(prices),
            min(prices),
            prices[-1],
            self._steps.value(volume),
        )


def _content(trade: Trade) -> tuple[int, float, float, str]:
    return (trade.time, trade.price, trade.size, trade.side)
