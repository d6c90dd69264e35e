"""What placing an order would do now: the same decision, without letting it happen."""

from decimal import Decimal
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import replace

from trading_api.domain import limit_checks
from trading_api.domain.account_view import view_account
from trading_api.domain.accounts import AccountState, order_id
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.currencies import unit_of
from trading_api.domain.decisions import decide
from trading_api.domain.errors import TradingError
from trading_api.domain.fees import fee_of
from trading_api.domain.fills import Market
from trading_api.domain.money import ZERO, canonical, divide, exact
from trading_api.domain.orders import OPEN, Execution, Liquidity, Order, StatusReason
from trading_api.domain.positions import shown
from trading_api.domain.progress import Decision
from trading_api.domain.risk import known_instrument
from trading_api.domain.valuation import worth


class Preview(Struct, frozen=True, kw_only=True):
    """What would be so right after placing an order; figures that are not known are null.

    `errors` are the reasons for which it would be refused, `warnings` what else to know.
    """

    price: Annotated[
        Decimal | None,
        Meta(description="Average of what would be filled at once, else what the order asks for"),
    ]
    notional: Annotated[
        Decimal | None, Meta(description="Value of what would be filled and of what would stand")
    ]
    fee: Annotated[Decimal | None, Meta(description="Of that value; of a rest at that price")]
    margin: Annotated[
        Decimal | None, Meta(description="What the account would set aside more than now")
    ]
    buying_power_after: Decimal | None
    position_after: Annotated[
        Decimal, Meta(description="Signed quantity held after what would be filled at once")
    ]
    warnings: tuple[StatusReason, ...]
    errors: tuple[StatusReason, ...]


class _Trade(NamedTuple):
    """What would be traded: at once and, at a price that is a guess, later."""

    price: Decimal | None
    notional: Decimal | None
    fee: Decimal | None


@exact
def preview_order(state: AccountState, command: PlaceOrder, market: Market) -> Preview:
    """What placing the order would do; nothing happens.

    Raises:
        TradingError: the order is none: its shape, symbol, tick, lot or range.
    """
    command = replace(command, client_order_id=None)
    try:
        decision = decide(state, command, market)
    except TradingError as error:
        if error.code != "order_rate_limit":
            raise
        return _refused(state, command, StatusReason(error.code, error.message), market)
    order = decision.state.orders[order_id(state.account_id, state.order_count + 1)]
    if order.status == "rejected" and order.status_reason is not None:
        return _refused(state, command, order.status_reason, market)
    trade = _trade(decision, order, market)
    before, after = worth(state, market), worth(decision.state, market)
    known = not (before.no_market or before.no_rate or after.no_market or after.no_rate)
    return Preview(
        price=trade.price,
        notional=trade.notional,
        fee=trade.fee,
        margin=shown(after.used + after.reserved - before.used - before.reserved)
        if known
        else None,
        buying_power_after=view_account(decision.state, market).buying_power,
        position_after=decision.state.held(order.symbol),
        warnings=_warnings(state, decision.state, order, market),
        errors=(),
    )


def _refused(
    state: AccountState, command: PlaceOrder, reason: StatusReason, market: Market
) -> Preview:
    """Nothing would change; what the order would have been worth is told all the same."""
    price = command.limit_price or command.stop_price
    if price is None:
        price = limit_checks.market_price(command.symbol, command.side, market)
    value = command.notional
    if value is None and price is not None:
        value = canonical(command.quantity * price)
    return Preview(
        price=price,
        notional=None if value is None else shown(value),
        fee=None if price is None else _fee(command, command.quantity, price, ZERO, market),
        margin=ZERO,
        buying_power_after=view_account(state, market).buying_power,
        position_after=state.held(command.symbol),
        warnings=(),
        errors=(reason,),
    )


def _trade(decision: Decision, order: Order, market: Market) -> _Trade:
    fills = [
        change.value
        for change in decision.changes
        if isinstance(change.value, Execution) and change.value.order_id == order.id
    ]
    value = sum((each.quantity * each.price for each in fills), ZERO)
    fee = sum((each.fee for each in fills), ZERO)
    filled = sum((each.quantity for each in fills), ZERO)
    price = divide(value, filled) if filled else _asked(order, market)
    if order.status in OPEN and order.leaves:
        rest = _asked(order, market)
        if rest is None:
            return _Trade(price, None, None)
        value += order.leaves * rest
        fee += _fee(order, order.leaves, rest, order.filled_quantity, market)
    return _Trade(price, shown(value), canonical(fee))


def _fee(
    order: Order | PlaceOrder, quantity: Decimal, price: Decimal, before: Decimal, market: Market
) -> Decimal:
    """What a part that is not traded yet would cost: a limit that stands is a maker's."""
    liquidity: Liquidity = "taker" if order.limit_price is None else "maker"
    unit = unit_of(known_instrument(market, order.symbol).currency)
    return fee_of(market.rules, liquidity, quantity, price, unit, before)


def _asked(order: Order, market: Market) -> Decimal | None:
    price = order.limit_price or order.stop_price
    return price or limit_checks.market_price(order.symbol, order.side, market)


def _warnings(
    before: AccountState, after: AccountState, order: Order, market: Market
) -> tuple[StatusReason, ...]:
    warnings: list[StatusReason] = []
    if order.status_reason is not None:
        warnings.append(order.status_reason)
    elif order.filled_quantity and order.leaves:
        text = f"{order.filled_quantity:f} would be filled at once, {order.leaves:f} would stand"
        warnings.append(StatusReason("partial_fill", text))
    had, has = before.held(order.symbol), after.held(order.symbol)
    if had * has < 0:
        text = f"the position in {order.symbol} would go from {had:f} to {has:f}"
        warnings.append(StatusReason("position_flips", text))
    if "margin_warning" in view_account(after, market).flags:
        text = "the margin level would be below the warning level"
        warnings.append(StatusReason("margin_warning", text))
    return tuple(warnings)
