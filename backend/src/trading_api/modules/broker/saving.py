"""Takes snapshots of accounts behind the order path: one task, one account at a time."""

import asyncio
from collections.abc import Iterable

from trading_api.domain.ports import Journal
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.snapshots import Saved, is_due, take_snapshot

AT_THE_END = 100
"""Entries since the last snapshot that make another one worth while when the server stops."""


class Saving:
    """Which accounts need a snapshot, and the task that takes it."""

    def __init__(self, journal: Journal, every: int) -> None:
        self._journal = journal
        self._every = every
        self._due: dict[Cell, None] = {}
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()  # each snapshot builds on the one before

    def note(self, cell: Cell) -> None:
        """An account has a new durable state."""
        if cell.committed is not None and is_due(cell.committed, cell.saved, self._every):
            self._due[cell] = None
            self._wake.set()

    async def run(self) -> None:
        """Take the snapshots that are due until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._due:
                cell = next(iter(self._due))
                del self._due[cell]
                await self._save(cell, self._every)

    async def save_all(self, cells: Iterable[Cell]) -> None:
        """Take a snapshot of every account that has gone some way since its last one."""
        for cell in cells:
            await self._save(cell, min(AT_THE_END, self._every))

    async def _save(self, cell: Cell, every: int) -> None:
        async with self._one_at_a_time:
            state, head, before = cell.committed, cell.head, cell.saved
            if state is None or not is_due(state, before, every):
                return
            touched, cell.touched = cell.touched, set()
            snapshot = await take_snapshot(before, state, head, touched)
            await self._journal.save_snapshot(snapshot, before.seq)
            cell.saved = Saved(state, snapshot.seq, head, snapshot.hash)
