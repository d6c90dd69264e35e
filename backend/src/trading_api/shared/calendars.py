"""The holidays and special hours of exchanges, out of the table that lies in this package."""

from datetime import date
from functools import cache
from importlib import resources

import msgspec
from msgspec.structs import replace

from trading_api.domain.market import SymbolInfo

_Days = dict[str, str]
"""Days MMDD, separated by spaces, by year."""


class Calendar(msgspec.Struct, frozen=True):
    """When the markets of one kind trade; days are kept by year.

    Attributes:
        exchanges: names of the exchanges that keep it.
        corrections: days by the hours that they have instead of the session's.
        earlier_sessions: sessions by the day (YYYYMMDD) from which they no longer held.
    """

    exchanges: list[str]
    timezone: str
    session: str
    earlier_sessions: dict[str, str]
    holidays: _Days
    corrections: dict[str, _Days]


class CalendarTable(msgspec.Struct, frozen=True):
    """Every calendar, and the days that they cover."""

    first: date
    last: date
    calendars: dict[str, Calendar]


@cache
def calendar_table() -> CalendarTable:
    """The table; `make calendars` writes it."""
    data = resources.files("trading_api").joinpath("data/calendars.json").read_bytes()
    return msgspec.json.decode(data, type=CalendarTable)


def with_calendar(info: SymbolInfo, name: str | None = None) -> SymbolInfo:
    """An instrument that keeps a calendar: the one named, or the one that it bears the name of.

    Hours and zone are the instrument's own; without a calendar it is given back as it is.

    Raises:
        KeyError: there is no calendar of that name.
    """
    name = name or info.calendar
    if name is None:
        return info
    calendar = calendar_table().calendars[name]
    return replace(
        info,
        calendar=name,
        session_holidays=",".join(_days(calendar.holidays)),
        corrections=";".join(
            f"{hours}:{','.join(_days(days))}" for hours, days in calendar.corrections.items()
        ),
        earlier_sessions=";".join(
            f"{hours}<{until}" for until, hours in calendar.earlier_sessions.items()
        ),
    )


def _days(by_year: _Days) -> list[str]:
    return [year + day for year, days in by_year.items() for day in days.split()]
