"""The numbers that bound connections, and how often each of them was reached."""

from msgspec import Struct

MAX_FRAGMENTS = 1024  # of one message
FRAMES_PER_REQUEST = 10  # a client may send so many frames of any kind where it may send a request


class WsLimits(Struct, frozen=True, kw_only=True):
    """Limits of WebSocket connections; each is a setting.

    Attributes:
        max_frame: bytes of one message from a client.
        max_topics: topics that one connection may hold.
        rate: requests a second of one connection.
        burst: requests that it may send at once after a pause.
        max_connections_per_caller: connections of one caller, to all modules together.
        max_connections_per_address: connections from one address, whoever calls.
        handshake_s: seconds within which the head of a handshake or request must come.
        ring_bytes: bytes of the updates that a topic keeps for those who resume. More than
            `outbox_bytes`, or who is closed as too slow may have nothing to go on from.
        outbox_bytes: bytes that may wait for a client that does not read.
        stall_s: seconds without progress after which such a client is cut.
    """

    max_frame: int = 64 * 1024
    max_topics: int = 1000
    rate: float = 100.0
    burst: int = 200
    max_connections_per_caller: int = 200
    max_connections_per_address: int = 500
    handshake_s: float = 5.0
    ring_bytes: int = 4 * 1024 * 1024
    outbox_bytes: int = 1024 * 1024
    stall_s: float = 10.0


class LimitCounts(Struct, kw_only=True):
    """How often each limit was reached, over all sockets, since the server started.

    Attributes:
        requests_refused: requests answered with `rate_limited`.
        requests_abused: connections closed with 4004 for going on with requests that are refused.
        frames_abused: connections closed with 4004 for frames that are no requests.
        frames_too_big: connections closed with 1009: a message of too many bytes or fragments.
        topics_refused: subscriptions answered with `too_many_topics`.
        callers_refused: handshakes answered with 429 for the number of the caller's connections.
        addresses_refused: handshakes answered with 429 for the number of the address's connections.
        visitors_refused: connections cut for the number of the address's HTTP connections.
        handshakes_timed_out: HTTP connections closed since a head did not come in time.
        heads_too_big: HTTP connections closed with 431.
        bodies_timed_out: HTTP connections closed since a body did not come in time.
        readers_stalled: connections cut since their socket took nothing.
        closes_unanswered: connections cut since they did not end after a close frame.
    """

    requests_refused: int = 0
    requests_abused: int = 0
    frames_abused: int = 0
    frames_too_big: int = 0
    topics_refused: int = 0
    callers_refused: int = 0
    addresses_refused: int = 0
    visitors_refused: int = 0
    handshakes_timed_out: int = 0
    heads_too_big: int = 0
    bodies_timed_out: int = 0
    readers_stalled: int = 0
    closes_unanswered: int = 0
