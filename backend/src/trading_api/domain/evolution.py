"""How an event changes the state of an account."""

from decimal import Decimal

from immutables import Map
from msgspec.structs import replace

from trading_api.domain import hedging
from trading_api.domain.account_evolution import booked, evolve_account, opened
from trading_api.domain.accounts import AccountState, Ticket, pool_key
from trading_api.domain.events import (
    AccountOpened,
    Event,
    IllegalTransition,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderChangeRefused,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderPended,
    OrderQueued,
    OrderRejected,
    OrderReplaced,
    OrderTrailed,
    OrderTriggered,
    check_transition,
)
from trading_api.domain.hedging import Hedged
from trading_api.domain.ids import OrderId
from trading_api.domain.margin import NO_EXPOSURE, Exposure
from trading_api.domain.market import Instant
from trading_api.domain.money import canonical, divide
from trading_api.domain.orders import (
    MATCHABLE,
    OPEN,
    PENDING,
    WAITING,
    Execution,
    Order,
    OrderStatus,
    StatusReason,
)
from trading_api.domain.positions import Holding, filled


def evolve(state: AccountState | None, event: Event, hedged: Hedged | None = None) -> AccountState:
    """The state after an event; runs under `money.exact`.

    Args:
        state: what was before; None before the account was opened.
        event: what happened.
        hedged: what a fill makes of individual positions, where the caller has worked it out.

    Raises:
        IllegalTransition: the event does not fit the state.
    """
    if state is None:
        if isinstance(event, AccountOpened):
            return opened(event)
        raise IllegalTransition(f"{type(event).__name__} before the account was opened")
    match event:
        case OrderAccepted() | OrderHeld():
            acts_at = event.acts_at if isinstance(event, OrderAccepted) else None
            return _placed(state, event.order, event.reserve_price, event.request, acts_at)
        case OrderRejected():
            return _placed(state, event.order, None, event.request)
        case OrderFilled():
            return _filled(state, event, hedged)
        case OrderActivated():
            return _activated(state, event)
        case OrderTrailed():
            return _trailed(state, event)
        case OrderTriggered():
            return _triggered(state, event)
        case OrderQueued():
            return _queued(state, event)
        case OrderPended():
            return _pended(state, event)
        case OrderChangeRefused():
            return _change_refused(state, event)
        case OrderReplaced():
            return _replaced(state, event)
        case OrderCanceled() | OrderExpired():
            return _ended(state, event)
        case _:
            return evolve_account(state, event)


def _placed(
    state: AccountState,
    order: Order,
    reserve_price: Decimal | None,
    request: str | None,
    acts_at: Instant | None = None,
) -> AccountState:
    rank = state.last_rank + 1
    if request is not None:
        state = replace(state, requests=state.requests.set(order.client_order_id, request))
    target = order.quantity if order.waits_for_parent and order.group_type == "oto" else None
    ticket = Ticket(rank, reserve_price, target=target, acts_at=acts_at)
    return _put(state, order, None, ticket, order_count=state.order_count + 1, last_rank=rank)


def _activated(state: AccountState, event: OrderActivated) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order,
        status="working" if ticket.ends_at is None else "pending_cancel",
        status_reason=_lasting(order.status_reason),
        quantity=order.quantity if event.quantity is None else event.quantity,
        expire_at=event.expire_at,
        updated_at=event.time,
        version=order.version + 1,
    )
    new = replace(ticket, reserve_price=event.reserve_price, acts_at=None)
    return _put(state, after, ticket, new)


def _lasting(reason: StatusReason | None) -> StatusReason | None:
    """A reason that an order keeps when it begins to work: that of an order of the engine."""
    return None if reason is None or reason.code in WAITING else reason


def _trailed(state: AccountState, event: OrderTrailed) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order,
        high_water_mark=event.high_water_mark,
        stop_price=event.stop_price,
        limit_price=event.limit_price,
        updated_at=event.time,
        version=order.version + 1,
    )
    return _put(state, after, ticket, ticket)


def _triggered(state: AccountState, event: OrderTriggered) -> AccountState:
    """As a market or limit order it arrives only now."""
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order, triggered_at=event.time, updated_at=event.time, version=order.version + 1
    )
    rank = state.last_rank + 1
    state = replace(state, last_rank=rank)
    return _put(state, after, ticket, replace(ticket, rank=rank))


def _queued(state: AccountState, event: OrderQueued) -> AccountState:
    """Nothing that is told: what stands before an order is the account's own guess."""
    _, ticket = _found(state, event.order_id, event)
    return replace(
        state, tickets=state.tickets.set(event.order_id, replace(ticket, ahead=event.ahead))
    )


def _filled(state: AccountState, event: OrderFilled, hedged: Hedged | None) -> AccountState:
    execution = event.execution
    order, ticket = _found(state, execution.order_id, event)
    total = ticket.filled_value + execution.quantity * execution.price
    after = replace(
        order,
        quantity=canonical(execution.cumulative_quantity + execution.leaves_quantity),
        filled_quantity=execution.cumulative_quantity,
        average_price=divide(total, execution.cumulative_quantity),
        status=_status_after(order, execution),
        updated_at=execution.time,
        version=order.version + 1,
    )
    symbol = execution.symbol
    holdings, profit = _held_after(state, order, execution, hedged)
    number = state.executions_seq + 1
    pools = state.pools
    if event.pool is not None:
        pools = pools.set(pool_key(symbol, execution.side), event.pool)
    state = replace(
        booked(state, execution, profit),
        executions_seq=number,
        executions=state.executions.set(number, execution),
        holdings=holdings,
        pools=pools,
    )
    return _put(state, after, ticket, replace(ticket, filled_value=total))


def _held_after(
    state: AccountState, order: Order, execution: Execution, hedged: Hedged | None
) -> "tuple[Map[str, Holding], Decimal]":
    """The positions after a fill, and the profit that it realised."""
    if state.mode == "hedging":
        hedged = hedged or hedging.after_fill(state, order, execution)
        holdings = state.holdings
        for holding in hedged.holdings:
            if holding.quantity:
                holdings = holdings.set(holding.id, holding)
            else:
                holdings = holdings.delete(holding.id)
        return holdings, hedged.profit
    symbol = execution.symbol
    holding, profit = filled(
        state.holdings.get(symbol),
        symbol,
        execution.signed_quantity,
        execution.price,
        execution.time,
        execution.fee_currency,
    )
    return state.holdings.set(symbol, holding), profit


def _status_after(order: Order, execution: Execution) -> OrderStatus:
    """What is on its way stays so until the order is filled."""
    if not execution.leaves_quantity:
        return "filled"
    return order.status if order.status in PENDING else "partially_filled"


def _pended(state: AccountState, event: OrderPended) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    status: OrderStatus = "pending_cancel" if event.change is None else "pending_replace"
    if order.status == "pending_new":
        status = "pending_new"
    after = replace(order, status=status, updated_at=event.time, version=order.version + 1)
    if event.change is None:
        new = replace(ticket, ends_at=event.acts_at, change=None)
    else:
        new = replace(ticket, acts_at=event.acts_at, change=event.change)
    return _put(state, after, ticket, new)


def _change_refused(state: AccountState, event: OrderChangeRefused) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order,
        status=_settled(order),
        status_reason=event.reason,
        updated_at=event.time,
        version=order.version + 1,
    )
    return _put(state, after, ticket, replace(ticket, acts_at=None, change=None))


def _settled(order: Order) -> OrderStatus:
    return "partially_filled" if order.filled_quantity else "working"


def _replaced(state: AccountState, event: OrderReplaced) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order,
        status=_settled(order) if event.confirms else order.status,
        quantity=event.quantity,
        limit_price=event.limit_price,
        stop_price=order.stop_price if event.stop_price is None else event.stop_price,
        trail=event.trail or order.trail,
        expire_at=event.expire_at or order.expire_at,
        updated_at=event.time,
        version=order.version + 1,
    )
    rank = ticket.rank
    if event.quantity > order.quantity or _prices(after) != _prices(order):
        rank = state.last_rank + 1
        state = replace(state, last_rank=rank)
    new = replace(
        ticket, rank=rank, reserve_price=event.reserve_price, ceded=ticket.ceded + event.ceded
    )
    if event.confirms:
        new = replace(new, acts_at=None, change=None)
    return _put(state, after, ticket, new)


def _prices(order: Order) -> tuple[Decimal | None, Decimal | None]:
    return (order.limit_price, order.stop_price)


def _ended(state: AccountState, event: OrderCanceled | OrderExpired) -> AccountState:
    order, ticket = _found(state, event.order_id, event)
    after = replace(
        order,
        status="expired" if isinstance(event, OrderExpired) else "canceled",
        status_reason=event.reason,
        updated_at=event.time,
        version=order.version + 1,
    )
    return _put(state, after, ticket, ticket)


def _found(state: AccountState, wanted: OrderId, event: Event) -> tuple[Order, Ticket]:
    order = state.orders.get(wanted)
    if order is None:
        raise IllegalTransition(f"there is no order {wanted}")
    check_transition(order, event)
    return order, state.tickets[wanted]


def _put(
    state: AccountState, order: Order, old: Ticket | None, new: Ticket, **counts: int
) -> AccountState:
    """The state with an order changed, and with what it reserves and where it is listed.

    Copying a state costs as much as most of what is done with it: `counts` change along.
    """
    is_open = order.status in OPEN
    tickets = state.tickets
    if is_open:
        tickets = tickets.set(order.id, new)
    elif old is not None:
        tickets = tickets.delete(order.id)
    if order.reduce_only:
        working = order.status in MATCHABLE
        state = replace(state, reducing=_listed(state.reducing, order.symbol, order.id, working))
    if order.group_id is not None:
        state = replace(state, groups=_listed(state.groups, order.group_id, order.id, is_open))
    return replace(
        state,
        orders=state.orders.set(order.id, order),
        orders_seq=state.orders_seq + 1,
        tickets=tickets,
        exposures=_exposures(state, order, old, new if is_open else None),
        **counts,
    )


def _listed(
    lists: "Map[str, tuple[OrderId, ...]]", key: str, order_id: OrderId, belongs: bool
) -> "Map[str, tuple[OrderId, ...]]":
    """The lists with an order in the one of the key, or not."""
    present = lists.get(key, ())
    if belongs == (order_id in present):
        return lists
    if belongs:
        return lists.set(key, (*present, order_id))
    left = tuple(each for each in present if each != order_id)
    return lists.set(key, left) if left else lists.delete(key)


def _exposures(
    state: AccountState, order: Order, old: Ticket | None, new: Ticket | None
) -> "Map[str, Exposure]":
    before = state.exposures.get(order.symbol, NO_EXPOSURE)
    after = before
    if old is not None and old.reserve_price is not None:
        leaves = state.orders[order.id].leaves
        after = after.changed(order.side, -leaves, -leaves * old.reserve_price)
    if new is not None and new.reserve_price is not None:
        after = after.changed(order.side, order.leaves, order.leaves * new.reserve_price)
    if after is before:
        return state.exposures
    if after.buy_quantity or after.sell_quantity:
        return state.exposures.set(order.symbol, after)
    return state.exposures.delete(order.symbol)
