"""What may be asked of an account, by its owner or by the engine; imperative."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from trading_api.domain.ids import AccountId, OrderId, PositionId, PrincipalId
from trading_api.domain.market import Instant, Trade
from trading_api.domain.money import ONE
from trading_api.domain.orders import OrderSession, OrderType, Side, TimeInForce, Trail
from trading_api.domain.positions import AccountMode


class OpenAccount(Struct, frozen=True, kw_only=True):
    """Make an account with a first balance."""

    account_id: AccountId
    principal_id: PrincipalId
    name: str
    currency: str
    balance: Decimal
    leverage: Decimal = ONE
    mode: AccountMode = "netting"
    fifo: bool = False


class ResetAccount(Struct, frozen=True, omit_defaults=True):
    """Begin anew: no orders, no positions, the first balance again or another one.

    With a `key` that has come before, nothing happens.
    """

    balance: Decimal | None = None
    key: str | None = None


class HaltAccount(Struct, frozen=True, kw_only=True):
    """Stop trading and end every open order; `reducing` lets what only closes go on.

    `flatten` also closes every position by market orders.
    """

    reducing: bool = False
    flatten: bool = False


class ResumeAccount(Struct, frozen=True):
    """Trade again after a halt."""


class SetLeverage(Struct, frozen=True):
    """Let a symbol set aside its value divided by this."""

    symbol: str
    leverage: Decimal


class SetDeadman(Struct, frozen=True):
    """End every open order unless this is asked again within so many seconds; 0 turns it off."""

    seconds: int


class CheckMargin(Struct, frozen=True):
    """There may be too little left for what the account holds."""


class FireDeadman(Struct, frozen=True):
    """The time of the dead man's switch may be over."""


class TakeProfit(Struct, frozen=True):
    """The exit that a position hopes for: a limit."""

    limit_price: Decimal


class StopLoss(Struct, frozen=True, omit_defaults=True):
    """The exit that a position fears: a stop, a stop-limit, or a stop that trails."""

    stop_price: Decimal | None = None
    limit_price: Decimal | None = None
    trail: Trail | None = None


class OrderGroup(Struct, frozen=True):
    """Orders that are placed with another one.

    `oco`: a fill of one takes from the others; `oto`: they wait for the first to be filled.
    """

    kind: Literal["oco", "oto"]
    orders: "tuple[PlaceOrder, ...]"


class PlaceOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Buy or sell a quantity or, where that is 0, for a sum; exits and groups are more orders."""

    symbol: str
    side: Side
    kind: OrderType
    quantity: Decimal
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    time_in_force: TimeInForce = "gtc"
    expire_at: Instant | None = None
    session: OrderSession = "regular"
    post_only: bool = False
    reduce_only: bool = False
    position_id: PositionId | None = None
    client_order_id: str | None = None
    tag: str | None = None
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    group: OrderGroup | None = None


class ModifyOrder(Struct, frozen=True, kw_only=True):
    """Change the quantity, a price or the end of an open order; None leaves a member as it is.

    `version`, when given, must be the order's; so must the members that cannot be changed.
    """

    order_id: OrderId
    version: int | None = None
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    expire_at: Instant | None = None
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


class ClosePosition(Struct, frozen=True, omit_defaults=True, tag=True):
    """Trade against a position, the whole of it unless a quantity is given.

    `symbol` is the position's id, which in a netting account is its symbol; `client_order_id` that
    of the order which does it.
    """

    symbol: str
    quantity: Decimal | None = None
    client_order_id: str | None = None


class ReversePosition(Struct, frozen=True, omit_defaults=True, tag=True):
    """Trade a position for one of the same size on the other side; members as above."""

    symbol: str
    client_order_id: str | None = None


class SetPositionExits(Struct, frozen=True):
    """Let a position have these exits, and no others."""

    symbol: str
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None


class MatchQuote(Struct, frozen=True):
    """Trigger and fill the named orders, as far as they can be, from the present quote."""

    symbol: str
    order_ids: tuple[OrderId, ...]


class MatchTrade(Struct, frozen=True):
    """Trigger and fill the named orders, as far as they can be, from a trade just printed."""

    trade: Trade
    market_seq: int
    order_ids: tuple[OrderId, ...]


class ActivateOrders(Struct, frozen=True):
    """Let the named held orders of a symbol work, now that its market is open."""

    symbol: str
    order_ids: tuple[OrderId, ...]


class ActPending(Struct, frozen=True):
    """Let what is on its way act, now that there is a market event: new orders, or all else."""

    symbol: str
    order_ids: tuple[OrderId, ...]
    arrivals: bool


class ExpireOrders(Struct, frozen=True):
    """End the named orders whose time is over."""

    order_ids: tuple[OrderId, ...]


Command = (
    OpenAccount
    | ResetAccount
    | HaltAccount
    | ResumeAccount
    | SetLeverage
    | SetDeadman
    | FireDeadman
    | CheckMargin
    | PlaceOrder
    | ModifyOrder
    | CancelOrder
    | CancelAllOrders
    | ClosePosition
    | ReversePosition
    | SetPositionExits
    | MatchQuote
    | MatchTrade
    | ActivateOrders
    | ExpireOrders
    | ActPending
)
