"""An account: its state.

The state is made of immutable maps, so that the working and the committed one share all that they
agree on. `evolution` says how it changes, `decisions` what may be done with it, `account_view` how
it is shown.
"""

from decimal import Decimal

from immutables import Map
from msgspec import Struct

from trading_api.domain.commands import ModifyOrder
from trading_api.domain.events import AccountStatus
from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PrincipalId
from trading_api.domain.margin import Exposure
from trading_api.domain.market import Instant
from trading_api.domain.money import ONE, ZERO
from trading_api.domain.orders import Execution, Order, Pool, Side
from trading_api.domain.positions import AccountMode, Holding


class Ticket(Struct, frozen=True):
    """What is remembered of an order while it is open.

    Attributes:
        rank: its turn among the account's orders.
        reserve_price: what a unit of it sets aside; None where that is not known yet.
        filled_value: exact sum of price times quantity of its fills.
        target: of a child of an `oto` order, its quantity once that is filled.
        ceded: what it will not work for: what rivals of its group got in its stead, and what its
            entry closed instead of opening it.
        ahead: what stands before it at its price; None where that is not known.
        acts_at: when an order or a change that is on its way acts; `ends_at` likewise of a cancel.
        change: what is on its way.
    """

    rank: int
    reserve_price: Decimal | None
    filled_value: Decimal = ZERO
    target: Decimal | None = None
    ceded: Decimal = ZERO
    ahead: Decimal | None = None
    acts_at: Instant | None = None
    ends_at: Instant | None = None
    change: ModifyOrder | None = None


class Deadman(Struct, frozen=True):
    """A dead man's switch that is set: how long it waits, and when it fires."""

    seconds: int
    expires_at: Instant


class Ledger(Struct, frozen=True):
    """What an account has made in a currency that is not its own."""

    balance: Decimal = ZERO
    realized: Decimal = ZERO


class AccountState(Struct, frozen=True, kw_only=True):
    """Everything that follows from an account's journal.

    Attributes:
        first_balance: what the account was opened with.
        reset_at: when it last began anew.
        stopped_out_at: when it was last stopped out, until it is resumed or reset.
        mode: whether a symbol has one position, or each opening fill makes one.
        fifo: whether the oldest position of a symbol has to be closed first.
        leverage: what holds for the symbols that `leverages` does not name.
        foreign: what it made in other currencies than its own.
        day: the last day, counted from the epoch, on which its balance changed; `day_balance` and
            `day_foreign` are what it was before that.
        entries: number of the last entry in the journal.
        orders_seq: number of the last update of topic `orders`; so also `executions_seq`.
        first_answers: per client order id, the order as it was first answered.
        pools: what was taken of the displayed sizes, by `pool_key`.
        requests: per client order id, what else the first request said than the order shows.
        resets: per key of a reset, what the request said.
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
    leverage: Decimal = ONE
    mode: AccountMode = "netting"
    fifo: bool = False
    status: AccountStatus = "active"
    deadman: Deadman | None = None
    day: int = 0
    day_balance: Decimal = ZERO
    reset_at: Instant | None = None
    stopped_out_at: Instant | None = None
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
    leverages: "Map[str, Decimal]" = Map()
    foreign: "Map[str, Ledger]" = Map()
    day_foreign: "Map[str, Ledger]" = Map()
    requests: "Map[str, str]" = Map()
    resets: "Map[str, str]" = Map()
    reducing: "Map[str, tuple[OrderId, ...]]" = Map()
    groups: "Map[str, tuple[OrderId, ...]]" = Map()

    def held(self, symbol: str) -> Decimal:
        """The signed quantity held of a symbol, all its positions taken together."""
        if self.mode == "hedging":
            return sum((each.quantity for each in self.positions_of(symbol)), ZERO)
        holding = self.holdings.get(symbol)
        return ZERO if holding is None else holding.quantity

    def positions_of(self, symbol: str) -> "list[Holding]":
        """What is held of a symbol: in netting mode one position at most."""
        if self.mode == "hedging":
            return [each for each in self.holdings.values() if each.symbol == symbol]
        holding = self.holdings.get(symbol)
        return [holding] if holding is not None and holding.quantity else []

    def leverage_of(self, symbol: str) -> Decimal:
        """What the value of a symbol is divided by to make its margin."""
        return self.leverages.get(symbol, self.leverage)


def order_id(account_id: AccountId, number: int) -> OrderId:
    """The id of an account's order, counted from 1."""
    return OrderId(f"{account_id}-o{number}")


def execution_id(account_id: AccountId, number: int) -> ExecutionId:
    """The id of an account's execution, counted from 1."""
    return ExecutionId(f"{account_id}-x{number}")


def position_id(account_id: AccountId, number: int) -> str:
    """The id of the individual position that the execution of this number opened."""
    return f"{account_id}-p{number}"


def group_id(account_id: AccountId, number: int) -> str:
    """The id of the group that the order of this number is the first of."""
    return f"{account_id}-g{number}"


def position_group(account_id: AccountId, position: str) -> str:
    """The id of the group of a position's exits."""
    return f"{account_id}-p-{position}"


def pool_key(symbol: str, side: Side) -> str:
    """Where the state keeps what orders of this side took of a symbol."""
    return f"{side}:{symbol}"
