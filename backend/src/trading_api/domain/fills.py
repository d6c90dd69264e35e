"""The fill rules: what an order gets from a quote or a trade, at which price, and in which turn.

An account sees its own copy of the displayed size. A side's pool is filled when its price or size
changes; a repeat of both does not refill it, and every fill of the account takes from it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol

from msgspec import Struct

from trading_api.domain.ids import OrderId
from trading_api.domain.market import Fidelity, SymbolInfo
from trading_api.domain.money import ZERO, canonical
from trading_api.domain.orders import CONDITIONAL, FillRule, Liquidity, Order, Pool, Side
from trading_api.domain.rules import Rules


class Offer(Struct, frozen=True):
    """One side of a quote: a price on the tick and the size displayed there.

    `version` is the number of the quote since which price and size have stood; a size of None
    means that none is displayed, so that it has no end.
    """

    price: Decimal
    size: Decimal | None
    version: int


class Book(Struct, frozen=True, kw_only=True):
    """The market of a symbol at one instant.

    Attributes:
        seq: number of the last quote in its topic.
        open: whether the symbol is in session.
        fresh: whether something was heard of the symbol recently enough to trade on.
        opening: whether this is the first quote after a close, a halt or a silence.
        last: price of the last trade.
    """

    seq: int
    bid: Offer | None
    ask: Offer | None
    open: bool
    fresh: bool
    opening: bool
    fidelity: Fidelity
    last: Decimal | None = None

    @property
    def tradable(self) -> bool:
        """Whether orders are filled now."""
        return self.open and self.fresh

    def opposite(self, side: Side) -> Offer | None:
        """What an order of this side can take."""
        return self.ask if side == "buy" else self.bid

    def mark(self, quantity: Decimal) -> Decimal | None:
        """What a signed quantity could be closed at; None where nobody offers."""
        offer = self.bid if quantity > 0 else self.ask
        return None if offer is None else offer.price


class Market(Protocol):
    """What a decision may know of the world around an account."""

    @property
    def now(self) -> int:
        """The present instant."""

    @property
    def fee_bps(self) -> Decimal:
        """Fee in basis points of what is traded."""

    @property
    def rules(self) -> Rules:
        """How the paper market treats orders."""

    def instrument(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name."""

    def book(self, symbol: str) -> Book | None:
        """The market of a symbol; None while nothing has been heard of it."""

    def end_of_session(self, symbol: str) -> int:
        """When a `day` order that begins to work or to wait now ends."""


class Fill(NamedTuple):
    """What an order gets; the sizes are of the pool or the trade, None where it has no end."""

    quantity: Decimal
    price: Decimal
    liquidity: Liquidity
    rule: FillRule
    size_before: Decimal | None
    size_after: Decimal | None


def available(offer: Offer, pool: Pool | None) -> Decimal | None:
    """What an account can still take of an offer; None: without end."""
    if offer.size is None:
        return None
    return canonical(offer.size - current(offer, pool).taken)


def current(offer: Offer, pool: Pool | None) -> Pool:
    """The account's pool of this offer: the one that it has, if it is of the same offer."""
    if pool is not None and (pool.version, pool.price, pool.size) == (
        offer.version,
        offer.price,
        offer.size,
    ):
        return pool
    return Pool(offer.version, offer.price, offer.size)


def marketable(order: Order, price: Decimal) -> bool:
    """Whether an order would trade at the price."""
    if order.limit_price is None:
        return True
    if order.side == "buy":
        return price <= order.limit_price
    return price >= order.limit_price


def on_arrival(order: Order, offer: Offer, size: Decimal | None) -> Fill | None:
    """What a new order takes: the opposite best price, never worse than its limit.

    A `fok` order takes nothing unless the size reaches for all of it.
    """
    if not marketable(order, offer.price):
        return None
    if order.time_in_force == "fok" and size is not None and size < order.leaves:
        return None
    return _fill(order, size, offer.price, "taker", _taking_rule(order))


def on_quote(order: Order, offer: Offer, size: Decimal | None, *, opening: bool) -> Fill | None:
    """What an order that was there before gets from a new quote.

    A limit is filled at its own price, on the first quote after a close at the better one; what
    is left of a market order goes on taking the best price.
    """
    if not marketable(order, offer.price):
        return None
    if order.limit_price is None:
        return _fill(order, size, offer.price, "taker", _taking_rule(order))
    if opening:
        return _fill(order, size, offer.price, "maker", "limit_opening")
    return _fill(order, size, order.limit_price, "maker", "limit_maker")


def _taking_rule(order: Order) -> FillRule:
    if order.limit_price is not None:
        return "limit_taker"
    return "triggered" if order.kind in CONDITIONAL else "market"


def on_trade(order: Order, price: Decimal, left: Decimal) -> Fill | None:
    """What a resting limit gets from a trade printed at its price or through it."""
    if order.limit_price is None or not marketable(order, price):
        return None
    return _fill(order, left, order.limit_price, "maker", "trade_print")


def is_market(order: Order) -> bool:
    """Whether an order takes whatever price there is, now."""
    return order.limit_price is None and not order.awaits_trigger


def in_turn(orders: Iterable[tuple[int, Order]]) -> list[OrderId]:
    """Orders, given with their rank of arrival, in the turn in which they are filled.

    Market orders by arrival; then limits by the best price, then by arrival.
    """
    return [order.id for _, order in sorted(orders, key=_turn)]


def _turn(ranked: tuple[int, Order]) -> tuple[int, Decimal, int]:
    rank, order = ranked
    if order.limit_price is None:
        return (0, ZERO, rank)
    return (1, -order.limit_price if order.side == "buy" else order.limit_price, rank)


def _fill(
    order: Order, size: Decimal | None, price: Decimal, liquidity: Liquidity, rule: FillRule
) -> Fill | None:
    quantity = order.leaves if size is None else min(order.leaves, size)
    if quantity <= 0:
        return None
    after = None if size is None else canonical(size - quantity)
    return Fill(canonical(quantity), price, liquidity, rule, size, after)
