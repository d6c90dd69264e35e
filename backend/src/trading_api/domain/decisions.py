"""What may be done with an account: `decide` turns a command and the market into events.

A refusal that leaves no trace is raised; all else is an event. The same state, command and market
give the same events, bit by bit.
"""

from decimal import Decimal
from typing import assert_never

from msgspec.structs import replace

from trading_api.domain import (
    administration,
    arrival,
    closing,
    linked,
    matching,
    order_checks,
    placing,
    risk,
    stop_out,
    sums,
    triggers,
)
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    ActivateOrders,
    CancelAllOrders,
    CancelOrder,
    CheckMargin,
    ClosePosition,
    Command,
    ExpireOrders,
    FireDeadman,
    HaltAccount,
    MatchQuote,
    MatchTrade,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ResumeAccount,
    SetDeadman,
    SetLeverage,
    SetPositionExits,
)
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.events import (
    OrderCanceled,
    OrderReplaced,
)
from trading_api.domain.evolution import Decision, Progress
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId
from trading_api.domain.money import canonical, exact
from trading_api.domain.orders import MATCHABLE, OPEN, Order


@exact
def decide(state: AccountState | None, command: Command, market: Market) -> Decision:
    """What a command leads to.

    Raises:
        TradingError: the command is refused and nothing has happened.
    """
    progress = Progress(state)
    match command:
        case (
            OpenAccount()
            | ResetAccount()
            | HaltAccount()
            | ResumeAccount()
            | SetLeverage()
            | SetDeadman()
            | FireDeadman()
        ):
            administration.administer(progress, command, market)
        case CheckMargin():
            stop_out.check(progress, market)
        case PlaceOrder():
            _check(progress.state, command, market)
            placing.place(progress, command, market)
        case ModifyOrder():
            _modify(progress, command, market)
        case CancelOrder():
            order = open_order(progress.state, command.order_id)
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))
        case CancelAllOrders():
            _cancel_all(progress, command, market)
        case ClosePosition():
            closing.close(progress, command, market)
        case SetPositionExits():
            placing.place_exits(progress, command, market)
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
    matching.admit(progress, market)
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


def _check(state: AccountState, command: PlaceOrder, market: Market) -> None:
    instrument = risk.known_instrument(market, command.symbol)
    order_checks.check_place(instrument, command, market.now)
    if command.position_id is not None:
        closing.check_target(state, command)
    linked.check(state, instrument, command, market.book(command.symbol), market.now)
    if command.notional is not None:
        quantity = placing.new_order(state, command, market).quantity
        if command.limit_price is not None or market.book(command.symbol) is not None:
            order_checks.check_estimate(instrument, command.notional, quantity)


def _modify(progress: Progress, command: ModifyOrder, market: Market) -> None:
    state = progress.state
    order = open_order(state, command.order_id)
    _check_unchanged(order, command)
    after = _modified(state, order, command, market)
    if after == order:
        return
    ticket = state.tickets[order.id]
    book = market.book(order.symbol)
    price = risk.reserve_price(state, after, market) or ticket.reserve_price
    reason = risk.change_refusal(state, order, after, price, market)
    if reason is None and order.status in MATCHABLE and _prices(after) != _prices(order):
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


def _cancel_all(progress: Progress, command: CancelAllOrders, market: Market) -> None:
    for order in matching.open_orders(progress.state, progress.state.tickets):
        if command.symbol in (None, order.symbol):
            progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=None))
