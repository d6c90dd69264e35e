"""Whether requests should be sent to this server now."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trading_api.domain.errors import JournalError
from trading_api.domain.ports import Journal
from trading_api.shared.clock import elapsed_s

LOOK_S = 1.0


class Readiness:
    """Ready from the end of the start to the beginning of the end, while the journal takes records.

    The journal is asked at most once a second, and given one second to answer.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._is_running = False
        self._is_draining = False
        self._look: asyncio.Task[str | None] | None = None
        self._looked_at = 0.0

    def drain(self) -> None:
        """Not ready any more: the server is about to stop."""
        self._is_draining = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ready while the block lasts."""
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False
            if self._look is not None:
                await asyncio.wait((self._look,))

    async def obstacle(self) -> str | None:
        """Why requests should go elsewhere; None when they are welcome."""
        if self._is_draining:
            return "the server is about to stop"
        if not self._is_running:
            return "the server has not started"
        if self._look is None or (self._look.done() and elapsed_s() - self._looked_at > LOOK_S):
            self._looked_at = elapsed_s()
            self._look = asyncio.create_task(self._ask_the_journal())
        await asyncio.wait((self._look,), timeout=LOOK_S)
        if not self._look.done():
            return "the journal does not answer"
        return self._look.result()

    async def _ask_the_journal(self) -> str | None:
        try:
            await self._journal.append([])
        except JournalError as error:
            return str(error)
        return None
