"""Gathers frames in outboxes and writes them out once per turn: in pure Python.

`_fanout.pyx` is the same in Cython; `twins.py` says which one is used.
"""

import os
from collections.abc import Iterable

from trading_api.shared.ws.outbox import Outbox


class Slot:
    """What the fan-out reads and writes of an outbox.

    Attributes:
        frames: this turn's frames.
        paused: the transport is full; frames must wait elsewhere.
        closed: nothing may be written any more.
        write: gives bytes to the transport.
        written: bytes written so far.
        descriptor: of the socket below, or -1 where it may not be written to directly.
        pending: bytes that the transport holds, which must leave before anything else.
    """

    __slots__ = ("closed", "descriptor", "frames", "paused", "pending", "write", "written")


class FanOut:
    """The outboxes that have something to write when this turn of the event loop ends.

    Attributes:
        writes: how often an outbox was written out.
    """

    __slots__ = ("_dirty", "writes")

    def __init__(self) -> None:
        self._dirty: list[Outbox] = []
        self.writes = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is to be written."""
        return not self._dirty

    def add(self, outboxes: Iterable[Outbox], frame: bytes) -> list[Outbox] | None:
        """Give the frame to each outbox that is not paused; the paused ones, None if none is."""
        behind = None
        dirty = self._dirty
        for outbox in outboxes:
            if outbox.paused:
                behind = behind or []
                behind.append(outbox)
                continue
            frames = outbox.frames
            if not frames:
                dirty.append(outbox)
            frames.append(frame)
        return behind

    def touch(self, outbox: Outbox) -> None:
        """Have the outbox written out, though it may hold no frame yet."""
        if not outbox.frames:
            self._dirty.append(outbox)

    def take(self) -> list[Outbox]:
        """The outboxes that were to be written, which now are not any more."""
        dirty, self._dirty = self._dirty, []
        return dirty

    def write_out(self) -> None:
        """Write the frames of each outbox at once, straight to its socket where that is allowed."""
        dirty = self.take()
        self.writes += len(dirty)
        last: list[bytes] = []
        joined = b""
        for outbox in dirty:
            frames = outbox.frames
            if not frames:
                continue
            outbox.frames = []
            if frames != last:  # one topic: the same frame objects, so one join for all
                joined = frames[0] if len(frames) == 1 else b"".join(frames)
                last = frames
            outbox.written += len(joined)
            data = joined
            if outbox.descriptor >= 0 and not outbox.pending():
                data = _rest(outbox.descriptor, data)
            if data:
                outbox.write(data)


def _rest(descriptor: int, data: bytes) -> bytes:
    """What the socket does not take now; an error is left for the transport to find."""
    try:
        sent = os.write(descriptor, data)
    except OSError:
        return data
    return data[sent:]
