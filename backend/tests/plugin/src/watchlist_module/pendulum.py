"""A source of market data: one symbol whose price swings, once a second, for ever."""

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

import msgspec

from trading_api.domain.bars import MINUTE_MS
from trading_api.domain.market import (
    Aggressor,
    Bar,
    BookChange,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import Clock, MarketTick, SourceStatus
from trading_api.domain.sessions import DAY_MS
from trading_api.shared.sources import SourceContext

SECOND_MS = 1_000
BEGIN_MS = 1_577_836_800_000  # 2020-01-01: nothing is older


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[modules.datafeed.source_options.pendulum]`."""

    swing: int = 30


class Pendulum:
    """Trades of one coin each: up for `swing` seconds, a dollar a second, and down again."""

    name = "pendulum"

    def __init__(self, clock: Clock, swing: int) -> None:
        self._clock = clock
        self._swing = swing
        self._next: int | None = None

    def symbols(self) -> Sequence[SymbolInfo]:
        """Its only instrument."""
        return [
            SymbolInfo(
                symbol="PENDULUM",
                full_name="LAB:PENDULUM",
                description="A price that swings",
                kind="crypto",
                exchange="LAB",
                currency="USD",
                timezone="Etc/UTC",
                session="24x7",
                price_scale=1,
                min_move=1,
                tick_size=Decimal(1),
                lot_size=Decimal(1),
                min_quantity=Decimal(1),
                max_quantity=Decimal(1000),
                quantity_step=Decimal(1),
                supported_resolutions=("1", "60", "1D"),
                fidelity="tick",
            )
        ]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Always."""
        return time_ms >= BEGIN_MS

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Never."""
        return False

    def status(self) -> SourceStatus:
        """Always alive."""
        return SourceStatus()

    async def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """A trade at every whole second, and the quote that it leaves."""
        self._next = since_ms // SECOND_MS + 1
        try:
            while True:
                await self._clock.sleep_until(self._next * SECOND_MS)
                trade = self._trade(self._next)
                yield MarketTick(trade.time, (trade, self._top(trade)))
                self._next += 1
        finally:
            self._next = None

    def top(self, symbol: str) -> TopOfBook | None:
        """What the last trade left."""
        return self._top(self._trade(self._newest()))

    def depth(self, symbol: str) -> BookChange | None:
        """None: there is only a best bid and ask."""
        return None

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest trades within bounds."""
        end = self._newest() + 1
        if before is not None:
            if not before.isdigit() or int(before) >= end:
                raise ValueError(f"there is no trade {before[:40]!r}")
            end = int(before)
        if to_ms is not None:
            end = min(end, -(-to_ms // SECOND_MS))
        first = BEGIN_MS if from_ms is None else max(from_ms, BEGIN_MS)
        return [self._trade(n) for n in range(max(-(-first // SECOND_MS), end - limit), end)]

    def bars(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        """The newest bars within bounds; there is nothing to adjust."""
        size = DAY_MS if resolution == "1D" else int(resolution) * MINUTE_MS
        newest = self._newest() * SECOND_MS
        last = newest if to_ms is None else min(newest, to_ms - 1)
        opens = range(last - last % size, max(from_ms or 0, BEGIN_MS) - 1, -size)[:limit]
        return [self._bar(time, size) for time in reversed(opens)]

    def _bar(self, time: int, size: int) -> Bar:
        first = time // SECOND_MS
        end = min(first + size // SECOND_MS, self._newest() + 1)
        # one swing has all prices that there are
        prices = [self._price(n) for n in range(first, min(end, first + 2 * self._swing))]
        closing = self._price(end - 1)
        return Bar(time, prices[0], max(prices), min(prices), closing, float(end - first))

    def _newest(self) -> int:
        """The second up to which everything has been handed out."""
        now = self._clock.now_ms() // SECOND_MS
        return now if self._next is None else min(now, self._next - 1)

    def _price(self, second: int) -> float:
        phase = second % (2 * self._swing)
        return 100.0 + min(phase, 2 * self._swing - phase)

    def _trade(self, second: int) -> Trade:
        rises = second % (2 * self._swing) <= self._swing
        side: Aggressor = "buy" if rises else "sell"
        price = self._price(second)
        return Trade(str(second), "PENDULUM", second * SECOND_MS, price, 1.0, side)

    def _top(self, trade: Trade) -> TopOfBook:
        return TopOfBook(trade.symbol, trade.time, trade.price, trade.price + 1, 5.0, 5.0)


def pendulum(context: SourceContext) -> Pendulum:
    """What the entry point names."""
    options = msgspec.convert(dict(context.options), Options)
    return Pendulum(context.clock, options.swing)
