"""Positions are closed by market orders: by their owner, or by the engine for a reason."""

from decimal import Decimal

from trading_api.domain import matching, order_checks, placing, risk
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import ClosePosition, PlaceOrder
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.evolution import Progress
from trading_api.domain.fills import Market
from trading_api.domain.orders import Order, Side, StatusReason


def close(progress: Progress, command: ClosePosition, market: Market) -> None:
    """Close a position, the whole of it or a part.

    Raises:
        TradingError: `not_found`, `conflict` when an order is closing that much already,
            `quantity_out_of_range` or `bad_lot`.
    """
    state = progress.state
    held = state.held(command.symbol)
    if not held:
        raise TradingError("not_found", f"there is no position in {command.symbol[:40]!r}")
    quantity = command.quantity
    if quantity is None:
        quantity = abs(held)
    else:
        order_checks.check_quantity(risk.known_instrument(market, command.symbol), quantity)
    underway = _closing(state, command.symbol)
    free = abs(held) - sum(order.leaves for order in underway)
    if quantity > free and underway:
        message = f"order {underway[0].id} is closing the position in {command.symbol} already"
        raise TradingError("conflict", message, order_id=underway[0].id)
    if quantity > free:
        message = f"quantity {quantity:f} is above the position of {abs(held):f} {command.symbol}"
        raise InvalidPayload("quantity", message, "quantity_out_of_range")
    placing.place(progress, _order(command.symbol, held, quantity), market)


def flatten(progress: Progress, reason: StatusReason, market: Market) -> None:
    """Close what is still held by orders of the engine, by symbol."""
    for symbol in sorted(progress.state.holdings):
        force_close(progress, symbol, reason, market)


def force_close(progress: Progress, symbol: str, reason: StatusReason, market: Market) -> None:
    """Close what is held of a symbol, as far as no order is closing it already."""
    state = progress.state
    held = state.held(symbol)
    free = abs(held) - sum(order.leaves for order in _closing(state, symbol))
    if free > 0:
        placing.force(progress, _order(symbol, held, free), reason, market)


def _order(symbol: str, held: Decimal, quantity: Decimal) -> PlaceOrder:
    return PlaceOrder(symbol=symbol, side=_against(held), kind="market", quantity=quantity)


def _against(held: Decimal) -> Side:
    return "sell" if held > 0 else "buy"


def _closing(state: AccountState, symbol: str) -> list[Order]:
    """The market orders that wait to close the position, oldest first."""
    side = _against(state.held(symbol))
    return [
        order
        for order in matching.open_orders(state, state.tickets)
        if (order.symbol, order.side, order.kind) == (symbol, side, "market")
    ]
