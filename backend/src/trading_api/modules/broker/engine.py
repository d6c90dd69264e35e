"""One writer per account: decides on the working state, shows the committed one.

Commands and market data enter here; what they lead to changes the working state at once, goes to
the journal, and is published when it is durable.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from trading_api.domain.accounts import AccountState
from trading_api.domain.decisions import decide
from trading_api.domain.errors import JournalCorrupt, TradingError
from trading_api.domain.evolution import Decision, fold
from trading_api.domain.fills import Book
from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.market import Trade
from trading_api.domain.orders import (
    OPEN,
    ActivateOrders,
    Command,
    ExpireOrders,
    MatchQuote,
    MatchTrade,
    Order,
)
from trading_api.domain.ports import Message, Record
from trading_api.domain.positions import Holding
from trading_api.modules.broker.commits import GroupCommit, Pending
from trading_api.modules.broker.connection import Connection, ConnectionWatch
from trading_api.modules.broker.deadlines import Deadlines
from trading_api.modules.broker.entries import decode_entry, encode_entry
from trading_api.modules.broker.index import OrderIndex
from trading_api.modules.broker.market import MarketData
from trading_api.modules.broker.publisher import Publisher, epoch_of, replayed
from trading_api.modules.broker.tasks import owned_tasks
from trading_api.shared.context import AppContext

ACCOUNT_PREFIX = "acc-"
MARK_INTERVAL_MS = 250


class Cell:
    """An account's two states: what was decided, and how much of that is durable.

    `last` is the newest entry that is not durable yet.
    """

    __slots__ = ("account_id", "committed", "last", "opening", "working")

    def __init__(self, account_id: AccountId) -> None:
        self.account_id = account_id
        self.opening: AccountState | None = None
        self.working: AccountState | None = None
        self.committed: AccountState | None = None
        self.last: Pending | None = None

    @property
    def shown(self) -> AccountState:
        """The durable state; of an account that is just being opened, what everybody begins with.

        Raises:
            TradingError: `unknown_account` when it was never opened.
        """
        state = self.committed or self.opening
        if state is None:
            raise TradingError("unknown_account", f"account {self.account_id} is not known")
        return state


class Engine:
    """All accounts, the index of their open orders, and the life that they share."""

    def __init__(self, context: AppContext, market: MarketData, max_age_ms: int) -> None:
        self.market = market
        self._context = context
        self._max_age_ms = max_age_ms
        self.publisher = Publisher(context.bus, market, context.epoch)
        self._begin()
        context.bus.subscribe("quotes", self._on_quote)
        context.bus.subscribe("trades", self._on_trade)

    def _begin(self) -> None:
        """Forget everything: what counts is in the journal."""
        self._cells: dict[AccountId, Cell] = {}
        self._owned: dict[PrincipalId, list[Cell]] = defaultdict(list)
        self._holders: dict[str, set[AccountId]] = defaultdict(set)
        self._index = OrderIndex()
        self._timed: set[OrderId] = set()
        self._ready = False
        self._marked: set[str] = set()
        self._touched: set[AccountId] = set()
        self._to_mark = asyncio.Event()
        self._commits = GroupCommit(self._context.journal, self._on_committed, self._on_failed)
        self._deadlines = Deadlines[Order](self._context.clock, self._on_due)
        self._watch = ConnectionWatch(
            self._context.clock, self.market, self._max_age_ms, self._on_connection
        )

    # --- life

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Replay the journal, then live until the block ends; what was decided is committed."""
        self._begin()
        await self._load()
        loops = (
            self._commits.run(),
            self._deadlines.run(),
            self._watch.run(),
            self._mark_often(),
        )
        async with owned_tasks(self._on_failed, *loops):
            self._ready = True
            self._resume()
            try:
                yield
            finally:
                self._ready = False
                await self._commits.drain()

    async def _load(self) -> None:
        async for record in self._context.journal.read():
            if record.stream.startswith(ACCOUNT_PREFIX):
                self._replay(record)
        for cell in self._cells.values():
            state = cell.committed = cell.working
            if state is None:
                continue
            self._owned[state.principal_id].append(cell)
            for order_id in state.tickets:
                self._note_order(state.orders[order_id])
            for holding in state.holdings.values():
                self._note_holding(cell.account_id, holding)

    def _replay(self, record: Record) -> None:
        cell = self._cell(AccountId(record.stream))
        done = 0 if cell.working is None else cell.working.entries
        if record.seq != done + 1:
            raise JournalCorrupt(f"record {record.seq} of {record.stream} does not follow {done}")
        cell.working = fold(cell.working, decode_entry(record).events).state

    def _resume(self) -> None:
        """End what ended while the server was away, then let the present market act."""
        self.market.look()
        overdue: dict[AccountId, list[OrderId]] = defaultdict(list)
        for cell in self._cells.values():
            if cell.working is not None:
                overdue[cell.account_id].extend(cell.working.tickets)
        for account_id, order_ids in overdue.items():
            self._act(self._cells[account_id], ExpireOrders(tuple(order_ids)))
        for symbol in self.market.symbols():
            self._open_market(symbol)

    # --- commands

    def cell(self, account_id: AccountId) -> Cell | None:
        """The account of that id."""
        return self._cells.get(account_id)

    def owned_by(self, principal_id: PrincipalId) -> Sequence[Cell]:
        """The accounts of a principal, oldest first."""
        return tuple(self._owned.get(principal_id, ()))

    @property
    def connection(self) -> Connection:
        """State of market data and journal."""
        return self._watch.state

    def execute(self, cell: Cell, command: Command) -> tuple[Decision, Pending | None]:
        """Decide on a command; the entry is None when nothing has happened.

        Raises:
            TradingError: the command is refused, or `unavailable`.
        """
        self.check_available()
        self.market.look()
        decision = decide(cell.working, command, self.market)
        return decision, self._record(cell, decision, command)

    def make_cell(self, account_id: AccountId, command: Command) -> Cell:
        """A new account, opened by the command.

        Raises:
            TradingError: `unavailable`.
        """
        self.check_available()
        cell = self._cell(account_id)
        decision, _ = self.execute(cell, command)
        cell.opening = decision.state
        self._owned[decision.state.principal_id].append(cell)
        return cell

    async def durable(self, pending: Pending | None) -> None:
        """Return when the entry, and so all before it, is durable.

        Raises:
            TradingError: `unavailable` when it never will be.
        """
        if pending is None:
            return
        self._check_journal()
        waiter = asyncio.get_running_loop().create_future()
        pending.waiters.append(waiter)
        if not await waiter:
            raise TradingError("unavailable", "the journal does not take records")

    async def settled(self, cell: Cell) -> None:
        """Return when all that was decided for the account so far is durable."""
        await self.durable(cell.last)

    def check_available(self) -> None:
        """Refuse when nothing can be decided.

        Raises:
            TradingError: `unavailable`.
        """
        self._check_journal()
        if not self._ready:
            raise TradingError("unavailable", "the broker is not running")

    def _check_journal(self) -> None:
        if self._commits.failed:
            raise TradingError("unavailable", "the journal does not take records")

    async def replay(
        self, cell: Cell, route: str, epoch: str, after: int, until: int
    ) -> Sequence[tuple[int, object]] | None:
        """What topic `orders` or `executions` told between two numbers, from the journal."""
        state: AccountState | None = None
        found: list[tuple[int, object]] = []
        if cell.committed is None or epoch_of(cell.committed) != epoch:
            return None
        async for record in self._context.journal.read(cell.account_id):
            decision = fold(state, decode_entry(record).events)
            state = decision.state
            found += replayed(decision.changes, route, after, until)
        return found

    # --- market data

    def _on_quote(self, message: Message) -> None:
        heard = self.market.on_quote(message)
        self._watch.heard()
        symbol = message.value.symbol
        if not self._ready:
            return
        if heard.resumed:
            self._open_market(symbol)
        elif heard.for_buys or heard.for_sells:
            self._match_quote(symbol, buys=heard.for_buys, sells=heard.for_sells)
        if symbol in self._holders:
            self._marked.add(symbol)
            self._to_mark.set()

    def _on_trade(self, message: Message) -> None:
        trade: Trade = message.value
        self.market.on_trade(trade.symbol)
        self._watch.heard()
        if not self._ready:
            return
        for account_id, order_ids in self._index.for_trade(trade.symbol, trade.price).items():
            command = MatchTrade(trade, message.seq, tuple(order_ids))
            self._act(self._cells[account_id], command)

    def _open_market(self, symbol: str) -> None:
        """Orders that rested meet the market first, as they were there first; then the held."""
        self._match_quote(symbol, buys=True, sells=True)
        for account_id, order_ids in self._index.held(symbol).items():
            self._act(self._cells[account_id], ActivateOrders(symbol, tuple(order_ids)))

    def _match_quote(self, symbol: str, *, buys: bool, sells: bool) -> None:
        quote = self.market.quote(symbol)
        if quote is None:
            return
        found = self._index.for_quote(symbol, quote.bid, quote.ask, buys=buys, sells=sells)
        for account_id, order_ids in found.items():
            self._act(self._cells[account_id], MatchQuote(symbol, tuple(order_ids)))

    def _on_due(self, orders: Sequence[Order]) -> None:
        self.market.look()
        due: dict[AccountId, list[OrderId]] = defaultdict(list)
        for order in orders:
            due[order.account_id].append(order.id)
        for account_id, order_ids in due.items():
            self._act(self._cells[account_id], ExpireOrders(tuple(order_ids)))

    def _act(self, cell: Cell, command: Command) -> None:
        """Let the engine's own command happen."""
        if self._ready:
            self._record(cell, decide(cell.working, command, self.market), command)

    # --- from decided to committed

    def _cell(self, account_id: AccountId) -> Cell:
        return self._cells.setdefault(account_id, Cell(account_id))

    def _record(self, cell: Cell, decision: Decision, command: Command) -> Pending | None:
        if not decision.events:
            return None
        state = decision.state
        data = encode_entry(decision.events, self._market_seq(command))
        record = Record(cell.account_id, state.entries, self.market.now, data)
        pending = Pending(cell.account_id, record, state, decision.changes)
        cell.working, cell.last = state, pending
        for change in decision.changes:
            if isinstance(change.value, Order):
                self._note_order(change.value)
            elif isinstance(change.value, Holding):
                self._note_holding(cell.account_id, change.value)
        self._commits.add(pending)
        return pending

    def _market_seq(self, command: Command) -> int | None:
        if isinstance(command, MatchTrade):
            return command.market_seq
        symbol = getattr(command, "symbol", None)
        book: Book | None = None if symbol is None else self.market.book(symbol)
        return None if book is None else book.seq

    def _note_order(self, order: Order) -> None:
        self._index.put(order)
        if order.expire_at is None:
            return
        if order.status not in OPEN:
            self._timed.discard(order.id)
        elif order.id not in self._timed:
            self._timed.add(order.id)
            self._deadlines.add(order.expire_at, order)

    def _note_holding(self, account_id: AccountId, holding: Holding) -> None:
        if holding.quantity:
            self._holders[holding.symbol].add(account_id)
        elif holding.symbol in self._holders:
            self._holders[holding.symbol].discard(account_id)
            if not self._holders[holding.symbol]:
                del self._holders[holding.symbol]

    def _on_committed(self, batch: Sequence[Pending]) -> None:
        worth: dict[AccountId, AccountState] = {}
        for pending in batch:
            cell = self._cells[pending.account_id]
            cell.committed = pending.state
            if cell.last is pending:
                cell.last = None
            self.publisher.tell(pending.account_id, pending.changes)
            if _moves_money(pending):
                worth[pending.account_id] = pending.state
            else:
                self._touched.add(pending.account_id)
                self._to_mark.set()
        for account_id in worth:
            self._touched.discard(account_id)
            self._tell_equity(account_id)

    def _tell_equity(self, account_id: AccountId) -> None:
        state = self._cells[account_id].committed
        if state is not None:
            self.publisher.tell_equity(state)

    def _on_failed(self, error: BaseException) -> None:
        """The journal or a task of ours is broken: stop deciding, and say so."""
        self._ready = False
        self._watch.journal_failed()
        self._context.fail(error)

    def _on_connection(self, state: Connection) -> None:
        self.publisher.publish("connection", state)

    async def _mark_often(self) -> None:
        """Publish positions and equity at new marks, at most four times a second."""
        while True:
            await self._to_mark.wait()
            self._to_mark.clear()
            self._tell_marks()
            clock = self._context.clock
            await clock.sleep_until(clock.now_ms() + MARK_INTERVAL_MS)

    def _tell_marks(self) -> None:
        self.market.look()
        symbols, self._marked = self._marked, set()
        accounts, self._touched = self._touched, set()
        by_account: dict[AccountId, list[str]] = {account_id: [] for account_id in accounts}
        for symbol in sorted(symbols):
            for account_id in self._holders.get(symbol, ()):
                by_account.setdefault(account_id, []).append(symbol)
        for account_id in sorted(by_account):
            state = self._cells[account_id].committed
            if state is not None:
                self.publisher.tell_marks(state, by_account[account_id])


def _moves_money(pending: Pending) -> bool:
    """Whether an entry fills or opens; other changes of equity can wait for the next mark."""
    return pending.record.seq == 1 or any(isinstance(c.value, Holding) for c in pending.changes)
