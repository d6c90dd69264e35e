"""What is on its way acts on the first market event at or after its instant.

A new order waits as `pending_new`, a cancel as `pending_cancel`, a change as `pending_replace`;
what is filled meanwhile stands.
"""

from collections.abc import Iterable

from trading_api.domain import arrival, matching
from trading_api.domain.commands import ModifyOrder
from trading_api.domain.errors import TradingError
from trading_api.domain.events import OrderActivated, OrderCanceled, OrderPended
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import PENDING, Order
from trading_api.domain.progress import Progress


def applies(order: Order, market: Market) -> bool:
    """Whether what is asked of an order takes time: what is held is here, not at the market."""
    return bool(market.rules.latency_ms) and order.status != "held"


def cancel(progress: Progress, order: Order, market: Market) -> None:
    """Ask for the end of an order: at once, or on its way where that takes time."""
    if not applies(order, market):
        progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))
    elif progress.state.tickets[order.id].ends_at is None:
        _pend(progress, order, None, market)


def ask(progress: Progress, order: Order, change: ModifyOrder, market: Market) -> None:
    """Send a change on its way."""
    _pend(progress, order, change, market)


def _pend(progress: Progress, order: Order, change: ModifyOrder | None, market: Market) -> None:
    acts_at = market.now + market.rules.latency_ms
    progress.emit(OrderPended(order_id=order.id, time=market.now, acts_at=acts_at, change=change))


def check_settled(order: Order) -> None:
    """Refuse to change what is on its way.

    Raises:
        TradingError: `conflict`.
    """
    if order.status in PENDING:
        message = f"order {order.id} is {order.status}"
        raise TradingError("conflict", message, order_id=order.id)


def due(progress: Progress, wanted: Iterable[OrderId], market: Market) -> list[Order]:
    """End the orders whose cancel has come; those whose change has."""
    changes: list[Order] = []
    for order in matching.open_orders(progress.state, wanted):
        ticket = progress.state.tickets[order.id]
        if order.status not in PENDING:
            continue
        if ticket.ends_at is not None and ticket.ends_at <= market.now:
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))
        elif ticket.acts_at is not None and ticket.acts_at <= market.now:
            changes.append(order)
    return changes


def arrive(progress: Progress, wanted: Iterable[OrderId], market: Market) -> None:
    """Let the new orders whose instant has come meet the market, if it trades."""
    for each in matching.open_orders(progress.state, wanted):
        order = progress.state.orders[each.id]
        ticket = progress.state.tickets.get(order.id)
        book = market.book(order.symbol)
        if order.status != "pending_new" or ticket is None or ticket.acts_at is None:
            continue
        if market.now < ticket.acts_at or book is None:
            continue
        if not book.tradable_in(order.session):
            continue
        reason = arrival.refusal(order, book, market.rules) if order.post_only else None
        if reason is not None:
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=reason))
            continue
        progress.emit(
            OrderActivated(
                order_id=order.id,
                time=market.now,
                expire_at=order.expire_at,
                reserve_price=ticket.reserve_price,
            )
        )
        matching.arrive(progress, order.id, market)
        matching.kill_rest(progress, order.id, market)
