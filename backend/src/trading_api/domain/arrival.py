"""What the present market refuses of an order that arrives at it, or is changed."""

from decimal import Decimal

from trading_api.domain import fills, triggers
from trading_api.domain.fills import Book
from trading_api.domain.orders import Order, StatusReason
from trading_api.domain.rules import Rules


def refusal(order: Order, book: Book | None, rules: Rules) -> StatusReason | None:
    """Why an order may not arrive at a market; None when it may, or when that does not trade."""
    if book is None or not book.tradable_in(order.session):
        return None
    if order.awaits_trigger:
        return _would_trigger(order, book, rules)
    return _would_take(order, book) if order.post_only else None


def _would_take(order: Order, book: Book) -> StatusReason | None:
    offer = book.opposite(order.side)
    if offer is None or not fills.marketable(order, offer.price):
        return None
    name = "ask" if order.side == "buy" else "bid"
    text = f"limit_price {_text(order.limit_price)} would take the {name} of {offer.price:f}"
    return StatusReason("would_take", text)


def _would_trigger(order: Order, book: Book, rules: Rules) -> StatusReason | None:
    if rules.stop_policy == "trigger_now":
        return None
    price = triggers.source_price(book, order.side, rules.trigger_source)
    if price is None or not triggers.reached(order, price):
        return None
    beyond = "not above" if order.triggers_on_rise else "not below"
    text = f"stop_price {_text(order.stop_price)} is {beyond} the market of {price:f}"
    return StatusReason("stop_would_trigger", text)


def _text(price: Decimal | None) -> str:
    return "" if price is None else format(price, "f")
