"""One writer per account: decides on the working state, shows the committed one.

Commands and market data enter here; what they lead to changes the working state at once, goes to
the journal, and is published when it is durable.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    ActivateOrders,
    ActPending,
    CheckMargin,
    Command,
    ExpireOrders,
    FireDeadman,
    MatchQuote,
    MatchTrade,
)
from trading_api.domain.decisions import decide
from trading_api.domain.errors import TradingError
from trading_api.domain.events import DeadmanSet, LeverageChanged
from trading_api.domain.fills import Book
from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.limits import NO_LIMITS, Limits
from trading_api.domain.market import Trade
from trading_api.domain.orders import OPEN, Order
from trading_api.domain.ports import Message
from trading_api.domain.positions import Holding
from trading_api.domain.progress import Decision
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.commits import GroupCommit, Pending
from trading_api.modules.broker.connection import Connection, ConnectionWatch
from trading_api.modules.broker.counts import BrokerCounts
from trading_api.modules.broker.deadlines import Deadlines
from trading_api.modules.broker.entries import encode_entry
from trading_api.modules.broker.equity import EquityCurves
from trading_api.modules.broker.index import OrderIndex
from trading_api.modules.broker.margin_watch import MarginWatch
from trading_api.modules.broker.market import MarketData
from trading_api.modules.broker.marks import Marks
from trading_api.modules.broker.promise import Promise
from trading_api.modules.broker.publisher import Publisher
from trading_api.modules.broker.recovery import recover_accounts
from trading_api.modules.broker.saving import Saving
from trading_api.modules.broker.tasks import owned_tasks
from trading_api.shared.context import AppContext


class Engine:
    """All accounts, the index of their open orders, and the life that they share."""

    def __init__(
        self, context: AppContext, market: MarketData, max_age_ms: int, snapshot_every: int
    ) -> None:
        self.market = market
        self._context = context
        self._max_age_ms = max_age_ms
        self._snapshot_every = snapshot_every
        self.counts = BrokerCounts()
        self.publisher = Publisher(context.bus, market, context.epoch, self.counts.orders)
        self._begin()
        context.on_settle(self._settle)
        context.bus.subscribe("quotes", self._on_quote)
        context.bus.subscribe("trades", self._on_trade)
        context.metrics.add(self.counts.families)

    def _begin(self) -> None:
        """Forget everything: what counts is in the journal."""
        self._cells: dict[AccountId, Cell] = {}
        self._owned: dict[PrincipalId, list[Cell]] = defaultdict(list)
        self._index = OrderIndex()
        self._timed: dict[OrderId, int] = {}
        self._ready = False
        self._margin = MarginWatch(self.market, self._working, self._on_margin)
        self._marks = Marks(self._context.clock, self.market, self.publisher, self._cells)
        self.curves = EquityCurves(
            self._context.clock, self.market, self._context.equity, self._cells
        )
        self._commits = GroupCommit(
            self._context.journal, self._on_committed, self._on_failed, self.counts.appends
        )
        self._saving = Saving(self._context.journal, self._snapshot_every)
        self._deadlines = Deadlines[Order](self._context.clock, self._on_due)
        self._deadmen = Deadlines[AccountId](self._context.clock, self._on_deadmen)
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
            self._deadmen.run(),
            self._watch.run(),
            self._marks.run(),
            self._saving.run(),
            self.curves.run(),
            self.curves.write(),
        )
        async with owned_tasks(self._on_failed, *loops):
            self._ready = True
            self._resume()
            try:
                yield
            finally:
                self._ready = False
                await self._commits.drain()
                await self.curves.flush()
                if not self._commits.failed:
                    await self._saving.save_all(self._cells.values())

    async def _load(self) -> None:
        async for cell in recover_accounts(self._context.journal):
            state = cell.shown
            self._cells[cell.account_id] = cell
            self._owned[state.principal_id].append(cell)
            for order_id in state.tickets:
                self._note_order(state.orders[order_id])
            for holding in state.holdings.values():
                self._marks.note_holding(state, holding.symbol)
            self._margin.changed(cell.account_id)
            self._note_deadman(state)

    def _resume(self) -> None:
        """End what ended while the server was away, then let the present market act."""
        self.market.look()
        self._on_deadmen(tuple(self._cells))
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

    def execute(
        self, cell: Cell, command: Command, limits: Limits = NO_LIMITS
    ) -> tuple[Decision, Pending | None]:
        """Decide on a command; the entry is None when nothing has happened.

        Raises:
            TradingError: the command is refused, or `unavailable`.
        """
        self.check_available()
        self.market.look()
        decision = decide(cell.working, command, self.market.limited(limits))
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

    def when_durable(self, pending: Pending | None, tell: Callable[[bool], None]) -> None:
        """Call `tell` when the entry, and so all before it, is durable; with False if never."""
        if pending is None:
            tell(True)
        elif self._commits.failed:
            tell(False)
        else:
            pending.waiters.append(tell)

    async def durable(self, pending: Pending | None) -> None:
        """Return when the entry, and so all before it, is durable.

        Raises:
            TradingError: `unavailable` when it never will be.
        """
        promise = Promise(None)
        self.when_durable(pending, promise.tell)
        await promise.future

    async def settled(self, cell: Cell) -> None:
        """Return when all that was decided for the account so far is durable."""
        await self.durable(cell.last)

    async def _settle(self) -> None:
        await self._commits.drain()

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

    # --- market data

    def _on_quote(self, message: Message) -> None:
        heard = self.market.on_quote(message)
        if message.value.status == "stale":
            self._watch.look()
        else:
            self._watch.heard()
        symbol = message.value.symbol
        if not self._ready:
            return
        self._act_pending(symbol, arrivals=False)
        if heard.resumed:
            self._open_market(symbol)
        elif heard.may_act:
            self._match_quote(symbol, buys=heard.for_buys, sells=heard.for_sells)
        self._act_pending(symbol, arrivals=True)
        if message.value.status == "open":
            self._margin.quote_changed(symbol, message.value.bid, message.value.ask)
        self._marks.quote_changed(symbol)

    def _on_trade(self, message: Message) -> None:
        trade: Trade = message.value
        self.market.on_trade(trade)
        self._watch.heard()
        if not self._ready:
            return
        self._act_pending(trade.symbol, arrivals=False)
        triggers = self.market.rules.trigger_source == "last"
        found = self._index.for_trade(trade.symbol, trade.price, triggers=triggers)
        for account_id, order_ids in found.items():
            command = MatchTrade(trade, message.seq, tuple(order_ids))
            self._act(self._cells[account_id], command)
        self._act_pending(trade.symbol, arrivals=True)

    def _act_pending(self, symbol: str, *, arrivals: bool) -> None:
        """With a market event act the ends and changes that are due, before it, or new orders."""
        for account_id, order_ids in self._index.pending(symbol).items():
            command = ActPending(symbol, tuple(order_ids), arrivals)
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
        found = self._index.for_quote(
            symbol,
            quote.ask if buys else None,
            quote.bid if sells else None,
            self.market.trigger_prices(quote),
        )
        for account_id, order_ids in found.items():
            self._act(self._cells[account_id], MatchQuote(symbol, tuple(order_ids)))

    def _on_due(self, orders: Sequence[Order]) -> None:
        self.market.look()
        due: dict[AccountId, list[OrderId]] = defaultdict(list)
        for order in orders:
            due[order.account_id].append(order.id)
        for account_id, order_ids in due.items():
            self._act(self._cells[account_id], ExpireOrders(tuple(order_ids)))

    def _on_deadmen(self, account_ids: Sequence[AccountId]) -> None:
        self.market.look()
        for account_id in account_ids:
            cell = self._cells[account_id]
            if cell.working is not None and cell.working.deadman is not None:
                self._act(cell, FireDeadman())

    def _working(self, account_id: AccountId) -> AccountState | None:
        return self._cells[account_id].working

    def _on_margin(self, account_id: AccountId) -> None:
        self._act(self._cells[account_id], CheckMargin())

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
        data = encode_entry(decision.events, self._market_seq(command))
        record = cell.chain.add(self.market.now, data)
        pending = Pending(cell.account_id, record, decision)
        cell.working, cell.last = decision.state, pending
        self._note(cell, decision)
        self._commits.add(pending)
        return pending

    def _note(self, cell: Cell, decision: Decision) -> None:
        """Let the indexes know what orders and positions have become."""
        state = decision.state
        seen: set[str] = set()
        for change in reversed(decision.changes):
            match change.value:
                case Order(id=order_id) if order_id not in seen:
                    seen.add(order_id)
                    self._note_order(state.orders[order_id])
                case Holding() as holding if holding.symbol not in seen:
                    seen.add(holding.symbol)
                    self._marks.note_holding(state, holding.symbol)
                    self._margin.changed(cell.account_id)
                case LeverageChanged():
                    self._margin.changed(cell.account_id)
                case DeadmanSet():
                    self._note_deadman(state)

    def _note_deadman(self, state: AccountState) -> None:
        if state.deadman is not None:
            self._deadmen.add(state.deadman.expires_at, state.account_id)

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
            self._timed.pop(order.id, None)
        elif self._timed.get(order.id) != order.expire_at:
            self._timed[order.id] = order.expire_at
            self._deadlines.add(order.expire_at, order)

    def _on_committed(self, batch: Sequence[Pending]) -> None:
        worth: dict[AccountId, None] = {}
        for pending in batch:
            cell = self._cells[pending.account_id]
            cell.commit(pending.decision, pending.record.hash)
            self._saving.note(cell)
            if cell.last is pending:
                cell.last = None
            self.publisher.tell(pending.account_id, pending.decision.changes)
            if _moves_money(pending):
                worth[pending.account_id] = None
            else:
                self._marks.account_changed(pending.account_id)
        for account_id in worth:
            self._marks.tell_now(account_id)
            self.curves.note(self._cells[account_id].shown)

    def _on_failed(self, error: BaseException) -> None:
        """The journal or a task of ours is broken: stop deciding, and say so."""
        self._ready = False
        self._watch.journal_failed()
        self._context.fail(error)

    def _on_connection(self, state: Connection) -> None:
        self.publisher.publish("connection", state)


def _moves_money(pending: Pending) -> bool:
    """Whether an entry fills, or is about the account; other changes can wait for the next mark."""
    if pending.record.seq == 1:
        return True
    for change in pending.decision.changes:  # noqa: SIM110 - `any` costs more than what it asks
        if change.route in ("positions", "account"):
            return True
    return False
