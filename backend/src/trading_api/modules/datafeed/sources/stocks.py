"""Reads the committed daily set: shares in dollars, adjusted for splits and dividends."""

import csv
import gzip
from collections import defaultdict
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


def committed_source(clock: Clock) -> ReplaySource:
    """The source of the symbols that come with the package."""
    return ReplaySource("committed", clock, committed_timelines())


def committed_timelines() -> list[DailyTimeline]:
    """The recordings of the symbols that come with the package."""
    held = BarCache()
    return [DailyTimeline(symbol, days, held) for symbol, days in _committed_series()]


@cache
def _committed_series() -> list[tuple[SymbolInfo, dict[date, TickBar]]]:
    rows = _read()
    return [(symbol, adjusted(rows[symbol.symbol], symbol)) for symbol in committed_symbols()]


def _read() -> dict[str, list[_Row]]:
    packed = resources.files("trading_api").joinpath("data/stocks.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    series: dict[str, list[_Row]] = defaultdict(list)
    for ticker, *row in csv.reader(lines[1:]):
        series[ticker].append(_Row(*row))
    return series


def adjusted(rows: list[_Row], symbol: SymbolInfo) -> dict[date, TickBar]:
    """Days in ticks and quantity steps.

    Each price is multiplied by the day's adjusted close ÷ close, then rounded to the tick; the
    volume is as printed.
    """
    ticks, steps = Grid(symbol.tick_size).units, Grid(symbol.quantity_step).units
    days = {}
    for day, opened, high, low, closed, volume, adjusted_close in rows:
        factor = float(adjusted_close) / float(closed)
        days[date.fromisoformat(day)] = TickBar(
            ticks(float(opened) * factor),
            ticks(float(high) * factor),
            ticks(float(low) * factor),
            ticks(float(closed) * factor),
            steps(float(volume)),
        )
    return days
