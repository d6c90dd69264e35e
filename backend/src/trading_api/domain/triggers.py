"""When a conditional order becomes a market or a limit order, and how a trailing stop follows."""

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain.fills import Book
from trading_api.domain.money import canonical, ceil_to, floor_to
from trading_api.domain.orders import TRAILING, Order, Side
from trading_api.domain.rules import TriggerSource

WIRE_END = Decimal(10**18)
HALF = Decimal("0.5")
PERCENT = Decimal("0.01")


def source_price(book: Book, side: Side, source: TriggerSource) -> Decimal | None:
    """The price that stops of this side listen to; None while there is none."""
    if source == "last":
        return book.last
    if source == "mark":
        if book.bid is None or book.ask is None:
            return None
        return canonical((book.bid.price + book.ask.price) * HALF)
    offer = book.opposite(side)
    return None if offer is None else offer.price


def reached(order: Order, price: Decimal) -> bool:
    """Whether a price reaches the stop of an order."""
    if order.stop_price is None:
        return False
    if order.triggers_on_rise:
        return price >= order.stop_price
    return price <= order.stop_price


def turn(order: Order, rank: int) -> tuple[Decimal, int]:
    """Sorts what one price reached: the stop nearest to the price before first, then by arrival."""
    stop = order.stop_price or Decimal(0)
    return (stop if order.triggers_on_rise else -stop, rank)


def followed(order: Order, price: Decimal, tick: Decimal) -> Order:
    """A trailing stop after a price: the same one unless the price is the best so far."""
    if order.kind not in TRAILING:
        return order
    mark = order.high_water_mark
    if mark is not None and (price <= mark if order.side == "sell" else price >= mark):
        return order
    return at_mark(order, price, tick)


def at_mark(order: Order, mark: Decimal, tick: Decimal) -> Order:
    """A trailing stop whose best price is `mark`.

    The stop is rounded away from the market to the tick; a limit keeps its distance to the stop.
    Neither falls below one tick or rises beyond what the wire can say.
    """
    if order.trail is None:
        return order
    offset = order.trail.value
    if order.trail.kind == "percent":
        offset *= mark * PERCENT
    if order.side == "sell":
        stop = max(floor_to(mark - offset, tick), tick)
    else:
        stop = min(ceil_to(mark + offset, tick), _highest(tick))
    limit = order.limit_price
    if limit is not None and order.stop_price is not None:
        limit = max(canonical(limit + stop - order.stop_price), tick)
        limit = min(limit, _highest(tick))
    return replace(order, high_water_mark=mark, stop_price=stop, limit_price=limit)


def _highest(tick: Decimal) -> Decimal:
    """The highest price on the tick with 18 digits before the point."""
    return floor_to(WIRE_END - tick, tick)
