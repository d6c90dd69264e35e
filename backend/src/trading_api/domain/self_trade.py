"""An order that would meet a resting one of the same account: which of them gives way."""

from trading_api.domain import limit_checks, matching
from trading_api.domain.accounts import AccountState
from trading_api.domain.events import OrderCanceled
from trading_api.domain.fills import Market
from trading_api.domain.orders import MATCHABLE, Order, StatusReason
from trading_api.domain.progress import Progress


def refusal(state: AccountState, order: Order, market: Market) -> StatusReason | None:
    """Why an order may not meet those of its own account; None when it may or they give way."""
    if market.limits.self_trade not in ("cancel_newest", "cancel_both"):
        return None
    if not (met := _met(state, order, market)):
        return None
    text = f"the order would trade with order {met[0].id} of the same account"
    return StatusReason("self_trade", text)


def let_oldest_go(progress: Progress, order: Order, market: Market) -> None:
    """Cancel the resting orders that an order would meet, where the policy says so."""
    if market.limits.self_trade not in ("cancel_oldest", "cancel_both"):
        return
    reason = StatusReason("self_trade", f"order {order.id} would have traded with it")
    for each in _met(progress.state, order, market):
        progress.emit(OrderCanceled(order_id=each.id, time=market.now, reason=reason))


def _met(state: AccountState, order: Order, market: Market) -> list[Order]:
    """The resting limits on the other side at the order's price or better, oldest first."""
    if order.awaits_trigger:
        return []
    price = order.limit_price or limit_checks.reference_price(order, market)
    if price is None:
        return []
    return [
        each
        for each in matching.open_orders(state, state.tickets)
        if each.symbol == order.symbol
        and each.side != order.side
        and each.id != order.id
        and each.status in MATCHABLE
        and not each.awaits_trigger
        and each.limit_price is not None
        and (each.limit_price <= price if order.side == "buy" else each.limit_price >= price)
    ]
