"""The nouns of order entry: an order, its executions, what may be asked and what then happened.

Commands are imperative; events are past tense and are all that the journal holds. `Order` and
`Execution` are the wire format: one definition per noun.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PrincipalId
from trading_api.domain.market import Fidelity, Instant, Trade
from trading_api.domain.money import ZERO

Side = Literal["buy", "sell"]
OrderType = Literal[
    "market",
    "limit",
    "stop",
    "stop_limit",
    "trailing_stop",
    "trailing_stop_limit",
    "market_if_touched",
    "limit_if_touched",
]
TimeInForce = Literal["day", "gtc", "gtd", "ioc", "fok"]
OrderStatus = Literal[
    "pending_new",
    "held",
    "working",
    "partially_filled",
    "pending_replace",
    "pending_cancel",
    "filled",
    "canceled",
    "expired",
    "rejected",
]
Liquidity = Literal["maker", "taker"]
FillRule = Literal["market", "limit_taker", "limit_maker", "limit_opening", "trade_print"]

IMMEDIATE: frozenset[TimeInForce] = frozenset({"ioc", "fok"})
MATCHABLE: frozenset[OrderStatus] = frozenset({"working", "partially_filled"})
OPEN: frozenset[OrderStatus] = MATCHABLE | {"held"}


class StatusReason(Struct, frozen=True):
    """Why an order has its status: a stable code and a sentence."""

    code: str
    message: str


class Trail(Struct, frozen=True):
    """How far a trailing stop follows the market."""

    kind: Literal["absolute", "percent"]
    value: Decimal


class Order(Struct, frozen=True, kw_only=True, rename={"kind": "type"}):
    """What a caller wants done, how far it is done, and why it stands where it stands."""

    id: OrderId
    client_order_id: str
    account_id: AccountId
    symbol: str
    side: Side
    kind: OrderType
    quantity: Decimal
    notional: Decimal | None = None
    filled_quantity: Decimal = ZERO
    average_price: Annotated[
        Decimal | None, Meta(description="Of what is filled, half-even to 12 places")
    ] = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    high_water_mark: Decimal | None = None
    time_in_force: TimeInForce = "gtc"
    expire_at: Instant | None = None
    session: Literal["regular", "extended"] = "regular"
    post_only: bool = False
    reduce_only: bool = False
    status: OrderStatus
    status_reason: StatusReason | None = None
    parent_id: OrderId | None = None
    parent_type: Literal["order", "position"] | None = None
    group_id: str | None = None
    group_type: Literal["oco", "oto", "bracket"] | None = None
    tag: str | None = None
    triggered_at: Instant | None = None
    created_at: Instant
    updated_at: Instant
    version: Annotated[int, Meta(description="Rises by one with every change")] = 1

    @property
    def leaves(self) -> Decimal:
        """What is still to be filled; zero once the order is final."""
        return self.quantity - self.filled_quantity if self.status in OPEN else ZERO


class Explanation(Struct, frozen=True, kw_only=True):
    """Why an execution has its price and size: the rule and the market that it saw.

    `size_before` and `size_after` are what the account could still take at that price, or of that
    trade; null, and `size_unknown` true, where the market displays no size.
    """

    rule: FillRule
    market_seq: Annotated[int, Meta(description="Number of the quote or trade in its topic")]
    bid: Decimal | None
    ask: Decimal | None
    size_before: Decimal | None
    size_after: Decimal | None
    size_unknown: bool
    slippage: Decimal = ZERO
    seed: str | None = None


class Execution(Struct, frozen=True, kw_only=True):
    """One fill of an order, with its fee and its explanation."""

    id: ExecutionId
    order_id: OrderId
    client_order_id: str
    account_id: AccountId
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: Liquidity
    cumulative_quantity: Decimal
    leaves_quantity: Decimal
    fidelity: Fidelity
    time: Instant
    explanation: Explanation

    @property
    def signed_quantity(self) -> Decimal:
        """What the position changes by: negative for a sell."""
        return self.quantity if self.side == "buy" else -self.quantity


class Pool(Struct, frozen=True):
    """What an account has taken of one displayed price; a new price or size is another pool.

    `version` is the number of the quote that displayed it; `size` is None where none is displayed.
    """

    version: int
    price: Decimal
    size: Decimal | None
    taken: Decimal = ZERO


# --- commands -------------------------------------------------------------------------------------


class OpenAccount(Struct, frozen=True, kw_only=True):
    """Make an account with a first balance."""

    account_id: AccountId
    principal_id: PrincipalId
    name: str
    currency: str
    balance: Decimal


class PlaceOrder(Struct, frozen=True, kw_only=True):
    """Buy or sell."""

    symbol: str
    side: Side
    kind: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = "gtc"
    client_order_id: str | None = None
    tag: str | None = None


class ModifyOrder(Struct, frozen=True, kw_only=True):
    """Change the quantity or the price of an open order; None leaves a member as it is.

    `version`, when given, must be the order's; so must the members that cannot be changed.
    """

    order_id: OrderId
    version: int | None = None
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    symbol: str | None = None
    side: Side | None = None
    kind: OrderType | None = None
    time_in_force: TimeInForce | None = None


class CancelOrder(Struct, frozen=True):
    """End one open order."""

    order_id: OrderId


class CancelAllOrders(Struct, frozen=True):
    """End every open order, or those of one symbol."""

    symbol: str | None = None


class ClosePosition(Struct, frozen=True):
    """Trade against a position, the whole of it unless a quantity is given."""

    symbol: str
    quantity: Decimal | None = None


class MatchQuote(Struct, frozen=True):
    """Fill the named orders, as far as they can be, from the symbol's present quote."""

    symbol: str
    order_ids: tuple[OrderId, ...]


class MatchTrade(Struct, frozen=True):
    """Fill the named resting orders, as far as they can be, from a trade just printed."""

    trade: Trade
    market_seq: int
    order_ids: tuple[OrderId, ...]


class ActivateOrders(Struct, frozen=True):
    """Let the named held orders of a symbol work, now that its market is open."""

    symbol: str
    order_ids: tuple[OrderId, ...]


class ExpireOrders(Struct, frozen=True):
    """End the named orders whose time is over."""

    order_ids: tuple[OrderId, ...]


Command = (
    OpenAccount
    | PlaceOrder
    | ModifyOrder
    | CancelOrder
    | CancelAllOrders
    | ClosePosition
    | MatchQuote
    | MatchTrade
    | ActivateOrders
    | ExpireOrders
)


# --- events ---------------------------------------------------------------------------------------


class AccountOpened(Struct, frozen=True, kw_only=True, tag=True):
    """An account exists, with this balance."""

    time: Instant
    account_id: AccountId
    principal_id: PrincipalId
    name: str
    currency: str
    balance: Decimal


class OrderAccepted(Struct, frozen=True, kw_only=True, tag=True):
    """An order works from now on; `reserve_price` values what it sets aside."""

    order: Order
    reserve_price: Decimal


class OrderHeld(Struct, frozen=True, kw_only=True, tag=True):
    """An order waits for its market; without a market there is no `reserve_price` yet."""

    order: Order
    reserve_price: Decimal | None


class OrderRejected(Struct, frozen=True, kw_only=True, tag=True):
    """An order was refused for a reason of state; it keeps its ids."""

    order: Order


class OrderActivated(Struct, frozen=True, kw_only=True, tag=True):
    """A held order works from now on."""

    order_id: OrderId
    time: Instant
    expire_at: Instant | None
    reserve_price: Decimal


class OrderFilled(Struct, frozen=True, kw_only=True, tag=True):
    """A part or the rest of an order was traded; `pool` is what that left of the displayed size."""

    execution: Execution
    pool: Pool | None


class OrderReplaced(Struct, frozen=True, kw_only=True, tag=True):
    """An open order has a new quantity or price."""

    order_id: OrderId
    time: Instant
    quantity: Decimal
    limit_price: Decimal | None
    reserve_price: Decimal | None


class OrderCanceled(Struct, frozen=True, kw_only=True, tag=True):
    """An order was ended by its owner (no reason) or by the engine."""

    order_id: OrderId
    time: Instant
    reason: StatusReason | None


class OrderExpired(Struct, frozen=True, kw_only=True, tag=True):
    """An order's time was over."""

    order_id: OrderId
    time: Instant
    reason: StatusReason


Event = (
    AccountOpened
    | OrderAccepted
    | OrderHeld
    | OrderRejected
    | OrderActivated
    | OrderFilled
    | OrderReplaced
    | OrderCanceled
    | OrderExpired
)


class IllegalTransition(Exception):
    """An event does not fit the order that it is about: the engine or the journal is wrong."""


_FROM: dict[type[Event], frozenset[OrderStatus]] = {
    OrderActivated: frozenset({"held"}),
    OrderFilled: MATCHABLE,
    OrderReplaced: OPEN,
    OrderCanceled: OPEN,
    OrderExpired: OPEN,
}


def check_transition(order: Order, event: Event) -> None:
    """Refuse an event that an order of this status cannot have.

    Raises:
        IllegalTransition: names the order, its status and the event.
    """
    if order.status not in _FROM[type(event)]:
        raise IllegalTransition(f"order {order.id} is {order.status}: no {type(event).__name__}")
