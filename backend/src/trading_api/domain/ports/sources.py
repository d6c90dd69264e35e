"""Where market data come from."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from trading_api.domain.market import Bar, BookChange, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports.market import MarketEvent


class MarketTick(Struct, frozen=True):
    """What a source has to say of one instant, in the order in which it happened.

    With a tick everything up to and including its time has been handed out; one without events
    says only that. `after_gap` says that events between the tick before and this one are missing.
    """

    time: int
    events: tuple[MarketEvent, ...] = ()
    after_gap: bool = False


class SourceStatus(Struct, frozen=True):
    """Whether a source can say anything at present, and if not, why.

    A source that is live may have a complaint nevertheless, in `detail`.
    """

    state: Literal["live", "down"] = "live"
    detail: str | None = None


SILENT_AFTER_MS = 15_000
"""A source that has said nothing for so long is silent."""

BEAT_MS = 5_000
"""A source that is alive says something at least so often."""


class QuoteSource(Protocol):
    """Where market data comes from: what is happening now, and what has been.

    The past and the present are the same function: folding the trades of `stream` gives the bars
    of `bars`. Every answer is as of the newest tick that was handed out, or as of the present while
    nobody streams.

    A source that cannot keep that over a restart has an attribute `is_recorded` that is true: its
    bars are then kept by the datafeed, and `bars` is asked only for what it remembers by itself of
    seconds and minutes that were not heard: at the start, after a gap and for a `Correction`.
    """

    name: str

    def symbols(self) -> Sequence[SymbolInfo]:
        """The instruments that this source serves."""

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Whether the symbol is in session, on a day that is not a holiday to the source."""

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Whether trading is interrupted within a session; the symbol is not open then."""

    def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """Every tick after the instant, in order of time, each when its time has come.

        There is a tick at every whole minute, so that bars and sessions end by the clock, and one
        at least every `BEAT_MS` as long as the source is alive. From the call on, answers are as
        of what has been handed out. What happens at the tick's time bears it; a trade that comes
        late bears its own. A source that has lost its line does not end: it says nothing,
        and once it is back, a tick `after_gap` if events are missing.
        """

    def status(self) -> SourceStatus:
        """Whether the source is alive; `down` is told at once, silence after 15 seconds."""

    def top(self, symbol: str) -> TopOfBook | None:
        """The best bid and ask that stand; None before the first."""

    def depth(self, symbol: str) -> BookChange | None:
        """All price levels that stand; None where they are not known."""

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest `limit` trades with `from_ms` ≤ time < `to_ms`, oldest first.

        None is no bound. With `before`, only those before the trade with that id.

        Raises:
            ValueError: there is no trade with that id, or it is not remembered any more.
        """

    def bars(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending; None is no bound.

        A bar that is still open holds what has been traded. Unless `adjusted`, prices before a
        split or a dividend are those that were printed, where the source knows them; what is
        streamed is adjusted.
        """


@runtime_checkable
class RemoteSource(QuoteSource, Protocol):
    """A source whose data lie on a network: it is connected, and fetches what is asked for.

    Its symbols may become more, or others, when it was connected anew: they are looked at again
    after a gap.
    """

    symbol_names: Sequence[str]
    """The symbols that it will give once it has been reached."""
    outages: Mapping[str, int]
    """How often it was lost or refused to answer, by reason."""

    def running(self, on_down: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Stay connected until the end of the block, and come back by itself when it is lost.

        Returns after a while also when it cannot be reached: its status is `down` then. Calls
        `on_down` each time that becomes so, however soon it is live again.

        Raises:
            ValueError: it was reached and cannot serve what it was made for.
        """

    async def fetch(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> None:
        """Fetch what `bars` would miss of an answer, as far as possible within some seconds."""
