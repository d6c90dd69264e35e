"""Instruments and market data as they are kept."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.intervals import Interval
from trading_api.domain.market import BookChange, SymbolInfo, TopOfBook, Trade
from trading_api.domain.series import Columns, Saved, SeriesKey, StoredSeries


class SymbolCatalogue(Protocol):
    """The instruments that this server knows, kept over restarts."""

    def get(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name or `EXCHANGE:NAME`."""

    def all(self) -> Sequence[SymbolInfo]:
        """Every instrument, by name."""

    def save(self, symbols: Sequence[SymbolInfo]) -> Sequence[SymbolInfo]:
        """Add instruments or replace those of the same name; gives those new or changed."""

    def refresh(self) -> None:
        """Take in what other processes have added or changed meanwhile."""


class Correction(Struct, frozen=True):
    """Trades of a stretch of time have been changed, added or removed, some time after it.

    The source's own history has them already; the bars are to be read again and told.
    """

    symbol: str
    from_ms: int
    to_ms: int


MarketEvent = TopOfBook | BookChange | Trade | Correction


class MarketStore(Protocol):
    """Market data that were imported or recorded; other processes write to it as well.

    A reader sees all of a `save` or nothing of it, and never waits for a writer. What cannot be
    written is a `TradingError` of code `unavailable`; nothing has changed then.
    """

    def series(self) -> Sequence[StoredSeries]:
        """Every series, by its key."""

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` rows with `from_ms` ≤ time < `to_ms`; None is no bound."""

    def scan(self, key: SeriesKey, from_ms: int | None, to_ms: int | None) -> Iterator[Columns]:
        """The rows with `from_ms` ≤ time < `to_ms`, oldest first, in parts of moderate size."""

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        """Store rows: those of an instant that is among them replace what is stored for it.

        Rows are in order of time; the same rows again change nothing.
        """

    def remove(self, key: SeriesKey) -> None:
        """Forget a series; nothing happens when there is none."""

    def remove_rows(self, key: SeriesKey, times: Collection[int]) -> int:
        """Forget the rows of some instants; gives how many there were."""

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches whose every row is stored, also where there is none, in order."""

    def note_known(self, key: SeriesKey, interval: Interval) -> None:
        """Remember that every row of a stretch is stored."""

    def actions(self, symbol: str) -> Sequence[CorporateAction]:
        """The splits and dividends of a symbol, oldest first."""

    def save_actions(self, symbol: str, actions: Sequence[CorporateAction]) -> None:
        """Store splits and dividends; those of the same day and kind are replaced."""

    def version(self) -> int:
        """A number that is another one after anybody has changed anything."""
