"""What happened to an account, past tense: all that the journal holds."""

from decimal import Decimal

from msgspec import Struct

from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.market import Instant
from trading_api.domain.orders import (
    MATCHABLE,
    OPEN,
    Execution,
    Order,
    OrderStatus,
    Pool,
    StatusReason,
)


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
