"""What stands before a resting limit at its price, where that counts (`limit_fill` is `queue`)."""

from decimal import Decimal

from trading_api.domain import linked
from trading_api.domain.events import OrderQueued
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.money import ZERO, canonical
from trading_api.domain.orders import MATCHABLE, Order
from trading_api.domain.progress import Progress


def join(progress: Progress, wanted: OrderId, market: Market) -> None:
    """Let a limit that rests know what stands before it, where that counts."""
    order = progress.state.orders[wanted]
    if market.rules.limit_fill == "queue" and order.status in MATCHABLE and order.limit_price:
        progress.emit(OrderQueued(order_id=wanted, ahead=_ahead(order, market)))


def eat(progress: Progress, order: Order, price: Decimal, size: Decimal, market: Market) -> Decimal:
    """How much of a trade goes to those who stood before an order at its price."""
    if market.rules.limit_fill != "queue" or price != order.limit_price:
        return ZERO
    before = progress.state.tickets[order.id].ahead
    if before is None:
        before = _ahead(order, market) or ZERO
    eaten = min(before, size)
    if eaten:
        progress.emit(OrderQueued(order_id=order.id, ahead=canonical(before - eaten)))
    return eaten


def _ahead(order: Order, market: Market) -> Decimal | None:
    """What stands at an order's price on its own side; None where that is not displayed."""
    book = market.book(order.symbol)
    own = None if book is None else book.opposite(linked.opposite(order.side))
    if book is None or own is None or order.limit_price is None:
        return ZERO
    if order.limit_price == own.price:
        return own.size
    for price, size in book.bids if order.side == "buy" else book.asks:
        if price == order.limit_price:
            return size
    better = order.limit_price > own.price if order.side == "buy" else order.limit_price < own.price
    return ZERO if better else None
