"""Orders that may only make a position smaller: they follow it, and end where there is none."""

from decimal import Decimal

from trading_api.domain import hedging
from trading_api.domain.accounts import AccountState
from trading_api.domain.events import OrderCanceled, OrderReplaced
from trading_api.domain.money import ZERO, canonical
from trading_api.domain.orders import Order, StatusReason
from trading_api.domain.progress import Progress


def room(state: AccountState, order: Order) -> Decimal:
    """How much an order can take from the position that stands against it."""
    if state.mode == "hedging":
        return sum((abs(each.quantity) for each in hedging.targets(state, order)), ZERO)
    held = state.held(order.symbol)
    return max(held if order.side == "sell" else -held, ZERO)


def follow(progress: Progress, symbol: str, now: int) -> None:
    """Let the working reduce-only orders of a symbol want no more than its position."""
    for order_id in progress.state.reducing.get(symbol, ()):
        order = progress.state.orders[order_id]
        left = room(progress.state, order)
        if not left:
            reason = StatusReason("nothing_to_reduce", f"no position in {symbol} stands against it")
            progress.emit(OrderCanceled(order_id=order_id, time=now, reason=reason))
        elif order.leaves > left:
            progress.emit(
                OrderReplaced(
                    order_id=order_id,
                    time=now,
                    quantity=canonical(order.filled_quantity + left),
                    limit_price=order.limit_price,
                    reserve_price=None,
                )
            )
