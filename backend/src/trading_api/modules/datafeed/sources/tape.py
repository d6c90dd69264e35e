"""A recording of trades, of the best bid and ask and of depth, unrolled over wall time."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import NamedTuple

from trading_api.domain.bar_path import TickBar, joined
from trading_api.domain.bars import INTRADAY_MS, Grid, period_of
from trading_api.domain.market import (
    Bar,
    BookChange,
    Level,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import MarketEvent
from trading_api.domain.sessions import DAY_MS, TradingSession, day_of_stamp, day_stamp
from trading_api.modules.datafeed.sources.replay import ANCHOR_MS, Moment, newest_bars

WEEK_MS = 7 * DAY_MS
_BARS_PER_CHUNK = 512
_ROWS_PER_MARK = 1024
_trade_id = re.compile(r"(?P<cycle>\d{1,9})-(?P<id>\d{1,18})", re.ASCII)


class Tops(NamedTuple):
    """Columns of the best bid and ask, one row per instant at which they were said.

    Offsets in milliseconds from the start of the recording, ascending and unique; prices in ticks,
    sizes in quantity steps.
    """

    offset: "array[int]"
    bid: "array[int]"
    ask: "array[int]"
    bid_size: "array[int]"
    ask_size: "array[int]"


class Prints(NamedTuple):
    """Columns of the trades, in the order in which they happened; `is_buy` is the aggressor's."""

    offset: "array[int]"
    id: "array[int]"
    price: "array[int]"
    size: "array[int]"
    is_buy: "array[int]"


class Levels(NamedTuple):
    """Columns of the price levels that changed, in order of time: the size that then stood at each.

    What the first instant names is all that stood then.
    """

    offset: "array[int]"
    is_bid: "array[int]"
    price: "array[int]"
    size: "array[int]"


class Tape(NamedTuple):
    """What was recorded of one symbol."""

    tops: Tops
    prints: Prints
    levels: Levels


class _Instants(NamedTuple):
    """Columns of the instants at which anything happened, and where each ends in the tape."""

    offset: "array[int]"
    prints: "array[int]"
    levels: "array[int]"
    tops: "array[int]"


class TapeTimeline:
    """A tape that repeats over its own length from the anchor, for a market that never closes.

    Trades are counted from 0, the first one after the anchor.
    """

    def __init__(self, symbol: SymbolInfo, tape: Tape, length_ms: int) -> None:
        """Take the recording of a symbol that trades around the clock in UTC.

        Raises:
            ValueError: a resolution neither divides the length nor is a multiple of it, or the
                symbol's day is not the UTC day.
        """
        session = TradingSession.of(symbol)
        if session.bounds(ANCHOR_MS) != (ANCHOR_MS, ANCHOR_MS + DAY_MS):
            raise ValueError(f"{symbol.symbol} does not trade around the clock in UTC")
        sizes = (*INTRADAY_MS.values(), DAY_MS)
        if any(size % length_ms and length_ms % size for size in sizes):
            raise ValueError(f"bars do not fit into a recording of {length_ms} ms")
        self.symbol = symbol
        self._tape = tape
        self._length_ms = length_ms
        self._price = Grid(symbol.tick_size).value
        self._quantity = Grid(symbol.quantity_step).value
        self._whole = self._fold(0, len(tape.prints.offset))
        self._index_of_id = {id_: index for index, id_ in enumerate(tape.prints.id)}
        self._per_cycle = len(tape.prints.offset)
        self._short: dict[int, list[tuple[int, TickBar]]] = {}
        self._instants = _instants(tape)
        self._marks = _marks(tape.levels)

    def is_open(self, time_ms: int) -> bool:
        """Whether the symbol trades at the instant: always, once the recording has begun."""
        return time_ms >= ANCHOR_MS

    def is_halted(self, time_ms: int) -> bool:
        """Never."""
        return False

    def moments(self, since_ms: int) -> Iterator[Moment]:
        """The trades of each instant, then the levels and the best bid and ask that they left."""
        instants = self._instants
        if not instants.offset:
            return
        start, offset = self._split(since_ms + 1)
        first = bisect_left(instants.offset, offset)
        for cycle in count(start):
            ends = self._ends(first - 1)
            for row in range(first, len(instants.offset)):
                begins, ends = ends, self._ends(row)
                yield (
                    self._start_of(cycle) + instants.offset[row],
                    tuple(self._events(cycle, begins, ends)),
                )
            first = 0

    def _ends(self, row: int) -> tuple[int, int, int]:
        if row < 0:
            return 0, 0, 0
        instants = self._instants
        return instants.prints[row], instants.levels[row], instants.tops[row]

    def _events(
        self, cycle: int, begins: tuple[int, int, int], ends: tuple[int, int, int]
    ) -> Iterator[MarketEvent]:
        for index in range(begins[0], ends[0]):
            yield self._trade(cycle, index)
        if begins[1] < ends[1]:
            yield self._change(cycle, begins[1], ends[1])
        for index in range(begins[2], ends[2]):
            yield self._top(cycle, index)

    def depth(self, until_ms: int) -> BookChange | None:
        """All levels that stood."""
        offsets = self._tape.levels.offset
        if not offsets:
            return None
        cycle, offset = self._split(until_ms)
        end = bisect_left(offsets, offset)
        if not end:
            cycle, end = cycle - 1, len(offsets)
        return self._book(cycle, end) if cycle >= 0 else None

    def _book(self, cycle: int, end: int) -> BookChange:
        """The levels that the first rows of a repetition leave."""
        levels = self._tape.levels
        mark = end // _ROWS_PER_MARK
        standing = dict(self._marks[mark])
        for row in range(mark * _ROWS_PER_MARK, end):
            _stand(standing, levels, row)
        value = self._value
        bids, asks = (
            tuple(value(price, size) for (is_bid, price), size in standing.items() if is_bid == of)
            for of in (1, 0)
        )
        time = self._start_of(cycle) + levels.offset[end - 1]
        return BookChange(self.symbol.symbol, time, bids, asks, whole=True)

    def _change(self, cycle: int, first: int, end: int) -> BookChange:
        levels = self._tape.levels
        bids: list[Level] = []
        asks: list[Level] = []
        for row in range(first, end):
            side = bids if levels.is_bid[row] else asks
            side.append(self._value(levels.price[row], levels.size[row]))
        time = self._start_of(cycle) + levels.offset[first]
        return BookChange(self.symbol.symbol, time, tuple(bids), tuple(asks), whole=first == 0)

    def _value(self, price: int, size: int) -> Level:
        return self._price(price), self._quantity(size)

    def top(self, until_ms: int) -> TopOfBook | None:
        """The best bid and ask that stood."""
        offsets = self._tape.tops.offset
        cycle, offset = self._split(until_ms)
        number = cycle * len(offsets) + bisect_left(offsets, offset) - 1
        return self._top(*divmod(number, len(offsets))) if number >= 0 and offsets else None

    def trades(
        self, before: str | None, from_ms: int | None, to_ms: int | None, limit: int, until_ms: int
    ) -> list[Trade]:
        """The newest trades, oldest first."""
        end = self._prints_before(until_ms)
        if before is not None:
            number = self._parse_id(before)
            if number >= end:
                raise ValueError(f"{self.symbol.symbol} has no trade {before[:40]!r} yet")
            end = number
        if to_ms is not None:
            end = min(end, self._prints_before(to_ms))
        first = 0 if from_ms is None else self._prints_before(from_ms)
        numbers = range(max(first, end - limit), end)
        return [self._trade(*divmod(number, self._per_cycle)) for number in numbers]

    def _prints_before(self, time_ms: int) -> int:
        cycle, offset = self._split(time_ms)
        return cycle * self._per_cycle + bisect_left(self._tape.prints.offset, offset)

    def bars(
        self,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        until_ms: int,
    ) -> list[Bar]:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending."""
        if self._whole is None or until_ms <= ANCHOR_MS:
            return []
        size = INTRADAY_MS.get(resolution)
        if size is not None and size <= self._length_ms:
            chunks = self._short_bars(size, to_ms, until_ms)
        else:
            chunks = self._long_bars(resolution, self._whole, to_ms, until_ms)
        return newest_bars(chunks, from_ms, to_ms, limit)

    def _short_bars(self, size: int, to_ms: int | None, until_ms: int) -> Iterator[list[Bar]]:
        """Bars no longer than the recording, one repetition as a chunk, newest first."""
        whole = self._bars_of_cycle(size)
        cycle, offset = self._split(until_ms)
        if to_ms is not None and (bound := self._split(to_ms)[0] + 1) < cycle:
            cycle, offset = bound, 0
        start = self._start_of(cycle)
        opens = offset - offset % size
        newest = [self._bar(start + begins, bar) for begins, bar in whole if begins < opens]
        offsets = self._tape.prints.offset
        if part := self._fold(bisect_left(offsets, opens), bisect_left(offsets, offset)):
            newest.append(self._bar(start + opens, part))
        yield newest
        values = [(begins, self._bar(0, bar)) for begins, bar in whole]
        for earlier in range(cycle - 1, -1, -1):
            start = self._start_of(earlier)
            yield [
                Bar(start + begins, bar.open, bar.high, bar.low, bar.close, bar.volume)
                for begins, bar in values
            ]

    def _bars_of_cycle(self, size: int) -> list[tuple[int, TickBar]]:
        bars = self._short.get(size)
        if bars is None:
            offsets = self._tape.prints.offset
            folded = (
                (opens, self._fold(bisect_left(offsets, opens), bisect_left(offsets, opens + size)))
                for opens in range(0, self._length_ms, size)
            )
            bars = self._short[size] = [(opens, bar) for opens, bar in folded if bar is not None]
        return bars

    def _long_bars(
        self, resolution: Resolution, whole: TickBar, to_ms: int | None, until_ms: int
    ) -> Iterator[list[Bar]]:
        """Bars of whole repetitions, many as a chunk, newest first."""
        last_ms = until_ms - 1 if to_ms is None else min(to_ms, until_ms) - 1
        prices = self._bar(0, whole)
        chunk: list[Bar] = []
        for opens, closes in _buckets(resolution, last_ms):
            if closes <= until_ms:
                volume = self._quantity(whole.volume * ((closes - opens) // self._length_ms))
                chunk.append(Bar(opens, prices.open, prices.high, prices.low, prices.close, volume))
            elif part := self._part(opens, until_ms, whole):
                chunk.append(self._bar(opens, part))
            if len(chunk) == _BARS_PER_CHUNK:
                yield chunk[::-1]
                chunk = []
        yield chunk[::-1]

    def _part(self, opens: int, until_ms: int, whole: TickBar) -> TickBar | None:
        """What was traded from the beginning of a repetition until some instant."""
        cycles, offset = divmod(until_ms - opens, self._length_ms)
        rest = self._fold(0, bisect_left(self._tape.prints.offset, offset))
        parts = [TickBar(*whole[:4], whole.volume * cycles)] if cycles else []
        parts += [rest] if rest else []
        return joined(parts) if parts else None

    def _fold(self, first: int, end: int) -> TickBar | None:
        if first == end:
            return None
        prices = self._tape.prints.price[first:end]
        volume = sum(self._tape.prints.size[first:end])
        return TickBar(prices[0], max(prices), min(prices), prices[-1], volume)

    def _bar(self, time: int, bar: TickBar) -> Bar:
        return bar.as_bar(time, self._price, self._quantity)

    def _trade(self, cycle: int, index: int) -> Trade:
        prints = self._tape.prints
        return Trade(
            f"{cycle}-{prints.id[index]}",
            self.symbol.symbol,
            self._start_of(cycle) + prints.offset[index],
            self._price(prints.price[index]),
            self._quantity(prints.size[index]),
            "buy" if prints.is_buy[index] else "sell",
        )

    def _top(self, cycle: int, index: int) -> TopOfBook:
        tops = self._tape.tops
        return TopOfBook(
            self.symbol.symbol,
            self._start_of(cycle) + tops.offset[index],
            self._price(tops.bid[index]),
            self._price(tops.ask[index]),
            self._quantity(tops.bid_size[index]),
            self._quantity(tops.ask_size[index]),
        )

    def _parse_id(self, trade_id: str) -> int:
        found = _trade_id.fullmatch(trade_id)
        index = self._index_of_id.get(int(found["id"])) if found else None
        if found is None or index is None:
            raise ValueError(f"{self.symbol.symbol} has no trade {trade_id[:40]!r}")
        return int(found["cycle"]) * self._per_cycle + index

    def _split(self, time_ms: int) -> tuple[int, int]:
        """The repetition that an instant lies in, and how far into it."""
        return divmod(max(time_ms - ANCHOR_MS, 0), self._length_ms)

    def _start_of(self, cycle: int) -> int:
        return ANCHOR_MS + cycle * self._length_ms


def _instants(tape: Tape) -> _Instants:
    columns = (tape.prints.offset, tape.levels.offset, tape.tops.offset)
    offsets = array("q", sorted(set().union(*columns)))
    ends = (array("q", (bisect_right(column, at) for at in offsets)) for column in columns)
    return _Instants(offsets, *ends)


_Standing = dict[tuple[int, int], int]


def _stand(standing: _Standing, levels: Levels, row: int) -> None:
    place = levels.is_bid[row], levels.price[row]
    if levels.size[row]:
        standing[place] = levels.size[row]
    else:
        standing.pop(place, None)


def _marks(levels: Levels) -> list[_Standing]:
    """What stood at every so many rows, so that any instant is near to one."""
    marks: list[_Standing] = []
    standing: _Standing = {}
    for row in range(len(levels.offset) + 1):
        if row % _ROWS_PER_MARK == 0:
            marks.append(dict(standing))
        if row < len(levels.offset):
            _stand(standing, levels, row)
    return marks


def _buckets(resolution: Resolution, last_ms: int) -> Iterator[tuple[int, int]]:
    """Where buckets open and close, down from the one that holds an instant to the anchor."""
    if resolution in ("1M", "12M"):
        day = day_of_stamp(last_ms)
        while day_stamp(day) >= ANCHOR_MS:
            first, last = period_of(day, resolution)
            yield max(day_stamp(first), ANCHOR_MS), day_stamp(last) + DAY_MS
            day = first - timedelta(days=1)
        return
    size = INTRADAY_MS.get(resolution) or (DAY_MS if resolution == "1D" else WEEK_MS)
    newest = last_ms - (last_ms - ANCHOR_MS) % size
    for opens in range(newest, ANCHOR_MS - 1, -size):
        yield opens, opens + size
