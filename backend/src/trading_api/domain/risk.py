"""What the state of things refuses: a reason that the order keeps as `rejected`.

What is wrong with the wish itself is the affair of `order_checks`.
"""

from decimal import Decimal

from trading_api.domain import arrival, fills, limit_checks, self_trade
from trading_api.domain.accounts import AccountState, Ticket, pool_key
from trading_api.domain.errors import TradingError
from trading_api.domain.fills import Book, Market
from trading_api.domain.margin import NO_EXPOSURE
from trading_api.domain.market import SymbolInfo
from trading_api.domain.money import ZERO, canonical
from trading_api.domain.orders import IMMEDIATE, Order, StatusReason
from trading_api.domain.positions import shown
from trading_api.domain.valuation import added_value, currency_of, margin_for, worth


def known_instrument(market: Market, symbol: str) -> SymbolInfo:
    """The instrument of that name.

    Raises:
        TradingError: `unknown_symbol`.
    """
    instrument = market.instrument(symbol)
    if instrument is None:
        raise TradingError("unknown_symbol", f"symbol {symbol[:40]!r} is not known")
    return instrument


def reserve_price(state: AccountState, order: Order, market: Market) -> Decimal | None:
    """What a unit of the order may come to; None where nothing is known of it.

    It is the limit, else the stop, else the market; a sell is worth at least the ask, which is what
    a short position is valued at. What may stand beyond the present quote is taken at the market
    with a buffer. What may only reduce sets nothing aside.
    """
    if order.reduce_only:
        return None
    book = market.book(order.symbol)
    price = order.limit_price
    if price is None and order.awaits_trigger:
        price = order.stop_price
    if price is not None and (order.side == "buy" or book is None):
        return price
    offer = None if book is None else book.ask or book.bid
    if order.side == "buy":
        offer = None if book is None else book.ask
    if offer is None:
        return price
    reference = offer.price
    if _may_stand(state, order, market):
        reference = canonical(reference * (1 + market.rules.market_buffer))
    return reference if price is None else max(price, reference)


def _may_stand(state: AccountState, order: Order, market: Market) -> bool:
    """Whether a part of an order may still wait when the present quote is used up."""
    book = market.book(order.symbol)
    offer = None if book is None else book.opposite(order.side)
    if book is None or offer is None or order.awaits_trigger:
        return True
    if order.time_in_force in IMMEDIATE:
        return False
    if market.rules.liquidity == "ignore_size" and fills.is_market(order):
        return not book.tradable_in(order.session)
    if not book.tradable_in(order.session) or not fills.marketable(order, offer.price):
        return True
    size = fills.available(offer, state.pools.get(pool_key(order.symbol, order.side)))
    return size is not None and size < order.leaves


def waits_for(order: Order, book: Book | None) -> StatusReason | None:
    """Why an order cannot work yet; None when it can."""
    if book is None:
        return StatusReason("no_market", f"no market data is connected for {order.symbol}")
    if not book.open_to(order.session):
        hours = "in extended hours" if book.extended else "closed"
        return StatusReason("market_closed", f"the market of {order.symbol} is {hours}")
    return None


def refusal(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    """Why a new order is rejected by the state of things; None when it is not."""
    return (
        _status_refusal(state, order)
        or _not_tradable(state, order, market)
        or _no_market_for(order, market.book(order.symbol))
        or arrival.refusal(order, market.book(order.symbol), market.rules)
        or limit_checks.refusal(state, order, market)
        or self_trade.refusal(state, order, market)
        or margin_refusal(state, order, reserve_price(state, order, market), market)
    )


def change_refusal(
    state: AccountState, present: Order, after: Order, price: Decimal | None, market: Market
) -> StatusReason | None:
    """Why an open order may not become another; None when it may."""
    return (
        _status_refusal(state, after, present)
        or limit_checks.refusal(state, after, market, present=present)
        or self_trade.refusal(state, after, market)
        or margin_refusal(state, after, price, market, state.tickets[present.id])
    )


def _status_refusal(
    state: AccountState, order: Order, present: Order | None = None
) -> StatusReason | None:
    if state.status == "halted":
        return StatusReason("account_halted", f"account {state.account_id} is halted")
    if state.status == "reducing" and not limit_checks.closes_only(state, order, present):
        text = f"account {state.account_id} may only reduce, the order would do more than close"
        return StatusReason("reduce_only_mode", text)
    return None


def _not_tradable(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    instrument = known_instrument(market, order.symbol)
    if order.reduce_only or instrument.shortable or order.side == "buy":
        return None
    if not _goes_short(state, order):
        return None
    return StatusReason("symbol_not_tradable", f"{order.symbol} cannot be sold short")


def _goes_short(state: AccountState, order: Order) -> bool:
    if state.mode == "hedging":
        return True
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
    """Why the free margin does not suffice for an order at a price; None when it does.

    What only reduces adds nothing and is always allowed. A position without a market is taken at
    its cost; without a rate that is needed nothing can be added. With `ticket` the order is an open
    one that already reserves what the ticket says of its present quantity.
    """
    if price is None:
        return None
    before = state.exposures.get(order.symbol, NO_EXPOSURE)
    without = before
    if ticket is not None and ticket.reserve_price is not None:
        present = state.orders[order.id].leaves
        without = before.changed(order.side, -present, -present * ticket.reserve_price)
    after = without.changed(order.side, order.leaves, order.leaves * price)
    symbol = order.symbol
    old, new = added_value(state, symbol, without), added_value(state, symbol, after)
    if new <= old:
        return None
    found = worth(state, market)
    if missing := found.no_rate | _unrated(state, order.symbol, market):
        text = f"no rate converts {', '.join(sorted(missing))} to {state.currency}"
        return StatusReason("no_market", text)

    def margin(value: Decimal) -> Decimal:
        return margin_for(state, symbol, value, market) or ZERO

    base = margin(old)
    need, free = margin(new) - base, found.free
    if without is not before:
        free += margin(added_value(state, symbol, before)) - base
    if need <= free:
        return None
    return StatusReason(
        "insufficient_margin",
        f"the order would set aside {shown(need):f} {state.currency}, "
        f"the free margin is {shown(free):f}",
    )


def _unrated(state: AccountState, symbol: str, market: Market) -> frozenset[str]:
    currency = currency_of(state, symbol, market)
    known = currency == state.currency or market.rate(currency, state.currency) is not None
    return frozenset() if known else frozenset({currency})
