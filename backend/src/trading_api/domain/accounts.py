"""An account: its state and how it is shown.

The state is made of immutable maps, so that the working and the committed one share all that they
agree on. `evolution` says how it changes, `decisions` what may be done with it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal

from immutables import Map
from msgspec import Meta, Struct

from trading_api.domain.events import AccountStatus
from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PrincipalId
from trading_api.domain.margin import Exposure, Valuation, reserved, value
from trading_api.domain.market import Instant
from trading_api.domain.money import ONE, ZERO, exact
from trading_api.domain.orders import Execution, Order, Pool, Side
from trading_api.domain.positions import Holding, shown

Mark = Callable[[str, Decimal], Decimal | None]
"""What a signed quantity of a symbol could be closed at now, if that is known."""


class Account(Struct, frozen=True, kw_only=True):
    """The money of an account.

    What depends on the market is null while a position has no market; `flags` then has
    `no_market:SYMBOL`.
    """

    id: AccountId
    name: str
    currency: str
    mode: Literal["netting", "hedging"] = "netting"
    balance: Annotated[Decimal, Meta(description="Deposits, realised profit and fees")]
    equity: Annotated[Decimal | None, Meta(description="Balance and unrealised profit")]
    unrealized_pnl: Decimal | None
    realized_pnl: Annotated[Decimal, Meta(description="Without fees")]
    margin_used: Annotated[Decimal | None, Meta(description="Value of the positions")]
    margin_reserved: Annotated[Decimal, Meta(description="What open orders would add to it")]
    buying_power: Annotated[
        Decimal | None, Meta(description="Equity less what is used and what is reserved")
    ]
    leverage: Decimal = ONE
    status: AccountStatus = "active"
    flags: tuple[str, ...] = ()


class Ticket(Struct, frozen=True):
    """What is remembered of an order while it is open.

    Attributes:
        rank: its turn among the account's orders.
        reserve_price: what a unit of it sets aside; None where that is not known yet.
        filled_value: exact sum of price times quantity of its fills.
        target: of a child of an `oto` order, its quantity once that is filled.
        ceded: what the rivals of its group got in its stead.
        ahead: what stands before it at its price; None where that is not known.
    """

    rank: int
    reserve_price: Decimal | None
    filled_value: Decimal = ZERO
    target: Decimal | None = None
    ceded: Decimal = ZERO
    ahead: Decimal | None = None


class Deadman(Struct, frozen=True):
    """A dead man's switch that is set: how long it waits, and when it fires."""

    seconds: int
    expires_at: Instant


class AccountState(Struct, frozen=True, kw_only=True):
    """Everything that follows from an account's journal.

    Attributes:
        first_balance: what the account was opened with.
        reset_at: when it last began anew.
        entries: number of the last entry in the journal.
        orders_seq: number of the last update of topic `orders`; so also `executions_seq`.
        first_answers: per client order id, the order as it was first answered.
        pools: what was taken of the displayed sizes, by `pool_key`.
        requests: per client order id, what else the first request said than the order shows.
        reducing: the working reduce-only orders of a symbol, oldest first.
        groups: the open orders of a group, oldest first.
    """

    account_id: AccountId
    principal_id: PrincipalId
    name: str
    currency: str
    opened_at: Instant
    first_balance: Decimal
    balance: Decimal
    realized: Decimal = ZERO
    status: AccountStatus = "active"
    deadman: Deadman | None = None
    reset_at: Instant | None = None
    entries: int = 0
    order_count: int = 0
    last_rank: int = 0
    orders_seq: int = 0
    executions_seq: int = 0
    orders: "Map[OrderId, Order]" = Map()
    tickets: "Map[OrderId, Ticket]" = Map()
    first_answers: "Map[str, Order]" = Map()
    executions: "Map[int, Execution]" = Map()
    holdings: "Map[str, Holding]" = Map()
    exposures: "Map[str, Exposure]" = Map()
    pools: "Map[str, Pool]" = Map()
    requests: "Map[str, str]" = Map()
    reducing: "Map[str, tuple[OrderId, ...]]" = Map()
    groups: "Map[str, tuple[OrderId, ...]]" = Map()

    def held(self, symbol: str) -> Decimal:
        """The signed quantity held of a symbol."""
        holding = self.holdings.get(symbol)
        return ZERO if holding is None else holding.quantity


def order_id(account_id: AccountId, number: int) -> OrderId:
    """The id of an account's order, counted from 1."""
    return OrderId(f"{account_id}-o{number}")


def execution_id(account_id: AccountId, number: int) -> ExecutionId:
    """The id of an account's execution, counted from 1."""
    return ExecutionId(f"{account_id}-x{number}")


def group_id(account_id: AccountId, number: int) -> str:
    """The id of the group that the order of this number is the first of."""
    return f"{account_id}-g{number}"


def position_group(account_id: AccountId, symbol: str) -> str:
    """The id of the group of a position's exits."""
    return f"{account_id}-p-{symbol}"


def pool_key(symbol: str, side: Side) -> str:
    """Where the state keeps what orders of this side took of a symbol."""
    return f"{side}:{symbol}"


def reserved_total(state: AccountState) -> Decimal:
    """What all open orders set aside."""
    return sum(
        (reserved(exposure, state.held(symbol)) for symbol, exposure in state.exposures.items()),
        ZERO,
    )


def valuation(state: AccountState, mark: Mark) -> Valuation:
    """What the positions are worth at their marks."""
    return value(
        (holding, mark(holding.symbol, holding.quantity)) for holding in state.holdings.values()
    )


@exact
def view_account(state: AccountState, mark: Mark) -> Account:
    """The account as it is shown."""
    worth = valuation(state, mark)
    known = not worth.unmarked
    equity = state.balance + worth.unrealized
    set_aside = reserved_total(state)
    return Account(
        id=state.account_id,
        name=state.name,
        currency=state.currency,
        balance=shown(state.balance),
        equity=shown(equity) if known else None,
        unrealized_pnl=shown(worth.unrealized) if known else None,
        realized_pnl=shown(state.realized),
        margin_used=shown(worth.used) if known else None,
        margin_reserved=shown(set_aside),
        buying_power=shown(equity - worth.used - set_aside) if known else None,
        status=state.status,
        flags=tuple(f"no_market:{symbol}" for symbol in sorted(worth.unmarked)),
    )
