"""A journal on a disk that is slow, fails, loses power and tears, as a seed says."""

import asyncio
import random
from collections.abc import Sequence

from msgspec.structs import replace

from trading_api.domain.errors import JournalError
from trading_api.domain.ports import Record, Snapshot
from trading_api.shared.memory import MemoryJournal


class SimulatedDisk(MemoryJournal):
    """What is stored lasts over `restart`; what was under way at `lose_power` may be there or not.

    After a failed write or without power nothing is taken any more until the next `restart`: who
    goes on writing all the same waits for ever.
    """

    def __init__(
        self, chance: random.Random, *, delay_s: float = 0.01, failing: float = 0.0
    ) -> None:
        super().__init__()
        self._chance = chance
        self._delay_s = delay_s
        self._under_way: Sequence[Record] = ()
        self.failing = failing
        self.works = True

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records, after a while; or fail, and have stored any part of them.

        Raises:
            JournalError: the disk could not say that they are durable.
        """
        await self._wait_while_dead()
        self._under_way = records
        await self._take_time()
        if self._chance.random() < self.failing:
            self.lose_power()
            raise JournalError("fsync failed")
        self._under_way = ()
        await super().append(records)
        await self._take_time()

    async def save_snapshot(self, snapshot: Snapshot, after: int) -> None:
        """Keep a snapshot, after a while."""
        await self._take_time()
        await super().save_snapshot(snapshot, after)
        await self._take_time()

    def lose_power(self) -> None:
        """Stop taking anything; the append under way leaves a part of itself, torn or not."""
        if not self.works:
            return
        self.works = False
        whole = self._chance.randint(0, len(self._under_way))
        left = list(self._under_way[:whole])
        if whole < len(self._under_way) and self._chance.random() < 0.5:
            left.append(_torn(self._under_way[whole], self._chance))
        self.store(left)
        self._under_way = ()

    def restart(self) -> None:
        """Power is back."""
        self.works = True

    async def _take_time(self) -> None:
        await asyncio.sleep(self._chance.expovariate(1 / self._delay_s))
        await self._wait_while_dead()

    async def _wait_while_dead(self) -> None:
        if not self.works:
            await asyncio.Event().wait()


def _torn(record: Record, chance: random.Random) -> Record:
    """A record of which only the beginning reached the disk, the rest being zeros."""
    data = record.data
    written = chance.randrange(len(data))
    return replace(record, data=data[:written] + bytes(len(data) - written))
