"""Whether market data flows and the journal works, told whenever it changes."""

import asyncio
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from trading_api.domain.ports import Clock
from trading_api.modules.broker.market import MarketData


class Connection(Struct, frozen=True):
    """State of the broker's two lines: the market's and the journal's."""

    market_data: Literal["live", "stale", "absent"]
    journal: Literal["ok", "failing"]


class ConnectionWatch:
    """Notices when the state changes; silence is noticed by a look at the clock."""

    def __init__(
        self,
        clock: Clock,
        market: MarketData,
        max_age_ms: int,
        on_change: Callable[[Connection], None],
    ) -> None:
        self._clock = clock
        self._market = market
        self._max_age_ms = max_age_ms
        self._on_change = on_change
        self._heard = asyncio.Event()
        self.state = Connection("absent", "ok")

    def heard(self) -> None:
        """Market data has arrived."""
        if self.state.market_data != "live":
            self._heard.set()
            self.look()

    def journal_failed(self) -> None:
        """The journal does not take records any more."""
        self._become(Connection(self.state.market_data, "failing"))

    async def run(self) -> None:
        """Look for silence until cancelled."""
        self.look()
        while True:
            if self.state.market_data != "live":
                await self._heard.wait()
            self._heard.clear()
            await self._clock.sleep_until(self._clock.now_ms() + self._max_age_ms + 1)
            self.look()

    def look(self) -> None:
        """Compare the state with the clock."""
        market_data = self._market.state(self._clock.now_ms())
        self._become(Connection(market_data, self.state.journal))

    def _become(self, state: Connection) -> None:
        if state != self.state:
            self.state = state
            self._on_change(state)
