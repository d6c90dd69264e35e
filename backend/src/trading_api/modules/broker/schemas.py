"""The bodies and answers of the broker's addresses that are not nouns of the domain."""

from typing import Annotated

from msgspec import Meta, Struct

from trading_api.domain.account_view import Account
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import OpenAccount, ResetAccount
from trading_api.domain.equity import EquityPoint
from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.market import Instant
from trading_api.domain.orders import Execution, Order
from trading_api.domain.positions import AccountMode, Position
from trading_api.modules.broker.requests import AccountName
from trading_api.shared.schema import AmountText, parse_decimal


class CreateAccountRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to open."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3,5}$", examples=["USD"])] = "USD"
    balance: AmountText = "100000"
    leverage: AmountText = "1"
    mode: AccountMode = "netting"
    fifo: Annotated[
        bool, Meta(description="Hedging only: the oldest position of a symbol is closed first")
    ] = False

    def opening(self, account_id: AccountId, principal_id: PrincipalId) -> OpenAccount:
        """The command that opens it.

        Raises:
            InvalidPayload: names the member that is not as it must be.
        """
        return OpenAccount(
            account_id=account_id,
            principal_id=principal_id,
            name=self.name,
            currency=self.currency,
            balance=parse_decimal(self.balance, "balance"),
            leverage=parse_decimal(self.leverage, "leverage"),
            mode=self.mode,
            fifo=self.fifo,
        )


class ResetRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to begin anew; left out, with the balance that the account was opened with."""

    balance: AmountText | None = None

    def command(self, key: str | None = None) -> ResetAccount:
        """What the body asks for, under a key that lets it happen once.

        Raises:
            InvalidPayload: the balance is not a number.
        """
        balance = self.balance
        amount = None if balance is None else parse_decimal(balance, "balance")
        return ResetAccount(amount, key)


class HaltRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to stop: `flatten` closes every position, `reducing` lets what only closes go on."""

    flatten: bool = False
    reducing: bool = False


class LeverageRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the value of a symbol is to be divided by."""

    leverage: AmountText
    account_id: AccountName | None = None


class DeadmanRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the account may go unheard; 0 turns the switch off."""

    seconds: Annotated[int, Meta(ge=0, le=86_400)]


class Deadman(Struct, frozen=True, kw_only=True):
    """The dead man's switch of an account; without `expires_at` it is off."""

    account_id: AccountId
    seconds: int
    expires_at: Instant | None

    @classmethod
    def of(cls, state: AccountState) -> "Deadman":
        """The switch of an account as it stands."""
        switch = state.deadman
        return cls(
            account_id=state.account_id,
            seconds=0 if switch is None else switch.seconds,
            expires_at=None if switch is None else switch.expires_at,
        )


class OrderPage(Struct, frozen=True):
    """Orders, newest first."""

    items: list[Order]
    next_cursor: str | None


class ExecutionPage(Struct, frozen=True):
    """Executions, newest first."""

    items: list[Execution]
    next_cursor: str | None


class PositionPage(Struct, frozen=True):
    """Open positions, by symbol."""

    items: list[Position]
    next_cursor: str | None


class AccountPage(Struct, frozen=True):
    """Accounts, by id."""

    items: list[Account]
    next_cursor: str | None


class EquityPage(Struct, frozen=True):
    """Points of an equity curve, oldest first."""

    items: list[EquityPoint]
    next_cursor: str | None


class PositionExits(Struct, frozen=True):
    """The open exits of a position, oldest first."""

    orders: list[Order]


class CanceledOrders(Struct, frozen=True):
    """The orders that were ended, oldest first."""

    orders: list[Order]
