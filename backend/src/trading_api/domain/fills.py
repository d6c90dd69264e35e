"""The fill rules: what an order gets from a quote or a trade, at which price, and in which turn.

An account sees its own copy of the displayed size. A side's pool is filled when its price or size
changes; a repeat of both does not refill it, and every fill of the account takes from it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol

from msgspec import Struct

from trading_api.domain.ids import OrderId
from trading_api.domain.limits import Limits
from trading_api.domain.market import Fidelity, SymbolInfo
from trading_api.domain.money import ZERO, canonical, floor_to, ratio
from trading_api.domain.orders import FillRule, Liquidity, Order, OrderSession, Pool, Side
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
        open: whether the symbol is in its regular session.
        extended: whether it is in extended hours, when only the orders that are for them trade.
        fresh: whether something was heard of the symbol recently enough to trade on.
        opening: whether this is the first quote of a session, or after a halt or a silence.
        extended_opening: the same for the orders that trade in extended hours.
        last: price of the last trade.
        bids: prices and sizes of the depth, best first, where orders walk it; so also `asks`.
    """

    seq: int
    bid: Offer | None
    ask: Offer | None
    open: bool
    fresh: bool
    opening: bool
    fidelity: Fidelity
    extended: bool = False
    extended_opening: bool = False
    last: Decimal | None = None
    bids: tuple[tuple[Decimal, Decimal], ...] = ()
    asks: tuple[tuple[Decimal, Decimal], ...] = ()

    @property
    def tradable(self) -> bool:
        """Whether every order may be filled now."""
        return self.open and self.fresh

    def open_to(self, session: OrderSession) -> bool:
        """Whether the symbol is in a session that such orders are for."""
        return self.open or (self.extended and session == "extended")

    def tradable_in(self, session: OrderSession) -> bool:
        """Whether such orders may be filled now."""
        return self.fresh and self.open_to(session)

    def opens_to(self, session: OrderSession) -> bool:
        """Whether this is the first quote that such orders could be filled from."""
        return self.opening if session == "regular" else self.extended_opening

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
    def rules(self) -> Rules:
        """How the paper market treats orders."""

    @property
    def limits(self) -> Limits:
        """What the caller may do with the account."""

    def instrument(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name."""

    def book(self, symbol: str) -> Book | None:
        """The market of a symbol; None while nothing has been heard of it."""

    def rate(self, base: str, quote: str) -> Decimal | None:
        """What a unit of one currency is worth in another now; None where that is not quoted."""

    def end_of_session(self, symbol: str, session: OrderSession = "regular") -> int:
        """When a `day` order of a session that begins to work or to wait now ends."""


class Fill(NamedTuple):
    """What an order gets; the sizes are of the pool or the trade, None where it has no end."""

    quantity: Decimal
    price: Decimal
    liquidity: Liquidity
    rule: FillRule
    size_before: Decimal | None
    size_after: Decimal | None
    slippage: Decimal = ZERO
    seed: str | None = None


def available(offer: Offer, pool: Pool | None) -> Decimal | None:
    """What an account can still take of an offer; None: without end."""
    if offer.size is None:
        return None
    return canonical(max(offer.size - current(offer, pool).taken, ZERO))


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


def wanted(order: Order, price: Decimal, spent: Decimal, step: Decimal) -> Decimal:
    """How much an order still wants at a price; `spent` is what its fills came to.

    An order for a sum wants what the rest of it is worth, down to a whole step.
    """
    if order.notional is None:
        return order.leaves
    return units_for(order.notional - spent, price, step)


def units_for(amount: Decimal, price: Decimal, step: Decimal) -> Decimal:
    """What an amount buys, down to a whole step."""
    return floor_to(ratio(amount, price), step) if amount > 0 else ZERO


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
