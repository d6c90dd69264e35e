"""Orders meet the market: on arrival, on a quote, on a trade, at the opening, at the end.

Each function here lets events happen to an account's progress; which orders are asked about is
the caller's affair, in which turn they are filled is ours.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain import (
    arrival,
    fills,
    linked,
    queueing,
    reactions,
    reducing,
    resting,
    risk,
    sums,
    taking,
    triggers,
)
from trading_api.domain.accounts import AccountState, execution_id, pool_key
from trading_api.domain.commands import ActivateOrders, MatchQuote, MatchTrade
from trading_api.domain.currencies import unit_of
from trading_api.domain.events import (
    OrderActivated,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderTrailed,
    OrderTriggered,
)
from trading_api.domain.fees import fee_of
from trading_api.domain.fills import Book, Fill, Market, Offer
from trading_api.domain.ids import OrderId
from trading_api.domain.money import ZERO, canonical, from_float
from trading_api.domain.orders import (
    IMMEDIATE,
    MATCHABLE,
    OPEN,
    Execution,
    Explanation,
    Order,
    Pool,
    StatusReason,
    TimeInForce,
)
from trading_api.domain.progress import Progress

END_REASONS: Mapping[TimeInForce, StatusReason] = {
    "day": StatusReason("session_ended", "the session that the order was for has ended"),
    "gtd": StatusReason("expire_at_reached", "the instant that the order was good till has come"),
    "gtc": StatusReason("max_age_reached", "the order has stood for as long as one may"),
}


def match_quote(progress: Progress, command: MatchQuote, market: Market) -> None:
    """Fill orders that were there before from the symbol's present quote.

    Those whose stop it reaches come last, in the turn in which they were reached.
    """
    book = market.book(command.symbol)
    if book is None or not (order_ids := _admitted(progress.state, command.order_ids, book)):
        return
    expire(progress, order_ids, market)
    triggered = _trigger(progress, order_ids, book, market)
    rivals = _rivals(progress, triggered)
    for wanted in _matching(progress, order_ids, [*triggered, *rivals]):
        _match(progress, wanted, book, market)
    for wanted in triggered:
        take(progress, wanted, market)
    for wanted in _matching(progress, rivals, ()):
        _match(progress, wanted, book, market)


def _admitted(state: AccountState, wanted: tuple[OrderId, ...], book: Book) -> tuple[OrderId, ...]:
    """Those of the orders that may be filled now: in extended hours only those that are for them.

    An order without a trigger is what extended hours admit, see `order_checks`.
    """
    if book.tradable:
        return wanted
    if not book.tradable_in("extended"):
        return ()
    return tuple(each for each in wanted if state.orders[each].session == "extended")


def _rivals(progress: Progress, triggered: Iterable[OrderId]) -> list[OrderId]:
    """Of one group a stop goes before a limit: the worse of two outcomes is the likelier."""
    state = progress.state
    return [
        rival.id for order_id in triggered for rival in linked.rivals(state, state.orders[order_id])
    ]


def _match(progress: Progress, wanted: OrderId, book: Book, market: Market) -> None:
    order = progress.state.orders[wanted]
    if fills.is_market(order):
        take(progress, wanted, market)
        return
    offer = book.opposite(order.side)
    if offer is None or order.status not in MATCHABLE:
        return
    pool = _pool(progress, order, offer)
    size = None if market.rules.liquidity == "ignore_size" else fills.available(offer, pool)
    wanted_at = sums.wants(progress, order, market)
    fill = resting.on_quote(
        order, offer, size, wanted_at, market.rules, book.seq, opening=book.opens_to(order.session)
    )
    if fill is not None:
        _fill(progress, order, fill, book, market, book.seq, pool)


def match_trade(progress: Progress, command: MatchTrade, market: Market) -> None:
    """Fill resting limits from a trade; what one gets, the next does not.

    Those whose stop the trade reaches, where that is what stops listen to, take from the quote.
    """
    trade = command.trade
    book = market.book(trade.symbol)
    if book is None or not (order_ids := _admitted(progress.state, command.order_ids, book)):
        return
    instrument = risk.known_instrument(market, trade.symbol)
    price = from_float(trade.price, instrument.tick_size)
    size = from_float(trade.size, instrument.quantity_step)
    expire(progress, order_ids, market)
    triggered: list[OrderId] = []
    if market.rules.trigger_source == "last":
        triggered = _trigger(progress, order_ids, book, market)
    given = ZERO
    for wanted in _matching(progress, order_ids, triggered):
        order = progress.state.orders[wanted]
        if order.status not in MATCHABLE:
            continue
        ahead = queueing.eat(progress, order, price, size, market)
        wanted_at = sums.wants(progress, order, market)
        fill = resting.on_trade(order, price, size - ahead - given, wanted_at, market.rules)
        if fill is not None:
            given += fill.quantity
            _fill(progress, order, fill, book, market, command.market_seq, None)
    for wanted in triggered:
        take(progress, wanted, market)


def activate(progress: Progress, command: ActivateOrders, market: Market) -> None:
    """Let held orders work, by arrival; what cannot be afforded any more is canceled."""
    book = market.book(command.symbol)
    if book is None or not (order_ids := _admitted(progress.state, command.order_ids, book)):
        return
    expire(progress, order_ids, market)
    for each in open_orders(progress.state, order_ids):
        order = progress.state.orders[each.id]
        if order.status != "held" or order.waits_for_parent:
            continue
        if fills.is_market(order) and book.opposite(order.side) is None:
            continue
        order, quantity = sums.converted(order, market)
        price = risk.reserve_price(progress.state, order, market)
        ticket = progress.state.tickets[order.id]
        reason = sums.too_little(order, market) or risk.margin_refusal(
            progress.state, order, price, market, ticket
        )
        if reason is None and order.post_only:
            reason = arrival.refusal(order, book, market.rules)
        if reason is not None:
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=reason))
            continue
        progress.emit(
            OrderActivated(
                order_id=order.id,
                time=market.now,
                expire_at=expire_at(order, market),
                reserve_price=price,
                quantity=quantity,
            )
        )
        arrive(progress, order.id, market)


def expire(progress: Progress, wanted: tuple[OrderId, ...], market: Market) -> None:
    """End those of the orders whose time is over."""
    for order in open_orders(progress.state, wanted):
        if order.expire_at is not None and order.expire_at <= market.now:
            reason = END_REASONS[order.time_in_force]
            progress.emit(OrderExpired(order_id=order.id, time=market.now, reason=reason))


def arrive(progress: Progress, wanted: OrderId, market: Market) -> None:
    """Let an order that begins to work, or has changed, meet the market for the first time."""
    order = progress.state.orders[wanted]
    if order.reduce_only and order.status in MATCHABLE:
        reducing.follow(progress, order.symbol, market.now)
        order = progress.state.orders[wanted]
    book = market.book(order.symbol)
    if book is None or order.status not in MATCHABLE or not book.tradable_in(order.session):
        return
    if not order.awaits_trigger or _trigger(progress, (wanted,), book, market):
        take(progress, wanted, market)
        queueing.join(progress, wanted, market)


def admit(progress: Progress, market: Market) -> None:
    """Let the orders that began to work in this step meet the market, and what that leads to."""
    reactions.settle(progress, market)
    while progress.arrivals:
        arrive(progress, progress.arrivals.pop(0), market)
        reactions.settle(progress, market)


def take(progress: Progress, wanted: OrderId, market: Market) -> None:
    """Let an order take what it can from the present quote."""
    order = progress.state.orders[wanted]
    book = market.book(order.symbol)
    offer = None if book is None else book.opposite(order.side)
    if book is None or offer is None or order.status not in MATCHABLE:
        return
    if not book.tradable_in(order.session):
        return
    if order.notional is None and not fills.marketable(order, offer.price):
        return
    instrument = risk.known_instrument(market, order.symbol)
    taken = _pool(progress, order, offer).taken
    spent = progress.state.tickets[wanted].filled_value
    for fill in taking.takes(order, book, offer, taken, spent, market.rules, instrument):
        order = progress.state.orders[wanted]
        _fill(progress, order, fill, book, market, book.seq, _pool(progress, order, offer))
    if order.notional is not None:
        sums.end_remainder(progress, wanted, offer.price, market)


def kill_rest(progress: Progress, wanted: OrderId, market: Market) -> None:
    """End what an immediate order did not get."""
    order = progress.state.orders[wanted]
    if order.time_in_force not in IMMEDIATE or order.status not in OPEN:
        return
    if order.time_in_force == "fok":
        text = f"all of {order.quantity:f} was not to be had at once"
        reason = StatusReason("fok_unfilled", text)
    else:
        text = f"{order.leaves:f} of {order.quantity:f} was not to be had at once"
        reason = StatusReason("ioc_remainder", text)
    progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=reason))


def _trigger(
    progress: Progress, wanted: Iterable[OrderId], book: Book, market: Market
) -> list[OrderId]:
    """Let stops follow the market or be reached by it; those reached, in their turn."""
    reached: list[tuple[tuple[Decimal, int], OrderId]] = []
    for order in open_orders(progress.state, wanted):
        if order.status not in MATCHABLE or not order.awaits_trigger:
            continue
        price = triggers.source_price(book, order.side, market.rules.trigger_source)
        if price is None:
            continue
        if triggers.reached(order, price):
            rank = progress.state.tickets[order.id].rank
            reached.append((triggers.turn(order, rank), order.id))
        else:
            _trail(progress, order, price, market)
    in_turn = [order_id for _, order_id in sorted(reached)]
    for order_id in in_turn:
        progress.emit(OrderTriggered(order_id=order_id, time=market.now))
    return in_turn


def _trail(progress: Progress, order: Order, price: Decimal, market: Market) -> None:
    instrument = risk.known_instrument(market, order.symbol)
    after = triggers.followed(order, price, instrument.tick_size)
    if after is order or after.high_water_mark is None or after.stop_price is None:
        return
    progress.emit(
        OrderTrailed(
            order_id=order.id,
            time=market.now,
            high_water_mark=after.high_water_mark,
            stop_price=after.stop_price,
            limit_price=after.limit_price,
        )
    )


def _matching(
    progress: Progress, wanted: Iterable[OrderId], but: Iterable[OrderId]
) -> list[OrderId]:
    """The named orders that can be filled, in their turn, without those that come later."""
    state, later = progress.state, frozenset(but)
    return fills.in_turn(
        (state.tickets[order.id].rank, order)
        for order in open_orders(state, wanted)
        if order.status in MATCHABLE and not order.awaits_trigger and order.id not in later
    )


def open_orders(state: AccountState, wanted: Iterable[OrderId]) -> list[Order]:
    """Those of the orders that are open, by their turn: a map's own order is no order at all."""
    tickets = state.tickets
    ranked = sorted((tickets[each].rank, each) for each in wanted if each in tickets)
    return [state.orders[each] for _, each in ranked]


def expire_at(order: Order, market: Market) -> int | None:
    """When an order that begins to work or to wait now ends; None when it has no end."""
    if order.time_in_force == "day":
        return market.end_of_session(order.symbol, order.session)
    age = market.rules.gtc_max_age_ms
    if order.time_in_force == "gtc" and age is not None:
        return order.created_at + age
    return order.expire_at


def _pool(progress: Progress, order: Order, offer: Offer) -> Pool:
    key = pool_key(order.symbol, order.side)
    return fills.current(offer, progress.state.pools.get(key))


def _fill(
    progress: Progress,
    order: Order,
    fill: Fill,
    book: Book,
    market: Market,
    market_seq: int,
    pool: Pool | None,
) -> None:
    state = progress.state
    cumulative = canonical(order.filled_quantity + fill.quantity)
    leaves = canonical(order.quantity - cumulative)
    instrument = risk.known_instrument(market, order.symbol)
    if order.notional is not None:
        spent = state.tickets[order.id].filled_value + fill.quantity * fill.price
        step = instrument.quantity_step
        leaves = fills.wanted(order, fill.price, spent, step)
    currency = instrument.currency
    execution = Execution(
        id=execution_id(state.account_id, state.executions_seq + 1),
        order_id=order.id,
        client_order_id=order.client_order_id,
        account_id=state.account_id,
        symbol=order.symbol,
        side=order.side,
        quantity=fill.quantity,
        price=fill.price,
        fee=fee_of(
            market.rules,
            fill.liquidity,
            fill.quantity,
            fill.price,
            unit_of(currency),
            order.filled_quantity,
        ),
        fee_currency=currency,
        liquidity=fill.liquidity,
        cumulative_quantity=cumulative,
        leaves_quantity=leaves,
        fidelity=book.fidelity,
        time=market.now,
        explanation=Explanation(
            rule=fill.rule,
            market_seq=market_seq,
            bid=None if book.bid is None else book.bid.price,
            ask=None if book.ask is None else book.ask.price,
            size_before=fill.size_before,
            size_after=fill.size_after,
            size_unknown=fill.size_before is None,
            slippage=fill.slippage,
            seed=fill.seed,
        ),
    )
    if pool is not None:
        pool = replace(pool, taken=pool.taken + fill.quantity)
    progress.emit(OrderFilled(execution=execution, pool=pool))
    reactions.settle(progress, market)
