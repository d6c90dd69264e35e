"""Writes `data/calendars.json`: the holidays and special hours of the exchanges, year by year.

Run it by `make calendars`. The dates come from exchange_calendars, a development dependency; the
package itself reads the table alone.
"""

import json
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import exchange_calendars
import pandas

FIRST, LAST = date(2000, 1, 1), date(2036, 12, 31)
TABLE = Path(__file__).parents[1] / "src" / "trading_api" / "data" / "calendars.json"

EXCHANGES = {
    "XNYS": ["NYSE", "NASDAQ"],
    "XLON": ["LSE"],
    "XETR": ["XETRA"],
    "XTKS": ["TSE"],
}


def exchange(code: str, names: list[str]) -> dict[str, Any]:
    """The table of one exchange.

    The hours of its last ordinary day are its session; ordinary hours that ended before are told
    with the day from which they no longer hold; any other day's hours are corrections.
    """
    calendar = exchange_calendars.get_calendar(code, start=FIRST, end=LAST)
    hours = {
        day.date(): session_text(row, calendar.tz) for day, row in calendar.schedule.iterrows()
    }
    eras = ordinary_hours(hours)
    corrections = defaultdict(list)
    for day, text in hours.items():
        if text != next(era for era, until in eras if until is None or day < until):
            corrections[text].append(day)
    return {
        "exchanges": names,
        "timezone": str(calendar.tz),
        "session": eras[-1][0],
        "earlier_sessions": {f"{until:%Y%m%d}": text for text, until in eras[:-1] if until},
        "holidays": by_year(day for day in weekdays() if day not in hours),
        "corrections": {text: by_year(days) for text, days in corrections.items()},
    }


def session_text(row: Any, zone: Any) -> str:
    """The hours of one day as a TradingView session text."""
    moments = [row.open, row.break_start, row.break_end, row.close]
    clock = [f"{moment.tz_convert(zone):%H%M}" for moment in moments if not pandas.isna(moment)]
    return ",".join(f"{a}-{b}" for a, b in zip(clock[::2], clock[1::2], strict=True))


def ordinary_hours(hours: dict[date, str]) -> list[tuple[str, date | None]]:
    """The hours that most days of a year had, oldest first, each with the day that ended them."""
    counts: dict[str, list[date]] = defaultdict(list)
    for day, text in hours.items():
        counts[text].append(day)
    ordinary = sorted(
        (days[0], days[-1], text) for text, days in counts.items() if len(days) > len(hours) / 10
    )
    return [
        (text, None if index == len(ordinary) - 1 else ordinary[index + 1][0])
        for index, (_, _, text) in enumerate(ordinary)
    ]


def currency_week() -> dict[str, Any]:
    """Currencies trade from Sunday to Friday, 17:00 in New York; Christmas and New Year are off."""
    return {
        "exchanges": ["FX"],
        "timezone": "America/New_York",
        "session": "1700-1700:23456",
        "earlier_sessions": {},
        "holidays": by_year(d for d in weekdays() if (d.month, d.day) in ((1, 1), (12, 25))),
        "corrections": {},
    }


def weekdays() -> list[date]:
    """Every Monday to Friday that the table covers."""
    days = (FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5]


def by_year(days: Any) -> dict[str, str]:
    """Days as MMDD, one text per year."""
    years: dict[str, list[str]] = defaultdict(list)
    for day in days:
        years[f"{day.year}"].append(f"{day:%m%d}")
    return {year: " ".join(found) for year, found in years.items()}


def table() -> dict[str, Any]:
    """Everything that the file holds."""
    calendars = {code: exchange(code, names) for code, names in EXCHANGES.items()}
    return {
        "first": f"{FIRST}",
        "last": f"{LAST}",
        "calendars": calendars | {"FX": currency_week()},
    }


def text() -> str:
    """The file's content."""
    return json.dumps(table(), indent=1) + "\n"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="ascii")
