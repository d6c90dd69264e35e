"""The table of holidays says day by day what exchange_calendars says."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import exchange_calendars
import pandas
import pytest
from msgspec.structs import replace

from tools import calendars
from trading_api.domain.sessions import TradingSession, epoch_ms
from trading_api.shared.calendars import calendar_table, with_calendar
from trading_api.shared.context import committed_symbols

# exchange_calendars has not followed the newest pandas yet.
pytestmark = pytest.mark.filterwarnings("ignore:Series.values:DeprecationWarning")

FIRST, LAST = date(2007, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


def session_of(name: str) -> TradingSession:
    calendar = calendar_table().calendars[name]
    info = replace(
        committed_symbols()[0], session=calendar.session, timezone=calendar.timezone, calendar=name
    )
    return TradingSession.of(with_calendar(info))


@pytest.mark.parametrize(
    ("name", "judge"),
    [("XNYS", "XNYS"), ("XNYS", "XNAS"), ("XLON", "XLON"), ("XETR", "XETR"), ("XTKS", "XTKS")],
)
def test_every_opening_and_close_of_twenty_years(name: str, judge: str) -> None:
    session = session_of(name)
    calendar = exchange_calendars.get_calendar(judge, start=FIRST, end=LAST)
    expected: dict[date, list[int]] = {day: [] for day in DAYS}
    for day, row in calendar.schedule.iterrows():
        moments = (row.open, row.break_start, row.break_end, row.close)
        expected[day.date()] = [
            epoch_ms(moment.to_pydatetime()) for moment in moments if not pandas.isna(moment)
        ]
    told = {
        day: [edge for span in session.spans_of(day) for edge in (span.opens_ms, span.closes_ms)]
        for day in DAYS
    }
    assert told == expected


def test_currencies_trade_from_sunday_to_friday_but_for_two_days() -> None:
    session = session_of("FX")
    week = exchange_calendars.get_calendar("24/5", start=FIRST, end=LAST).schedule.index
    expected = {day.date() for day in week if (day.month, day.day) not in ((12, 25), (1, 1))}
    assert {day for day in DAYS if session.spans_of(day)} == expected
    new_york = ZoneInfo("America/New_York")
    for day in expected:
        [span] = session.spans_of(day)
        opens, closes = (
            pandas.Timestamp(edge, unit="ms", tz=new_york)
            for edge in (span.opens_ms, span.closes_ms)
        )
        assert (opens.date(), opens.hour) == (day - timedelta(days=1), 17)
        assert (closes.date(), closes.hour) == (day, 17)


def test_the_table_is_what_its_script_writes() -> None:
    assert calendars.TABLE.read_text(encoding="ascii") == calendars.text()


def test_committed_symbols_keep_the_calendar_of_their_exchange() -> None:
    for info in committed_symbols():
        session = TradingSession.of(info)
        assert not session.has_day(date(2026, 11, 26))
        assert date(2001, 9, 11) in session.holidays
        [span] = session.spans_of(date(2026, 11, 27))
        assert span.closes_ms - span.opens_ms == 3.5 * 3600 * 1000
