"""The numbers that bound one connection."""

from msgspec import Struct


class WsLimits(Struct, frozen=True, kw_only=True):
    """Limits of a WebSocket connection; each is a setting.

    Attributes:
        max_frame: bytes of one message from a client.
        max_topics: topics that one connection may hold.
        ring_bytes: bytes of the updates that a topic keeps for those who resume. More than
            `outbox_bytes`, or who is closed as too slow may have nothing to go on from.
        outbox_bytes: bytes that may wait for a client that does not read.
        stall_s: seconds without progress after which such a client is cut.
    """

    max_frame: int = 64 * 1024
    max_topics: int = 1000
    ring_bytes: int = 4 * 1024 * 1024
    outbox_bytes: int = 1024 * 1024
    stall_s: float = 10.0
