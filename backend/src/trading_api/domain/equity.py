"""The equity curve: what an account was worth at the end of each minute, hour and day."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from trading_api.domain.ids import AccountId
from trading_api.domain.market import Instant

CurveInterval = Literal["1m", "1h", "1d"]

INTERVALS_MS: dict[CurveInterval, int] = {"1m": 60_000, "1h": 3_600_000, "1d": 86_400_000}
KEPT_MS: dict[CurveInterval, int | None] = {
    "1m": 7 * 86_400_000,
    "1h": 366 * 86_400_000,
    "1d": None,
}
"""How long the points of an interval are kept; None for ever."""


class EquityPoint(Struct, frozen=True, kw_only=True):
    """What an account was worth at an instant, in its currency."""

    time: Instant
    equity: Decimal
    balance: Decimal


class Sample(Struct, frozen=True):
    """A point of an account's curve."""

    account_id: AccountId
    point: EquityPoint


def bucket(time_ms: int, interval: CurveInterval) -> int:
    """The beginning of the minute, hour or day (UTC) that an instant lies in."""
    return time_ms - time_ms % INTERVALS_MS[interval]
