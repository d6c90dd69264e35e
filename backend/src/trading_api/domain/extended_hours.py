"""Trading before the opening and after the close of a market's regular session."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

from trading_api.domain.market import SymbolInfo
from trading_api.domain.sessions import (
    Parts,
    Phase,
    SessionError,
    Span,
    TradingSession,
    parse_parts,
)

ExtendedPhase = Literal["pre", "post"]


class ExtendedSession(TradingSession):
    """The hours of a market from the beginning of its pre-market to the end of its post-market.

    A day has extended hours where it has regular ones. The pre-market ends with the opening at the
    latest. On a day with special hours the post-market begins with the close and is as long as
    ever.
    """

    def __init__(self, regular: TradingSession, pre: Parts, post: Parts) -> None:
        """Take the regular hours and the ordinary parts before and after them."""
        super().__init__(regular.parts, regular.zone)
        self._regular = regular
        self._pre = TradingSession(pre, regular.zone)
        self._post = TradingSession(post, regular.zone)

    def spans_of(self, day: date) -> list[Span]:
        """The stretches of a trading day with its extended hours, in order."""
        regular = self._regular.spans_of(day)
        if not regular:
            return []
        before = self._before(day, regular[0].opens_ms)
        return [*before, *regular, *self._after(day, regular[-1].closes_ms)]

    def has_day(self, day: date) -> bool:
        """Whether there is trading on a day."""
        return self._regular.has_day(day)

    @property
    def holidays(self) -> list[date]:
        """The days without trading, in order."""
        return self._regular.holidays

    def phase(self, time_ms: int) -> Phase:
        """Whether the market is in regular or extended hours, pauses, or is closed."""
        span = self.span_at(time_ms)
        if span is None or span in (regular := self._regular.spans_of(span.day)):
            return self._regular.phase(time_ms)
        return "pre" if span.opens_ms < regular[0].opens_ms else "post"

    def _before(self, day: date, opens_ms: int) -> Iterator[Span]:
        for span in self._pre.spans_of(day):
            if span.opens_ms < opens_ms:
                yield span._replace(closes_ms=min(span.closes_ms, opens_ms))

    def _after(self, day: date, closes_ms: int) -> Iterator[Span]:
        spans = self._post.spans_of(day)
        early = spans[0].opens_ms - closes_ms if spans and self._regular.is_special(day) else 0
        for span in spans:
            yield span._replace(opens_ms=span.opens_ms - early, closes_ms=span.closes_ms - early)


class PhaseSession(ExtendedSession):
    """The pre-market of a market alone, or its post-market."""

    def __init__(
        self, regular: TradingSession, pre: Parts, post: Parts, phase: ExtendedPhase
    ) -> None:
        """Take all hours, and which of them are meant."""
        super().__init__(regular, pre, post)
        self._phase = phase

    def spans_of(self, day: date) -> list[Span]:
        """The stretches of a trading day that are meant, in order."""
        regular = self._regular.spans_of(day)
        if not regular:
            return []
        if self._phase == "pre":
            return list(self._before(day, regular[0].opens_ms))
        return list(self._after(day, regular[-1].closes_ms))


def has_extended_hours(info: SymbolInfo) -> bool:
    """Whether an instrument trades outside its regular hours too."""
    return bool(info.session_premarket or info.session_postmarket)


def extended_session(info: SymbolInfo) -> TradingSession:
    """The hours of an instrument with its extended ones, where it has any.

    Raises:
        SessionError: one of its texts or its zone cannot be read, or one that never closes is said
            to have hours besides.
    """
    regular = TradingSession.of(info)
    if not has_extended_hours(info):
        return regular
    if info.session == "24x7":
        raise SessionError(f"{info.symbol} is always open and has no extended hours")
    return _extended(regular, info.session_premarket, info.session_postmarket)


def phase_session(info: SymbolInfo, phase: ExtendedPhase) -> TradingSession:
    """The pre-market of an instrument alone, or its post-market; it may have no hours.

    Raises:
        SessionError: one of its texts or its zone cannot be read.
    """
    pre, post = _parts(info.session_premarket), _parts(info.session_postmarket)
    return PhaseSession(TradingSession.of(info), pre, post, phase)


@lru_cache(maxsize=256)
def _extended(regular: TradingSession, pre: str, post: str) -> ExtendedSession:
    return ExtendedSession(regular, _parts(pre), _parts(post))


def _parts(text: str) -> Parts:
    return tuple(parse_parts(text)) if text else ()
