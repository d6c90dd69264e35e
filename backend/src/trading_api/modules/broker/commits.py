"""Group commit: what arrives during a commit goes into the next one, over all accounts."""

import asyncio
from collections.abc import Callable, Sequence

from trading_api.domain.chain import LARGEST_BATCH
from trading_api.domain.errors import JournalError
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Journal, Record
from trading_api.domain.progress import Decision
from trading_api.shared.metrics import Histogram


class Pending:
    """An entry on its way to the journal, and who waits for it."""

    __slots__ = ("account_id", "decision", "record", "waiters")

    def __init__(self, account_id: AccountId, record: Record, decision: Decision) -> None:
        self.account_id = account_id
        self.record = record
        self.decision = decision
        self.waiters: list[Callable[[bool], None]] = []

    def tell(self, committed: bool) -> None:
        """Tell who waits whether it is durable or never will be."""
        for waiter in self.waiters:
            waiter(committed)


class GroupCommit:
    """Hands batches of entries to the journal, one at a time, and tells when each is durable.

    A batch that fails is the end: nothing is committed after it, and who waits is told so.
    """

    def __init__(
        self,
        journal: Journal,
        on_committed: Callable[[Sequence[Pending]], None],
        on_failed: Callable[[BaseException], None],
        durations: Histogram,
    ) -> None:
        self._journal = journal
        self._on_committed = on_committed
        self._on_failed = on_failed
        self._durations = durations
        self._waiting: list[Pending] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.failed = False

    def add(self, pending: Pending) -> None:
        """Put an entry into the next batch; after a failure there is none."""
        if self.failed:
            return
        if not self._waiting:
            self._idle.clear()
            self._wake.set()
        self._waiting.append(pending)

    async def run(self) -> None:
        """Commit batch after batch until cancelled or until one fails."""
        batch: list[Pending] = []
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch, self._waiting = (
                    self._waiting[:LARGEST_BATCH],
                    self._waiting[LARGEST_BATCH:],
                )
                if self._waiting:
                    self._wake.set()
                with self._durations.timed():
                    await self._journal.append([pending.record for pending in batch])
                self._on_committed(batch)
                for pending in batch:
                    pending.tell(True)
                batch = []
                if not self._waiting:
                    self._idle.set()
        except JournalError as error:
            self.failed = True
            self._on_failed(error)
        finally:
            self.failed = True
            for pending in (*batch, *self._waiting):
                pending.tell(False)
            self._waiting = []
            self._idle.set()

    async def drain(self) -> None:
        """Return when nothing waits to be committed any more."""
        await self._idle.wait()
