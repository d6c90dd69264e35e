"""The clock of a replay: time that is told when to go on, and how fast."""

import asyncio
import heapq
from typing import Literal

from msgspec import Struct

from trading_api.domain.errors import TradingError
from trading_api.domain.market import Instant
from trading_api.domain.ports import MarketTick

ReplayPhase = Literal["running", "paused", "ended"]

_TURNS_TO_SETTLE = 8
"""Who is woken acts in the first turn of the event loop; a task that waits for one of two things
needs six."""


class ReplayState(Struct, frozen=True):
    """Where a replay stands.

    Attributes:
        speed: how much faster than real time it runs; 0 is as fast as it goes.
        events: what the sources have said so far: trades, best prices and changes of depth.
    """

    start: Instant
    end: Instant
    now: Instant
    speed: float
    state: ReplayPhase
    events: int


class ReplayPlan(Struct, frozen=True):
    """What is to be replayed: the time, the symbols (None: all), how fast, and whether it waits."""

    start_ms: int
    end_ms: int
    symbols: tuple[str, ...] | None = None
    speed: float = 1.0
    paused: bool = False


class ReplayClock:
    """A clock from one instant to another that moves from sleeper to sleeper.

    Time never passes a sleeper that has not been woken, and after each waking the event loop gets
    some turns before time goes on. So the same sleepers lead to the same order of events at any
    speed.
    """

    def __init__(self, plan: ReplayPlan) -> None:
        """Stand at the start until `run` is entered.

        Raises:
            ValueError: the end does not come after the start, or the speed is negative.
        """
        if not plan.start_ms < plan.end_ms:
            raise ValueError(f"the end {plan.end_ms} does not come after {plan.start_ms}")
        if not 0 <= plan.speed < float("inf"):
            raise ValueError(f"speed {plan.speed} is not 0 or more")
        self._start, self._end = plan.start_ms, plan.end_ms
        self._speed = plan.speed
        self._phase: ReplayPhase = "paused" if plan.paused else "running"
        self._steps = 0
        self._stepped = asyncio.Event()
        self._over = asyncio.Event()
        self._base_ms = plan.start_ms
        self._based_at: float | None = None
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0
        self._events = 0
        self._changed = asyncio.Event()

    def now_ms(self) -> int:
        """The replayed instant."""
        if self._based_at is None:
            return self._base_ms
        passed = (asyncio.get_running_loop().time() - self._based_at) * 1000 * self._speed
        return min(self._base_ms + int(passed), self._limit())

    async def sleep_until(self, time_ms: int) -> None:
        """Return when the replay has come to the instant; never when it ends before."""
        if time_ms <= self.now_ms():
            return
        self._count += 1
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (time_ms, self._count, future))
        if self._sleepers[0][2] is future:
            self._changed.set()
        await future

    def state(self) -> ReplayState:
        """Where the replay stands."""
        return ReplayState(
            self._start, self._end, self.now_ms(), self._speed, self._phase, self._events
        )

    def on_tick(self, tick: MarketTick) -> None:
        """Hear that a source has said something, which ends a step."""
        self._events += len(tick.events)
        if tick.events and self._steps:
            self._steps -= 1

    def change(self, speed: float | None, phase: Literal["running", "paused"] | None) -> None:
        """Set the speed, go on or pause.

        Raises:
            TradingError: `conflict` when the replay has ended and is to go on.
        """
        if phase == "running":
            self._check_not_ended()
        self._hold()
        if speed is not None:
            self._speed = speed
        if phase is not None and self._phase != "ended":
            self._phase = phase
        self._changed.set()

    async def step(self, ticks: int) -> None:
        """Pause, then go on by so many instants at which the market says something.

        Returns when what followed from them has happened, or the replay has ended.

        Raises:
            TradingError: `conflict` when the replay has ended.
        """
        self._check_not_ended()
        self._hold()
        self._phase = "paused"
        self._steps = ticks
        self._stepped.clear()
        self._changed.set()
        await self._stepped.wait()

    async def wait_for_end(self) -> None:
        """Return when the replay has ended."""
        await self._over.wait()

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            if self._phase == "paused" and not self._steps:
                self._stepped.set()
            if self._phase == "ended" or (self._phase == "paused" and not self._steps):
                self._changed.clear()
                await self._changed.wait()
                continue
            due = await self._arrive(self._limit())
            if due is None:
                continue
            self._wake()
            await self._settle()
            if self._base_ms >= self._end:
                self._phase, self._steps = "ended", 0
                self._stepped.set()
                self._over.set()
            elif self._speed and self._phase == "running":
                # what is late by now is caught up, not lost
                self._based_at = due

    def _check_not_ended(self) -> None:
        if self._phase == "ended":
            raise TradingError("conflict", f"the replay has ended at {self._end}")

    def _limit(self) -> int:
        """How far time may go: to the next sleeper, or to the end."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return min(self._sleepers[0][0], self._end) if self._sleepers else self._end

    async def _arrive(self, time_ms: int) -> float | None:
        """Go to the instant at the present speed, and let time stand there.

        Gives when it was due on the event loop's clock; None when something changed on the way.
        """
        due = 0.0
        if self._speed and self._phase == "running":
            loop = asyncio.get_running_loop()
            if self._based_at is None:
                self._based_at = loop.time()
            due = self._based_at + (time_ms - self._base_ms) / 1000 / self._speed
            self._changed.clear()
            if (rest := due - loop.time()) > 0:
                try:
                    await asyncio.wait_for(self._changed.wait(), rest)
                except TimeoutError:
                    pass
                else:
                    return None
        self._base_ms, self._based_at = max(time_ms, self._base_ms), None
        return due

    def _hold(self) -> None:
        """Let time stand where it is, so that it goes on from there."""
        self._base_ms = self.now_ms()
        self._based_at = None

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self._base_ms:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    async def _settle(self) -> None:
        for _ in range(_TURNS_TO_SETTLE):
            await asyncio.sleep(0)
