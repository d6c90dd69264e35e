"""Time, chance, and the bus between services."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct


class Clock(Protocol):
    """The only source of time."""

    def now_ms(self) -> int:
        """The present instant in epoch milliseconds UTC."""

    async def sleep_until(self, time_ms: int) -> None:
        """Return at or after the instant; at once when it has passed."""


class Ids(Protocol):
    """The only source of chance for names and secrets."""

    def new_id(self) -> str:
        """A short unique name: lower-case letters and digits."""

    def new_secret(self) -> str:
        """A secret of at least 256 bits, safe in an address and in a header."""


class Message(Struct, frozen=True):
    """One value on the bus. `seq` counts the messages of its topic, without a hole."""

    topic: str
    seq: int
    value: Any


Handler = Callable[[Message], None]


class Bus(Protocol):
    """Carries messages from services to whoever subscribed to their route."""

    def publish(self, message: Message) -> None:
        """Hand the message to every handler of its route, in the order they subscribed.

        Synchronous: when it returns, every handler of this process has seen the message.
        """

    def subscribe(self, route: str, handler: Handler) -> Callable[[], None]:
        """Call the handler with every message of a route; the result ends the subscription."""
