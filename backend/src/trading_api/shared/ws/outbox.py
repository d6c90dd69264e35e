"""What is on its way to one connection, bounded in bytes."""

from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from trading_api.shared.ws.limits import LimitCounts, WsLimits

HIGH_WATER_BYTES = 64 * 1024
CLOSE_GRACE_S = 5.0


class Listener(Protocol):
    """Who owns a connection, as its transport knows them."""

    def receive(self, text: bytes) -> None:
        """A message of the client: text, which is UTF-8."""

    def receive_binary(self) -> None:
        """The client sent a binary message."""

    def pause(self) -> None:
        """The transport holds more than `HIGH_WATER_BYTES`; hand it nothing more."""

    def resume(self) -> None:
        """The transport has room again."""

    def abuse(self) -> None:
        """The client sends more frames than it may."""

    def leave(self) -> None:
        """The connection has ended or is ending: nothing may be written from now on."""

    def shut_down(self) -> None:
        """The server stops: say so and close."""


class Below(NamedTuple):
    """A socket to which whole frames may be written past the transport, when that holds nothing.

    Attributes:
        descriptor: its number, which may be used until the listener is told to leave.
        pending: how many bytes the transport holds, which must leave before anything else.
    """

    descriptor: int
    pending: Callable[[], int]


class Transport(Protocol):
    """What lies below a connection; each method returns at once."""

    sees_control_frames: bool

    def attach(self, listener: Listener, limits: WsLimits, counts: LimitCounts) -> None:
        """Tell the listener of everything from now on; keep to the limits and count.

        Messages that have come already are told before this returns.
        """

    def write(self, data: bytes) -> None:
        """Send one or more whole frames."""

    def pending_bytes(self) -> int:
        """Bytes that the socket has not taken yet."""

    def below(self) -> Below | None:
        """The socket, where frames may be written straight to it; None where they may not."""

    def heard_at(self) -> float:
        """When the last frame of the client came, on the event loop's clock."""

    def ping(self) -> None:
        """Send a WebSocket ping; nothing where control frames are not seen."""

    def end(self, code: int, reason: str, last_frames: bytes, grace_s: float) -> None:
        """Send the frames and a close frame; cut the connection if it lingers beyond the grace."""

    def abort(self) -> None:
        """Cut the connection."""

    def stop_reading(self) -> None:
        """Take nothing more from the client until `go_on_reading`."""

    def go_on_reading(self) -> None:
        """Take messages again, from the next turn of the event loop on."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Inside it the transport works; leaving it waits until the last frame has gone."""


class Tally:
    """What happened to readers that were behind, over all connections of a socket.

    Attributes:
        conflated: waiting updates that a newer one of the same key replaced.
        overflowed: connections that were closed since too much waited for them.
    """

    __slots__ = ("conflated", "overflowed")

    def __init__(self) -> None:
        self.conflated = 0
        self.overflowed = 0


SLOTS = ("_count", "_limit", "_on_overflow", "_tally", "_waiting", "_waiting_bytes")
"""What an outbox has besides its `Slot`."""

_ELSEWHERE: tuple[str, ...] = ()  # in the twins' own classes


class Outbox:
    """Frames for one connection, in order.

    While the transport takes what it is given, the frames of one turn gather in `frames` until
    the hub hands them over together. While it does not (`paused`), they wait in `_waiting`: there
    a newer frame replaces the one with the same key.

    Each twin of the fan-out has an outbox of its own: this class, and a `Slot` that the twin's
    write-out can read fast.
    """

    __slots__ = _ELSEWHERE

    frames: list[bytes]
    paused: bool
    closed: bool
    write: Callable[[bytes], None]
    written: int
    descriptor: int
    pending: Callable[[], int]
    _waiting: dict[Hashable, bytes]

    def __init__(self, limit: int, on_overflow: Callable[[], None], tally: Tally) -> None:
        self.frames = []
        self.paused = False
        self.closed = False
        self.write = _nowhere
        self.written = 0
        self.descriptor = -1
        self.pending = _nothing
        self._limit = limit
        self._on_overflow = on_overflow
        self._tally = tally
        self._waiting = {}
        self._waiting_bytes = 0
        self._count = 0

    def open(self, transport: Transport) -> None:
        """Lead to this transport from now on."""
        self.write = transport.write
        below = transport.below()
        if below is not None:
            self.descriptor, self.pending = below

    @property
    def waits(self) -> bool:
        """Whether something waits that must leave before whatever comes next."""
        return bool(self._waiting)

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait for the transport to have room."""
        return self._waiting_bytes

    def hold(self, key: Hashable | None, frame: bytes) -> None:
        """Keep a frame until the transport has room; None as key replaces nothing."""
        if self.closed:
            return
        if key is None:
            self._count += 1
            key = self._count
        elif (replaced := self._waiting.pop(key, None)) is not None:
            self._waiting_bytes -= len(replaced)
            self._tally.conflated += 1
        self._waiting[key] = frame
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > self._limit:
            self.close()
            self._tally.overflowed += 1
            self._on_overflow()

    def flush(self) -> None:
        """Hand over this turn's frames, then what waits, for as long as there is room."""
        if self.frames:
            frames, self.frames = self.frames, []
            self._hand_over(frames)
        while self._waiting and not self.paused:
            piece: list[bytes] = []
            size = 0
            while self._waiting and size < HIGH_WATER_BYTES:
                frame = self._waiting.pop(next(iter(self._waiting)))
                piece.append(frame)
                size += len(frame)
            self._waiting_bytes -= size
            self._hand_over(piece)

    def take(self) -> bytes:
        """This turn's frames, which are then no longer here: for a last write before closing."""
        frames, self.frames = self.frames, []
        return b"".join(frames)

    def close(self) -> None:
        """Forget everything and take nothing more, the socket's descriptor above all.

        The number may soon be another connection's.
        """
        self.closed = True
        self.descriptor = -1
        self.frames = []
        self._waiting = {}
        self._waiting_bytes = 0

    def _hand_over(self, frames: list[bytes]) -> None:
        data = b"".join(frames)
        self.written += len(data)
        self.write(data)


def _nowhere(_data: bytes) -> None:
    """Where frames go before a connection is open."""


def _nothing() -> int:
    return 0
