"""How events about the account itself change it."""

from decimal import Decimal
from typing import assert_never

from immutables import Map
from msgspec.structs import replace

from trading_api.domain.accounts import AccountState, Deadman, Ledger
from trading_api.domain.events import (
    AccountEvent,
    AccountOpened,
    AccountReset,
    AccountStatusChanged,
    AccountStoppedOut,
    DeadmanFired,
    DeadmanSet,
    IllegalTransition,
    LeverageChanged,
)
from trading_api.domain.money import ZERO
from trading_api.domain.orders import Execution
from trading_api.domain.positions import Holding, emptied
from trading_api.domain.sessions import DAY_MS


def opened(event: AccountOpened) -> AccountState:
    """The state that an account begins with."""
    return AccountState(
        account_id=event.account_id,
        principal_id=event.principal_id,
        name=event.name,
        currency=event.currency,
        opened_at=event.time,
        first_balance=event.balance,
        balance=event.balance,
        leverage=event.leverage,
        mode=event.mode,
        fifo=event.fifo,
    )


def evolve_account(state: AccountState, event: AccountEvent) -> AccountState:
    """The state after an event about the account itself.

    Raises:
        IllegalTransition: the event does not fit the state.
    """
    match event:
        case AccountOpened():
            raise IllegalTransition(f"account {event.account_id} is open already")
        case AccountReset():
            return _reset(state, event)
        case AccountStatusChanged():
            after = replace(state, status=event.status)
            return replace(after, stopped_out_at=None) if event.status == "active" else after
        case LeverageChanged():
            return replace(state, leverages=state.leverages.set(event.symbol, event.leverage))
        case AccountStoppedOut():
            return replace(state, stopped_out_at=event.time)
        case DeadmanSet():
            switch = Deadman(event.seconds, event.time + 1000 * event.seconds)
            return replace(state, deadman=switch if event.seconds else None)
        case DeadmanFired():
            return replace(state, deadman=None)
        case _:
            assert_never(event)


def closed_by(event: AccountEvent, before: AccountState) -> list[Holding]:
    """The positions that an event about the account ended, by symbol."""
    if not isinstance(event, AccountReset):
        return []
    return [
        emptied(holding, event.time)
        for _, holding in sorted(before.holdings.items())
        if holding.quantity
    ]


def booked(state: AccountState, execution: Execution, profit: Decimal) -> AccountState:
    """The state after a profit and a fee, which stay in the currency that they arose in."""
    currency, fee = execution.fee_currency, execution.fee
    if (day := execution.time // DAY_MS) != state.day:
        state = replace(state, day=day, day_balance=state.balance, day_foreign=state.foreign)
    if currency == state.currency:
        return replace(
            state, balance=state.balance + profit - fee, realized=state.realized + profit
        )
    ledger = state.foreign.get(currency, Ledger())
    after = Ledger(ledger.balance + profit - fee, ledger.realized + profit)
    return replace(state, foreign=state.foreign.set(currency, after))


def _reset(state: AccountState, event: AccountReset) -> AccountState:
    if state.tickets:
        raise IllegalTransition(f"account {state.account_id} has open orders: no AccountReset")
    resets = state.resets
    if event.key is not None:
        resets = resets.set(event.key, event.request or "")
    return replace(
        state,
        resets=resets,
        balance=event.balance,
        realized=ZERO,
        foreign=Map(),
        day=event.time // DAY_MS,
        day_balance=event.balance,
        day_foreign=Map(),
        reset_at=event.time,
        stopped_out_at=None,
        holdings=Map(),
        exposures=Map(),
        pools=Map(),
    )
