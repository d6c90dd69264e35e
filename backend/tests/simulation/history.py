"""What clients of a simulated broker know: what they sent, and what they were told."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct, field

from trading_api.domain.commands import PlaceOrder
from trading_api.domain.errors import TradingError
from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import Order
from trading_api.domain.ports import Message
from trading_api.shared.auth import Principal


class Placement(Struct):
    """One client order id: the request, and the answers to each time that it was sent.

    An answer that never came is missing here: whether the order exists is then not known.
    """

    command: PlaceOrder
    placed: list[Order] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unknown: int = 0

    def note_error(self, error: TradingError) -> None:
        """A refusal that an order keeps, one that leaves no trace, or no answer at all."""
        if error.code == "unavailable":
            self.unknown += 1
        elif error.order_id is not None:
            self.rejected.append((error.code, error.order_id))
        else:
            self.refused.append(error.code)


class History:
    """Everything that left the broker, over all its lives."""

    def __init__(self) -> None:
        self.placements: dict[str, dict[str, Placement]] = defaultdict(dict)
        self.owners: dict[str, Principal] = {}
        self.hedging: AccountId | None = None
        self.answers: list[Order] = []
        self.canceled: dict[OrderId, Order] = {}
        self.told: list[list[Message]] = []
        self.lives: list[str] = []

    def begin_life(self) -> list[Message]:
        """A list for what the topics tell until the next life."""
        self.told.append([])
        return self.told[-1]

    def note_orders(self, orders: Sequence[Order]) -> None:
        """Orders as a command was answered with them."""
        self.answers.extend(orders)

    def known_orders(self, account: str) -> list[OrderId]:
        """The orders of an account that an answer has named."""
        return [
            placement.placed[0].id
            for placement in self.placements[account].values()
            if placement.placed
        ]
