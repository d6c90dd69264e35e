"""Reads the committed daily set: shares in dollars, adjusted for splits and dividends."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

from trading_api.domain.bar_path import TickBar
from trading_api.domain.bars import Grid
from trading_api.domain.market import SymbolInfo
from trading_api.domain.ports import Clock
from trading_api.modules.datafeed.sources.bar_cache import BarCache
from trading_api.modules.datafeed.sources.daily import DailyTimeline
from trading_api.modules.datafeed.sources.replay import ReplaySource
from trading_api.shared.context import committed_symbols


class _Row(NamedTuple):
    """The columns after the ticker, as text."""

    date: str
    open: str
    high: str
    low: str
    close: str
    volume: str
    adjusted_close: str


def committed_source(clock: Clock, wanted: Collection[str] | None = None) -> ReplaySource:
    """The source of the symbols that come with the package, or of those wanted among them."""
    timelines = committed_timelines()
    if wanted is not None:
        timelines = [timeline for timeline in timelines if timeline.symbol.symbol in wanted]
    return ReplaySource("committed", clock, timelines, printed_timelines)


def committed_timelines() -> list[DailyTimeline]:
    """The recordings of the symbols that come with the package, adjusted."""
    held = BarCache()
    return [DailyTimeline(symbol, days, held) for symbol, days in _committed_series(adjusted)]


def printed_timelines() -> list[DailyTimeline]:
    """The same recordings with the prices that were printed."""
    held = BarCache()
    return [DailyTimeline(symbol, days, held) for symbol, days in _committed_series(printed)]


Days = dict[date, TickBar]


@cache
def _committed_series(
    made_by: Callable[[list[_Row], SymbolInfo], Days],
) -> list[tuple[SymbolInfo, Days]]:
    rows = _read()
    return [(symbol, made_by(rows[symbol.symbol], symbol)) for symbol in committed_symbols()]


@cache
def _read() -> dict[str, list[_Row]]:
    packed = resources.files("trading_api").joinpath("data/stocks.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    series: dict[str, list[_Row]] = defaultdict(list)
    for ticker, *row in csv.reader(lines[1:]):
        series[ticker].append(_Row(*row))
    return series


def adjusted(rows: list[_Row], symbol: SymbolInfo) -> Days:
    """Days in ticks and quantity steps.

    Each price is multiplied by the day's adjusted close ÷ close, then rounded to the tick; the
    volume is as printed.
    """
    return _days(rows, symbol, lambda row: float(row.adjusted_close) / float(row.close))


def printed(rows: list[_Row], symbol: SymbolInfo) -> Days:
    """Days in ticks and quantity steps, as they were printed: a split is a jump."""
    return _days(rows, symbol, lambda row: 1.0)


def _days(rows: list[_Row], symbol: SymbolInfo, factor_of: Callable[[_Row], float]) -> Days:
    ticks, steps = Grid(symbol.tick_size).units, Grid(symbol.quantity_step).units
    days = {}
    for row in rows:
        factor = factor_of(row)
        days[date.fromisoformat(row.date)] = TickBar(
            ticks(float(row.open) * factor),
            ticks(float(row.high) * factor),
            ticks(float(row.low) * factor),
            ticks(float(row.close) * factor),
            steps(float(row.volume)),
        )
    return days
