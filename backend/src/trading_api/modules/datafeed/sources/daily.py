"""Unrolls a series of trading days over wall time, each travelled along the path of its bars."""

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from msgspec.structs import replace

from trading_api.domain.bar_path import BarPath, TickBar, fewest_trades, joined
from trading_api.domain.bars import INTRADAY_MS, Grid, aggregate, period_of
from trading_api.domain.market import (
    Bar,
    BookChange,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp
from trading_api.modules.datafeed.sources.bar_cache import BarCache
from trading_api.modules.datafeed.sources.day_path import DayPath, TimedBar
from trading_api.modules.datafeed.sources.replay import ANCHOR_DAY, Moment, newest_bars
from trading_api.shared.calendars import calendar_table

_DAYS_KEPT = 64
_trade_id = re.compile(r"(?P<day>20[2-9]\d[01]\d[0-3]\d)-(?P<index>\d{1,9})", re.ASCII)


RecordedDay = TickBar | Sequence[TimedBar]


class Halt(NamedTuple):
    """When trading is interrupted, in milliseconds after the opening of the day."""

    begins_ms: int
    ends_ms: int


class _Day(NamedTuple):
    date: date
    path: BarPath | DayPath


class DailyTimeline:
    """Trading days, each known by one bar or by several, unrolled from the anchor on.

    They repeat over a whole number of their own weeks, Monday to Monday.
    Trading days are numbered from 0, the first one on or after the anchor. A weekday that the
    series does not have is a closed day, and so is a holiday of the symbol's calendar, when what
    was recorded is left out. The timeline's symbol has both among its holidays, so that session,
    status and history say the same.
    """

    def __init__(
        self,
        symbol: SymbolInfo,
        days: Mapping[date, RecordedDay],
        cache: BarCache,
        halts: Mapping[date, Halt] | None = None,
        session: TradingSession | None = None,
    ) -> None:
        """Take a series of at least one day; prices in ticks, volumes in quantity steps.

        A day is one bar for all of its session, or bars that begin so long after its opening. The
        session is the symbol's, unless the series is of other hours of the same days.
        """
        grid = Grid(symbol.tick_size)
        self._price, self._units = grid.value, grid.units
        self._quantity = Grid(symbol.quantity_step).value
        dates = sorted(days)
        monday = dates[0] - timedelta(days=dates[0].weekday())
        self._length = ((dates[-1] - monday).days // 7 + 1) * 7
        self._offsets = [(day - monday).days for day in dates]
        self.symbol, self._left_out = self._with_closed_days(symbol)
        # `_left_out[i] - i` trading days come before the recorded day that is left out.
        self._hops = [recorded - index for index, recorded in enumerate(self._left_out)]
        self._session = session or TradingSession.of(self.symbol)
        # The volume that its path has, which is more than printed where that was too little.
        self._series = [_as_travelled(days[day]) for day in dates]
        self._halts = [(halts or {}).get(day) for day in dates]
        self._cache = cache
        self._recent: OrderedDict[int, _Day] = OrderedDict()

    def is_open(self, time_ms: int) -> bool:
        """Whether the symbol trades at the instant: in session, on a day that the series has."""
        span = self._session.span_at(time_ms)
        if span is None or span.day < ANCHOR_DAY:
            return False
        if self._date_of(self._first_from(span.day)) != span.day:
            return False
        return not self.is_halted(time_ms)

    def is_halted(self, time_ms: int) -> bool:
        """Whether trading is interrupted within a session."""
        if not any(self._halts):
            return False
        span = self._session.span_at(time_ms)
        if span is None or span.day < ANCHOR_DAY:
            return False
        number = self._first_from(span.day)
        halt = self._halts[self._recorded(number) % len(self._halts)]
        if halt is None or self._date_of(number) != span.day:
            return False
        return halt.begins_ms <= time_ms - span.opens_ms < halt.ends_ms

    def moments(self, since_ms: int) -> Iterator[Moment]:
        """Each trade after the instant with the quote that it sets."""
        start, done = self._position(since_ms + 1)
        for number in count(start):
            day = self._day(number)
            for index in range(done if number == start else 0, day.path.count):
                trade = self._trade(day, index)
                yield trade.time, (trade, self._top_after(trade))

    def top(self, until_ms: int) -> TopOfBook | None:
        """The quote that the last trade set."""
        trades = self.trades(None, None, None, 1, until_ms)
        return self._top_after(trades[0]) if trades else None

    def depth(self, until_ms: int) -> BookChange | None:
        """None: only the best bid and ask are known."""
        return None

    def trades(
        self, before: str | None, from_ms: int | None, to_ms: int | None, limit: int, until_ms: int
    ) -> list[Trade]:
        """The newest trades, oldest first."""
        until = self._position(until_ms)
        if before is not None:
            position = self._parse_id(before)
            if position >= until:
                raise ValueError(f"{self.symbol.symbol} has no trade {before[:40]!r} yet")
            until = position
        if to_ms is not None:
            until = min(until, self._position(to_ms))
        number, end = until
        oldest = (0, 0) if from_ms is None else self._position(from_ms)
        found: list[Trade] = []
        while number >= oldest[0] and len(found) < limit:
            first = oldest[1] if number == oldest[0] else 0
            if end > first:
                day = self._day(number)
                first = max(first, end - (limit - len(found)))
                found += (self._trade(day, index) for index in range(end - 1, first - 1, -1))
            number -= 1
            end = self._day(number).path.count if number >= 0 else 0
        found.reverse()
        return found

    def bars(
        self,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        until_ms: int,
    ) -> list[Bar]:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending."""
        number, traded = self._position(until_ms)
        if resolution not in INTRADAY_MS:
            return newest_bars(self._long_bars(resolution, number, traded), from_ms, to_ms, limit)
        if to_ms is not None:
            # A bar that begins before `to_ms` is of the UTC day of `to_ms` or the next at most.
            bound = self._first_from(day_of_stamp(to_ms) + timedelta(days=2))
            if bound < number:
                number, traded = bound, 0
        chunks = self._intraday_bars(resolution, number, traded, until_ms)
        return newest_bars(chunks, from_ms, to_ms, limit)

    def _long_bars(self, resolution: Resolution, number: int, traded: int) -> Iterator[list[Bar]]:
        """Daily, weekly or monthly bars, newest first: the open one, then a year as a chunk."""
        first, _ = period_of(self._date_of(number), resolution)
        end = self._first_from(first)
        days = self._daily_bars(end, number)
        if traded:
            today = self._day(number)
            days.append(self._bar(day_stamp(today.date), today.path.bar(0, traded)))
        yield self._coarser(resolution, days)
        for year in range(first.year, ANCHOR_DAY.year - 1, -1):
            start = min(end, self._first_from(_first_period(year, resolution)))
            key = (self.symbol.symbol, resolution, start, end)
            chunk = self._cache.get(key)
            if chunk is None:
                chunk = self._coarser(resolution, self._daily_bars(start, end))
                self._cache.put(key, chunk)
            yield chunk
            end = start

    def _daily_bars(self, start: int, end: int) -> list[Bar]:
        return [
            self._bar(day_stamp(self._date_of(number)), self._whole_day(number))
            for number in range(start, end)
        ]

    def _coarser(self, resolution: Resolution, days: list[Bar]) -> list[Bar]:
        if resolution == "1D":
            return days
        return aggregate(days, "1D", resolution, self._session, self.symbol.quantity_step)

    def _intraday_bars(
        self, resolution: Resolution, number: int, traded: int, until_ms: int
    ) -> Iterator[list[Bar]]:
        """The bars of each day as a chunk, newest first."""
        if traded:
            yield self._bars_of_day(resolution, self._day(number), until_ms)
        for earlier in range(number - 1, -1, -1):
            key = (self.symbol.symbol, resolution, earlier)
            chunk = self._cache.get(key)
            if chunk is None:
                chunk = self._bars_of_day(resolution, self._day(earlier), until_ms)
                self._cache.put(key, chunk)
            yield chunk

    def _bars_of_day(self, resolution: Resolution, day: _Day, until_ms: int) -> list[Bar]:
        path = day.path
        size = INTRADAY_MS[resolution]
        end = path.trades_before(until_ms)
        bars = []
        first = 0
        for opens in range(path.opens_ms, path.opens_ms + path.duration_ms, size):
            last = min(end, path.trades_before(opens + size))
            if last > first:
                bars.append(self._bar(opens, path.bar(first, last)))
            first = last
        return bars

    def _bar(self, time: int, bar: TickBar) -> Bar:
        return bar.as_bar(time, self._price, self._quantity)

    def _trade(self, day: _Day, index: int) -> Trade:
        path = day.path
        return Trade(
            f"{day.date:%Y%m%d}-{index}",
            self.symbol.symbol,
            path.time_of(index),
            self._price(path.price_of(index)),
            self._quantity(path.size_of(index)),
            "buy" if path.is_rising_at(index) else "sell",
        )

    def _top_after(self, trade: Trade) -> TopOfBook:
        ask = self._price(self._units(trade.price) + 1)
        return TopOfBook(trade.symbol, trade.time, trade.price, ask)

    def opening_of(self, trade_id: str) -> int:
        """When the day of a trade opened.

        Raises:
            ValueError: there is no trade with that id.
        """
        number, _ = self._parse_id(trade_id)
        return self._day(number).path.opens_ms

    def _parse_id(self, trade_id: str) -> tuple[int, int]:
        found = _trade_id.fullmatch(trade_id)
        if found is None:
            raise ValueError(f"{trade_id[:40]!r} is not the id of a trade of {self.symbol.symbol}")
        never = ValueError(f"{self.symbol.symbol} has no trade {trade_id[:40]!r}")
        try:
            day = date.fromisoformat(found["day"])
        except ValueError:
            raise never from None
        number, index = self._first_from(day), int(found["index"])
        if self._date_of(number) != day or index >= self._day(number).path.count:
            raise never
        return number, index

    def _position(self, time_ms: int) -> tuple[int, int]:
        """The newest trading day at an instant and how many of its trades lie before it."""
        day = self._session.trading_day(time_ms)
        number = self._first_from(day)
        if self._date_of(number) != day:
            return number, 0
        return number, self._day(number).path.trades_before(time_ms)

    def _first_from(self, day: date) -> int:
        """The number of the first trading day on or after a calendar day."""
        recorded = self._recorded_from(day)
        return recorded - bisect_left(self._left_out, recorded)

    def _date_of(self, number: int) -> date:
        return self._recorded_date(self._recorded(number))

    def _whole_day(self, number: int) -> TickBar:
        day = self._series_at(number)
        if isinstance(day, TickBar):
            return day
        spans = self._session.spans_of(self._date_of(number))
        if day[-1].ends_ms <= spans[-1].closes_ms - spans[0].opens_ms:
            return joined([timed.bar for timed in day])
        path = self._day(number).path
        return path.bar(0, path.count)

    def _series_at(self, number: int) -> RecordedDay:
        return self._series[self._recorded(number) % len(self._series)]

    def _recorded(self, number: int) -> int:
        return number + bisect_right(self._hops, number)

    def _recorded_from(self, day: date) -> int:
        cycle, offset = divmod(max(0, (day - ANCHOR_DAY).days), self._length)
        return cycle * len(self._offsets) + bisect_left(self._offsets, offset)

    def _recorded_date(self, recorded: int) -> date:
        cycle, index = divmod(recorded, len(self._offsets))
        return ANCHOR_DAY + timedelta(days=cycle * self._length + self._offsets[index])

    def _with_closed_days(self, symbol: SymbolInfo) -> tuple[SymbolInfo, list[int]]:
        """The symbol with every day without trading, and the recorded days that are holidays."""
        session = TradingSession.of(symbol)
        holidays = session.holidays
        left_out = [
            recorded
            for day in holidays
            if day >= ANCHOR_DAY
            and self._recorded_date(recorded := self._recorded_from(day)) == day
        ]
        closed = sorted({*holidays, *filter(session.has_day, self._unrecorded_days())})
        texts = ",".join(f"{day:%Y%m%d}" for day in closed)
        return replace(symbol, session_holidays=texts), left_out

    def _unrecorded_days(self) -> Iterator[date]:
        """The days that the series lacks, as far as calendars go; later ones are closed as well."""
        missing = sorted({*range(self._length)} - {*self._offsets})
        for cycle in range((calendar_table().last - ANCHOR_DAY).days // self._length + 1):
            for offset in missing:
                yield ANCHOR_DAY + timedelta(days=cycle * self._length + offset)

    def _day(self, number: int) -> _Day:
        day = self._recent.get(number)
        if day is None:
            day_of, recorded = self._date_of(number), self._series_at(number)
            spans = self._session.spans_of(day_of)
            day = _Day(day_of, _path(spans[0].opens_ms, spans[-1].closes_ms, recorded))
            self._recent[number] = day
            if len(self._recent) > _DAYS_KEPT:
                self._recent.popitem(last=False)
        return day


def _as_travelled(day: RecordedDay) -> RecordedDay:
    """A day with the volume that its paths have: more than printed where that was too little."""
    if isinstance(day, TickBar):
        return day._replace(volume=max(day.volume, fewest_trades(day)))
    return tuple(
        timed._replace(
            bar=timed.bar._replace(volume=max(timed.bar.volume, fewest_trades(timed.bar)))
        )
        for timed in day
    )


def _path(opens_ms: int, closes_ms: int, day: RecordedDay) -> BarPath | DayPath:
    if isinstance(day, TickBar):
        return BarPath(opens_ms, closes_ms, day)
    return DayPath(opens_ms, closes_ms, day)


def _first_period(year: int, resolution: Resolution) -> date:
    """The first calendar day of the first day, week or month that begins in a year."""
    day = date(year, 1, 1)
    return day + timedelta(days=-day.weekday() % 7) if resolution == "1W" else day
