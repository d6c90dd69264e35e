"""An event loop whose time, order and end come from a seed.

Time is virtual: when nothing is ready, it jumps to the next timer. Of the callbacks that are ready
one is chosen by chance, so that every interleaving of tasks can happen and the same seed gives the
same one. After a given number of steps the world ends, wherever it stands.
"""

import asyncio
import gc
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlock(Exception):
    """Nothing is ready, and no timer will ever make it so."""


class _VirtualTime:
    """Stands where the loop has its selector: waits for nothing, and time has passed."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Deadlock("every task waits for another")
        self.now += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs one ready callback at a time, chosen by chance, in virtual time."""

    _ready: Any  # of asyncio's own implementation: the callbacks that are ready, a deque

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._selector = _VirtualTime()
        self._chance = chance
        self._end_at: int | None = None
        self._over = False
        self._winding_up = False
        self._made: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._make_task)
        self._on_end: Callable[[], None] = lambda: None
        self.steps = 0

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._selector.now

    def end_after(self, steps: int, on_end: Callable[[], None]) -> None:
        """Call the function once that many steps have been taken, then cancel every task."""
        self._end_at, self._on_end = self.steps + steps, on_end

    def end(self) -> None:
        """Cancel every task, as if the steps had been taken."""
        self._end_at = None
        self._over = True
        self._on_end()
        self._cancel_all()

    def wind_up(self) -> None:
        """Close what the world left behind; its order is nobody's, so chance is not asked."""
        self._winding_up = True
        self.run_until_complete(self.shutdown_asyncgens())
        self.close()

    def _cancel_all(self) -> None:
        for task in self._made:
            task.cancel()

    def _make_task(self, _loop: Any, work: Any, **how: Any) -> "asyncio.Task[Any]":
        """Keep tasks in their turn: a set has another order in every process, and loses some."""
        task = asyncio.Task(work, loop=self, **how, name=str(len(self._made)))
        self._made.append(task)
        return task

    def _run_once(self) -> None:
        ready = self._ready
        others: list[Any] = []
        if len(ready) > 1 and not self._winding_up:
            others = list(ready)
            ready.clear()
            ready.append(others.pop(self._chance.randrange(len(others))))
        try:
            super()._run_once()  # type: ignore[misc] # not in the type stubs
        except Deadlock:
            if not self._over:
                raise
            self._cancel_all()  # who cleans up may wait for somebody who is gone
        ready.extendleft(reversed(others))
        self.steps += 1
        if self._end_at is not None and self.steps >= self._end_at:
            self.end()

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets here."""

    def _write_to_self(self) -> None:
        """There are no other threads here."""


class SimulatedClock:
    """The clock of a simulated world: the loop's time, from an instant on."""

    def __init__(self, loop: SimulatedLoop, began_ms: int) -> None:
        self._loop = loop
        self._began_ms = began_ms

    def now_ms(self) -> int:
        """The present instant."""
        return self._began_ms + int(self._loop.time() * 1000)

    async def sleep_until(self, time_ms: int) -> None:
        """Return at or after the instant."""
        left = time_ms - self.now_ms()
        if left > 0:
            await asyncio.sleep(left / 1000)


def run_simulated(loop: SimulatedLoop, main: Coroutine[Any, Any, T]) -> T | None:
    """Run to the end of the coroutine or of the world; None when it was the world's.

    Meanwhile nothing is collected: generators that nobody holds would be closed at any time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return loop.run_until_complete(main)
    except asyncio.CancelledError:
        return None
    finally:
        loop.wind_up()
        if collects:
            gc.enable()
