"""Made-up markets: seeded random walks with sessions, extended hours, gaps, halts and volume."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct

from trading_api.domain.bar_path import TickBar
from trading_api.domain.extended_hours import (
    ExtendedPhase,
    has_extended_hours,
    phase_session,
)
from trading_api.domain.market import SymbolInfo
from trading_api.domain.ports import Clock
from trading_api.domain.sessions import TradingSession
from trading_api.modules.datafeed.sources.bar_cache import BarCache
from trading_api.modules.datafeed.sources.daily import DailyTimeline, Halt
from trading_api.modules.datafeed.sources.day_path import TimedBar
from trading_api.modules.datafeed.sources.extended import ExtendedTimeline
from trading_api.modules.datafeed.sources.replay import ANCHOR_DAY, ReplaySource, Timeline
from trading_api.shared.calendars import with_calendar

WEEKS = 52
THINNER = 50
"""So much less than in a regular hour is traded in all of a pre-market or a post-market."""
MINUTE_MS, HOUR_MS = 60_000, 3_600_000

SHARE: Final = SymbolInfo(
    symbol="SIMSHARE",
    full_name="SIM:SIMSHARE",
    description="A made-up share",
    kind="stock",
    exchange="SIM",
    currency="USD",
    timezone="America/New_York",
    session="0930-1600",
    session_premarket="0400-0930",
    session_postmarket="1600-2000",
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
COIN: Final = SymbolInfo(
    symbol="SIMCOIN",
    full_name="SIM:SIMCOIN",
    description="A made-up coin",
    kind="crypto",
    exchange="SIM",
    currency="USD",
    timezone="Etc/UTC",
    session="24x7",
    price_scale=100,
    min_move=1,
    tick_size=Decimal("0.01"),
    lot_size=Decimal(1),
    min_quantity=Decimal("0.001"),
    max_quantity=Decimal(100_000),
    quantity_step=Decimal("0.001"),
    fidelity="bar",
)


class Temper(Struct, frozen=True):
    """How a made-up market behaves; prices in ticks, volume in quantity steps per hour.

    Attributes:
        swing: usual size of an hour's move, as a part of the price.
        gap: usual size of the jump over a night, as a part of the price; of a move in extended
            hours as well.
        missing: how many of a hundred days have no data.
        halted: how many of a hundred days have a halt.
    """

    first_price: int
    volume: int
    swing: float
    gap: float
    missing: int
    halted: int


TEMPERS: Final = {
    "SIMSHARE": (SHARE, Temper(5_000, 400_000, 0.003, 0.006, 2, 10)),
    "SIMCOIN": (COIN, Temper(200_000, 900_000, 0.004, 0.0, 0, 0)),
}


def synthetic_source(clock: Clock, seed: int = 1) -> ReplaySource:
    """The made-up symbols; the same seed makes the same markets."""
    timelines = (synthetic_timeline(symbol, temper, seed) for symbol, temper in TEMPERS.values())
    return ReplaySource("synthetic", clock, timelines)


def synthetic_timeline(symbol: SymbolInfo, temper: Temper, seed: int) -> Timeline:
    """A year of trading days, hour by hour, that repeats; with the symbol's extended hours."""
    days, halts = _regular_days(symbol, temper, seed)
    regular = DailyTimeline(with_calendar(symbol), days, BarCache(), halts)
    if not has_extended_hours(symbol):
        return regular
    outside = {
        phase: DailyTimeline(
            regular.symbol, series, BarCache(), session=phase_session(regular.symbol, phase)
        )
        for phase, series in _extended_days(symbol, temper, seed, days).items()
    }
    return ExtendedTimeline(regular, outside)


def _regular_days(
    symbol: SymbolInfo, temper: Temper, seed: int
) -> tuple[dict[date, list[TimedBar]], dict[date, Halt]]:
    chance = random.Random(f"{seed} {symbol.symbol}")  # noqa: S311 - repeatable, keeps no secret
    days: dict[date, list[TimedBar]] = {}
    halts: dict[date, Halt] = {}
    price = temper.first_price
    for day, length_ms in _trading_days(symbol):
        if chance.randrange(100) < temper.missing:
            continue
        price = _moved(price, chance.gauss(0, temper.gap))
        halt = _halt(chance, length_ms) if chance.randrange(100) < temper.halted else None
        if halt is not None:
            halts[day] = halt
        days[day] = []
        for begins, ends in _stretches(length_ms, halt):
            bar = _walk(chance, price, (ends - begins) / HOUR_MS, temper)
            days[day].append(TimedBar(begins, ends, bar))
            price = bar.close
    return days, halts


def _extended_days(
    symbol: SymbolInfo, temper: Temper, seed: int, days: dict[date, list[TimedBar]]
) -> dict[ExtendedPhase, dict[date, TickBar]]:
    """A post-market that goes on from each close, a pre-market from there to the next opening.

    Of a chance of its own, so that the regular hours do not depend on it.
    """
    chance = random.Random(f"{seed} {symbol.symbol} extended")  # noqa: S311 - as above
    volume = temper.volume // THINNER
    pre, post = dict[date, TickBar](), dict[date, TickBar]()
    price = days[min(days)][0].bar.open
    for day, bars in sorted(days.items()):
        opening, close = bars[0].bar.open, bars[-1].bar.close
        pre[day] = _travel(chance, price, opening, temper.gap, volume)
        price = _moved(close, chance.gauss(0, temper.gap))
        post[day] = _travel(chance, close, price, temper.gap, volume)
    return {"pre": pre, "post": post}


def _trading_days(symbol: SymbolInfo) -> Iterator[tuple[date, int]]:
    """The days of the first weeks, with the length of an ordinary session."""
    session = TradingSession.parse(symbol.session, symbol.timezone)
    for number in range(WEEKS * 7):
        day = ANCHOR_DAY + timedelta(days=number)
        if spans := session.spans_of(day):
            yield day, spans[-1].closes_ms - spans[0].opens_ms


def _halt(chance: random.Random, length_ms: int) -> Halt:
    """Five to thirty whole minutes somewhere in the middle of a session."""
    begins = chance.randrange(30, length_ms // MINUTE_MS - 60) * MINUTE_MS
    return Halt(begins, begins + chance.randrange(5, 31) * MINUTE_MS)


def _stretches(length_ms: int, halt: Halt | None) -> Iterator[tuple[int, int]]:
    """The hours of a session, without its halt."""
    for begins in range(0, length_ms, HOUR_MS):
        ends = min(begins + HOUR_MS, length_ms)
        if halt is None or halt.ends_ms <= begins or ends <= halt.begins_ms:
            yield begins, ends
            continue
        if begins < halt.begins_ms:
            yield begins, halt.begins_ms
        if halt.ends_ms < ends:
            yield halt.ends_ms, ends


def _walk(chance: random.Random, price: int, hours: float, temper: Temper) -> TickBar:
    swing = temper.swing * hours**0.5
    close = _moved(price, chance.gauss(0, swing))
    return _travel(chance, price, close, swing, temper.volume * hours)


def _travel(chance: random.Random, price: int, close: int, swing: float, volume: float) -> TickBar:
    """A bar from one price to another, somewhat beyond both, with about that volume."""
    high = _moved(max(price, close), abs(chance.gauss(0, swing / 2)))
    low = _moved(min(price, close), -abs(chance.gauss(0, swing / 2)))
    traded = round(volume * chance.lognormvariate(0, 0.5))
    return TickBar(price, max(high, price, close), min(low, price, close), close, traded)


def _moved(price: int, part: float) -> int:
    """A price after a move; one that has fallen low recovers rather than vanishes."""
    return max(round(price * (1 + part)), 100)
