"""What an order takes that meets the market: displayed sizes, price by price, and how much worse.

The prices that can be reached are rungs; all of them share the account's pool, so that what was
taken on a walk is gone for the next order, too.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from trading_api.domain import chance
from trading_api.domain.fills import Book, Fill, Offer, marketable, wanted
from trading_api.domain.market import SymbolInfo
from trading_api.domain.money import ZERO, canonical, ratio, round_to
from trading_api.domain.orders import CONDITIONAL, FillRule, Order, Side
from trading_api.domain.rules import (
    BasisPointSlippage,
    ChanceSlippage,
    Rules,
    SizeSlippage,
    TickSlippage,
)

BASIS_POINT = Decimal("0.0001")


class Rung(NamedTuple):
    """A price, and the size that can be had down to it; None: without end."""

    price: Decimal
    reach: Decimal | None


def takes(
    order: Order,
    book: Book,
    offer: Offer,
    taken: Decimal,
    spent: Decimal,
    rules: Rules,
    instrument: SymbolInfo,
) -> list[Fill]:
    """What an order gets at once, never worse than its limit.

    `taken` is what the account has taken of the offer already, `spent` what the order's fills came
    to. A `fok` order takes nothing unless all of it is to be had.
    """
    step = instrument.quantity_step
    rungs = list(
        takewhile(
            lambda rung: marketable(order, rung.price),
            _rungs(order.side, book, offer, rules, instrument),
        )
    )
    if not rungs:
        return []
    if order.time_in_force == "fok":
        all_of_it = wanted(order, offer.price, spent, step)
        if not _reaches(rungs, taken + all_of_it):
            return []
    found: list[Fill] = []
    got = ZERO
    for rung in rungs:
        size = None if rung.reach is None else max(rung.reach - taken, ZERO)
        left = wanted(order, rung.price, spent, step) - (ZERO if order.notional else got)
        quantity = left if size is None else min(left, size)
        if quantity <= 0:
            if left <= 0:
                break
            continue
        fill = _fill(order, rung.price, quantity, size, book, rules, instrument)
        if order.notional is not None and fill.slippage:
            affordable = wanted(order, fill.price, spent, step)
            fill = fill._replace(quantity=min(fill.quantity, affordable))
            if not fill.quantity:
                break
        found.append(fill)
        got, taken = got + fill.quantity, taken + fill.quantity
        spent += fill.quantity * fill.price
    return found


def _reaches(rungs: list[Rung], wanted: Decimal) -> bool:
    reach = rungs[-1].reach
    return reach is None or reach >= wanted


def _rungs(
    side: Side, book: Book, offer: Offer, rules: Rules, instrument: SymbolInfo
) -> Iterator[Rung]:
    """The displayed price, then worse ones where orders walk."""
    size = offer.size
    if size is None or rules.liquidity == "ignore_size":
        yield Rung(offer.price, None)
        return
    yield Rung(offer.price, size)
    if rules.liquidity != "walk":
        return
    reach = size
    for price, more in _deeper(side, book, offer, size, rules, instrument):
        reach += more
        yield Rung(price, reach)


def _deeper(
    side: Side, book: Book, offer: Offer, size: Decimal, rules: Rules, instrument: SymbolInfo
) -> Iterator[tuple[Decimal, Decimal]]:
    """Levels beyond the best: those of the depth where it is known, else imagined ones."""
    known = book.asks if side == "buy" else book.bids
    if known:
        worse = (level for level in known if (level[0] - offer.price) * _sign(side) > 0)
        yield from worse
        return
    for step in range(1, rules.walk_levels + 1):
        price = offer.price + _sign(side) * step * instrument.tick_size
        if price <= 0:
            return
        yield price, size


def _sign(side: Side) -> int:
    return 1 if side == "buy" else -1


def _fill(
    order: Order,
    price: Decimal,
    quantity: Decimal,
    size: Decimal | None,
    book: Book,
    rules: Rules,
    instrument: SymbolInfo,
) -> Fill:
    seed = None
    if isinstance(rules.slippage, ChanceSlippage):
        seed = chance.seed_of(rules, order.id, book.seq)
    worse = _slippage(book, price, quantity, size, rules, instrument, seed)
    slipped = _slipped(order, price, worse, instrument.tick_size)
    return Fill(
        quantity=canonical(quantity),
        price=slipped,
        liquidity="taker",
        rule=_rule(order),
        size_before=None if size is None else canonical(size),
        size_after=None if size is None else canonical(size - quantity),
        slippage=canonical(abs(slipped - price)),
        seed=seed,
    )


def _rule(order: Order) -> FillRule:
    if order.limit_price is not None:
        return "limit_taker"
    return "triggered" if order.kind in CONDITIONAL else "market"


def _slipped(order: Order, price: Decimal, worse: Decimal, tick: Decimal) -> Decimal:
    """The price that much worse, but not beyond the limit and not below one tick."""
    if not worse:
        return price
    limit = order.limit_price
    if order.side == "buy":
        return canonical(price + worse if limit is None else min(price + worse, limit))
    return canonical(max(price - worse, tick if limit is None else limit))


def _slippage(
    book: Book,
    price: Decimal,
    quantity: Decimal,
    size: Decimal | None,
    rules: Rules,
    instrument: SymbolInfo,
    seed: str | None,
) -> Decimal:
    tick = instrument.tick_size
    match rules.slippage:
        case TickSlippage(ticks=ticks):
            return ticks * tick
        case ChanceSlippage(probability=probability) if seed is not None:
            return tick if chance.draw(seed) < probability else ZERO
        case BasisPointSlippage(bps=bps):
            return round_to(price * bps * BASIS_POINT, tick)
        case SizeSlippage(factor=factor):
            if not size or book.bid is None or book.ask is None:
                return ZERO
            spread = max(book.ask.price - book.bid.price, ZERO)
            return round_to(ratio(factor * spread * quantity, size), tick)
        case _:
            return ZERO
