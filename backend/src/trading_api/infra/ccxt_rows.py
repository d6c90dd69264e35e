"""Reads what ccxt gives as the domain's nouns, with prices and sizes on the symbol's steps."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from trading_api.domain.bars import Grid
from trading_api.domain.exchanges import Heard
from trading_api.domain.market import (
    Aggressor,
    Bar,
    BookChange,
    Level,
    SymbolInfo,
    TopOfBook,
    Trade,
)

MOST_LEVELS = 50
TRADES_TOLD = 2_000


class Rows:
    """Reads the rows of one symbol; what cannot be read raises what Python raises.

    A single trade that makes no sense is left out: the bars tell what it should have been. A bar
    is not: without it, nothing would seem to have been traded.
    """

    def __init__(self, info: SymbolInfo) -> None:
        self._symbol = info.symbol
        self._ticks, self._steps = Grid(info.tick_size), Grid(info.quantity_step)
        self._told: dict[int, Any] = {}

    def bars(self, rows: Any, from_ms: int) -> Sequence[Bar]:
        """The bars from an instant on, ascending; those without a price are left out."""
        found = [self._bar(row) for row in rows if row[1] is not None]
        return sorted((bar for bar in found if bar.time >= from_ms), key=lambda bar: bar.time)

    def trades(self, rows: Any) -> Sequence[Trade]:
        """The trades, in the order in which they are told."""
        if not isinstance(rows, list):
            raise TypeError(f"trades of {self._symbol} are not a list")
        return [trade for row in rows if (trade := self._trade(row)) is not None]

    def fresh_trades(self, rows: Any) -> Sequence[Trade]:
        """Those that were not told before: ccxt may tell those again that it holds."""
        fresh = [row for row in rows if id(row) not in self._told]
        self._told.update((id(row), row) for row in fresh)
        while len(self._told) > TRADES_TOLD:
            del self._told[next(iter(self._told))]
        return self.trades(fresh)

    def polled_trades(self, rows: Any) -> Sequence[Trade]:
        """Those of an answer that is asked for again and again: each has the same name each time.

        What has no name is named by its content, and by how many like it come before it.
        """
        alike: Counter[tuple[int, float, float, str]] = Counter()
        found = []
        for trade in self.trades(rows):
            if not trade.id:
                content = (trade.time, trade.price, trade.size, trade.side)
                alike[content] += 1
                trade = replace(trade, id="-".join(map(str, (*content, alike[content]))))
            found.append(trade)
        return found

    def book(self, book: Any) -> Sequence[Heard]:
        """All levels, and the best of them; nothing while one side is told before the other."""
        bids, asks = self._levels(book["bids"]), self._levels(book["asks"])
        if bids and asks and bids[0][0] >= asks[0][0]:
            return ()
        time = int(book.get("timestamp") or 0)
        (bid, bid_size), (ask, ask_size) = (
            side[0] if side else (None, None) for side in (bids, asks)
        )
        return (
            BookChange(self._symbol, time, bids, asks, whole=True),
            TopOfBook(self._symbol, time, bid, ask, bid_size, ask_size),
        )

    def top_of(self, book: Any) -> Sequence[Heard]:
        """The best bid and ask of a book alone."""
        return [event for event in self.book(book) if isinstance(event, TopOfBook)]

    def top(self, ticker: Any) -> Sequence[Heard]:
        """The best bid and ask of a ticker; nothing where they cross."""
        ticks, steps = self._ticks, self._steps

        def on(grid: Grid, name: str) -> float | None:
            value = ticker.get(name)
            return None if value is None else grid.value(grid.units(float(value)))

        bid, ask = on(ticks, "bid"), on(ticks, "ask")
        if bid is not None and ask is not None and bid >= ask:
            return ()
        sizes = on(steps, "bidVolume"), on(steps, "askVolume")
        return (TopOfBook(self._symbol, int(ticker.get("timestamp") or 0), bid, ask, *sizes),)

    def _bar(self, row: Any) -> Bar:
        time, *prices, volume = row[:6]
        opened, high, low, close = (self._price(value) for value in prices)
        if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
            raise ValueError(f"a bar of {self._symbol} with the prices {prices}")
        return Bar(int(time), opened, high, low, close, self._size(volume or 0))

    def _trade(self, row: Any) -> Trade | None:
        try:
            time, price = int(row["timestamp"]), self._price(row["price"])
            size = self._size(row["amount"])
        except (TypeError, ValueError, LookupError, OverflowError):
            return None
        if not (time > 0 and price > 0 and size > 0 and math.isfinite(price + size)):
            return None
        side: Aggressor = "sell" if row.get("side") == "sell" else "buy"
        return Trade(str(row.get("id") or ""), self._symbol, time, price, size, side)

    def _levels(self, rows: Any) -> tuple[Level, ...]:
        levels = [(self._price(row[0]), self._size(row[1])) for row in rows[:MOST_LEVELS]]
        return tuple((price, size) for price, size in levels if price > 0 and size > 0)

    def _price(self, value: Any) -> float:
        return self._ticks.value(self._ticks.units(float(value)))

    def _size(self, value: Any) -> float:
        return self._steps.value(self._steps.units(float(value)))
