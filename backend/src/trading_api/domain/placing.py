"""A new order: refused and kept as such, held until its market trades, or let at the market."""

from msgspec.structs import replace

from trading_api.domain import matching, requests, risk
from trading_api.domain.accounts import AccountState, order_id
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.events import OrderAccepted, OrderHeld, OrderRejected
from trading_api.domain.evolution import Progress
from trading_api.domain.fills import Market
from trading_api.domain.orders import Order, StatusReason


def place(progress: Progress, command: PlaceOrder, market: Market) -> None:
    """Let an order of the account's owner in, or keep why it was refused."""
    order = _new_order(progress.state, command, market)
    request = requests.digest(command)
    if (reason := risk.refusal(progress.state, order, market)) is not None:
        order = replace(order, status="rejected", status_reason=reason)
        progress.emit(OrderRejected(order=order, request=request))
        return
    _enter(progress, order, request, market)


def force(progress: Progress, command: PlaceOrder, reason: StatusReason, market: Market) -> None:
    """Let an order of the engine in, whatever the account may do now; it keeps its reason."""
    order = _new_order(progress.state, command, market)
    _enter(progress, replace(order, status_reason=reason), requests.digest(command), market)


def _enter(progress: Progress, order: Order, request: str | None, market: Market) -> None:
    book = market.book(order.symbol)
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
