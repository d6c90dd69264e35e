"""Bars: the buckets that time is cut into, and how trades and finer bars fold into them."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from trading_api.domain.market import RESOLUTIONS, Bar, Resolution
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp

MINUTE_MS = 60_000
INTRADAY_MS: dict[Resolution, int] = {
    resolution: int(resolution) * MINUTE_MS for resolution in RESOLUTIONS if resolution.isdigit()
}

_NEVER = 1 << 62


class Grid:
    """Whole steps of a tick or a quantity, so that sums are exact whatever their order."""

    def __init__(self, step: Decimal) -> None:
        self._numerator, self._denominator = step.as_integer_ratio()

    def units(self, value: float) -> int:
        """The number of steps nearest to a value."""
        return round(value * self._denominator / self._numerator)

    def value(self, units: int) -> float:
        """The float nearest to so many steps."""
        return units * self._numerator / self._denominator


class Bucket(NamedTuple):
    """A stretch of time that one bar covers.

    Attributes:
        key: the same for every instant of the bucket, different for any other bucket.
        time: time of the bar when its first trade falls on the instant asked for.
        opens_ms: where the bucket begins.
        closes_ms: where it ends; breaks and nights inside it count as part of it.
    """

    key: int
    time: int
    opens_ms: int
    closes_ms: int


def bucket_at(session: TradingSession, resolution: Resolution, time_ms: int) -> Bucket | None:
    """The bucket that holds an instant; None when the session is closed then.

    Intraday buckets are counted from the session's open and the last is as short as the session
    demands; their bars bear the bucket's beginning. Longer bars bear 00:00 UTC of the first trading
    day on which something was traded.
    """
    span = session.span_at(time_ms)
    if span is None:
        return None
    size = INTRADAY_MS.get(resolution)
    if size is None:
        return bucket_of_day(session, resolution, span.day)
    opens = time_ms - (time_ms - span.opens_ms) % size
    return Bucket(opens, opens, opens, min(opens + size, span.closes_ms))


def bucket_of_day(session: TradingSession, resolution: Resolution, day: date) -> Bucket:
    """The day, week, month or year that a day lies in, from its first opening to its last close."""
    first, last = period_of(day, resolution)
    return Bucket(
        day_stamp(first),
        day_stamp(day),
        next(_spans(session, first, 1)).opens_ms,
        next(_spans(session, last, -1)).closes_ms,
    )


def _spans(session: TradingSession, day: date, step: int) -> Iterator["_Bounds"]:
    while True:
        if spans := session.spans_of(day):
            yield _Bounds(spans[0].opens_ms, spans[-1].closes_ms)
        day += timedelta(days=step)


class _Bounds(NamedTuple):
    opens_ms: int
    closes_ms: int


def period_of(day: date, resolution: Resolution) -> tuple[date, date]:
    """First and last calendar day of the day, the week (from Monday) or the month of a day."""
    if resolution == "1W":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if resolution == "1M":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


def aggregate(
    bars: Sequence[Bar],
    source: Resolution,
    target: Resolution,
    session: TradingSession,
    quantity_step: Decimal,
) -> list[Bar]:
    """Coarser bars out of finer ones of the same symbol, in ascending order.

    Bars whose time lies outside the session are left out.
    """
    grid = Grid(quantity_step)

    def period(bar: Bar) -> tuple[int, int] | None:
        if source in INTRADAY_MS:
            bucket = bucket_at(session, target, bar.time)
            return (bucket.key, bucket.time) if bucket else None
        first, _ = period_of(day_of_stamp(bar.time), target)
        return day_stamp(first), bar.time

    keyed = [(found, bar) for bar in bars if (found := period(bar)) is not None]
    return [
        merge([bar for _, bar in group], grid, time=group[0][0][1])
        for _, items in groupby(keyed, key=lambda item: item[0][0])
        if (group := list(items))
    ]


def merge(bars: Sequence[Bar], grid: Grid, time: int) -> Bar:
    """One bar that covers several, given oldest first."""
    return Bar(
        time,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        grid.value(sum(grid.units(bar.volume) for bar in bars)),
    )


class _OpenBar:
    """The newest bar of one resolution while it grows, and the one before it."""

    __slots__ = ("closes_ms", "is_open", "newest", "opens_ms", "previous", "volume")

    def __init__(self) -> None:
        self.previous: Bar | None = None
        self.newest: Bar | None = None
        self.is_open = False
        self.opens_ms = self.closes_ms = -_NEVER
        self.volume = 0


class BarAggregator:
    """Folds the trades of one symbol into the bars of every resolution.

    Each call returns what changed, as pairs of resolution and bar. A bar that has come to its end
    is returned once more in its final form before its successor. Trades come in order of time;
    one that lies before the newest bar, or outside the session, is ignored.
    """

    def __init__(
        self,
        session: TradingSession,
        quantity_step: Decimal,
        resolutions: Iterable[Resolution] = RESOLUTIONS,
    ) -> None:
        self._session = session
        self._grid = Grid(quantity_step)
        self._bars = {resolution: _OpenBar() for resolution in resolutions}
        self._next_close = 0
        self._span = (0, 0)

    @property
    def resolutions(self) -> list[Resolution]:
        """Those that trades are folded into."""
        return list(self._bars)

    def seed(self, resolution: Resolution, bars: Sequence[Bar], now_ms: int) -> None:
        """Go on from history.

        Args:
            resolution: which bars are given; from now on trades are folded into it.
            bars: the newest two bars, or fewer, oldest first.
            now_ms: instant that the bars are of; the newest stays open if its bucket lasts.
        """
        state = self._bars[resolution] = _OpenBar()
        if bars:
            state.previous = bars[-2] if len(bars) > 1 else None
            state.newest = newest = bars[-1]
            state.volume = self._grid.units(newest.volume)
            bucket = self._bucket_of_bar(resolution, newest, now_ms)
            state.opens_ms, state.closes_ms = bucket.opens_ms, bucket.closes_ms
            state.is_open = bucket.closes_ms > now_ms
        self._find_next_close()

    def _bucket_of_bar(self, resolution: Resolution, bar: Bar, now_ms: int) -> Bucket:
        if resolution not in INTRADAY_MS:
            return bucket_of_day(self._session, resolution, day_of_stamp(bar.time))
        bucket = bucket_at(self._session, resolution, bar.time)
        # A bar of another calendar than the session's has ended.
        return bucket or Bucket(bar.time, bar.time, bar.time, min(bar.time + 1, now_ms))

    def newest(self, resolution: Resolution) -> list[Bar]:
        """The newest two bars, oldest first; the last one may still be open."""
        state = self._bars[resolution]
        return [bar for bar in (state.previous, state.newest) if bar is not None]

    def on_trade(self, time_ms: int, price: float, size: float) -> list[tuple[Resolution, Bar]]:
        """Fold one trade, or the middle of a quote with size 0."""
        units = self._grid.units(size)
        value = self._grid.value
        changed: list[tuple[Resolution, Bar]] = self.on_time(time_ms)
        if not self._is_in_session(time_ms):
            return changed
        opened = False
        for resolution, state in self._bars.items():
            bar = state.newest
            if state.is_open and bar is not None:
                if time_ms < state.opens_ms:
                    continue
                state.volume += units
                bar = Bar(
                    bar.time,
                    bar.open,
                    price if price > bar.high else bar.high,
                    price if price < bar.low else bar.low,
                    price,
                    value(state.volume),
                )
            else:
                bucket = bucket_at(self._session, resolution, time_ms)
                if bucket is None or bucket.opens_ms < state.closes_ms:
                    continue
                state.previous = bar
                state.opens_ms, state.closes_ms = bucket.opens_ms, bucket.closes_ms
                state.is_open = opened = True
                state.volume = units
                bar = Bar(bucket.time, price, price, price, price, value(units))
            state.newest = bar
            changed.append((resolution, bar))
        if opened:
            self._find_next_close()
        return changed

    def on_time(self, time_ms: int) -> list[tuple[Resolution, Bar]]:
        """Let time pass: the bars whose buckets have ended by the instant, in their final form."""
        if time_ms < self._next_close:
            return []
        finished: list[tuple[Resolution, Bar]] = []
        for resolution, state in self._bars.items():
            if state.is_open and state.newest is not None and state.closes_ms <= time_ms:
                state.is_open = False
                finished.append((resolution, state.newest))
        self._find_next_close()
        return finished

    def _is_in_session(self, time_ms: int) -> bool:
        opens_ms, closes_ms = self._span
        if opens_ms <= time_ms < closes_ms:
            return True
        span = self._session.span_at(time_ms)
        if span is not None:
            self._span = (span.opens_ms, span.closes_ms)
        return span is not None

    def _find_next_close(self) -> None:
        ends = [state.closes_ms for state in self._bars.values() if state.is_open]
        self._next_close = min(ends, default=_NEVER)
