"""What happened to an account, past tense: all that the journal holds."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from trading_api.domain.commands import ModifyOrder
from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.market import Instant
from trading_api.domain.money import ONE, ZERO
from trading_api.domain.orders import (
    MATCHABLE,
    OPEN,
    TRAILING,
    Execution,
    Order,
    OrderStatus,
    Pool,
    StatusReason,
    Trail,
)
from trading_api.domain.positions import AccountMode

AccountStatus = Literal["active", "reducing", "halted"]


class AccountOpened(Struct, frozen=True, kw_only=True, tag=True):
    """An account exists, with this balance."""

    time: Instant
    account_id: AccountId
    principal_id: PrincipalId
    name: str
    currency: str
    balance: Decimal
    leverage: Decimal = ONE
    mode: AccountMode = "netting"
    fifo: bool = False


class AccountReset(Struct, frozen=True, kw_only=True, tag=True):
    """An account without open orders begins anew with a balance; its positions are gone.

    `request` tells what was asked under the key from other requests under the same one.
    """

    time: Instant
    balance: Decimal
    key: str | None = None
    request: str | None = None


class AccountStatusChanged(Struct, frozen=True, kw_only=True, tag=True):
    """An account was halted, may only reduce, or is active again."""

    time: Instant
    status: AccountStatus


class LeverageChanged(Struct, frozen=True, kw_only=True, tag=True):
    """Positions and orders of a symbol set aside their value divided by this."""

    time: Instant
    symbol: str
    leverage: Decimal


class AccountStoppedOut(Struct, frozen=True, kw_only=True, tag=True):
    """Orders and positions of an account were ended for want of equity: what there was of it."""

    time: Instant
    equity: Decimal
    used: Decimal


class DeadmanSet(Struct, frozen=True, kw_only=True, tag=True):
    """The dead man's switch fires after so many seconds; 0: never."""

    time: Instant
    seconds: int


class DeadmanFired(Struct, frozen=True, kw_only=True, tag=True):
    """The dead man's switch fired and is off."""

    time: Instant


AccountEvent = (
    AccountOpened
    | AccountReset
    | AccountStatusChanged
    | LeverageChanged
    | AccountStoppedOut
    | DeadmanSet
    | DeadmanFired
)
"""What happened to the account itself rather than to an order."""


class OrderAccepted(Struct, frozen=True, kw_only=True, tag=True):
    """An order works from now on; `reserve_price` values what it sets aside, if anything.

    One that is `pending_new` works from the first market event at or after `acts_at`.
    `request` tells the request apart from others where the order itself does not.
    """

    order: Order
    reserve_price: Decimal | None
    request: str | None = None
    acts_at: Instant | None = None


class OrderHeld(Struct, frozen=True, kw_only=True, tag=True):
    """An order waits for its market; without a market there is no `reserve_price` yet."""

    order: Order
    reserve_price: Decimal | None
    request: str | None = None


class OrderRejected(Struct, frozen=True, kw_only=True, tag=True):
    """An order was refused for a reason of state; it keeps its ids."""

    order: Order
    request: str | None = None


class OrderActivated(Struct, frozen=True, kw_only=True, tag=True):
    """A held order works from now on; a child for what its parent has got, its `quantity`."""

    order_id: OrderId
    time: Instant
    expire_at: Instant | None
    reserve_price: Decimal | None
    quantity: Decimal | None = None


class OrderTrailed(Struct, frozen=True, kw_only=True, tag=True):
    """The market went the way of a trailing stop, which followed it."""

    order_id: OrderId
    time: Instant
    high_water_mark: Decimal
    stop_price: Decimal
    limit_price: Decimal | None


class OrderTriggered(Struct, frozen=True, kw_only=True, tag=True):
    """The stop of an order was reached: from now on it is a market or a limit order."""

    order_id: OrderId
    time: Instant


class OrderQueued(Struct, frozen=True, kw_only=True, tag=True):
    """So much stands before a resting limit at its price; None: that is not displayed."""

    order_id: OrderId
    ahead: Decimal | None


class OrderFilled(Struct, frozen=True, kw_only=True, tag=True):
    """A part or the rest of an order was traded; `pool` is what that left of the displayed size."""

    execution: Execution
    pool: Pool | None


class OrderReplaced(Struct, frozen=True, kw_only=True, tag=True):
    """An open order has a new quantity, price or end; None where a member is as it was.

    `ceded` is what its rivals got in its stead, or its entry closed; `confirms` tells a change that
    was on its way.
    """

    order_id: OrderId
    time: Instant
    quantity: Decimal
    limit_price: Decimal | None
    reserve_price: Decimal | None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    expire_at: Instant | None = None
    ceded: Decimal = ZERO
    confirms: bool = False


class OrderPended(Struct, frozen=True, kw_only=True, tag=True):
    """A change of an order, or its end, is on its way and acts at or after an instant."""

    order_id: OrderId
    time: Instant
    acts_at: Instant
    change: ModifyOrder | None = None


class OrderChangeRefused(Struct, frozen=True, kw_only=True, tag=True):
    """A change that was on its way came too late; the order is as it was."""

    order_id: OrderId
    time: Instant
    reason: StatusReason


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
    AccountEvent
    | OrderAccepted
    | OrderHeld
    | OrderRejected
    | OrderActivated
    | OrderTrailed
    | OrderTriggered
    | OrderQueued
    | OrderFilled
    | OrderReplaced
    | OrderPended
    | OrderChangeRefused
    | OrderCanceled
    | OrderExpired
)


def order_of(event: Event) -> OrderId | None:
    """The order that an event is about and changes; None where it is about the account."""
    match event:
        case OrderAccepted() | OrderHeld() | OrderRejected():
            return event.order.id
        case OrderFilled():
            return event.execution.order_id
        case _:
            return None if isinstance(event, AccountEvent) else event.order_id


class IllegalTransition(Exception):
    """An event does not fit the order that it is about: the engine or the journal is wrong."""


_FROM: dict[type[Event], frozenset[OrderStatus]] = {
    OrderActivated: frozenset({"held", "pending_new"}),
    OrderTrailed: MATCHABLE - {"partially_filled"},
    OrderTriggered: MATCHABLE - {"partially_filled"},
    OrderPended: frozenset({"pending_new", "working", "partially_filled", "pending_replace"}),
    OrderChangeRefused: frozenset({"pending_replace"}),
    OrderQueued: MATCHABLE,
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
    kind = type(event)
    if order.status not in _FROM[kind]:
        raise IllegalTransition(f"order {order.id} is {order.status}: no {kind.__name__}")
    if kind in (OrderFilled, OrderQueued) and order.awaits_trigger:
        raise IllegalTransition(f"order {order.id} waits for its stop: no {kind.__name__}")
    if kind in (OrderTriggered, OrderTrailed) and not order.awaits_trigger:
        raise IllegalTransition(f"order {order.id} has no stop to reach: no {kind.__name__}")
    if kind is OrderTrailed and order.kind not in TRAILING:
        raise IllegalTransition(f"order {order.id} does not trail: no {kind.__name__}")
