"""Leverage per symbol: what it may be, what it is, and what another one would mean."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import SetLeverage
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.events import LeverageChanged
from trading_api.domain.fills import Market
from trading_api.domain.money import ONE, canonical, exact, is_multiple
from trading_api.domain.orders import StatusReason
from trading_api.domain.positions import shown
from trading_api.domain.progress import Progress
from trading_api.domain.valuation import worth

MIN = ONE
STEP = ONE


class Leverage(Struct, frozen=True, kw_only=True):
    """What the value of a symbol is divided by to make its margin, and what it may be."""

    symbol: str
    leverage: Decimal
    min: Decimal
    max: Decimal
    step: Decimal


class LeveragePreview(Struct, frozen=True, kw_only=True):
    """A leverage that is not set yet, and what the account would then set aside.

    The figures are null while they are not known.
    """

    symbol: str
    leverage: Decimal
    min: Decimal
    max: Decimal
    step: Decimal
    margin_used: Annotated[Decimal | None, Meta(description="What the positions would set aside")]
    free_margin: Decimal | None
    warnings: tuple[StatusReason, ...]
    errors: tuple[StatusReason, ...]


def view_leverage(state: AccountState, symbol: str, market: Market) -> Leverage:
    """The leverage of a symbol as it stands."""
    return Leverage(
        symbol=symbol,
        leverage=state.leverage_of(symbol),
        min=MIN,
        max=canonical(market.rules.max_leverage),
        step=STEP,
    )


@exact
def preview_leverage(state: AccountState, command: SetLeverage, market: Market) -> LeveragePreview:
    """What a leverage would mean; nothing changes.

    Raises:
        InvalidPayload: it is out of range or off the step.
    """
    check_leverage(command.leverage, market)
    found = worth(_with(state, command), market)
    known = not (found.no_market or found.no_rate)
    refused = _refusal(state, command, market)
    return LeveragePreview(
        symbol=command.symbol,
        leverage=command.leverage,
        min=MIN,
        max=canonical(market.rules.max_leverage),
        step=STEP,
        margin_used=shown(found.used) if known else None,
        free_margin=shown(found.free) if known else None,
        warnings=(),
        errors=() if refused is None else (refused,),
    )


def set_leverage(progress: Progress, command: SetLeverage, market: Market) -> None:
    """Change the leverage of a symbol.

    Raises:
        InvalidPayload: it is out of range or off the step.
        TradingError: `insufficient_margin` when open positions and orders would need more than
            there is.
    """
    check_leverage(command.leverage, market)
    if command.leverage == progress.state.leverage_of(command.symbol):
        return
    if (reason := _refusal(progress.state, command, market)) is not None:
        raise TradingError(reason.code, reason.message)
    progress.emit(
        LeverageChanged(time=market.now, symbol=command.symbol, leverage=command.leverage)
    )


def check_leverage(leverage: Decimal, market: Market) -> None:
    """Refuse a leverage that is out of range or off the step.

    Raises:
        InvalidPayload: names the limit.
    """
    most = market.rules.max_leverage
    if not MIN <= leverage <= most:
        message = f"leverage {leverage:f} is not between {MIN:f} and {most:f}"
        raise InvalidPayload("leverage", message)
    if not is_multiple(leverage, STEP):
        message = f"leverage {leverage:f} is not a multiple of {STEP:f}"
        raise InvalidPayload("leverage", message)


def _with(state: AccountState, command: SetLeverage) -> AccountState:
    return replace(state, leverages=state.leverages.set(command.symbol, command.leverage))


def _refusal(state: AccountState, command: SetLeverage, market: Market) -> StatusReason | None:
    """Less leverage needs more margin; more never does."""
    if command.leverage >= state.leverage_of(command.symbol):
        return None
    before, after = worth(state, market), worth(_with(state, command), market)
    need = after.used + after.reserved - before.used - before.reserved
    if need <= 0 or need <= before.free:
        return None
    return StatusReason(
        "insufficient_margin",
        f"leverage {command.leverage:f} for {command.symbol} would set aside "
        f"{shown(need):f} {state.currency} more, the free margin is {shown(before.free):f}",
    )
