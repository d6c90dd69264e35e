"""Keeps the equity curves: a point after each fill, and one a minute while something is held."""

import asyncio
from collections.abc import Mapping, Sequence

from trading_api.domain.account_view import view_account
from trading_api.domain.accounts import AccountState
from trading_api.domain.equity import CurveInterval, EquityPoint, Sample
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Clock, EquityStore
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.market import MarketData

MINUTE_MS = 60_000


class EquityCurves:
    """Samples what accounts are worth and hands it to the store, behind the order path.

    What cannot be valued has no point. Writing is one task: while the store is busy, later points
    of an account replace earlier ones.
    """

    def __init__(
        self,
        clock: Clock,
        market: MarketData,
        store: EquityStore,
        cells: Mapping[AccountId, Cell],
    ) -> None:
        self._clock = clock
        self._market = market
        self._store = store
        self._cells = cells
        self._waiting: dict[AccountId, Sample] = {}
        self._wake = asyncio.Event()

    def note(self, state: AccountState) -> None:
        """Sample what an account is worth now."""
        account = view_account(state, self._market)
        if account.equity is None or account.balance is None:
            return
        point = EquityPoint(time=self._market.now, equity=account.equity, balance=account.balance)
        self._waiting[state.account_id] = Sample(state.account_id, point)
        self._wake.set()

    async def write(self) -> None:
        """Hand over what was sampled, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Hand over what waits."""
        samples, self._waiting = list(self._waiting.values()), {}
        await self._store.record(samples)

    async def run(self) -> None:
        """Sample every account that holds something at each full minute, until cancelled."""
        while True:
            now = self._clock.now_ms()
            await self._clock.sleep_until(now - now % MINUTE_MS + MINUTE_MS)
            self._market.look()
            for cell in self._cells.values():
                state = cell.committed
                if state is not None and any(h.quantity for h in state.holdings.values()):
                    self.note(state)

    async def read(
        self,
        state: AccountState,
        interval: CurveInterval,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[EquityPoint]:
        """The oldest points of a span, ascending; the first of a curve is what was deposited."""
        await self.flush()
        first = EquityPoint(
            time=state.opened_at, equity=state.first_balance, balance=state.first_balance
        )
        begins = (from_ms is None or from_ms <= first.time) and (
            to_ms is None or first.time < to_ms
        )
        start = max(from_ms or 0, first.time + 1)
        points = await self._store.read(state.account_id, interval, start, to_ms, limit)
        return [first, *points][:limit] if begins else points
