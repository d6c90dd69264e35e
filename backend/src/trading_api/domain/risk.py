"""What the state of things refuses: a reason that the order keeps as `rejected`.

What is wrong with the wish itself is the affair of `order_checks`.
"""

from decimal import Decimal

from trading_api.domain import arrival
from trading_api.domain.accounts import AccountState, Ticket, reserved_total, valuation
from trading_api.domain.errors import TradingError
from trading_api.domain.fills import Book, Market
from trading_api.domain.margin import NO_EXPOSURE, reserved
from trading_api.domain.market import SymbolInfo
from trading_api.domain.money import ZERO
from trading_api.domain.orders import IMMEDIATE, Order, StatusReason
from trading_api.domain.positions import shown


def known_instrument(market: Market, symbol: str) -> SymbolInfo:
    """The instrument of that name.

    Raises:
        TradingError: `unknown_symbol`.
    """
    instrument = market.instrument(symbol)
    if instrument is None:
        raise TradingError("unknown_symbol", f"symbol {symbol[:40]!r} is not known")
    return instrument


def reserve_price(order: Order, book: Book | None) -> Decimal | None:
    """What a unit of the order may come to; None while a market order has no market.

    It is the limit, else the stop, else the market; a sell is worth at least the bid. What may
    only reduce sets nothing aside.
    """
    if order.reduce_only:
        return None
    offer = None if book is None else book.opposite(order.side)
    price = order.limit_price
    if price is None and order.awaits_trigger:
        price = order.stop_price
    if price is None:
        return None if offer is None else offer.price
    if order.side == "buy" or offer is None:
        return price
    return max(price, offer.price)


def waits_for(order: Order, book: Book | None) -> StatusReason | None:
    """Why an order cannot work yet; None when it can."""
    if book is None:
        return StatusReason("no_market", f"no market data is connected for {order.symbol}")
    if not book.open:
        return StatusReason("market_closed", f"the market of {order.symbol} is closed")
    return None


def refusal(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    """Why a new order is rejected by the state of things; None when it is not."""
    return (
        _status_refusal(state, order)
        or _not_tradable(state, order, market)
        or _no_market_for(order, market.book(order.symbol))
        or arrival.refusal(order, market.book(order.symbol), market.rules)
        or margin_refusal(state, order, reserve_price(order, market.book(order.symbol)), market)
    )


def _status_refusal(state: AccountState, order: Order) -> StatusReason | None:
    if state.status == "halted":
        return StatusReason("account_halted", f"account {state.account_id} is halted")
    exposure = state.exposures.get(order.symbol, NO_EXPOSURE)
    others = exposure.buy_quantity if order.side == "buy" else exposure.sell_quantity
    if state.status == "reducing" and not only_closes(state, order, others):
        text = f"account {state.account_id} may only reduce, the order would do more than close"
        return StatusReason("reduce_only_mode", text)
    return None


def only_closes(state: AccountState, order: Order, others: Decimal = ZERO) -> bool:
    """Whether an order, beside `others` of its side, can do no more than close what is held."""
    held = state.held(order.symbol)
    return order.reduce_only or others + order.leaves <= (held if order.side == "sell" else -held)


def _not_tradable(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    instrument = known_instrument(market, order.symbol)
    if order.reduce_only:
        return None
    if instrument.currency != state.currency:
        why = f"is quoted in {instrument.currency}, the account is in {state.currency}"
    elif not instrument.shortable and order.side == "sell" and _goes_short(state, order):
        why = "cannot be sold short"
    else:
        return None
    return StatusReason("symbol_not_tradable", f"{order.symbol} {why}")


def _goes_short(state: AccountState, order: Order) -> bool:
    selling = state.exposures.get(order.symbol, NO_EXPOSURE).sell_quantity
    return state.held(order.symbol) - selling < order.leaves


def _no_market_for(order: Order, book: Book | None) -> StatusReason | None:
    """Immediate orders need a market now; market orders need one that is not old."""
    immediate = order.time_in_force in IMMEDIATE
    if (waiting := waits_for(order, book)) is not None:
        return waiting if immediate else None
    if book is None or not (immediate or order.kind == "market"):
        return None
    if not book.fresh:
        return StatusReason("stale_quote", f"the quote of {order.symbol} is too old to trade on")
    if order.kind == "market" and book.opposite(order.side) is None:
        side = "ask" if order.side == "buy" else "bid"
        return StatusReason("no_market", f"{order.symbol} has no {side} now")
    return None


def margin_refusal(
    state: AccountState,
    order: Order,
    price: Decimal | None,
    market: Market,
    ticket: Ticket | None = None,
) -> StatusReason | None:
    """Why the buying power does not suffice for an order at a price; None when it does.

    What only reduces adds nothing and is always allowed. A position without a market is taken at
    its cost. With `ticket` the order is an open one that already reserves what the ticket says of
    its present quantity.
    """
    if price is None:
        return None
    held = state.held(order.symbol)
    before = state.exposures.get(order.symbol, NO_EXPOSURE)
    without = before
    if ticket is not None and ticket.reserve_price is not None:
        present = state.orders[order.id].leaves
        without = before.changed(order.side, -present, -present * ticket.reserve_price)
    after = without.changed(order.side, order.leaves, order.leaves * price)
    base = reserved(without, held)
    need = reserved(after, held) - base
    if need <= ZERO:
        return None
    power = buying_power(state, market) + reserved(before, held) - base
    if need <= power:
        return None
    return StatusReason(
        "insufficient_margin",
        f"the order would set aside {shown(need):f} {state.currency}, "
        f"the buying power is {shown(power):f}",
    )


def buying_power(state: AccountState, market: Market) -> Decimal:
    """Equity less what is used and reserved, positions without a market taken at their cost."""

    def mark(symbol: str, quantity: Decimal) -> Decimal | None:
        book = market.book(symbol)
        return None if book is None else book.mark(quantity)

    worth = valuation(state, mark)
    return state.balance + worth.unrealized - worth.used - reserved_total(state)
