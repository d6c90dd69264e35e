"""Tells when instants have come: one heap, one task."""

import asyncio
import heapq
from collections.abc import Callable, Sequence
from itertools import count
from typing import Generic, TypeVar

from trading_api.domain.ports import Clock

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Items and their instants; `on_due` gets those whose time has come, in order of time."""

    def __init__(self, clock: Clock, on_due: Callable[[Sequence[T]], None]) -> None:
        self._clock = clock
        self._on_due = on_due
        self._heap: list[tuple[int, int, T]] = []
        self._numbers = count()
        self._earlier = asyncio.Event()

    def add(self, time_ms: int, item: T) -> None:
        """Tell of the item at the instant; at once when it has passed."""
        heapq.heappush(self._heap, (time_ms, next(self._numbers), item))
        if self._heap[0][2] is item:
            self._earlier.set()

    async def run(self) -> None:
        """Wait for one instant after the other until cancelled."""
        while True:
            self._tell_due()
            self._earlier.clear()
            if not self._heap:
                await self._earlier.wait()
            else:
                await self._sleep_or_hurry(self._heap[0][0])

    def _tell_due(self) -> None:
        due: list[T] = []
        now = self._clock.now_ms()
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        if due:
            self._on_due(due)

    async def _sleep_or_hurry(self, time_ms: int) -> None:
        """Return at the instant, or when something earlier was added."""
        tasks = [
            asyncio.ensure_future(self._clock.sleep_until(time_ms)),
            asyncio.ensure_future(self._earlier.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
