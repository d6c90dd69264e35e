"""A clock that moves only when it is told to."""

import asyncio
import heapq

_TURNS_TO_SETTLE = 20


class ManualClock:
    """Time that stands still until a test advances it; sleepers wake in order of their time."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now = now_ms
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    def now_ms(self) -> int:
        """The instant that the clock stands at."""
        return self._now

    async def sleep_until(self, time_ms: int) -> None:
        """Return when the clock is advanced to the instant or past it."""
        if time_ms <= self._now:
            return
        self._count += 1
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (time_ms, self._count, future))
        await future

    async def advance_to(self, time_ms: int) -> None:
        """Move to the instant, waking every sleeper on the way at its own time.

        After each step the event loop runs a few turns, so that what was woken has acted before
        time goes on.
        """
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= time_ms:
            wake_at, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self._now = max(self._now, wake_at)
            future.set_result(None)
            await self._settle()
        self._now = max(self._now, time_ms)
        await self._settle()

    async def advance(self, milliseconds: int) -> None:
        """Move forward by so much."""
        await self.advance_to(self._now + milliseconds)

    async def jump(self, milliseconds: int) -> None:
        """Move forward at once, as when the machine has slept: sleepers wake late."""
        self._now += milliseconds
        await self.advance_to(self._now)

    async def _settle(self) -> None:
        for _ in range(_TURNS_TO_SETTLE):
            await asyncio.sleep(0)
