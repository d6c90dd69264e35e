"""A new order: refused and kept as such, held until its market trades, or let at the market."""

from msgspec.structs import replace

from trading_api.domain import (
    linked,
    matching,
    position_exits,
    requests,
    risk,
    self_trade,
    sums,
)
from trading_api.domain.accounts import AccountState, group_id, order_id, position_group
from trading_api.domain.commands import PlaceOrder, SetPositionExits
from trading_api.domain.errors import TradingError
from trading_api.domain.events import OrderAccepted, OrderHeld, OrderRejected
from trading_api.domain.fills import Market
from trading_api.domain.ids import OrderId, PositionId
from trading_api.domain.orders import Order, StatusReason
from trading_api.domain.progress import Progress


def place(
    progress: Progress, command: PlaceOrder, market: Market, request: str | None = None
) -> StatusReason | None:
    """Let an order of the account's owner in, or keep why it was refused: gives that reason.

    `request` is the digest of what was asked, where that was not this order itself.
    """
    if linked.group_type(command) is not None:
        return _place_linked(progress, command, market)
    order = new_order(progress.state, command, market)
    request = request or requests.digest(command)
    if (reason := risk.refusal(progress.state, order, market)) is not None:
        if reason.code == "self_trade":
            self_trade.let_oldest_go(progress, order, market)
        _reject(progress, order, reason, request)
        return reason
    _enter(progress, order, market, request)
    _meet_market(progress, order.id, market)
    return None


def refuse(
    progress: Progress, command: PlaceOrder, reason: StatusReason, market: Market, request: str
) -> None:
    """Keep why an order was refused."""
    _reject(progress, new_order(progress.state, command, market), reason, request)


def _meet_market(progress: Progress, wanted: OrderId, market: Market) -> None:
    if progress.state.orders[wanted].status == "working":
        matching.arrive(progress, wanted, market)
        matching.kill_rest(progress, wanted, market)


def force(progress: Progress, command: PlaceOrder, reason: StatusReason, market: Market) -> None:
    """Let an order of the engine in, whatever the account may do now; it keeps its reason."""
    order = replace(new_order(progress.state, command, market), status_reason=reason)
    _enter(progress, order, market)
    matching.arrive(progress, order.id, market)


def place_exits(progress: Progress, command: SetPositionExits, market: Market) -> None:
    """Let a position have these exits, and no others.

    Raises:
        TradingError: what is wrong with one of them; nothing has happened then.
    """
    state = progress.state
    exits = position_exits.wanted(state, command, market)
    for each in exits:
        order = new_order(state, each, market)
        if (reason := risk.refusal(state, order, market)) is not None:
            raise TradingError(reason.code, reason.message)
    for each in position_exits.strike(progress, command.symbol, exits, market.now):
        order = replace(
            new_order(progress.state, each, market),
            parent_id=PositionId(command.symbol),
            parent_type="position",
            group_id=position_group(state.account_id, command.symbol),
            group_type="bracket",
        )
        _enter(progress, order, market)
        progress.arrivals.append(order.id)


def new_order(state: AccountState, command: PlaceOrder, market: Market) -> Order:
    """The order that a request asks for, as the account's next."""
    new_id = order_id(state.account_id, state.order_count + 1)
    client_order_id = command.client_order_id or str(new_id)
    while command.client_order_id is None and client_order_id in state.first_answers:
        client_order_id += "-"
    order = Order(
        id=new_id,
        client_order_id=client_order_id,
        account_id=state.account_id,
        symbol=command.symbol,
        side=command.side,
        kind=command.kind,
        quantity=command.quantity,
        notional=command.notional,
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        trail=command.trail,
        time_in_force=command.time_in_force,
        expire_at=command.expire_at,
        session=command.session,
        post_only=command.post_only,
        reduce_only=command.reduce_only,
        position_id=command.position_id,
        tag=command.tag,
        status="working",
        created_at=market.now,
        updated_at=market.now,
    )
    if order.notional is not None:
        order = replace(order, quantity=sums.estimated_quantity(order, market))
    return order


def _reject(progress: Progress, order: Order, reason: StatusReason, request: str | None) -> None:
    order = replace(order, status="rejected", status_reason=reason)
    progress.emit(OrderRejected(order=order, request=request))


def _enter(progress: Progress, order: Order, market: Market, request: str | None = None) -> None:
    self_trade.let_oldest_go(progress, order, market)
    end = matching.expire_at(order, market)
    if end != order.expire_at:
        order = replace(order, expire_at=end)
    price = risk.reserve_price(progress.state, order, market)
    if (reason := risk.waits_for(order, market.book(order.symbol))) is not None:
        order = replace(order, status="held", status_reason=order.status_reason or reason)
        progress.emit(OrderHeld(order=order, reserve_price=price, request=request))
        return
    acts_at = None
    if market.rules.latency_ms:
        order = replace(order, status="pending_new")
        acts_at = market.now + market.rules.latency_ms
    progress.emit(OrderAccepted(order=order, reserve_price=price, request=request, acts_at=acts_at))


def _place_linked(progress: Progress, command: PlaceOrder, market: Market) -> StatusReason | None:
    """Let all orders of a group in, or none: then the first one keeps why."""
    before = progress.mark()
    kind = linked.group_type(command)
    first = new_order(progress.state, command, market)
    group = group_id(first.account_id, progress.state.order_count + 1)
    request = requests.digest(command)
    entered: list[Order] = []
    for number, leg in enumerate((command, *linked.others(command))):
        order = new_order(progress.state, leg, market)
        order = replace(order, group_id=group, group_type=kind)
        if kind == "bracket":
            order = replace(order, quantity=first.quantity)
        waits = number > 0 and kind != "oco"
        reason = None if waits else risk.refusal(progress.state, order, market)
        if reason is not None:
            progress.rewind(before)
            if number:
                reason = StatusReason(reason.code, f"group.orders[{number - 1}]: {reason.message}")
            _reject(progress, first, reason, request)
            return reason
        if waits:
            _hold_for_parent(progress, order, first, market)
        else:
            _enter(progress, order, market, None if number else request)
            entered.append(order)
    entered.sort(key=lambda order: not order.awaits_trigger)
    progress.arrivals.extend(order.id for order in entered)
    return None


def _hold_for_parent(progress: Progress, order: Order, parent: Order, market: Market) -> None:
    order = replace(
        order,
        status="held",
        status_reason=StatusReason("waits_for_parent", f"waits for fills of order {parent.id}"),
        parent_id=parent.id,
        parent_type="order",
        expire_at=matching.expire_at(order, market),
    )
    progress.emit(OrderHeld(order=order, reserve_price=None))
