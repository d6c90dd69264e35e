"""Whether the limits of a caller admit an order, in the order in which they are asked.

They hold what adds risk. An order that can only close is bound by the price collar and the rate
alone, so that a limit never keeps anybody in a position.
"""

from decimal import Decimal

from trading_api.domain.accounts import AccountState, order_id
from trading_api.domain.errors import TradingError
from trading_api.domain.fills import Market
from trading_api.domain.limits import NO_LIMITS, Limits
from trading_api.domain.margin import NO_EXPOSURE
from trading_api.domain.money import ZERO, canonical
from trading_api.domain.orders import Order, Side, StatusReason
from trading_api.domain.positions import shown
from trading_api.domain.valuation import currency_of, day_of, worth

MINUTE_MS = 60_000
PERCENT = Decimal("0.01")


def refusal(
    state: AccountState, order: Order, market: Market, *, present: Order | None = None
) -> StatusReason | None:
    """Why a limit forbids an order; with `present`, what an open order is to become.

    Raises:
        TradingError: `order_rate_limit`; such an order is not kept.
    """
    limits = market.limits
    if limits is NO_LIMITS:
        return None
    free = closes_only(state, order, present)
    reason = (
        (None if free else _too_large(state, order, market))
        or _outside_collar(order, market)
        or (None if free else _position_too_large(state, order, market, present))
        or (None if free or present else _too_many(state, limits))
        or (None if free else _lost_too_much(state, market))
    )
    if reason is None and present is None:
        _check_rate(state, market)
    return reason


def closes_only(state: AccountState, order: Order, present: Order | None = None) -> bool:
    """Whether an order can do no more than close, all others of its side filled before it."""
    if order.reduce_only or state.mode == "hedging":
        return order.reduce_only
    held = state.held(order.symbol)
    others = others_of_side(state, order, present)
    return others + order.leaves <= (held if order.side == "sell" else -held)


def others_of_side(state: AccountState, order: Order, present: Order | None = None) -> Decimal:
    """What the other open orders of the same side could still trade."""
    exposure = state.exposures.get(order.symbol, NO_EXPOSURE)
    total = exposure.buy_quantity if order.side == "buy" else exposure.sell_quantity
    if present is not None and state.tickets[present.id].reserve_price is not None:
        total -= present.leaves
    return total


def reference_price(order: Order, market: Market) -> Decimal | None:
    """What the market would give or take now; None where it says nothing."""
    return market_price(order.symbol, order.side, market)


def market_price(symbol: str, side: Side, market: Market) -> Decimal | None:
    """What the market of a symbol would take of a seller or give a buyer now, if it says so."""
    book = market.book(symbol)
    if book is None:
        return None
    offer = book.opposite(side) or (book.bid if side == "buy" else book.ask)
    return book.last if offer is None else offer.price


def _value(state: AccountState, order: Order, quantity: Decimal, market: Market) -> Decimal | None:
    """The value of a quantity at the order's price, in the account's currency, if it is known."""
    price = order.limit_price or order.stop_price or reference_price(order, market)
    rate = market.rate(currency_of(state, order.symbol, market), state.currency)
    return None if price is None or rate is None else quantity * price * rate


def _too_large(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    limits = market.limits
    most = limits.max_order_quantity
    if most is not None and order.quantity > most:
        text = f"quantity {order.quantity:f} is above the limit of {most:f} for one order"
        return StatusReason("max_order_size", text)
    value = _value(state, order, order.quantity, market)
    most = limits.max_order_notional
    if most is not None and value is not None and value > most:
        text = f"the order is worth {shown(value):f} {state.currency}, the limit is {most:f}"
        return StatusReason("max_order_size", text)
    return None


def _outside_collar(order: Order, market: Market) -> StatusReason | None:
    percent, reference = market.limits.price_collar_percent, reference_price(order, market)
    if percent is None or reference is None:
        return None
    width = reference * percent * PERCENT
    for name, price in (("limit_price", order.limit_price), ("stop_price", order.stop_price)):
        if price is not None and abs(price - reference) > width:
            text = (
                f"{name} {price:f} is more than {percent:f} % away from the market of "
                f"{reference:f} for {order.symbol}"
            )
            return StatusReason("price_collar", text)
    return None


def _position_too_large(
    state: AccountState, order: Order, market: Market, present: Order | None
) -> StatusReason | None:
    limits = market.limits
    if limits.max_position_quantity is None and limits.max_position_notional is None:
        return None
    held = _held_on_side(state, order)
    quantity = canonical(held + others_of_side(state, order, present) + order.leaves)
    most = limits.max_position_quantity
    if most is not None and quantity > most:
        text = f"the position could become {quantity:f} {order.symbol}, the limit is {most:f}"
        return StatusReason("max_position", text)
    value = _value(state, order, quantity, market)
    most = limits.max_position_notional
    if most is not None and value is not None and value > most:
        text = (
            f"the position in {order.symbol} could become worth {shown(value):f} "
            f"{state.currency}, the limit is {most:f}"
        )
        return StatusReason("max_position", text)
    return None


def _held_on_side(state: AccountState, order: Order) -> Decimal:
    """What is held in the direction of an order; negative where it is held against it."""
    if state.mode == "netting":
        held = state.held(order.symbol)
        return held if order.side == "buy" else -held
    return sum(
        (
            abs(each.quantity)
            for each in state.positions_of(order.symbol)
            if (each.quantity > 0) == (order.side == "buy")
        ),
        ZERO,
    )


def _too_many(state: AccountState, limits: Limits) -> StatusReason | None:
    most = limits.max_open_orders
    if most is None or len(state.tickets) < most:
        return None
    text = f"{len(state.tickets)} orders are open, the limit is {most}"
    return StatusReason("max_open_orders", text)


def _lost_too_much(state: AccountState, market: Market) -> StatusReason | None:
    most = market.limits.daily_loss
    if most is None:
        return None
    lost = day_of(state, market) - worth(state, market).equity
    if lost < most:
        return None
    text = f"the day's loss is {shown(lost):f} {state.currency}, the limit is {most:f}"
    return StatusReason("daily_loss_limit", text)


def _check_rate(state: AccountState, market: Market) -> None:
    most = market.limits.max_orders_per_minute
    if most is None or state.order_count < most:
        return
    first = state.orders[order_id(state.account_id, state.order_count - most + 1)]
    wait = first.created_at + MINUTE_MS - market.now
    if wait > 0:
        raise TradingError(
            "order_rate_limit",
            f"{most} orders were placed within a minute, which is the limit",
            details={"retry_after_ms": wait},
        )
