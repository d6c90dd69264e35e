"""The requests of one connection whose answers take time: in order where it matters, bounded."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Protocol

from trading_api.domain.errors import TradingError
from trading_api.shared.ws import protocol

MAX_WAITING = 256
"""Requests of one connection that may wait for their answers; beyond that nothing is read."""

ANSWERED: Final = object()
"""The result of an awaitable that has sent its reply itself."""

RequestId = str | int | None
Settled = Callable[[TradingError | None], None]


class Asker(Protocol):
    """Whose requests they are."""

    def send(self, frame: bytes) -> None:
        """Send a frame in order with the updates."""

    def fail(self, error: BaseException) -> None:
        """End the connection since a handler is broken."""

    def go_on(self) -> None:
        """Read on, if reading had to wait."""


class Requests:
    """What is under way, and per lane what may not begin before it.

    A lane is a name. Requests of one lane are answered one after the other; without a lane each
    is answered as soon as it can be, whatever came before it.
    """

    __slots__ = ("_asker", "_lanes", "_tasks", "count")

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._lanes: dict[str, deque[Callable[[], None]]] = {}
        self._tasks: dict[asyncio.Future[Any], None] = {}
        self.count = 0

    def queue(self, lane: str, begin: Callable[[], None]) -> bool:
        """Whether the lane is busy; then `begin` is called when its turn has come."""
        waiting = self._lanes.get(lane)
        if waiting is None:
            return False
        waiting.append(begin)
        self.count += 1
        return True

    def wait(
        self,
        answer: Awaitable[Any],
        type_: str,
        request_id: RequestId,
        lane: str | None,
        settled: Settled,
    ) -> None:
        """Reply with the result of `answer`, or with the `TradingError` that it raises.

        `settled` is called then, with that error or None.

        A future costs no task; a coroutine gets one.
        """
        future = asyncio.ensure_future(answer)
        if future is not answer:
            self._tasks[future] = None
        if lane is not None:
            self._lanes.setdefault(lane, deque())
        self.count += 1
        future.add_done_callback(partial(self._reply, type_, request_id, lane, settled))

    async def finish(self) -> None:
        """Wait for the tasks that are under way: a handler is not stopped half-way.

        Cancelled itself, it cancels them.
        """
        self._lanes.clear()
        while self._tasks:
            try:
                await asyncio.wait(self._tasks)
            except asyncio.CancelledError:
                for task in self._tasks:
                    task.cancel()
                raise

    def _reply(
        self,
        type_: str,
        request_id: RequestId,
        lane: str | None,
        settled: Settled,
        future: asyncio.Future[Any],
    ) -> None:
        self._tasks.pop(future, None)
        self.count -= 1
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is None:
            if (result := future.result()) is not ANSWERED:
                self._asker.send(protocol.reply(type_, request_id, result))
            settled(None)
        elif isinstance(error, TradingError):
            self._asker.send(protocol.error(error, request_id))
            settled(error)
        else:
            self._asker.fail(error)
        if lane is not None:
            self._next_of(lane)
        if self.count < MAX_WAITING:
            self._asker.go_on()

    def _next_of(self, lane: str) -> None:
        """Begin what waits in the lane until one of it has to wait again."""
        waiting = self._lanes.pop(lane, None)
        while waiting:
            begin = waiting.popleft()
            self.count -= 1
            begin()
            if lane in self._lanes:
                self._lanes[lane] = waiting
                return
