"""How events about the account itself change it."""

from typing import assert_never

from immutables import Map
from msgspec.structs import replace

from trading_api.domain.accounts import AccountState, Deadman
from trading_api.domain.events import (
    AccountEvent,
    AccountOpened,
    AccountReset,
    AccountStatusChanged,
    DeadmanFired,
    DeadmanSet,
    IllegalTransition,
)
from trading_api.domain.money import ZERO
from trading_api.domain.positions import Holding, emptied


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
            return replace(state, status=event.status)
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


def _reset(state: AccountState, event: AccountReset) -> AccountState:
    if state.tickets:
        raise IllegalTransition(f"account {state.account_id} has open orders: no AccountReset")
    return replace(
        state,
        balance=event.balance,
        realized=ZERO,
        reset_at=event.time,
        holdings=Map(),
        exposures=Map(),
        pools=Map(),
    )
