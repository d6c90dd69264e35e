"""What may be done with an account: `decide` turns a command and the market into events.

A refusal that leaves no trace is raised; all else is an event. The same state, command and market
give the same events, bit by bit.
"""

import hashlib
from decimal import Decimal
from typing import assert_never

import msgspec
from msgspec.structs import replace

from trading_api.domain import arrival, matching, order_checks, risk, triggers
from trading_api.domain.accounts import AccountState, order_id
from trading_api.domain.commands import (
    ActivateOrders,
    CancelAllOrders,
    CancelOrder,
    ClosePosition,
    Command,
    ExpireOrders,
    MatchQuote,
    MatchTrade,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
)
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.events import (
    AccountOpened,
    OrderAccepted,
    OrderCanceled,
    OrderHeld,
    OrderRejected,
    OrderReplaced,
)
from trading_api.domain.evolution import Decision, Progress
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.money import exact
from trading_api.domain.orders import MATCHABLE, OPEN, Order, OrderType, Side

PLAIN: frozenset[OrderType] = frozenset({"market", "limit"})
"""Types of which an order shows all that was asked, whatever happens to it before its answer."""


@exact
def decide(state: AccountState | None, command: Command, market: Market) -> Decision:
    """What a command leads to.

    Raises:
        TradingError: the command is refused and nothing has happened.
    """
    progress = Progress(state)
    match command:
        case OpenAccount():
            _open(progress, command, market)
        case PlaceOrder():
            order_checks.check_place(
                risk.known_instrument(market, command.symbol), command, market.now
            )
            _place(progress, command, market)
        case ModifyOrder():
            _modify(progress, command, market)
        case CancelOrder():
            order = open_order(progress.state, command.order_id)
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))
        case CancelAllOrders():
            _cancel_all(progress, command, market)
        case ClosePosition():
            _close(progress, command, market)
        case MatchQuote():
            matching.match_quote(progress, command, market)
        case MatchTrade():
            matching.match_trade(progress, command, market)
        case ActivateOrders():
            matching.activate(progress, command, market)
        case ExpireOrders():
            matching.expire(progress, command.order_ids, market)
        case _:
            assert_never(command)
    return progress.finish()


def known_order(state: AccountState, wanted: OrderId) -> Order:
    """An order of the account.

    Raises:
        TradingError: `not_found`.
    """
    order = state.orders.get(wanted)
    if order is None:
        raise TradingError("not_found", f"there is no order {wanted[:80]!r}")
    return order


def open_order(state: AccountState, wanted: OrderId) -> Order:
    """An order of the account that is not final.

    Raises:
        TradingError: `not_found`, `order_final`.
    """
    order = known_order(state, wanted)
    if order.status not in OPEN:
        message = f"order {order.id} is {order.status}"
        raise TradingError("order_final", message, order_id=order.id)
    return order


def first_answer(state: AccountState, command: PlaceOrder) -> Order | None:
    """The order as it was answered when this request came first; None for a new request.

    Raises:
        TradingError: `duplicate_client_order_id` when another request had the id.
    """
    if command.client_order_id is None:
        return None
    first = state.first_answers.get(command.client_order_id)
    if first is None:
        return None
    if _request_of(command) != _first_request(state, first):
        raise TradingError(
            "duplicate_client_order_id",
            f"client_order_id {command.client_order_id!r} belongs to order {first.id}, which was "
            "placed by another request",
            order_id=first.id,
        )
    return first


def _request_of(command: PlaceOrder) -> object:
    """What tells a request from others: its members, or a digest where those do not last."""
    if (digest := _digest(command)) is not None:
        return digest
    asked = (command.symbol, command.side, command.kind, command.quantity, command.limit_price)
    return (*asked, command.time_in_force, command.tag)


def _first_request(state: AccountState, first: Order) -> object:
    if (digest := state.requests.get(first.client_order_id)) is not None:
        return digest
    had = (first.symbol, first.side, first.kind, first.quantity, first.limit_price)
    return (*had, first.time_in_force, first.tag)


def _digest(command: PlaceOrder) -> str | None:
    """Of a request that the order alone does not tell; None for the plain ones, which are many."""
    if (
        command.kind in PLAIN
        and command.expire_at is None
        and not (command.post_only or command.reduce_only)
    ):
        return None
    data = msgspec.json.encode(replace(command, client_order_id=None))
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _open(progress: Progress, command: OpenAccount, market: Market) -> None:
    progress.emit(
        AccountOpened(
            time=market.now,
            account_id=command.account_id,
            principal_id=command.principal_id,
            name=command.name,
            currency=command.currency,
            balance=command.balance,
        )
    )


def _place(progress: Progress, command: PlaceOrder, market: Market) -> None:
    order = _new_order(progress.state, command, market)
    book = market.book(order.symbol)
    request = _digest(command)
    if (reason := risk.refusal(progress.state, order, market)) is not None:
        order = replace(order, status="rejected", status_reason=reason)
        progress.emit(OrderRejected(order=order, request=request))
        return
    order = replace(order, expire_at=matching.expire_at(order, market))
    price = risk.reserve_price(order, book)
    if (reason := risk.waits_for(order, book)) is not None:
        order = replace(order, status="held", status_reason=reason)
        progress.emit(OrderHeld(order=order, reserve_price=price, request=request))
        return
    progress.emit(OrderAccepted(order=order, reserve_price=price, request=request))
    matching.arrive(progress, order.id, market)
    matching.kill_rest(progress, order.id, market)


def _new_order(state: AccountState, command: PlaceOrder, market: Market) -> Order:
    new_id = order_id(state.account_id, state.order_count + 1)
    client_order_id = command.client_order_id or str(new_id)
    while command.client_order_id is None and client_order_id in state.first_answers:
        client_order_id += "-"
    return Order(
        id=new_id,
        client_order_id=client_order_id,
        account_id=state.account_id,
        symbol=command.symbol,
        side=command.side,
        kind=command.kind,
        quantity=command.quantity,
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        trail=command.trail,
        time_in_force=command.time_in_force,
        expire_at=command.expire_at,
        post_only=command.post_only,
        reduce_only=command.reduce_only,
        tag=command.tag,
        status="working",
        created_at=market.now,
        updated_at=market.now,
    )


def _modify(progress: Progress, command: ModifyOrder, market: Market) -> None:
    state = progress.state
    order = open_order(state, command.order_id)
    _check_unchanged(order, command)
    after = _modified(order, command, market)
    if after == order:
        return
    ticket = state.tickets[order.id]
    book = market.book(order.symbol)
    price = risk.reserve_price(after, book) or ticket.reserve_price
    reason = risk.margin_refusal(state, after, price, market, ticket)
    if reason is None and _prices(after) != _prices(order):
        reason = arrival.refusal(after, book, market.rules)
    if reason is not None:
        raise TradingError(reason.code, reason.message, order_id=order.id)
    progress.emit(
        OrderReplaced(
            order_id=order.id,
            time=market.now,
            quantity=after.quantity,
            limit_price=after.limit_price,
            reserve_price=price,
            stop_price=after.stop_price,
            trail=after.trail,
            expire_at=after.expire_at,
        )
    )
    if order.status in MATCHABLE and progress.state.tickets[order.id].rank != ticket.rank:
        matching.arrive(progress, order.id, market)


def _prices(order: Order) -> tuple[Decimal | None, Decimal | None]:
    return (order.limit_price, order.stop_price)


def _check_unchanged(order: Order, command: ModifyOrder) -> None:
    if command.version is not None and command.version != order.version:
        message = f"order {order.id} has version {order.version}, not {command.version}"
        raise TradingError("version_conflict", message, order_id=order.id)
    for field, wanted, present in (
        ("symbol", command.symbol, order.symbol),
        ("side", command.side, order.side),
        ("type", command.kind, order.kind),
        ("time_in_force", command.time_in_force, order.time_in_force),
    ):
        if wanted is not None and wanted != present:
            message = f"{field} of order {order.id} is {present} and cannot be changed"
            raise InvalidPayload(field, message, "immutable_field")


def _modified(order: Order, command: ModifyOrder, market: Market) -> Order:
    instrument = risk.known_instrument(market, order.symbol)
    after = order
    if command.quantity is not None:
        quantity = command.quantity
        order_checks.check_quantity(instrument, quantity)
        if quantity <= order.filled_quantity:
            message = f"quantity {quantity:f} is not above {order.filled_quantity:f} already filled"
            raise InvalidPayload("quantity", message, "quantity_below_filled")
        after = replace(after, quantity=quantity)
    if command.trail is not None:
        _check_has(order, "trail")
        order_checks.check_trail(instrument, command.trail)
        after = replace(after, trail=command.trail)
        if after.high_water_mark is not None:
            after = triggers.at_mark(after, after.high_water_mark, instrument.tick_size)
    if command.stop_price is not None:
        _check_has(order, "stop_price")
        order_checks.check_price(instrument, "stop_price", command.stop_price)
        after = replace(after, stop_price=command.stop_price)
    if command.limit_price is not None:
        _check_has(order, "limit_price")
        order_checks.check_price(instrument, "limit_price", command.limit_price)
        after = replace(after, limit_price=command.limit_price)
    if command.expire_at is not None:
        if order.time_in_force != "gtd":
            message = f"an order that is {order.time_in_force} takes no expire_at"
            raise InvalidPayload("expire_at", message)
        order_checks.check_end(command.expire_at, market.now)
        after = replace(after, expire_at=command.expire_at)
    return after


def _check_has(order: Order, field: str) -> None:
    """Refuse to change what an order of this type has not, or what has done its work."""
    if field not in order_checks.NEEDED[order.kind]:
        raise InvalidPayload(field, f"a {order.kind} order takes no {field}")
    if field != "limit_price" and order.triggered_at is not None:
        message = f"{field} of order {order.id} was reached at {order.triggered_at}"
        raise InvalidPayload(field, message, "immutable_field")


def _cancel_all(progress: Progress, command: CancelAllOrders, market: Market) -> None:
    for order in matching.open_orders(progress.state, progress.state.tickets):
        if command.symbol in (None, order.symbol):
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))


def _close(progress: Progress, command: ClosePosition, market: Market) -> None:
    state = progress.state
    held = state.held(command.symbol)
    if not held:
        raise TradingError("not_found", f"there is no position in {command.symbol[:40]!r}")
    quantity = command.quantity
    if quantity is None:
        quantity = abs(held)
    else:
        order_checks.check_quantity(risk.known_instrument(market, command.symbol), quantity)
    side: Side = "sell" if held > 0 else "buy"
    closing = [
        order
        for order in matching.open_orders(state, state.tickets)
        if (order.symbol, order.side, order.kind) == (command.symbol, side, "market")
    ]
    free = abs(held) - sum(order.leaves for order in closing)
    if quantity > free and closing:
        message = f"order {closing[0].id} is closing the position in {command.symbol} already"
        raise TradingError("conflict", message, order_id=closing[0].id)
    if quantity > free:
        message = f"quantity {quantity:f} is above the position of {abs(held):f} {command.symbol}"
        raise InvalidPayload("quantity", message, "quantity_out_of_range")
    place = PlaceOrder(symbol=command.symbol, side=side, kind="market", quantity=quantity)
    _place(progress, place, market)
