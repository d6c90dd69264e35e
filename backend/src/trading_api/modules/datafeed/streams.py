"""Numbered streams of the datafeed on the bus."""

from trading_api.domain.ports import Bus, Message
from trading_api.shared.ws.router import gap


class Stream:
    """Numbers the messages of one topic and puts them on the bus.

    Attributes:
        topic: name of the topic.
        epoch: names its life; a gap begins a new one, so that nobody resumes across it.
        seq: number of its newest message.
    """

    def __init__(self, bus: Bus, name: str, epoch: str) -> None:
        self.topic = name
        self.epoch = epoch
        self.seq = 0
        self._bus = bus
        self._server_epoch = epoch
        self._gaps = 0

    def publish(self, value: object) -> None:
        """Send the next message."""
        self.seq += 1
        self._bus.publish(Message(self.topic, self.seq, value))

    def tell_gap(self, reason: str) -> None:
        """Say that the topic has lost its continuity."""
        self._gaps += 1
        self.epoch = f"{self._server_epoch}.{self._gaps}"
        self._bus.publish(gap(self.topic, reason))
