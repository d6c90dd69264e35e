"""Cuts what a client sends into whole frames: texts go to their taker, all else to the parser."""

from collections.abc import Callable

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets was installed without its C extension
    from websockets.utils import apply_mask

FRAMES_PER_TURN = 256
_WHOLE_TEXT = 0x81
_MASKED = 0x80
_FINAL = 0x80
_CONTROL = 0x08
_LONGEST_OF = {6: -1, 8: 125, 14: 0xFFFF}
"""By the size of a frame's head: the longest payload for which a shorter head must be used."""


class Sink:
    """What has come of one connection's stream, and where its parts go.

    A final, masked text frame of at most `limit` bytes goes straight to `take`. Everything else
    goes to `parse`, whole frames at a time: control frames, binary ones, fragments (and
    whatever comes between them), text that is not UTF-8. From a frame on that breaks the protocol
    or the limit, the whole stream goes there: the parser knows what to say.

    Attributes:
        take: gets each text as bytes; None: every frame goes to the parser.
        limit: bytes of one frame's payload.
        held: nothing more is taken; what comes is kept.
        heard: whether a whole frame, or something that is kept, came last: a sign of life.
    """

    __slots__ = ("_broken", "_fragmented", "_parse", "_rest", "heard", "held", "limit", "take")

    def __init__(self, parse: Callable[[bytes], None], limit: int) -> None:
        self._parse = parse
        self._rest: bytearray | None = None
        self._fragmented = False
        self._broken = False
        self.take: Callable[[bytes], None] | None = None
        self.limit = limit
        self.held = False
        self.heard = False

    def feed(self, data: bytes) -> bool:
        """Take what has come; true when so much came that the rest should wait for another turn."""
        stream: bytes | bytearray = data
        if self._rest is not None:
            self._rest += data
            stream = self._rest
        end, budget = len(stream), FRAMES_PER_TURN
        at = for_parser = 0
        while at < end and budget and not self.held:
            begin, stop = self._bounds(stream, at, end)
            if not stop:
                break
            if self._is_text(stream, at, begin, stop):
                self._hand_over(stream, for_parser, at)
                self._take(stream, at, begin, stop)
                for_parser = stop
            at = stop
            budget -= 1
        self.heard = at > 0 or self.held
        self._hand_over(stream, for_parser, at)
        self._keep(stream, at)
        return not budget and at < end and not self.held

    def _bounds(self, stream: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
        """Where the payload of a frame begins and where it stops: 0 when that has not come yet."""
        if self._broken:
            return at, end
        if end - at < 2:
            return 0, 0
        length, begin = stream[at + 1] & 0x7F, at + 6
        if length > 125:
            width = 2 if length == 126 else 8
            if end < at + 2 + width:
                return 0, 0
            length = int.from_bytes(stream[at + 2 : at + 2 + width], "big")
            begin += width
        if length > self.limit or not stream[at + 1] & _MASKED:
            self._broken = True
            return at, end
        stop = begin + length
        return (begin, stop) if stop <= end else (0, 0)

    def _is_text(self, stream: bytes | bytearray, at: int, begin: int, stop: int) -> bool:
        """Whether the frame may go straight to `take`; notes when a fragmented message is open."""
        first = stream[at]
        if first == _WHOLE_TEXT and not self._fragmented and not self._broken:
            return stop - begin > _LONGEST_OF[begin - at]
        if not first & _CONTROL:
            self._fragmented = not first & _FINAL
        return False

    def _take(self, stream: bytes | bytearray, at: int, begin: int, stop: int) -> None:
        if self.take is not None:
            text = apply_mask(stream[begin:stop], stream[begin - 4 : begin])
            if text.isascii() or _is_utf8(text):
                self.take(text)
                return
        self._hand_over(stream, at, stop)

    def _hand_over(self, stream: bytes | bytearray, at: int, stop: int) -> None:
        if at < stop:
            self._parse(bytes(stream[at:stop]))

    def _keep(self, stream: bytes | bytearray, at: int) -> None:
        if at == len(stream):
            self._rest = None
        elif self._rest is None:
            self._rest = bytearray(stream[at:])
        else:
            del self._rest[:at]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
