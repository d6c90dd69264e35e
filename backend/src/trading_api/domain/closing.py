"""Positions are closed by market orders: by their owner, or by the engine for a reason."""

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain import hedging, matching, order_checks, placing, requests, risk
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import ClosePosition, PlaceOrder, ReversePosition
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.fills import Market
from trading_api.domain.ids import PositionId
from trading_api.domain.orders import Order, Side, StatusReason
from trading_api.domain.positions import Holding
from trading_api.domain.progress import Progress


def close(progress: Progress, command: ClosePosition, market: Market) -> None:
    """Close a position, the whole of it or a part.

    Raises:
        TradingError: `not_found`, `conflict` when an order is closing that much already or an
            older position has to be closed first, `quantity_out_of_range` or `bad_lot`.
    """
    state = progress.state
    holding = open_position(state, command.symbol)
    check_turn(state, holding)
    held, quantity = abs(holding.quantity), command.quantity
    if quantity is None:
        quantity = held
    else:
        order_checks.check_quantity(risk.known_instrument(market, holding.symbol), quantity)
    underway = _closing(state, holding)
    free = held - sum(order.leaves for order in underway)
    if quantity > free and underway:
        message = f"order {underway[0].id} is closing the position {command.symbol} already"
        raise TradingError("conflict", message, order_id=underway[0].id)
    if quantity > free:
        message = f"quantity {quantity:f} is above the position of {held:f} {holding.symbol}"
        raise InvalidPayload("quantity", message, "quantity_out_of_range")
    order = replace(_order(holding, quantity), client_order_id=command.client_order_id)
    placing.place(progress, order, market, requests.digest_of(command))


def reverse(progress: Progress, command: ReversePosition, market: Market) -> None:
    """Turn a position round in one step, or not at all.

    A net position takes one order of twice its size. An individual one is closed by an order and
    another opened by a second, which bears the client order id.

    Raises:
        TradingError: `not_found`, `conflict` when an order is closing it already or an older
            position has to be closed first.
        InvalidPayload: `quantity_out_of_range`, where twice the size is more than an order may be.
    """
    state = progress.state
    holding = open_position(state, command.symbol)
    check_turn(state, holding)
    if underway := _closing(state, holding):
        message = f"order {underway[0].id} is closing the position {command.symbol} already"
        raise TradingError("conflict", message, order_id=underway[0].id)
    size, request = abs(holding.quantity), requests.digest_of(command)
    opening = PlaceOrder(
        symbol=holding.symbol,
        side=_against(holding),
        kind="market",
        quantity=size if state.mode == "hedging" else 2 * size,
        client_order_id=command.client_order_id,
    )
    order_checks.check_quantity(risk.known_instrument(market, holding.symbol), opening.quantity)
    before = progress.mark()
    reason = None
    if state.mode == "hedging":
        reason = placing.place(progress, _order(holding, size), market)
    reason = reason or placing.place(progress, opening, market, request)
    if reason is not None:
        progress.rewind(before)
        placing.refuse(progress, opening, reason, market, request)


def open_position(state: AccountState, position_id: str) -> Holding:
    """A position that is not flat.

    Raises:
        TradingError: `not_found`.
    """
    holding = state.holdings.get(position_id)
    if holding is None or not holding.quantity:
        raise TradingError("not_found", f"there is no position {position_id[:80]!r}")
    return holding


def check_target(state: AccountState, command: PlaceOrder) -> None:
    """Refuse an order that cannot close the position that it names.

    Raises:
        TradingError: `not_found`; `conflict` when an older one has to be closed first.
        InvalidPayload: it is of another symbol, or the order's side would not close it.
    """
    holding = open_position(state, command.position_id or "")
    if holding.symbol != command.symbol:
        message = f"position {command.position_id} is in {holding.symbol}, not {command.symbol}"
        raise InvalidPayload("position_id", message)
    if command.side != _against(holding):
        message = f"a {command.side} does not close position {command.position_id}"
        raise InvalidPayload("side", message)
    check_turn(state, holding)


def check_turn(state: AccountState, holding: Holding) -> None:
    """Refuse to close a position before an older one of its symbol, where that is the rule.

    Raises:
        TradingError: `conflict`.
    """
    if not state.fifo or state.mode != "hedging":
        return
    oldest = min(state.positions_of(holding.symbol), key=hedging.age)
    if oldest.id != holding.id:
        message = f"position {oldest.id} is older than {holding.id} and has to be closed first"
        raise TradingError("conflict", message)


def flatten(progress: Progress, reason: StatusReason, market: Market) -> None:
    """Close what is still held by orders of the engine, by symbol."""
    for position_id in sorted(progress.state.holdings):
        force_close(progress, position_id, reason, market)


def force_close(progress: Progress, position_id: str, reason: StatusReason, market: Market) -> None:
    """Close a position as far as no order is closing it already."""
    state = progress.state
    holding = state.holdings.get(position_id)
    if holding is None:
        return
    free = abs(holding.quantity) - sum(order.leaves for order in _closing(state, holding))
    if free > 0:
        placing.force(progress, _order(holding, free), reason, market)


def _order(holding: Holding, quantity: Decimal) -> PlaceOrder:
    return PlaceOrder(
        symbol=holding.symbol,
        side=_against(holding),
        kind="market",
        quantity=quantity,
        reduce_only=True,
        position_id=PositionId(holding.id) if holding.id else None,
    )


def _against(holding: Holding) -> Side:
    return "sell" if holding.quantity > 0 else "buy"


def _closing(state: AccountState, holding: Holding) -> list[Order]:
    """The market orders that wait to close a position, oldest first."""
    wanted = (holding.symbol, _against(holding), "market", holding.id or None)
    return [
        order
        for order in matching.open_orders(state, state.tickets)
        if (order.symbol, order.side, order.kind, order.position_id) == wanted
    ]
