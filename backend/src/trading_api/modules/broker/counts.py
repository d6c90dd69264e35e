"""What the broker counts."""

from collections import Counter
from collections.abc import Iterable

from trading_api.shared.metrics import Family, Histogram, counter, histogram


class BrokerCounts:
    """Plain numbers that rise.

    Attributes:
        orders: committed changes of orders, by the status that they led to.
        acks: seconds from a command to its answer, which is durable or a refusal.
        appends: seconds that the journal takes for a batch.
    """

    def __init__(self) -> None:
        self.orders: Counter[str] = Counter()
        self.acks = Histogram()
        self.appends = Histogram()

    def families(self) -> Iterable[Family]:
        """Everything, as Prometheus wants it."""
        yield counter(
            "trading_orders",
            "Committed changes of orders, by the status that they led to",
            ("status",),
            {(status,): count for status, count in self.orders.items()},
        )
        yield histogram(
            "trading_order_ack_seconds",
            "From a command to its answer, durable or refused",
            (),
            {(): self.acks},
        )
        yield histogram(
            "trading_journal_append_seconds",
            "For a batch of entries to be durable",
            (),
            {(): self.appends},
        )
