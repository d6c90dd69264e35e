"""The nouns of order entry: an order, its executions, what is taken of the displayed size.

`Order` and `Execution` are the wire format: one definition per noun.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PositionId
from trading_api.domain.market import Fidelity, Instant
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
OrderSession = Literal["regular", "extended"]
"""When an order may be filled: in regular hours, or in extended hours too."""
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
FillRule = Literal[
    "market", "triggered", "limit_taker", "limit_maker", "limit_opening", "trade_print"
]

IMMEDIATE: frozenset[TimeInForce] = frozenset({"ioc", "fok"})
PENDING: frozenset[OrderStatus] = frozenset({"pending_new", "pending_cancel", "pending_replace"})
MATCHABLE: frozenset[OrderStatus] = frozenset(
    {"working", "partially_filled", "pending_cancel", "pending_replace"}
)
OPEN: frozenset[OrderStatus] = MATCHABLE | {"held", "pending_new"}
LIMITED: frozenset[OrderType] = frozenset(
    {"limit", "stop_limit", "trailing_stop_limit", "limit_if_touched"}
)
TRAILING: frozenset[OrderType] = frozenset({"trailing_stop", "trailing_stop_limit"})
TOUCHED: frozenset[OrderType] = frozenset({"market_if_touched", "limit_if_touched"})
CONDITIONAL: frozenset[OrderType] = TRAILING | TOUCHED | {"stop", "stop_limit"}


class StatusReason(Struct, frozen=True):
    """Why an order has its status: a stable code and a sentence."""

    code: str
    message: str


WAITING = frozenset({"no_market", "market_closed", "waits_for_parent"})
"""The codes of reasons for which an order is held; they are over once it works."""


class Trail(Struct, frozen=True):
    """How far a trailing stop stays behind the best price since it began to work."""

    kind: Annotated[
        Literal["absolute", "percent"], Meta(description="Of the price, or of the high-water mark")
    ]
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
    session: OrderSession = "regular"
    post_only: bool = False
    reduce_only: bool = False
    position_id: Annotated[
        PositionId | None, Meta(description="The individual position that it closes")
    ] = None
    status: OrderStatus
    status_reason: StatusReason | None = None
    parent_id: OrderId | PositionId | None = None
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

    @property
    def waits_for_parent(self) -> bool:
        """Whether the order is held until another one is filled."""
        return self.status == "held" and self.parent_type == "order"

    @property
    def awaits_trigger(self) -> bool:
        """Whether the order is no market or limit order yet: its stop has not been reached."""
        return self.triggered_at is None and self.kind in CONDITIONAL

    @property
    def triggers_on_rise(self) -> bool:
        """Whether it is a rising price that reaches the stop."""
        return (self.side == "buy") != (self.kind in TOUCHED)


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
