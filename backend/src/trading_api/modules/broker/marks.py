"""Tells positions and equity at new marks, at most four times a second."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from trading_api.domain.accounts import AccountState
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Clock
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.market import MarketData
from trading_api.modules.broker.publisher import Publisher

INTERVAL_MS = 250


class Marks:
    """Who holds what, and whose figures have changed since they were last told."""

    def __init__(
        self,
        clock: Clock,
        market: MarketData,
        publisher: Publisher,
        cells: Mapping[AccountId, Cell],
    ) -> None:
        self._clock = clock
        self._market = market
        self._publisher = publisher
        self._cells = cells
        self._holders: dict[str, set[AccountId]] = defaultdict(set)
        self._symbols: set[str] = set()
        self._accounts: set[AccountId] = set()
        self._changed = asyncio.Event()

    def note_holding(self, state: AccountState, symbol: str) -> None:
        """An account holds a symbol, or does not any more."""
        if state.positions_of(symbol):
            self._holders[symbol].add(state.account_id)
        elif symbol in self._holders:
            self._holders[symbol].discard(state.account_id)
            if not self._holders[symbol]:
                del self._holders[symbol]

    def quote_changed(self, symbol: str) -> None:
        """A symbol has a new quote."""
        if symbol in self._holders:
            self._symbols.add(symbol)
            self._changed.set()

    def account_changed(self, account_id: AccountId) -> None:
        """What an account reserves has changed."""
        self._accounts.add(account_id)
        self._changed.set()

    def tell_now(self, account_id: AccountId) -> None:
        """Tell an account's equity without waiting."""
        self._accounts.discard(account_id)
        state = self._cells[account_id].committed
        if state is not None:
            self._publisher.tell_equity(state)

    async def run(self) -> None:
        """Tell what has changed, then rest, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._tell()
            await self._clock.sleep_until(self._clock.now_ms() + INTERVAL_MS)

    def _tell(self) -> None:
        self._market.look()
        symbols, self._symbols = self._symbols, set()
        accounts, self._accounts = self._accounts, set()
        by_account: dict[AccountId, list[str]] = {account_id: [] for account_id in accounts}
        for symbol in sorted(symbols):
            for account_id in self._holders.get(symbol, ()):
                by_account.setdefault(account_id, []).append(symbol)
        for account_id in sorted(by_account):
            state = self._cells[account_id].committed
            if state is not None:
                self._publisher.tell_marks(state, by_account[account_id])
