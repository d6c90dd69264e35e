"""Folds columns of trades, quotes or fine bars into coarser bars, a bucket at a time."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from math import fsum
from typing import NamedTuple

from trading_api.domain.bars import (
    INTRADAY_MS,
    Bucket,
    Grid,
    bucket_at,
    bucket_of_day,
    period_of,
)
from trading_api.domain.market import RESOLUTIONS, Resolution
from trading_api.domain.series import Columns, SeriesKey
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp


class _Group(NamedTuple):
    """Rows that one bar is made of."""

    time: int
    start: int
    end: int


def fold(
    rows: Columns,
    source: SeriesKey,
    target: Resolution,
    session: TradingSession,
    quantity_step: Decimal,
) -> Columns:
    """Bars of a resolution out of finer rows: buckets are those of `domain.bars.bucket_at`.

    Trades give their prices and sizes, quotes their middle and no volume, where both sides are
    there. Rows outside the session are left out.
    """
    rows = _as_bars(rows, source)
    if source.resolution == target:
        return rows
    if source.resolution is None or source.resolution in INTRADAY_MS:
        rows = _in_session(rows, session)
    opened, high, low, close, volume = rows.fields
    grid = Grid(quantity_step)
    times, fields = array("q"), tuple(array("d") for _ in rows.fields)
    for time, start, end in _groups(rows.times, source.resolution, target, session):
        times.append(time)
        values = (
            opened[start],
            max(high[start:end]),
            min(low[start:end]),
            close[end - 1],
            grid.value(grid.units(fsum(volume[start:end]))),
        )
        for column, value in zip(fields, values, strict=True):
            column.append(value)
    return Columns(times, fields)


def can_fold(source: SeriesKey, target: Resolution) -> bool:
    """Whether bars of the target are made of whole rows of the source."""
    if source.kind != "bars" or source.resolution is None:
        return True
    if source.resolution not in INTRADAY_MS:
        return RESOLUTIONS.index(source.resolution) <= RESOLUTIONS.index(target) and not (
            source.resolution == "1W" and target != "1W"
        )
    return INTRADAY_MS.get(target, 0) % INTRADAY_MS[source.resolution] == 0


def rows_per_bar(source: SeriesKey, target: Resolution) -> int | None:
    """At most so many rows of the source make one bar; None where there is no limit."""
    if source.kind != "bars" or source.resolution is None:
        return None
    days = {"1D": 1, "1W": 7, "1M": 31, "12M": 366}
    if source.resolution in days:
        return days[target]
    size = INTRADAY_MS.get(target) or (days[target] * 25 * 3_600_000)
    return -(-size // INTRADAY_MS[source.resolution])


def coarseness(source: SeriesKey) -> int:
    """Orders series: quotes, trades, then bars from fine to coarse."""
    if source.resolution is not None:
        return RESOLUTIONS.index(source.resolution)
    return -1 if source.kind == "trades" else -2


def extent(
    session: TradingSession, source: SeriesKey, target: Resolution, time_ms: int
) -> tuple[int, int]:
    """Where the rows of a source begin and end of the bar that holds an instant."""
    if target in INTRADAY_MS:
        bucket: Bucket | None = bucket_at(session, target, time_ms)
        return (bucket.opens_ms, bucket.closes_ms) if bucket else (time_ms, time_ms + 1)
    if source.resolution is not None and source.resolution not in INTRADAY_MS:
        first, last = period_of(day_of_stamp(time_ms), target)
        return day_stamp(first), day_stamp(last + timedelta(days=1))
    day = session.trading_day(time_ms) if session.is_open(time_ms) else day_of_stamp(time_ms)
    bucket = bucket_of_day(session, target, day)
    return bucket.opens_ms, bucket.closes_ms


class Folder:
    """Folds rows that come in parts, oldest first: each bar comes once and whole."""

    def __init__(
        self,
        source: SeriesKey,
        target: Resolution,
        session: TradingSession,
        quantity_step: Decimal,
    ) -> None:
        self._source = source
        self._target = target
        self._session = session
        self._step = quantity_step
        self._held: list[Columns] = []

    def add(self, part: Columns) -> Columns:
        """The bars that are whole with some more rows."""
        cut = extent(self._session, self._source, self._target, part.times[-1])[0]
        ready = Columns.empty("bars")
        if part.times[0] < cut:
            self._held.append(part.between(None, cut))
            ready = self.rest()
        self._held.append(part.between(cut, None))
        return ready

    def rest(self) -> Columns:
        """The bar that the newest rows make, when no more rows will come."""
        held, self._held = self._held, []
        if not held:
            return Columns.empty("bars")
        rows = Columns.joined(held)
        return fold(rows, self._source, self._target, self._session, self._step)


def fold_parts(parts: Iterable[Columns], folder: Folder) -> Iterator[Columns]:
    """Fold rows that come in parts, oldest first."""
    for part in parts:
        if bars := folder.add(part):
            yield bars
    if bars := folder.rest():
        yield bars


def _as_bars(rows: Columns, source: SeriesKey) -> Columns:
    if source.kind == "bars":
        return rows
    if source.kind == "trades":
        price, size, _ = rows.fields
        return Columns(rows.times, (price, price, price, price, size))
    bid, ask, _, _ = rows.fields
    middle = array("d", ((b + a) / 2 for b, a in zip(bid, ask, strict=True)))
    whole = [index for index, value in enumerate(middle) if value == value]  # not NaN
    times = array("q", map(rows.times.__getitem__, whole))
    middle = array("d", map(middle.__getitem__, whole))
    return Columns(times, (middle, middle, middle, middle, array("d", bytes(8 * len(whole)))))


def _groups(
    times: Sequence[int], source: Resolution | None, target: Resolution, session: TradingSession
) -> Iterator[_Group]:
    size = INTRADAY_MS.get(target)
    if size is not None:
        return _intraday(times, size, session)
    if source is not None and source not in INTRADAY_MS:
        return _periods((_Group(time, i, i + 1) for i, time in enumerate(times)), target)
    return _periods(_days(times, session), target)


def _stretches(
    times: Sequence[int], session: TradingSession
) -> Iterator[tuple[int, int, int, int]]:
    """The rows of each span: first, end, when the span opens, the stamp of its day."""
    start = 0
    while start < len(times):
        span = session.span_at(times[start])
        if span is None:
            start = bisect_left(times, session.next_open(times[start]), start)
            continue
        end = bisect_left(times, span.closes_ms, start)
        yield start, end, span.opens_ms, day_stamp(span.day)
        start = end


def _intraday(times: Sequence[int], size: int, session: TradingSession) -> Iterator[_Group]:
    for start, end, opens_ms, _ in _stretches(times, session):
        while start < end:
            opens = times[start] - (times[start] - opens_ms) % size
            following = bisect_left(times, opens + size, start, end)
            yield _Group(opens, start, following)
            start = following


def _in_session(rows: Columns, session: TradingSession) -> Columns:
    stretches = [(start, end) for start, end, _, _ in _stretches(rows.times, session)]
    if sum(end - start for start, end in stretches) == len(rows):
        return rows
    inside = [rows.slice(start, end) for start, end in stretches]
    return Columns.joined([rows.slice(0, 0), *inside])


def _days(times: Sequence[int], session: TradingSession) -> Iterator[_Group]:
    """The rows of each trading day."""
    for stamp, spans in groupby(_stretches(times, session), key=lambda found: found[3]):
        found = list(spans)
        yield _Group(stamp, found[0][0], found[-1][1])


def _periods(days: Iterator[_Group], target: Resolution) -> Iterator[_Group]:
    for _, group in groupby(days, key=lambda day: period_of(day_of_stamp(day.time), target)):
        found = list(group)
        yield _Group(found[0].time, found[0].start, found[-1].end)
