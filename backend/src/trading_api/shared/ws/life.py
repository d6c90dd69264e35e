"""The clock of one connection: heartbeat, lifespan, and progress of what is sent."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from trading_api.shared.ws.outbox import Outbox, Transport

THIRDS = 3
EARLY_S = 0.002  # by which an event loop may fire a timer before its time
STALL_LOOKS = 4


class Endings(Protocol):
    """What happens to a connection whose time has come."""

    def miss_heartbeat(self) -> None:
        """Nothing was heard for the whole heartbeat interval."""

    def reach_lifespan(self) -> None:
        """The connection is as old as it may become."""

    def stall(self) -> None:
        """The socket has taken nothing for too long."""

    def check_credential(self) -> None:
        """Close when the caller's credential is no longer valid."""


class Span(Struct, frozen=True):
    """Seconds that bound a connection."""

    heartbeat_interval: float
    lifespan: float
    stall_s: float


class Life:
    """One timer per connection, set again at each tick; a second one only while it is paused.

    The server pings when nothing was heard for a third of the heartbeat interval, and gives up
    after three silent thirds. Thirds are counted, not measured: a server that was suspended does
    not blame its clients.
    """

    __slots__ = (
        "_endings", "_ends_at", "_heard_at", "_listen_at", "_loop", "_outbox", "_progress_at",
        "_silent_thirds", "_span", "_stall_timer", "_taken", "_third", "_timer", "_transport",
    )  # fmt: skip

    def __init__(self, span: Span, transport: Transport, outbox: Outbox, endings: Endings) -> None:
        self._span = span
        self._transport = transport
        self._outbox = outbox
        self._endings = endings
        self._loop = loop = asyncio.get_running_loop()
        now = loop.time()
        self._third = span.heartbeat_interval / THIRDS
        self._ends_at = now + span.lifespan
        self._listen_at = now + self._third
        self._heard_at = now
        self._silent_thirds = 0
        self._taken = 0
        self._progress_at = now
        self._stall_timer: asyncio.TimerHandle | None = None
        self._set_timer()

    def stop(self) -> None:
        """Let nothing happen any more."""
        self._timer.cancel()
        self.progress()

    def watch_progress(self) -> None:
        """Something waits: end the connection unless its socket takes some of it."""
        if self._stall_timer is None:
            self._note_progress()
            self._stall_timer = self._after(self._span.stall_s / STALL_LOOKS, self._look)

    def progress(self) -> None:
        """The transport has room again."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _after(self, delay_s: float, action: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(delay_s, action)

    def _look(self) -> None:
        self._stall_timer = None
        if self._transport.pending_bytes() == 0:
            return
        if self._outbox.written - self._transport.pending_bytes() > self._taken:
            self._note_progress()
        if self._loop.time() - self._progress_at >= self._span.stall_s:
            self._endings.stall()
        else:
            self._stall_timer = self._after(self._span.stall_s / STALL_LOOKS, self._look)

    def _note_progress(self) -> None:
        self._taken = self._outbox.written - self._transport.pending_bytes()
        self._progress_at = self._loop.time()

    def _set_timer(self) -> None:
        due = min(self._listen_at, self._ends_at)
        self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        now = self._loop.time() + EARLY_S
        if now >= self._ends_at:
            self._endings.reach_lifespan()
            return
        if now >= self._listen_at:
            self._listen_at = now + self._third
            self._set_timer()
            self._look_after(now)
        else:
            self._set_timer()

    def _look_after(self, now: float) -> None:
        if self._transport.pending_bytes():
            self.watch_progress()
        if self._transport.sees_control_frames:
            self._listen(now)
        self._endings.check_credential()

    def _listen(self, now: float) -> None:
        heard_at = self._transport.heard_at()
        if heard_at > self._heard_at:
            self._heard_at = heard_at
            self._silent_thirds = 0
            if heard_at + self._third > now:
                self._listen_at = heard_at + self._third
                self._timer.cancel()
                self._set_timer()
                return
        self._silent_thirds += 1
        if self._silent_thirds >= THIRDS:
            self._endings.miss_heartbeat()
        else:
            self._transport.ping()
