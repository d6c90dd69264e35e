"""What follows, in the same step, from a fill, an end or a change of an order for others."""

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain import arrival, linked, position_exits, reducing, risk
from trading_api.domain.events import (
    OrderActivated,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderReplaced,
)
from trading_api.domain.fills import Market
from trading_api.domain.money import ZERO, canonical, share
from trading_api.domain.orders import OPEN, Execution, Order, StatusReason
from trading_api.domain.progress import Progress


def settle(progress: Progress, market: Market) -> None:
    """React to what happened since this was last called, and to the reactions themselves."""
    for event in progress.unsettled():
        match event:
            case OrderFilled():
                _after_fill(progress, event.execution, market)
            case OrderCanceled() | OrderExpired():
                _after_end(progress, progress.state.orders[event.order_id], market)
            case OrderReplaced():
                _after_change(progress, progress.state.orders[event.order_id], market)
            case _:
                pass


def _after_fill(progress: Progress, execution: Execution, market: Market) -> None:
    order = progress.state.orders[execution.order_id]
    if order.group_id is not None:
        _take_from_rivals(progress, order, execution.quantity, market)
        closed = _closed_by(progress, execution)
        for child in linked.children(progress.state, order):
            if closed and child.group_type == "bracket":
                _spare(progress, child, order, closed, market)
            _feed(progress, progress.state.orders[child.id], order, market)
    if progress.state.groups:
        position_exits.grow(progress, order.symbol, market.now)
    if progress.state.reducing:
        reducing.follow(progress, order.symbol, market.now)


def _take_from_rivals(progress: Progress, order: Order, quantity: Decimal, market: Market) -> None:
    """A full fill ends the others; a part takes as much from them."""
    for rival in linked.rivals(progress.state, order):
        if order.status == "filled" or rival.leaves <= quantity:
            text = f"order {order.id} of the same group was filled"
            _cancel(progress, rival, StatusReason("oco_filled", text), market)
        else:
            _resize(progress, rival, rival.quantity - quantity, market, ceded=quantity)
    parent = linked.open_parent(progress.state, order)
    if order.status == "filled" and linked.is_exclusive(order) and parent is not None:
        text = f"exit {order.id} was filled before the rest of its entry"
        _cancel(progress, parent, StatusReason("exit_filled", text), market)


def _closed_by(progress: Progress, execution: Execution) -> Decimal:
    """What a fill that has just happened took from a net position that stood against it."""
    if progress.state.mode == "hedging":
        return ZERO
    before = progress.state.held(execution.symbol) - execution.signed_quantity
    opposite = before * execution.signed_quantity < 0
    return min(abs(before), execution.quantity) if opposite else ZERO


def _spare(
    progress: Progress, exit_order: Order, entry: Order, closed: Decimal, market: Market
) -> None:
    """An exit is for what its entry opened, not for what it closed of an opposite position."""
    quantity = exit_order.quantity
    if exit_order.waits_for_parent:
        quantity = entry.quantity - progress.state.tickets[exit_order.id].ceded - closed
    if quantity > 0:
        _resize(progress, exit_order, quantity, market, ceded=closed)
    else:
        text = f"order {entry.id} has closed a position and opened none"
        _cancel(progress, exit_order, StatusReason("nothing_to_reduce", text), market)


def _feed(progress: Progress, child: Order, parent: Order, market: Market) -> None:
    """Let a child work for what its parent has got."""
    if child.status not in OPEN:
        return
    quantity = _due(progress, child, parent, market)
    if child.waits_for_parent:
        if quantity > 0:
            _activate(progress, replace(child, quantity=quantity), market)
    elif quantity > child.quantity:
        price = progress.state.tickets[child.id].reserve_price
        after = replace(child, quantity=quantity)
        ticket = progress.state.tickets[child.id]
        if risk.margin_refusal(progress.state, after, price, market, ticket) is None:
            _resize(progress, child, quantity, market)


def _due(progress: Progress, child: Order, parent: Order, market: Market) -> Decimal:
    """How much of a child is due: its share of what the parent got, less what rivals had of it."""
    ticket = progress.state.tickets[child.id]
    full = ticket.target if ticket.target is not None else parent.quantity
    if child.group_type == "bracket":
        full = parent.quantity
    if parent.status == "filled":
        due = full
    elif market.rules.linked_mode == "full":
        due = ZERO
    else:
        step = risk.known_instrument(market, child.symbol).quantity_step
        due = share(full, parent.filled_quantity, parent.quantity, step)
    return canonical(due - ticket.ceded)


def _activate(progress: Progress, child: Order, market: Market) -> None:
    book = market.book(child.symbol)
    price = risk.reserve_price(progress.state, replace(child, status="working"), market)
    reason = risk.margin_refusal(progress.state, child, price, market)
    if reason is None and child.post_only:
        reason = arrival.refusal(child, book, market.rules)
    if reason is not None:
        _cancel(progress, child, reason, market)
        return
    progress.emit(
        OrderActivated(
            order_id=child.id,
            time=market.now,
            expire_at=child.expire_at,
            reserve_price=price,
            quantity=child.quantity,
        )
    )
    progress.arrivals.append(child.id)


def _after_end(progress: Progress, order: Order, market: Market) -> None:
    """What waited for an order that has ended will never work."""
    for child in linked.children(progress.state, order):
        if child.waits_for_parent:
            got = f"{order.filled_quantity:f} of {order.quantity:f} filled"
            text = f"order {order.id}, which this one waited for, is {order.status}, {got}"
            _cancel(progress, child, StatusReason("parent_ended", text), market)
    if linked.is_exclusive(order):
        _end_unprotected(progress, order, market)


def _end_unprotected(progress: Progress, order: Order, market: Market) -> None:
    """A position that was closed otherwise took its exits along: what came later had none."""
    state = progress.state
    parent, reason = linked.open_parent(state, order), order.status_reason
    if parent is None or reason is None or reason.code != "nothing_to_reduce":
        return
    last = state.executions.get(state.executions_seq)
    if last is not None and last.order_id != parent.id:
        text = "its position was closed, and with it its exits, before the rest of it"
        _cancel(progress, parent, StatusReason("exits_ended", text), market)


def _after_change(progress: Progress, order: Order, market: Market) -> None:
    """Exits that wait are for as much as their entry is."""
    if order.group_type != "bracket":
        return
    for child in linked.children(progress.state, order):
        quantity = canonical(order.quantity - progress.state.tickets[child.id].ceded)
        if child.waits_for_parent and child.quantity != quantity:
            _resize(progress, child, quantity, market)


def _cancel(progress: Progress, order: Order, reason: StatusReason, market: Market) -> None:
    progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=reason))


def _resize(
    progress: Progress, order: Order, quantity: Decimal, market: Market, ceded: Decimal = ZERO
) -> None:
    progress.emit(
        OrderReplaced(
            order_id=order.id,
            time=market.now,
            quantity=canonical(quantity),
            limit_price=order.limit_price,
            reserve_price=progress.state.tickets[order.id].reserve_price,
            ceded=ceded,
        )
    )
