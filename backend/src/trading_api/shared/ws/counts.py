"""What one module's socket counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from msgspec.structs import asdict

from trading_api.shared.metrics import Family, Histogram, counter, gauge, histogram
from trading_api.shared.ws.channel import Recovery
from trading_api.shared.ws.client import CUT, Client
from trading_api.shared.ws.hub import Hub
from trading_api.shared.ws.limits import LimitCounts

UNKNOWN = "unknown"
PEER = "peer"


class SocketCounts:
    """Plain numbers that rise; labels are of bounded sets only.

    Attributes:
        recovers: positions to resume from, by what was given for them.
    """

    def __init__(self) -> None:
        self.recovers: Counter[Recovery] = Counter()
        self._opened = 0
        self._closed: Counter[str] = Counter()
        self._handled: defaultdict[str, Histogram] = defaultdict(Histogram)
        self._refused: Counter[tuple[str, str]] = Counter()

    def open(self) -> None:
        """A connection was accepted."""
        self._opened += 1

    def close(self, client: Client) -> None:
        """A connection has ended."""
        self._closed[PEER if client.close_code is None else str(int(client.close_code))] += 1

    def handled(self, type_: str, seconds: float, code: str | None) -> None:
        """A request was answered, by an error of that code where there is one.

        `type_` is of those that are known, or `UNKNOWN`.
        """
        self._handled[type_].observe(seconds)
        if code is not None:
            self._refused[type_, code] += 1

    def families(self, module: str, clients: Collection[Client], hub: Hub) -> Iterable[Family]:
        """Everything, labelled with the module."""
        one = {(module,): 1.0}

        def single(value: float) -> dict[tuple[str, ...], float]:
            return dict.fromkeys(one, value)

        by_module = ("module",)
        queued = [client.queued_bytes for client in clients]
        yield gauge("trading_ws_connections", "Open connections", by_module, single(len(clients)))
        yield counter(
            "trading_ws_connections_opened", "Accepted handshakes", by_module, single(self._opened)
        )
        yield counter(
            "trading_ws_closed",
            f"Ended connections by close code; {CUT}: cut, {PEER}: by the client",
            ("module", "code"),
            {(module, code): count for code, count in self._closed.items()},
        )
        yield from self._families_of_requests(module)
        yield counter(
            "trading_ws_recover",
            "Positions to resume from: all that followed was sent, or a snapshot instead",
            ("module", "result"),
            {(module, result): count for result, count in self.recovers.items()},
        )
        yield from self._families_of_hub(module, hub)
        yield gauge(
            "trading_ws_send_queue_bytes",
            "Bytes that wait for all connections",
            by_module,
            single(sum(queued)),
        )
        yield gauge(
            "trading_ws_send_queue_largest_bytes",
            "Bytes that wait for the slowest connection",
            by_module,
            single(max(queued, default=0)),
        )

    def _families_of_requests(self, module: str) -> Iterable[Family]:
        names = ("module", "type")
        yield counter(
            "trading_ws_messages_received",
            "Requests by type",
            names,
            {(module, type_): sum(each.counts) for type_, each in self._handled.items()},
        )
        yield histogram(
            "trading_ws_handler_duration_seconds",
            "From a request to its answer",
            names,
            {(module, type_): each for type_, each in self._handled.items()},
        )
        yield counter(
            "trading_ws_message_errors",
            "Requests that were answered by an error, by its code",
            ("module", "type", "reason"),
            {(module, *key): count for key, count in self._refused.items()},
        )

    def _families_of_hub(self, module: str, hub: Hub) -> Iterable[Family]:
        by_module, own = ("module",), (module,)
        counts = hub.counts
        yield counter(
            "trading_ws_updates_published",
            "Updates of held topics",
            by_module,
            {own: counts.published},
        )
        yield counter(
            "trading_ws_messages_sent",
            "Updates given to connections, each counted once per connection",
            by_module,
            {own: counts.delivered},
        )
        yield counter("trading_ws_writes", "Writes to sockets", by_module, {own: counts.writes})
        yield histogram(
            "trading_publish_to_send_seconds",
            "From the first frame of a turn of the event loop to the last write",
            by_module,
            {own: hub.turns},
        )
        yield counter(
            "trading_ws_conflated",
            "Updates that a newer one replaced before a slow reader got them",
            ("module", "topic_class"),
            {(module, "latest"): counts.conflated},
        )
        yield counter(
            "trading_ws_slow_consumer",
            "Connections that were ended since their reader was too slow",
            ("module", "action"),
            {(module, "closed"): counts.overflowed, (module, "cut"): self._closed[str(CUT)]},
        )


def limit_families(counts: LimitCounts) -> Iterable[Family]:
    """How often each limit was reached, over all sockets."""
    yield counter(
        "trading_ws_limits_reached",
        "How often a limit was reached, over all sockets",
        ("limit",),
        {(limit,): count for limit, count in asdict(counts).items()},
    )
