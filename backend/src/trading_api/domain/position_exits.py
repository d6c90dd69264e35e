"""The exits of a position: they are as large as it is, whoever made it so."""

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain import linked, risk
from trading_api.domain.accounts import AccountState, position_group
from trading_api.domain.commands import PlaceOrder, SetPositionExits
from trading_api.domain.errors import TradingError
from trading_api.domain.events import OrderCanceled, OrderReplaced
from trading_api.domain.fills import Market
from trading_api.domain.money import canonical
from trading_api.domain.orders import Order
from trading_api.domain.progress import Progress


def of(state: AccountState, symbol: str) -> list[Order]:
    """The open exits of a position, oldest first."""
    ids = state.groups.get(position_group(state.account_id, symbol), ())
    return [state.orders[each] for each in ids]


def wanted(state: AccountState, command: SetPositionExits, market: Market) -> list[PlaceOrder]:
    """The exits that a position is to have.

    Raises:
        TradingError: `not_found` without a position.
        InvalidPayload: the prices do not lie on either side of the market.
    """
    holding = state.holdings.get(command.symbol)
    if holding is None or not holding.quantity:
        raise TradingError("not_found", f"there is no position {command.symbol[:80]!r}")
    held, symbol = holding.quantity, holding.symbol
    instrument = risk.known_instrument(market, symbol)
    entry = PlaceOrder(
        symbol=symbol,
        side="buy" if held > 0 else "sell",
        kind="market",
        quantity=abs(held),
    )
    linked.check_exits(instrument, entry.side, command.take_profit, command.stop_loss)
    book = market.book(symbol)
    mark = book.mark(held) if book is not None and book.tradable else None
    linked.check_around(entry.side, command.take_profit, command.stop_loss, mark)
    return list(linked.exits(entry, command.take_profit, command.stop_loss))


def strike(
    progress: Progress, symbol: str, exits: Sequence[PlaceOrder], now: int
) -> list[PlaceOrder]:
    """End the exits that are wanted no more; which of the wanted ones are not there yet."""
    missing = list(exits)
    for order in of(progress.state, symbol):
        same = [each for each in missing if _prices(each) == _prices(order)]
        if same:
            missing.remove(same[0])
        else:
            progress.emit(OrderCanceled(order_id=order.id, time=now, reason=None))
    return missing


def grow(progress: Progress, symbol: str, now: int) -> None:
    """Let the exits of a position that has grown want all of it."""
    for order in of(progress.state, symbol):
        held = progress.state.held(symbol)
        size = held if order.side == "sell" else -held
        if size > order.leaves:
            progress.emit(
                OrderReplaced(
                    order_id=order.id,
                    time=now,
                    quantity=canonical(order.filled_quantity + size),
                    limit_price=order.limit_price,
                    reserve_price=None,
                )
            )


def _prices(order: Order | PlaceOrder) -> tuple[object, ...]:
    """What an exit is told by; a stop that trails is told by its trail."""
    trail = order.trail
    moving: tuple[Decimal | None, ...] = (order.limit_price, order.stop_price)
    return (order.kind, trail) if trail is not None else (order.kind, *moving)
