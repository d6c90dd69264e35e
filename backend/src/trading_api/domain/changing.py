"""Open orders are changed by their owner, at once or when the change has come to the market."""

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain import (
    arrival,
    latency,
    linked,
    matching,
    order_checks,
    risk,
    sums,
    triggers,
)
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import ActPending, ModifyOrder
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.events import OrderChangeRefused, OrderReplaced
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.money import canonical
from trading_api.domain.orders import MATCHABLE, OPEN, Order, StatusReason
from trading_api.domain.progress import Progress


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


def modify(progress: Progress, command: ModifyOrder, market: Market) -> None:
    """Change an open order, at once or, where that takes time, on its way.

    Raises:
        TradingError: `not_found`, `order_final`, `version_conflict`, `conflict` when a change is on
            its way already, or what is wrong with the change.
    """
    order = open_order(progress.state, command.order_id)
    latency.check_settled(order)
    _check_unchanged(order, command)
    change = _change(progress.state, order, command, market)
    if change is None:
        return
    if latency.applies(order, market):
        latency.ask(progress, order, replace(command, version=None), market)
    else:
        _apply(progress, change, market)


def _change(
    state: AccountState, order: Order, command: ModifyOrder, market: Market
) -> OrderReplaced | None:
    """What a command makes of an order; None when it is that already."""
    after = _modified(state, order, command, market)
    if after == order:
        return None
    ticket = state.tickets[order.id]
    book = market.book(order.symbol)
    price = None
    if not order.waits_for_parent:
        price = risk.reserve_price(state, after, market) or ticket.reserve_price
    reason = risk.change_refusal(state, order, after, price, market)
    if reason is None and order.status in MATCHABLE and _prices(after) != _prices(order):
        reason = arrival.refusal(after, book, market.rules)
    if reason is not None:
        raise TradingError(reason.code, reason.message, order_id=order.id)
    return OrderReplaced(
        order_id=order.id,
        time=market.now,
        quantity=after.quantity,
        limit_price=after.limit_price,
        reserve_price=price,
        stop_price=after.stop_price,
        trail=after.trail,
        expire_at=after.expire_at,
        confirms=order.status == "pending_replace",
    )


def _apply(progress: Progress, change: OrderReplaced, market: Market) -> None:
    rank = progress.state.tickets[change.order_id].rank
    progress.emit(change)
    order = progress.state.orders[change.order_id]
    if order.status in MATCHABLE and progress.state.tickets[order.id].rank != rank:
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


def _modified(state: AccountState, order: Order, command: ModifyOrder, market: Market) -> Order:
    instrument = risk.known_instrument(market, order.symbol)
    after = order
    if command.quantity is not None:
        quantity = command.quantity
        if quantity != order.quantity and order.notional is not None:
            message = f"order {order.id} is for {order.notional:f} and has no quantity of its own"
            raise InvalidPayload("quantity", message, "immutable_field")
        if quantity != order.quantity and (linked.is_exclusive(order) or order.parent_id):
            message = f"quantity of order {order.id} follows its group and cannot be changed"
            raise InvalidPayload("quantity", message, "immutable_field")
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
        if after.notional is not None:
            spent = state.tickets[order.id].filled_value
            left = sums.estimated_quantity(after, market, spent)
            after = replace(after, quantity=canonical(order.filled_quantity + left))
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


def act(progress: Progress, command: ActPending, market: Market) -> None:
    """Let what has come act: ends and changes before the market event, new orders after it."""
    if command.arrivals:
        latency.arrive(progress, command.order_ids, market)
        return
    for order in latency.due(progress, command.order_ids, market):
        change = progress.state.tickets[order.id].change
        if order.status == "pending_replace" and change is not None:
            _change_now(progress, order, change, market)


def _change_now(progress: Progress, order: Order, command: ModifyOrder, market: Market) -> None:
    """A change that was right when it was asked may not be any more."""
    try:
        change = _change(progress.state, order, command, market)
    except TradingError as error:
        reason = StatusReason(error.code, error.message)
        progress.emit(OrderChangeRefused(order_id=order.id, time=market.now, reason=reason))
        return
    if change is None:
        reason = StatusReason("unchanged", "the order was that already")
        progress.emit(OrderChangeRefused(order_id=order.id, time=market.now, reason=reason))
    else:
        _apply(progress, change, market)
