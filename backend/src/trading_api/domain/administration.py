"""What may be done with an account itself, rather than with its orders and positions."""

from collections import defaultdict
from decimal import Decimal
from typing import assert_never

from trading_api.domain import closing, leverage, matching, requests
from trading_api.domain.commands import (
    FireDeadman,
    HaltAccount,
    OpenAccount,
    ResetAccount,
    ResumeAccount,
    SetDeadman,
    SetLeverage,
)
from trading_api.domain.currencies import unit_of
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.events import (
    AccountOpened,
    AccountReset,
    AccountStatus,
    AccountStatusChanged,
    DeadmanFired,
    DeadmanSet,
    OrderCanceled,
)
from trading_api.domain.fills import Market
from trading_api.domain.money import is_multiple
from trading_api.domain.orders import Order, Side, StatusReason
from trading_api.domain.progress import Progress

Administrative = (
    OpenAccount
    | ResetAccount
    | HaltAccount
    | ResumeAccount
    | SetLeverage
    | SetDeadman
    | FireDeadman
)

MOST_BALANCE = Decimal(10**12)
"""Leaves room for what is made of it on the wire: buying power, and the values of orders."""

RESET = StatusReason("account_reset", "the account was reset")
HALT = StatusReason("account_halted", "the account was halted")
REDUCING = StatusReason("reduce_only_mode", "the account may only reduce")
DEADMAN = StatusReason("deadman", "the dead man's switch was not set again in time")


def administer(progress: Progress, command: Administrative, market: Market) -> None:
    """Carry out a command about the account itself.

    Raises:
        InvalidPayload: a balance that is negative or finer than its currency, a leverage that is
            out of range.
        TradingError: `insufficient_margin` for a leverage, `conflict` for a key that belongs to
            another request.
    """
    match command:
        case OpenAccount():
            _open(progress, command, market)
        case ResetAccount():
            _reset(progress, command, market)
        case HaltAccount():
            _halt(progress, command, market)
        case ResumeAccount():
            if progress.state.status != "active" or progress.state.stopped_out_at is not None:
                progress.emit(AccountStatusChanged(time=market.now, status="active"))
        case SetLeverage():
            leverage.set_leverage(progress, command, market)
        case SetDeadman():
            _set_deadman(progress, command, market)
        case FireDeadman():
            _fire_deadman(progress, market)
        case _:
            assert_never(command)


def cancel_orders(progress: Progress, reason: StatusReason, market: Market) -> None:
    """End every open order."""
    _cancel(progress, matching.open_orders(progress.state, progress.state.tickets), reason, market)


def cancel_opening(progress: Progress, reason: StatusReason, market: Market) -> None:
    """End the open orders that would do more than close what is held."""
    state = progress.state
    closing_so_far: dict[tuple[str, Side], Decimal] = defaultdict(Decimal)
    opening: list[Order] = []
    for order in matching.open_orders(state, state.tickets):
        where = (order.symbol, order.side)
        held = state.held(order.symbol) if order.side == "sell" else -state.held(order.symbol)
        if order.reduce_only:
            continue
        if state.mode == "hedging" or closing_so_far[where] + order.leaves > held:
            opening.append(order)
        else:
            closing_so_far[where] += order.leaves
    _cancel(progress, opening, reason, market)


def _cancel(progress: Progress, orders: list[Order], reason: StatusReason, market: Market) -> None:
    for order in orders:
        progress.emit(OrderCanceled(order_id=order.id, time=market.now, reason=reason))


def _open(progress: Progress, command: OpenAccount, market: Market) -> None:
    _check_balance(command.balance, command.currency)
    leverage.check_leverage(command.leverage, market)
    progress.emit(
        AccountOpened(
            time=market.now,
            account_id=command.account_id,
            principal_id=command.principal_id,
            name=command.name,
            currency=command.currency,
            balance=command.balance,
            leverage=command.leverage,
            mode=command.mode,
            fifo=command.fifo,
        )
    )


def _check_balance(balance: Decimal, currency: str) -> None:
    unit = unit_of(currency)
    if balance < 0:
        raise InvalidPayload("balance", f"balance {balance:f} is below 0")
    if balance > MOST_BALANCE:
        message = f"balance {balance:f} is above the maximum {MOST_BALANCE:f}"
        raise InvalidPayload("balance", message)
    if not is_multiple(balance, unit):
        message = f"balance {balance:f} is not a multiple of {unit:f} {currency}"
        raise InvalidPayload("balance", message)


def _reset(progress: Progress, command: ResetAccount, market: Market) -> None:
    state, key = progress.state, command.key
    request = None if key is None else requests.digest_of(command)
    if key is not None and (known := state.resets.get(key)) is not None:
        if known != request:
            raise TradingError("conflict", f"key {key!r} belongs to another reset")
        return
    balance = state.first_balance if command.balance is None else command.balance
    _check_balance(balance, state.currency)
    cancel_orders(progress, RESET, market)
    progress.emit(AccountReset(time=market.now, balance=balance, key=key, request=request))


def _halt(progress: Progress, command: HaltAccount, market: Market) -> None:
    if command.reducing:
        cancel_opening(progress, REDUCING, market)
    else:
        cancel_orders(progress, HALT, market)
    status: AccountStatus = "reducing" if command.reducing else "halted"
    if progress.state.status != status:
        progress.emit(AccountStatusChanged(time=market.now, status=status))
    if command.flatten:
        closing.flatten(progress, HALT, market)


def _set_deadman(progress: Progress, command: SetDeadman, market: Market) -> None:
    if command.seconds or progress.state.deadman is not None:
        progress.emit(DeadmanSet(time=market.now, seconds=command.seconds))


def _fire_deadman(progress: Progress, market: Market) -> None:
    switch = progress.state.deadman
    if switch is not None and switch.expires_at <= market.now:
        cancel_orders(progress, DEADMAN, market)
        progress.emit(DeadmanFired(time=market.now))
