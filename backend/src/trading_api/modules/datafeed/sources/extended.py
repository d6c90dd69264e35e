"""Joins the recordings of a symbol's regular hours, pre-market and post-market into one."""

import heapq
import re
from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter, itemgetter

from msgspec.structs import replace

from trading_api.domain.extended_hours import ExtendedPhase, phase_session
from trading_api.domain.market import Bar, BookChange, Resolution, TopOfBook, Trade
from trading_api.domain.ports import MarketEvent
from trading_api.modules.datafeed.sources.daily import DailyTimeline
from trading_api.modules.datafeed.sources.replay import Moment

_trade_id = re.compile(r"(?P<phase>pre|post)-(?P<rest>(?P<day>\d{8})-\d+)", re.ASCII)


class ExtendedTimeline:
    """A timeline that goes on outside regular hours.

    Trades and quotes are of all hours, bars of the regular ones. Trades of extended hours have ids
    that say so: `post-20260102-17`.
    """

    def __init__(
        self, regular: DailyTimeline, outside: Mapping[ExtendedPhase, DailyTimeline]
    ) -> None:
        """Take recordings of the same days, which are never open at the same time."""
        self.symbol = regular.symbol
        self._regular = regular
        self._outside = outside
        self._sessions = {phase: phase_session(self.symbol, phase) for phase in outside}

    def is_open(self, time_ms: int) -> bool:
        """Whether the symbol is in its regular session at the instant."""
        return self._regular.is_open(time_ms)

    def is_halted(self, time_ms: int) -> bool:
        """Whether trading is interrupted within a session."""
        return self._regular.is_halted(time_ms)

    def moments(self, since_ms: int) -> Iterator[Moment]:
        """What happens at each instant, without end."""
        outside = (_named(phase, part.moments(since_ms)) for phase, part in self._outside.items())
        return heapq.merge(self._regular.moments(since_ms), *outside, key=itemgetter(0))

    def top(self, until_ms: int) -> TopOfBook | None:
        """The best bid and ask that the newest trade set."""
        tops = (part.top(until_ms) for part in (self._regular, *self._outside.values()))
        return max(filter(None, tops), key=attrgetter("time"), default=None)

    def depth(self, until_ms: int) -> BookChange | None:
        """None: only the best bid and ask are known."""
        return None

    def trades(
        self, before: str | None, from_ms: int | None, to_ms: int | None, limit: int, until_ms: int
    ) -> list[Trade]:
        """The newest trades of all hours, oldest first."""
        asked = None if before is None else _trade_id.fullmatch(before)
        bound = to_ms
        if asked is not None:
            bound = _earliest(to_ms, self._opening_of(asked))
            found = self._regular.trades(None, from_ms, bound, limit, until_ms)
        else:
            found = self._regular.trades(before, from_ms, to_ms, limit, until_ms)
            if before is not None:
                bound = _earliest(to_ms, self._regular.opening_of(before))
        for phase, part in self._outside.items():
            if asked is not None and asked["phase"] == phase:
                trades = part.trades(asked["rest"], from_ms, to_ms, limit, until_ms)
            else:
                trades = part.trades(None, from_ms, bound, limit, until_ms)
            found += (_renamed(phase, trade) for trade in trades)
        return sorted(found, key=attrgetter("time"))[-limit:]

    def bars(
        self,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        until_ms: int,
    ) -> list[Bar]:
        """The newest bars of regular hours, ascending."""
        return self._regular.bars(resolution, from_ms, to_ms, limit, until_ms)

    def _opening_of(self, asked: re.Match[str]) -> int:
        """An instant that parts what is before the hours of a trade from what comes after them."""
        never = ValueError(f"{self.symbol.symbol} has no trade {asked[0]!r}")
        phase: ExtendedPhase = "pre" if asked["phase"] == "pre" else "post"
        try:
            spans = self._sessions[phase].spans_of(date.fromisoformat(asked["day"]))
        except (KeyError, ValueError):
            raise never from None
        if not spans:
            raise never
        return spans[0].opens_ms


def _named(phase: ExtendedPhase, moments: Iterator[Moment]) -> Iterator[Moment]:
    for time, events in moments:
        yield time, tuple(_event(phase, event) for event in events)


def _event(phase: ExtendedPhase, event: MarketEvent) -> MarketEvent:
    return _renamed(phase, event) if isinstance(event, Trade) else event


def _renamed(phase: ExtendedPhase, trade: Trade) -> Trade:
    return replace(trade, id=f"{phase}-{trade.id}")


def _earliest(to_ms: int | None, instant: int) -> int:
    return instant if to_ms is None else min(to_ms, instant)
