"""Bars: the buckets that time is cut into, and how trades and finer bars fold into them."""

import calendar
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from trading_api.domain.market import RESOLUTIONS, Bar, Resolution
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp

MINUTE_MS = 60_000
INTRADAY_MS: dict[Resolution, int] = {
    resolution: int(resolution.rstrip("S")) * (1000 if resolution.endswith("S") else MINUTE_MS)
    for resolution in RESOLUTIONS
    if resolution.rstrip("S").isdigit()
}
"""How long the buckets are of those that are shorter than a day."""

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
    """First and last calendar day of the day, week (from Monday), month or year of a day."""
    if resolution == "1W":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if resolution == "1M":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if resolution == "12M":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
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


LATENESS_MS = 60_000


class _Held:
    """A bar with what is needed to add a trade to it, also one that comes late."""

    __slots__ = ("bar", "closes_ms", "first_ms", "last_ms", "opens_ms", "units")

    def __init__(self, bucket: Bucket, bar: Bar, units: int, time_ms: int = 0) -> None:
        self.opens_ms, self.closes_ms = bucket.opens_ms, bucket.closes_ms
        self.first_ms = self.last_ms = time_ms
        self.bar = bar
        self.units = units

    def add(self, time_ms: int, price: float, units: int, value: Callable[[int], float]) -> Bar:
        """Add a trade; of trades with one time the one that comes later is the later one."""
        bar = self.bar
        self.units += units
        opened, close = bar.open, bar.close
        if time_ms >= self.last_ms:
            self.last_ms, close = time_ms, price
        elif time_ms < self.first_ms:
            self.first_ms, opened = time_ms, price
        self.bar = Bar(
            bar.time,
            opened,
            price if price > bar.high else bar.high,
            price if price < bar.low else bar.low,
            close,
            value(self.units),
        )
        return self.bar


class _Series:
    """The newest bars of one resolution, oldest first: the last may be open, others may be late."""

    __slots__ = ("held", "is_open", "known_from_ms", "previous")

    def __init__(self) -> None:
        self.held: list[_Held] = []
        self.is_open = False
        self.previous: Bar | None = None
        self.known_from_ms = -_NEVER


class BarAggregator:
    """Folds the trades of one symbol into the bars of every resolution.

    Each call returns what changed, as pairs of resolution and bar. A bar that has come to its end
    is returned once more in its final form before its successor. A trade that comes late, by no
    more than a minute after the newest one, changes the bar that it belongs to, which is returned
    again; whatever the order in which trades come within that time, the bars are the same. Trades
    that come later still, or lie outside the session, are ignored.
    """

    def __init__(
        self,
        session: TradingSession,
        quantity_step: Decimal,
        resolutions: Iterable[Resolution] = RESOLUTIONS,
        lateness_ms: int = LATENESS_MS,
    ) -> None:
        self._session = session
        self._grid = Grid(quantity_step)
        self._lateness_ms = lateness_ms
        self._series = {resolution: _Series() for resolution in resolutions}
        self._newest_ms = -_NEVER
        self._next_close = 0
        self._span = (0, 0)

    @property
    def resolutions(self) -> list[Resolution]:
        """Those that trades are folded into."""
        return list(self._series)

    def seed(self, resolution: Resolution, bars: Sequence[Bar], now_ms: int) -> None:
        """Go on from history.

        Args:
            resolution: which bars are given; from now on trades are folded into it.
            bars: the newest two bars, or fewer, oldest first.
            now_ms: instant that the bars are of; the newest stays open if its bucket lasts.
        """
        series = self._series[resolution] = _Series()
        for bar in bars:
            bucket = self._bucket_of_bar(resolution, bar, now_ms)
            held = _Held(bucket, bar, self._grid.units(bar.volume))
            # History does not tell when a bar's first and last trades were: at its edges, then.
            held.first_ms, held.last_ms = bucket.opens_ms, min(now_ms, bucket.closes_ms)
            series.held.append(held)
        if bars:
            series.is_open = series.held[-1].closes_ms > now_ms
            series.known_from_ms = series.held[0].opens_ms
        self._find_next_close()

    def _bucket_of_bar(self, resolution: Resolution, bar: Bar, now_ms: int) -> Bucket:
        if resolution not in INTRADAY_MS:
            return bucket_of_day(self._session, resolution, day_of_stamp(bar.time))
        bucket = bucket_at(self._session, resolution, bar.time)
        # A bar of another calendar than the session's has ended.
        return bucket or Bucket(bar.time, bar.time, bar.time, min(bar.time + 1, now_ms))

    def newest(self, resolution: Resolution) -> list[Bar]:
        """The newest two bars, oldest first; the last one may still be open."""
        series = self._series[resolution]
        bars = [held.bar for held in series.held[-2:]]
        if len(bars) == 1 and series.previous is not None:
            bars.insert(0, series.previous)
        return bars

    def open_time(self, resolution: Resolution) -> int | None:
        """Time of the bar whose bucket lasts; None when there is none."""
        series = self._series[resolution]
        return series.held[-1].bar.time if series.is_open else None

    def on_trade(self, time_ms: int, price: float, size: float) -> list[tuple[Resolution, Bar]]:
        """Fold one trade, or the middle of a quote with size 0."""
        changed: list[tuple[Resolution, Bar]] = self.on_time(time_ms)
        if time_ms < self._newest_ms - self._lateness_ms or not self._is_in_session(time_ms):
            return changed
        units = self._grid.units(size)
        value = self._grid.value
        opened = False
        for resolution, series in self._series.items():
            held = series.held[-1] if series.held else None
            if held is not None and series.is_open and time_ms >= held.opens_ms:
                changed.append((resolution, held.add(time_ms, price, units, value)))
                continue
            bucket = bucket_at(self._session, resolution, time_ms)
            if bucket is None or bucket.opens_ms < series.known_from_ms:
                continue
            if held is None or bucket.opens_ms >= held.closes_ms:
                bar = Bar(bucket.time, price, price, price, price, value(units))
                self._append(series, _Held(bucket, bar, units, time_ms))
                series.is_open = opened = bucket.closes_ms > self._newest_ms
                changed.append((resolution, bar))
            else:
                changed.append((resolution, self._add_late(series, bucket, time_ms, price, units)))
        self._newest_ms = max(self._newest_ms, time_ms)
        if opened:
            self._find_next_close()
        return changed

    def on_time(self, time_ms: int) -> list[tuple[Resolution, Bar]]:
        """Let time pass: the bars whose buckets have ended by the instant, in their final form."""
        if time_ms < self._next_close:
            return []
        self._newest_ms = max(self._newest_ms, time_ms)
        finished: list[tuple[Resolution, Bar]] = []
        for resolution, series in self._series.items():
            if series.is_open and series.held[-1].closes_ms <= time_ms:
                series.is_open = False
                finished.append((resolution, series.held[-1].bar))
        self._find_next_close()
        return finished

    def _append(self, series: _Series, held: _Held) -> None:
        """Begin a bar, and let go those that no trade can belong to any more."""
        if not series.held:
            series.known_from_ms = max(series.known_from_ms, held.opens_ms - self._lateness_ms)
        oldest_ms = self._newest_ms - self._lateness_ms
        while len(series.held) > 1 and series.held[0].closes_ms <= oldest_ms:
            series.previous = series.held.pop(0).bar
        series.held.append(held)

    def _add_late(
        self, series: _Series, bucket: Bucket, time_ms: int, price: float, units: int
    ) -> Bar:
        value = self._grid.value
        place = bisect_left(series.held, bucket.opens_ms, key=lambda held: held.opens_ms)
        if place < len(series.held) and series.held[place].opens_ms == bucket.opens_ms:
            return series.held[place].add(time_ms, price, units, value)
        bar = Bar(bucket.time, price, price, price, price, value(units))
        series.held.insert(place, _Held(bucket, bar, units, time_ms))
        return bar

    def _is_in_session(self, time_ms: int) -> bool:
        opens_ms, closes_ms = self._span
        if opens_ms <= time_ms < closes_ms:
            return True
        span = self._session.span_at(time_ms)
        if span is not None:
            self._span = (span.opens_ms, span.closes_ms)
        return span is not None

    def _find_next_close(self) -> None:
        ends = [series.held[-1].closes_ms for series in self._series.values() if series.is_open]
        self._next_close = min(ends, default=_NEVER)
