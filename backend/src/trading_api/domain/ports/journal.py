"""The record of truth of accounts, and the curves that are kept beside it."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from msgspec import Struct

from trading_api.domain.equity import CurveInterval, EquityPoint, Sample
from trading_api.domain.ids import AccountId


class Record(Struct, frozen=True):
    """One line of the journal: `seq` counts within its stream from 1, without a hole.

    `hash` covers the record and all before it in its stream, see `chain`.
    """

    stream: str
    seq: int
    time: int
    data: bytes
    hash: bytes


class Snapshot(Struct, frozen=True):
    """A part of what a stream leads to up to its record `seq`; the rest is in earlier ones.

    Attributes:
        head: hash of that record.
        schema: names the code that understands `data`.
        hash: covers this and all earlier snapshots of the stream.
    """

    stream: str
    seq: int
    head: bytes
    schema: str
    data: bytes
    hash: bytes


class Journal(Protocol):
    """The append-only record of truth, and snapshots that spare its reader work.

    It stores hashes and does not make them: whoever appends links its records, see `chain`.
    """

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records or none; durable when it returns.

        No records at all store nothing, but fail where some would for want of a writable journal.

        Raises:
            JournalConflict: a record's stream and number are taken.
            JournalError: they could not be made durable; the caller must stop.
        """

    def read(self, stream: str | None = None, after: int = 0) -> AsyncIterator[Record]:
        """The records of one stream, or of all, in the order in which they were appended.

        Args:
            stream: None for all streams.
            after: leave out the records of that stream up to this number.

        Raises:
            JournalCorrupt: they cannot be read back.
        """

    async def streams(self) -> Sequence[str]:
        """The names of all streams, in the order in which they were begun."""

    async def cut_torn_tail(self) -> Sequence[Record]:
        """Take away what an append left that did not come to its end, see `chain.torn_tail`.

        To be called before the first append. Gives what was taken away, newest first.

        Raises:
            JournalCorrupt: the journal's end is damaged in another way.
        """

    async def save_snapshot(self, snapshot: Snapshot, after: int) -> None:
        """Keep a snapshot after that of record `after`; those in between are forgotten.

        Raises:
            JournalError: it could not be made durable; the caller must stop.
        """

    async def snapshots(self, stream: str) -> Sequence[Snapshot]:
        """The snapshots of a stream, oldest first; a damaged one may have other data or none."""


class EquityStore(Protocol):
    """Keeps the curves of accounts: the last point of each minute, hour and day.

    Points of minutes and hours are dropped when `domain.equity.KEPT_MS` is over, so that a curve
    has a bounded size. What is recorded may be lost with the machine's power, not with the process.
    """

    async def record(self, samples: Sequence[Sample]) -> None:
        """Keep points, in order of time; a later one of the same minute, hour, day replaces."""

    async def read(
        self,
        account_id: AccountId,
        interval: CurveInterval,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[EquityPoint]:
        """The oldest `limit` points with `from_ms` ≤ time < `to_ms`, ascending; None: no bound."""
