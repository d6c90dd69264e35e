"""Bars of one symbol out of stored series: those of a resolution, or folded from finer rows."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from trading_api.domain.adjustments import Adjustment, CorporateAction
from trading_api.domain.bars import INTRADAY_MS, Grid, bucket_of_day
from trading_api.domain.folding import can_fold, coarseness, extent, fold, rows_per_bar
from trading_api.domain.market import Resolution, SymbolInfo
from trading_api.domain.series import Columns, SeriesKey
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp

_TICKS_READ = 4096
MOST_TICKS = 4_000_000

Adjust = Callable[[Columns], Columns]


class RowReader(Protocol):
    """The part of a market store that bars are read from."""

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` rows with `from_ms` ≤ time < `to_ms`; None is no bound."""


class StoredBars:
    """Answers from the series of one symbol, of which the coarsest that is usable is read."""

    def __init__(self, rows: RowReader, info: SymbolInfo, keys: Sequence[SeriesKey]) -> None:
        self._rows = rows
        self._keys = keys
        self._tick = info.tick_size
        self._step = info.quantity_step
        self._session = TradingSession.of(info)
        self._adjusted_for: tuple[tuple[CorporateAction, ...], Adjust] = ((), _unchanged)

    def read(
        self,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        actions: Sequence[CorporateAction] = (),
    ) -> Columns:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending; None is no bound.

        Stored bars are adjusted for the splits and dividends that are given; those that are folded
        of trades and quotes are not.
        """
        source = self._source_of(resolution)
        if source is None:
            return Columns.empty("bars")
        adjust = self._adjusting(tuple(actions)) if source.kind == "bars" else _unchanged
        if source.resolution == resolution:
            return adjust(self._rows.read(source, from_ms, to_ms, limit))
        return self._folded(source, resolution, from_ms, to_ms, limit, adjust)

    def _adjusting(self, actions: tuple[CorporateAction, ...]) -> Adjust:
        """What splits and dividends make of earlier bars; made again when they are others."""
        if not actions:
            return _unchanged
        made_of, adjust = self._adjusted_for
        if made_of != actions:
            dividends = [action.day for action in actions if action.kind == "dividend"]
            before = {day: self.read("1D", None, day_stamp(day), 1).bars() for day in dividends}
            closes = {day: bars[0].close for day, bars in before.items() if bars}
            adjustment = Adjustment(actions, closes)
            adjust = partial(adjustment.apply, tick=Grid(self._tick), step=Grid(self._step))
            self._adjusted_for = (actions, adjust)
        return adjust

    def _folded(
        self,
        source: SeriesKey,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        adjust: Adjust,
    ) -> Columns:
        first = None if from_ms is None else self._edge(source, resolution, from_ms)[0]
        end = None if to_ms is None else self._edge(source, resolution, to_ms - 1)[1]
        per_bar = rows_per_bar(source, resolution)
        count = _TICKS_READ if per_bar is None else (limit + 1) * per_bar
        while True:
            rows = self._rows.read(source, first, end, count)
            is_whole = len(rows) < count or count >= MOST_TICKS
            bars = fold(adjust(rows), source, resolution, self._session, self._step)
            # What the oldest bar is made of may begin before what was read.
            found = (bars if is_whole else bars.slice(1)).between(from_ms, to_ms)
            if is_whole or len(found) >= limit:
                return found.slice(max(0, len(found) - limit))
            count *= 4

    def _edge(self, source: SeriesKey, resolution: Resolution, time_ms: int) -> tuple[int, int]:
        """Where the rows begin and end of the bar that bears a time or the last before it."""
        is_daily = source.resolution is not None and source.resolution not in INTRADAY_MS
        if is_daily or resolution in INTRADAY_MS:
            return extent(self._session, source, resolution, time_ms)
        bucket = bucket_of_day(self._session, resolution, day_of_stamp(time_ms))
        return bucket.opens_ms, bucket.closes_ms

    def _source_of(self, resolution: Resolution) -> SeriesKey | None:
        """The coarsest series that bars of a resolution can be made of."""
        usable = [key for key in self._keys if can_fold(key, resolution)]
        return max(usable, key=coarseness, default=None)


def _unchanged(rows: Columns) -> Columns:
    return rows
