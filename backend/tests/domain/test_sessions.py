from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.sessions import (
    SessionError,
    TradingSession,
    day_of_stamp,
    day_stamp,
    epoch_ms,
)

NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def local(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK))


SHARES = TradingSession.parse("0930-1600", "America/New_York")
ALWAYS = TradingSession.parse("24x7", "UTC")
FOREX = TradingSession.parse("1700-1700:23456", "America/New_York")
LUNCH = TradingSession.parse("0900-1130,1230-1500", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        pytest.param("2024-03-08T14:29:59.999", False, id="winter, a millisecond early"),
        pytest.param("2024-03-08T14:30", True, id="winter open"),
        pytest.param("2024-03-08T21:00", False, id="winter close is exclusive"),
        pytest.param("2024-03-09T15:00", False, id="saturday"),
        pytest.param("2024-03-11T13:30", True, id="summer time began on sunday"),
        pytest.param("2024-03-11T20:00", False, id="summer close"),
        pytest.param("2024-11-01T13:30", True, id="last friday of summer time"),
        pytest.param("2024-11-04T13:30", False, id="first monday of winter time"),
        pytest.param("2024-11-04T14:30", True, id="winter open again"),
    ],
)
def test_shares_open_at_half_past_nine_of_their_zone(moment: str, is_open: bool) -> None:
    assert SHARES.is_open(utc(moment)) is is_open


def test_bounds_and_next_open_of_shares() -> None:
    friday = utc("2024-03-08T18:00")
    assert SHARES.bounds(friday) == (utc("2024-03-08T14:30"), utc("2024-03-08T21:00"))
    assert SHARES.bounds(utc("2024-03-08T22:00")) is None
    assert SHARES.next_open(friday) == utc("2024-03-11T13:30")
    assert SHARES.end_of_session(friday) == utc("2024-03-08T21:00")
    assert SHARES.end_of_session(utc("2024-03-09T12:00")) == utc("2024-03-11T20:00")
    assert SHARES.trading_day(utc("2024-03-09T12:00")) == date(2024, 3, 11)


def test_24x7_is_one_session_a_day_that_ends_at_midnight() -> None:
    noon = utc("2024-02-29T12:00")
    assert ALWAYS.bounds(noon) == (utc("2024-02-29"), utc("2024-03-01"))
    assert ALWAYS.end_of_session(noon) == utc("2024-03-01")
    assert ALWAYS.next_open(noon) == utc("2024-03-01")
    assert ALWAYS.trading_day(utc("2024-03-01")) == date(2024, 3, 1)


def test_24x7_in_a_zone_has_days_of_23_and_25_hours() -> None:
    session = TradingSession.parse("24x7", "America/New_York")
    for day, hours in (("2024-03-10T12:00", 23), ("2024-11-03T12:00", 25)):
        bounds = session.bounds(local(day))
        assert bounds is not None
        assert bounds[1] - bounds[0] == hours * 3600 * 1000


def test_overnight_session_belongs_to_the_day_on_which_it_ends() -> None:
    sunday_evening = local("2024-06-02T18:00")
    assert FOREX.trading_day(sunday_evening) == date(2024, 6, 3)
    assert FOREX.bounds(sunday_evening) == (local("2024-06-02T17:00"), local("2024-06-03T17:00"))
    assert not FOREX.is_open(local("2024-06-02T16:59"))
    assert FOREX.is_open(local("2024-06-07T16:59"))
    assert not FOREX.is_open(local("2024-06-07T17:00"))
    assert FOREX.next_open(local("2024-06-07T17:00")) == local("2024-06-09T17:00")


def test_overnight_session_across_the_change_of_clocks_is_an_hour_shorter() -> None:
    bounds = FOREX.bounds(local("2024-03-10T20:00"))
    assert bounds == (local("2024-03-10T17:00"), local("2024-03-11T17:00"))
    saturday_night = TradingSession.parse("2200-0400:1", "America/New_York")
    bounds = saturday_night.bounds(local("2024-03-09T23:00"))
    assert bounds is not None
    assert bounds[1] - bounds[0] == 5 * 3600 * 1000


def test_a_part_inside_the_hour_that_is_skipped_does_not_exist_on_that_day() -> None:
    night = TradingSession.parse("0200-0300,0900-1000:1", "America/New_York")
    skipped, ordinary = date(2024, 3, 10), date(2024, 3, 17)
    assert [len(night.spans_of(day)) for day in (skipped, ordinary)] == [1, 2]
    assert night.next_open(local("2024-03-10T01:00")) == local("2024-03-10T09:00")


def test_parts_have_a_pause_and_share_the_end_of_the_day() -> None:
    day = date(2024, 6, 3)
    first, second = LUNCH.spans_of(day)
    assert not LUNCH.is_open(first.closes_ms)
    assert LUNCH.next_open(first.closes_ms) == second.opens_ms
    assert LUNCH.end_of_session(first.opens_ms) == second.closes_ms
    assert first.day == second.day == day


def test_schedules_differ_by_day() -> None:
    session = TradingSession.parse("0930-1600:2345|0930-1300:6", "America/New_York")
    assert session.end_of_session(local("2024-06-06T10:00")) == local("2024-06-06T16:00")
    assert session.end_of_session(local("2024-06-07T10:00")) == local("2024-06-07T13:00")


TOKYO = TradingSession.parse(
    "0900-1130,1230-1530",
    "Asia/Tokyo",
    holidays="20241104,20250101",
    corrections="0900-1130:20241104,20241230,20250106;1000-1530:20250107",
    earlier_sessions="0900-1130,1230-1500<20241105",
)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2024-11-01", "09:00-11:30 12:30-15:00", id="earlier hours"),
        pytest.param("2024-11-04", "", id="holiday"),
        pytest.param("2024-11-05", "09:00-11:30 12:30-15:30", id="first day of the new hours"),
        pytest.param("2024-12-30", "09:00-11:30", id="half day"),
        pytest.param("2025-01-07", "10:00-15:30", id="late opening"),
    ],
)
def test_holidays_special_hours_and_earlier_hours(day: str, hours: str) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    told = " ".join(
        f"{datetime.fromtimestamp(opens / 1000, zone):%H:%M}"
        f"-{datetime.fromtimestamp(closes / 1000, zone):%H:%M}"
        for opens, closes, _ in TOKYO.spans_of(date.fromisoformat(day))
    )
    assert told == hours


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        pytest.param("2024-11-05T01:00", "open", id="morning"),
        pytest.param("2024-11-05T02:30", "break", id="lunch"),
        pytest.param("2024-11-05T06:30", "closed", id="evening"),
        pytest.param("2024-11-04T03:00", "closed", id="lunch of a holiday"),
        pytest.param("2024-12-30T03:00", "closed", id="after a half day"),
    ],
)
def test_phase_tells_a_break_from_a_close(moment: str, phase: str) -> None:
    assert TOKYO.phase(utc(moment)) == phase


def test_orders_of_a_day_end_with_the_half_day_and_wait_over_holidays() -> None:
    assert TOKYO.end_of_session(utc("2024-12-30T01:00")) == utc("2024-12-30T02:30")
    assert TOKYO.end_of_session(utc("2024-12-31T09:00")) == utc("2025-01-02T06:30")
    assert TOKYO.next_open(utc("2024-11-01T07:00")) == utc("2024-11-05T00:00")


@pytest.mark.parametrize(
    "texts",
    [{"holidays": "2024-1-1"}, {"corrections": "20240101"}, {"earlier_sessions": "0900-1500"}],
)
def test_unreadable_exceptions_are_refused(texts: dict[str, str]) -> None:
    with pytest.raises(SessionError):
        TradingSession.parse("0900-1500", "Asia/Tokyo", **texts)


@pytest.mark.parametrize("text", ["", "0930", "930-1600", "0930-1660", "2401-0100", "0930-1600:8"])
def test_unreadable_session_is_refused(text: str) -> None:
    with pytest.raises(SessionError, match="session"):
        TradingSession.parse(text, "UTC")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc"])
def test_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(SessionError, match="zone"):
        TradingSession.parse("24x7", name)


@given(st.integers(0, 4_000_000_000_000), st.sampled_from([SHARES, ALWAYS, FOREX, LUNCH]))
def test_sessions_are_consistent_at_any_instant(time_ms: int, session: TradingSession) -> None:
    following = session.next_open(time_ms)
    assert following > time_ms
    assert session.is_open(following)
    assert session.end_of_session(time_ms) > time_ms
    bounds = session.bounds(time_ms)
    if bounds is None:
        assert not session.is_open(following - 1)
    else:
        assert bounds[0] <= time_ms < bounds[1] <= following


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_stamp_of_a_day_is_its_midnight(day: date) -> None:
    assert day_of_stamp(day_stamp(day)) == day
    assert day_stamp(day) == epoch_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
