"""What a limit gets that rests in the market: from a quote that comes to it, from a trade there."""

from collections.abc import Callable
from decimal import Decimal

from trading_api.domain import chance
from trading_api.domain.fills import Fill, Offer, marketable
from trading_api.domain.money import canonical
from trading_api.domain.orders import FillRule, Order
from trading_api.domain.rules import Rules

Wanted = Callable[[Decimal], Decimal]
"""How much an order still wants at a price."""


def on_quote(
    order: Order,
    offer: Offer,
    size: Decimal | None,
    wanted: Wanted,
    rules: Rules,
    seq: int,
    *,
    opening: bool,
) -> Fill | None:
    """What a resting limit gets from a new quote: its own price.

    On the first quote after a close it gets the better one of the two.
    """
    if order.limit_price is None or not marketable(order, offer.price):
        return None
    if opening:
        return _fill(wanted, size, offer.price, "limit_opening")
    if offer.price != order.limit_price or rules.limit_fill == "touch":
        return _fill(wanted, size, order.limit_price, "limit_maker")
    if rules.limit_fill == "probability":
        seed = chance.seed_of(rules, order.id, seq)
        if chance.draw(seed) < rules.fill_probability:
            return _fill(wanted, size, order.limit_price, "limit_maker", seed)
    return None


def on_trade(
    order: Order, price: Decimal, left: Decimal, wanted: Wanted, rules: Rules
) -> Fill | None:
    """What a resting limit gets from a trade printed through it or, by some rules, at its price.

    `left` is what of the trade is left for it.
    """
    if order.limit_price is None or not marketable(order, price):
        return None
    if price == order.limit_price and rules.limit_fill in ("cross", "probability"):
        return None
    return _fill(wanted, left, order.limit_price, "trade_print")


def _fill(
    wanted: Wanted, size: Decimal | None, price: Decimal, rule: FillRule, seed: str | None = None
) -> Fill | None:
    quantity = wanted(price) if size is None else min(wanted(price), size)
    if quantity <= 0:
        return None
    after = None if size is None else canonical(size - quantity)
    return Fill(canonical(quantity), price, "maker", rule, size, after, seed=seed)
