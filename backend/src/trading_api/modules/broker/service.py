"""What callers may do with their accounts: place, change and end orders, and read."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from trading_api.domain import position_exits
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    CancelAllOrders,
    CancelOrder,
    ClosePosition,
    HaltAccount,
    ModifyOrder,
    PlaceOrder,
    ResetAccount,
    ResumeAccount,
    ReversePosition,
    SetDeadman,
    SetLeverage,
    SetPositionExits,
)
from trading_api.domain.depth import MOST_LEVELS
from trading_api.domain.errors import TradingError
from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.limits import Limits
from trading_api.domain.market import Depth
from trading_api.domain.orders import Order
from trading_api.domain.preview import Preview, preview_order
from trading_api.domain.progress import Decision
from trading_api.domain.requests import Repeatable, first_answer
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.engine import Engine
from trading_api.modules.broker.market import MarketData
from trading_api.modules.broker.options import BrokerOptions
from trading_api.modules.broker.promise import Promise
from trading_api.modules.broker.publisher import Publisher
from trading_api.modules.broker.recovery import ACCOUNT_PREFIX
from trading_api.modules.broker.schemas import CreateAccountRequest
from trading_api.shared.auth import Principal
from trading_api.shared.clock import elapsed_s
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleHealth

T = TypeVar("T")

MAX_ACCOUNTS = 100

CallerCommand = (
    PlaceOrder
    | ModifyOrder
    | CancelOrder
    | CancelAllOrders
    | ClosePosition
    | ReversePosition
    | SetPositionExits
)


AccountCommand = ResetAccount | HaltAccount | ResumeAccount | SetLeverage | SetDeadman


FIRST_ACCOUNT = CreateAccountRequest(name="Paper account")


class Answer(NamedTuple):
    """The orders that a command was about; `replayed` when it had been answered before."""

    orders: tuple[Order, ...]
    replayed: bool = False


class BrokerService:
    """The broker on paper: accounts, their orders, positions and executions."""

    def __init__(self, context: AppContext) -> None:
        self._options = options = context.options("broker", BrokerOptions)
        self.journal = context.journal
        self._ids = context.ids
        self._context = context
        max_age_ms = round(options.max_quote_age_s * 1000)
        self.market = MarketData(
            context.clock, context.catalogue, max_age_ms, options.rules(), self._depth_of
        )
        self.engine = Engine(context, self.market, max_age_ms, options.snapshot_every)

    def _depth_of(self, symbol: str) -> Depth | None:
        """The ladder of this moment, where anybody knows it: that which is told lags behind."""
        reader = self._context.depth
        return None if reader is None else reader.depth(symbol, MOST_LEVELS)

    @property
    def publisher(self) -> Publisher:
        """What reads states as they are shown."""
        return self.engine.publisher

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Replay the journal, then serve until the block ends."""
        async with self.engine.running():
            yield

    def health(self) -> ModuleHealth:
        """`degraded` without market data or without a journal."""
        connection = self.engine.connection
        if connection.journal == "failing":
            return ModuleHealth("degraded", "the journal does not take records")
        if connection.market_data == "absent":
            return ModuleHealth("degraded", "no market data is connected")
        if connection.market_data == "stale":
            return ModuleHealth("degraded", "market data is silent")
        return ModuleHealth("ok")

    async def submit(
        self, principal: Principal, command: CallerCommand, account_id: str | None = None
    ) -> Answer:
        """Carry out a command on an account of the caller; durable when it returns.

        Raises:
            TradingError: what was refused and why; `order_id` where an order keeps the refusal.
        """
        return await self.begin(principal, command, account_id, _whole)

    def begin(
        self,
        principal: Principal,
        command: CallerCommand,
        account_id: str | None,
        shown: Callable[[Answer], T],
    ) -> "asyncio.Future[T]":
        """The same at once: what the future will show of the answer, when it is durable.

        Raises:
            TradingError: the caller may not do that, or there is no such account; other refusals
                come from the future, since they may rest on what is not durable yet.
        """
        began = elapsed_s()
        principal.require("orders:write")
        cell = self.open_cell(principal, account_id)
        promise: Promise[T]
        try:
            answer = self._carry_out(principal, cell, self._canonical(command))
            promise = Promise(shown(answer))
        except TradingError as refusal:
            promise = Promise(refusal)

        def tell(durable: bool) -> None:
            self.engine.counts.acks.observe(elapsed_s() - began)
            promise.tell(durable)

        self.engine.when_durable(cell.last, tell)
        return promise.future

    def preview(
        self, principal: Principal, command: PlaceOrder, account_id: str | None = None
    ) -> Preview:
        """What placing an order on an account of the caller would do now; nothing happens.

        Raises:
            TradingError: the order is none, or there is no such account.
        """
        principal.require("orders:write")
        cell = self.open_cell(principal, account_id)
        placed = self._canonical_order(command)
        self.market.look()
        market = self.market.limited(self._limits(principal, cell))
        return preview_order(cell.working or cell.shown, placed, market)

    async def state(self, principal: Principal, account_id: str | None = None) -> AccountState:
        """The durable state of an account of the caller.

        Raises:
            TradingError: `unknown_account`.
        """
        cell = self.open_cell(principal, account_id)
        if cell.committed is None:
            await self.engine.settled(cell)
        return cell.shown

    async def states(self, principal: Principal) -> Sequence[AccountState]:
        """The durable states of every account that the caller may see, oldest first."""
        default = await self.state(principal)
        if principal.account_id is not None:
            return [default]
        cells = self.engine.owned_by(principal.id)
        return [cell.committed for cell in cells if cell.committed is not None]

    async def create_account(
        self, principal: Principal, wanted: CreateAccountRequest
    ) -> AccountState:
        """Open another account of the caller; durable when it returns.

        Raises:
            TradingError: `forbidden` for a key that was given one account, `conflict` when the
                caller has as many as there may be.
        """
        principal.require("orders:write")
        if principal.account_id is not None:
            message = f"the credential is for account {principal.account_id} alone"
            raise TradingError("forbidden", message)
        self.open_cell(principal)
        if len(self.engine.owned_by(principal.id)) >= MAX_ACCOUNTS:
            raise TradingError("conflict", f"a caller may have {MAX_ACCOUNTS} accounts")
        account_id = AccountId(ACCOUNT_PREFIX + self._ids.new_id())
        cell = self.engine.make_cell(account_id, wanted.opening(account_id, principal.id))
        await self.engine.settled(cell)
        return cell.shown

    async def administer(
        self, principal: Principal, command: AccountCommand, account_id: str | None
    ) -> AccountState:
        """Carry out a command about an account itself; durable when it returns.

        Raises:
            TradingError: what was refused and why.
        """
        state, _ = await self._administer(principal, command, account_id)
        return state

    async def reset(
        self, principal: Principal, command: ResetAccount, account_id: str
    ) -> tuple[AccountState, bool]:
        """Let an account begin anew; the other value says that its key had come before.

        Raises:
            TradingError: what was refused and why.
        """
        state, has_happened = await self._administer(principal, command, account_id)
        return state, not has_happened

    async def _administer(
        self, principal: Principal, command: AccountCommand, account_id: str | None
    ) -> tuple[AccountState, bool]:
        principal.require("orders:write")
        cell = self.open_cell(principal, account_id)
        if isinstance(command, SetLeverage):
            command = replace(command, symbol=self.symbol(command.symbol))
        decision, _ = self.engine.execute(cell, command)
        await self.engine.settled(cell)
        return cell.shown, bool(decision.events)

    def open_cell(self, principal: Principal, account_id: str | None = None) -> Cell:
        """The account that the caller means; their default one is opened at first use.

        Raises:
            TradingError: `unknown_account` also for an account of somebody else; `unavailable`.
        """
        self.engine.check_available()
        own = principal.account_id or default_account_id(principal.id)
        wanted = own if account_id is None else AccountId(account_id)
        cell = self.engine.cell(wanted)
        if principal.account_id is not None:
            allowed = cell is not None and wanted == own
        elif cell is None and wanted == own:
            return self.engine.make_cell(own, FIRST_ACCOUNT.opening(own, principal.id))
        else:
            state = None if cell is None else cell.working
            allowed = state is not None and state.principal_id == principal.id
        if cell is None or not allowed:
            raise TradingError("unknown_account", f"account {wanted[:80]!r} is not known")
        return cell

    def known_cell(self, account_id: AccountId) -> Cell:
        """The account of that id, whoever owns it.

        Raises:
            TradingError: `unknown_account`.
        """
        cell = self.engine.cell(account_id)
        if cell is None:
            raise TradingError("unknown_account", f"account {account_id[:80]!r} is not known")
        return cell

    def _carry_out(self, principal: Principal, cell: Cell, command: CallerCommand) -> Answer:
        """What is to be answered once all that was decided for the account is durable."""
        if isinstance(command, Repeatable) and (first := _first_answer(cell, command)):
            return Answer((_unless_rejected(first, replayed=True),), replayed=True)
        decision, _ = self.engine.execute(cell, command, self._limits(principal, cell))
        return _answer(command, decision)

    def _limits(self, principal: Principal, cell: Cell) -> Limits:
        return self._options.limits_of(principal, cell.account_id)

    def symbol(self, name: str) -> str:
        """An instrument's own name, which may have been given with its exchange.

        Raises:
            TradingError: `unknown_symbol`.
        """
        instrument = self.market.instrument(name)
        if instrument is None:
            raise TradingError("unknown_symbol", f"symbol {name[:80]!r} is not known")
        return instrument.symbol

    def _canonical(self, command: CallerCommand) -> CallerCommand:
        """The command with the instrument's own name, where it was named with its exchange."""
        if isinstance(command, CancelOrder | ClosePosition | ReversePosition | SetPositionExits):
            return command
        if isinstance(command, PlaceOrder):
            return self._canonical_order(command)
        if command.symbol is None:
            return command
        name = self.symbol(command.symbol)
        return command if name == command.symbol else replace(command, symbol=name)

    def _canonical_order(self, command: PlaceOrder) -> PlaceOrder:
        if command.group is not None:
            orders = tuple(
                replace(each, symbol=self.symbol(each.symbol)) for each in command.group.orders
            )
            command = replace(command, group=replace(command.group, orders=orders))
        name = self.symbol(command.symbol)
        return command if name == command.symbol else replace(command, symbol=name)


def _whole(answer: Answer) -> Answer:
    return answer


@lru_cache(1024)
def default_account_id(principal_id: PrincipalId) -> AccountId:
    """The id of the account that a principal has from the first use on."""
    digest = hashlib.sha256(principal_id.encode("utf-8", "surrogatepass")).hexdigest()
    return AccountId(ACCOUNT_PREFIX + digest[:12])


def _first_answer(cell: Cell, command: Repeatable) -> Order | None:
    return None if cell.working is None else first_answer(cell.working, command)


def _answer(command: CallerCommand, decision: Decision) -> Answer:
    """The orders of a decision as they stand after it."""
    orders = decision.state.orders
    if isinstance(command, ModifyOrder | CancelOrder):
        return Answer((orders[command.order_id],))
    if isinstance(command, SetPositionExits):
        return Answer(tuple(position_exits.of(decision.state, command.symbol)))
    told = [change.value for change in decision.changes if isinstance(change.value, Order)]
    if isinstance(command, CancelAllOrders):
        changed = dict.fromkeys(order.id for order in told)
        return Answer(tuple(orders[order_id] for order_id in changed))
    new = [order for order in told if order.version == 1]
    placed = new[-1] if isinstance(command, ReversePosition) else new[0]
    return Answer((_unless_rejected(orders[placed.id]),))


def _unless_rejected(order: Order, *, replayed: bool = False) -> Order:
    """A rejected order is answered as the error that it keeps."""
    if order.status == "rejected" and order.status_reason is not None:
        reason = order.status_reason
        details = {"replayed": True} if replayed else None
        raise TradingError(reason.code, reason.message, details=details, order_id=order.id)
    return order
