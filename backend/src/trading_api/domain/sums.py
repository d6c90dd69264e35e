"""Orders for a sum of money: what they come to, and what of the sum is left over."""

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain import fills, resting, risk
from trading_api.domain.events import OrderCanceled
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.money import ZERO
from trading_api.domain.orders import MATCHABLE, Order, StatusReason
from trading_api.domain.progress import Progress


def estimated_quantity(order: Order, market: Market, spent: Decimal = ZERO) -> Decimal:
    """What an order for a sum comes to at its limit or at the market; 0 while neither is known."""
    book = market.book(order.symbol)
    offer = None if book is None else book.opposite(order.side)
    price = order.limit_price or (None if offer is None else offer.price)
    if price is None or order.notional is None:
        return ZERO
    step = risk.known_instrument(market, order.symbol).quantity_step
    return fills.units_for(order.notional - spent, price, step)


def converted(order: Order, market: Market) -> tuple[Order, Decimal | None]:
    """An order for a sum that begins to work, and the quantity that it has then."""
    if order.notional is None:
        return order, None
    quantity = estimated_quantity(order, market)
    return replace(order, quantity=quantity), quantity


def too_little(order: Order, market: Market) -> StatusReason | None:
    """Why an order for a sum cannot begin to work: it comes to less than may be traded."""
    low = risk.known_instrument(market, order.symbol).min_quantity
    if order.notional is None or order.quantity >= low:
        return None
    text = f"{order.notional:f} is worth {order.quantity:f}, the minimum is {low:f} {order.symbol}"
    return StatusReason("min_notional", text)


def wants(progress: Progress, order: Order, market: Market) -> resting.Wanted:
    """How much an order still wants, by price."""
    if order.notional is None:
        return lambda _price: order.leaves
    spent = progress.state.tickets[order.id].filled_value
    step = risk.known_instrument(market, order.symbol).quantity_step
    return lambda price: fills.wanted(order, price, spent, step)


def end_remainder(progress: Progress, wanted: OrderId, price: Decimal, market: Market) -> None:
    """A rest of a sum that buys nothing any more is left over."""
    order = progress.state.orders[wanted]
    if order.status not in MATCHABLE or wants(progress, order, market)(price):
        return
    text = f"what is left of {order.notional:f} buys nothing at {price:f}"
    reason = StatusReason("notional_remainder", text)
    progress.emit(OrderCanceled(order_id=wanted, time=market.now, reason=reason))
