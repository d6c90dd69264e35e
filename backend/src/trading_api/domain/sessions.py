"""Trading sessions: when a market is open, in the wall time of its zone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trading_api.domain.market import SymbolInfo

DAY_MS = 24 * 3600 * 1000
ALL_DAYS = frozenset(range(7))
_WORKDAYS = frozenset(range(5))
_LONGEST_PAUSE_DAYS = 60
_schedule = re.compile(r"(?P<parts>\d{4}-\d{4}(?:,\d{4}-\d{4})*)(?::(?P<days>[1-7]+))?", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


class SessionError(ValueError):
    """A session text or a zone that cannot be read."""


class SessionPart(NamedTuple):
    """Minutes after local midnight of the trading day; a part may open the evening before.

    Attributes:
        opens: negative when the part begins on the calendar day before.
        closes: at most 1440, the end of the day.
        days: weekdays of the trading day, Monday is 0.
    """

    opens: int
    closes: int
    days: frozenset[int]


class Span(NamedTuple):
    """One continuous stretch of trading, in epoch milliseconds, and the trading day it is of."""

    opens_ms: int
    closes_ms: int
    day: date


Parts = tuple[SessionPart, ...]
Phase = Literal["open", "break", "closed", "pre", "post"]
"""`pre` and `post` are said of extended hours alone."""


class TradingSession:
    """The hours of a market: a TradingView session text in an IANA zone, with its holidays.

    A trading day is named by the calendar day that it ends on.
    """

    def __init__(
        self,
        parts: Sequence[SessionPart],
        zone: ZoneInfo,
        special: Mapping[date, Parts] | None = None,
        earlier: Sequence[tuple[date, Parts]] = (),
    ) -> None:
        """Take the ordinary parts, and what differs from them.

        Args:
            parts: the ordinary week.
            zone: where the minutes of the parts are counted.
            special: the parts of single days; none for a holiday.
            earlier: weeks that were ordinary before a day, oldest first.
        """
        self.zone = zone
        self.parts = _in_order(parts)
        self._special = dict(special or {})
        self._earlier = tuple(earlier)

    @classmethod
    def parse(
        cls,
        session: str,
        timezone: str,
        holidays: str = "",
        corrections: str = "",
        earlier_sessions: str = "",
    ) -> Self:
        """Read a session text and those of its exceptions.

        The session is `24x7`; or parts `HHMM-HHMM` joined by commas, Monday to Friday unless a
        list of days follows (`:23456`, 1 is Sunday); several schedules are joined by `|`. A part
        that ends no later than it begins opens on the evening before. Holidays are days YYYYMMDD
        joined by commas; corrections are `PARTS:YYYYMMDD,…` and earlier sessions `SESSION<YYYYMMDD`
        (the session that held before that day), both joined by `;`. A holiday beats a correction.

        Raises:
            SessionError: a text or the zone cannot be read.
        """
        special: dict[date, Parts] = {}
        for text in _split(corrections, ";"):
            hours, _, days = text.rpartition(":")
            parts = _in_order(parse_parts(hours))
            special |= {
                _day(day): tuple(part._replace(days=ALL_DAYS) for part in parts)
                for day in _split(days, ",")
            }
        special |= {_day(text): () for text in _split(holidays, ",")}
        earlier = [
            (_day(until), _in_order(parse_parts(hours)))
            for hours, _, until in (text.partition("<") for text in _split(earlier_sessions, ";"))
        ]
        return cls(parse_parts(session), _zone(timezone), special, sorted(earlier))

    @staticmethod
    def of(info: SymbolInfo) -> "TradingSession":
        """The session of an instrument.

        Raises:
            SessionError: one of its texts or its zone cannot be read.
        """
        return _parsed(
            info.session,
            info.timezone,
            info.session_holidays,
            info.corrections,
            info.earlier_sessions,
        )

    def spans_of(self, day: date) -> list[Span]:
        """The stretches of a trading day, in order; none on a day without trading."""
        parts = self._special.get(day)
        return list(_spans(self._ordinary(day) if parts is None else parts, self.zone, day))

    def has_day(self, day: date) -> bool:
        """Whether there is trading on a day, whatever the change of clocks does to it."""
        parts = self._special.get(day)
        if parts is not None:
            return bool(parts)
        return any(day.weekday() in part.days for part in self._ordinary(day))

    def is_special(self, day: date) -> bool:
        """Whether a day has other hours than ordinary ones."""
        return day in self._special

    @property
    def holidays(self) -> list[date]:
        """The days without trading, in order."""
        return sorted(day for day, parts in self._special.items() if not parts)

    def _ordinary(self, day: date) -> Parts:
        for until, parts in self._earlier:
            if day < until:
                return parts
        return self.parts

    def span_at(self, time_ms: int) -> Span | None:
        """The stretch that holds the instant, its opening included and its close excluded."""
        day = self.local_date(time_ms)
        for candidate in (day, day + timedelta(days=1)):
            for span in self.spans_of(candidate):
                if span.opens_ms <= time_ms < span.closes_ms:
                    return span
        return None

    def is_open(self, time_ms: int) -> bool:
        """Whether the instant lies in a session."""
        return self.span_at(time_ms) is not None

    def phase(self, time_ms: int) -> Phase:
        """Whether the market is open, pauses between two stretches of one day, or is closed."""
        if self.is_open(time_ms):
            return "open"
        spans = self.spans_of(self.trading_day(time_ms))
        return "break" if spans[0].opens_ms <= time_ms else "closed"

    def bounds(self, time_ms: int) -> tuple[int, int] | None:
        """When the session that holds the instant opened and when it closes; None when closed."""
        span = self.span_at(time_ms)
        return (span.opens_ms, span.closes_ms) if span else None

    def next_open(self, time_ms: int) -> int:
        """The first opening after the instant.

        Where sessions follow each other without a pause, this is where the next one begins.
        """
        day = self.local_date(time_ms)
        for offset in range(_LONGEST_PAUSE_DAYS + 1):
            for span in self.spans_of(day + timedelta(days=offset)):
                if span.opens_ms > time_ms:
                    return span.opens_ms
        raise AssertionError(f"no session within {_LONGEST_PAUSE_DAYS} days")

    def end_of_session(self, time_ms: int) -> int:
        """When a day order of that instant ends: the last close of its trading day.

        Outside a session it is the last close of the next trading day that opens.
        """
        span = self.span_at(time_ms) or self.span_at(self.next_open(time_ms))
        if span is None:
            raise AssertionError("a session is open at its own opening")
        return self.spans_of(span.day)[-1].closes_ms

    def trading_day(self, time_ms: int) -> date:
        """The trading day that the instant belongs to; outside a session, the next one."""
        span = self.span_at(time_ms) or self.span_at(self.next_open(time_ms))
        if span is None:
            raise AssertionError("a session is open at its own opening")
        return span.day

    def local_date(self, time_ms: int) -> date:
        """The calendar day of the instant in the market's zone."""
        return (_UNIX + timedelta(milliseconds=time_ms)).astimezone(self.zone).date()


_parsed = lru_cache(maxsize=256)(TradingSession.parse)


@lru_cache(maxsize=8192)
def _spans(parts: Parts, zone: ZoneInfo, day: date) -> tuple[Span, ...]:
    spans = (
        Span(_instant(day, part.opens, zone), _instant(day, part.closes, zone), day)
        for part in parts
        if day.weekday() in part.days
    )
    # A part that daylight saving leaves no time for does not exist on that day.
    return tuple(span for span in spans if span.opens_ms < span.closes_ms)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    days, minute = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(*divmod(minute, 60)), zone)
    return epoch_ms(local)


def epoch_ms(moment: datetime) -> int:
    """An aware moment in epoch milliseconds."""
    return (moment - _UNIX) // timedelta(milliseconds=1)


def day_stamp(day: date) -> int:
    """00:00 UTC of a day in epoch milliseconds: the time of daily and longer bars."""
    return (day.toordinal() - _EPOCH) * DAY_MS


def day_of_stamp(time_ms: int) -> date:
    """The UTC day that an instant lies in."""
    return date.fromordinal(_EPOCH + time_ms // DAY_MS)


def _in_order(parts: Sequence[SessionPart]) -> Parts:
    return tuple(sorted(parts, key=lambda part: part.opens))


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _day(text: str) -> date:
    try:
        if len(text) == 8 and text.isdecimal():
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SessionError(f"day {text!r} is not a day of the form YYYYMMDD")


def parse_parts(session: str) -> list[SessionPart]:
    """The parts of a session text.

    Raises:
        SessionError: it cannot be read.
    """
    if session == "24x7":
        return [SessionPart(0, 24 * 60, ALL_DAYS)]
    return [part for text in session.split("|") for part in _parse_schedule(text)]


def _parse_schedule(text: str) -> Iterator[SessionPart]:
    found = _schedule.fullmatch(text)
    if found is None:
        raise SessionError(f"session {text!r} is not of the form HHMM-HHMM,HHMM-HHMM:DAYS")
    digits = found["days"]
    # TradingView counts from Sunday = 1, Python from Monday = 0.
    days = frozenset((int(digit) + 5) % 7 for digit in digits) if digits else _WORKDAYS
    for part in found["parts"].split(","):
        opens, closes = (_minutes(clock, text) for clock in part.split("-"))
        closes = closes or 24 * 60
        yield SessionPart(opens if opens < closes else opens - 24 * 60, closes, days)


def _minutes(clock: str, text: str) -> int:
    hour, minute = int(clock[:2]), int(clock[2:])
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise SessionError(f"session {text!r} names the time {clock!r}, which does not exist")
    return hour * 60 + minute


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SessionError(f"time zone {name!r} is not known") from error
