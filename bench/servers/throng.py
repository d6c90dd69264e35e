"""A source of many symbols that all change many times a second, for the terminal's measurement.

It is named by the setting `sources`, like any stranger's source.
"""

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

import msgspec

from trading_api.domain.market import (
    Bar,
    BookChange,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import Clock, MarketEvent, MarketTick, SourceStatus
from trading_api.domain.sessions import DAY_MS
from trading_api.shared.sources import SourceContext

BEGIN_MS = 1_577_836_800_000  # 2020-01-01: nothing is older
MINUTE_MS = 60_000
SWING = 60
"""Trades, a cent each, until a price turns."""
GROUPS = 10
"""The symbols take turns in so many groups, so that updates come all the time."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[modules.datafeed.source_options.throng]`; `rate` is of trades per symbol and second."""

    symbols: int = 200
    rate: int = 10


class Throng:
    """Coins whose prices swing, each with a trade and the quote that it leaves per beat."""

    name = "throng"

    def __init__(self, clock: Clock, options: Options) -> None:
        self._clock = clock
        self._beat_ms = 1000 // options.rate
        self._names = [f"COIN{number:03}" for number in range(options.symbols)]
        self._numbers = {name: number for number, name in enumerate(self._names)}

    def symbols(self) -> Sequence[SymbolInfo]:
        """All of them alike."""
        return [
            SymbolInfo(
                symbol=name,
                full_name=f"LAB:{name}",
                description=f"Coin {number} of the measurement",
                kind="crypto",
                exchange="LAB",
                currency="USD",
                timezone="Etc/UTC",
                session="24x7",
                price_scale=100,
                min_move=1,
                tick_size=Decimal("0.01"),
                lot_size=Decimal(1),
                min_quantity=Decimal(1),
                max_quantity=Decimal(1000),
                quantity_step=Decimal(1),
                supported_resolutions=("1", "60", "1D"),
                fidelity="tick",
            )
            for name, number in self._numbers.items()
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
        """Within each beat one group after the other; who is late catches up."""
        turn_ms = self._beat_ms / GROUPS
        turn = int(since_ms / turn_ms) + 1
        while True:
            time = int(turn * turn_ms)
            await self._clock.sleep_until(time)
            group = self._names[turn % GROUPS :: GROUPS]
            yield MarketTick(time, tuple(e for name in group for e in self._events(name, time)))
            turn += 1

    def top(self, symbol: str) -> TopOfBook | None:
        """What the last trade left."""
        return self._top(self._trade(symbol, self._clock.now_ms() // self._beat_ms))

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
        newest = self._clock.now_ms() if to_ms is None else min(self._clock.now_ms(), to_ms - 1)
        end = newest // self._beat_ms + 1 if before is None else int(before)
        first = max(from_ms or 0, BEGIN_MS) // self._beat_ms
        return [self._trade(symbol, beat) for beat in range(max(first, end - limit), end)]

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
        newest = self._clock.now_ms()
        last = newest if to_ms is None else min(newest, to_ms - 1)
        opens = range(last - last % size, max(from_ms or 0, BEGIN_MS) - 1, -size)[:limit]
        return [self._bar(symbol, time, min(size, newest - time + 1)) for time in reversed(opens)]

    def _bar(self, symbol: str, time: int, length_ms: int) -> Bar:
        first, beats = time // self._beat_ms, max(length_ms // self._beat_ms, 1)
        # one swing up and down has all prices that there are
        prices = [self._price(symbol, first + n) for n in range(min(beats, 2 * SWING))]
        close = self._price(symbol, first + beats - 1)
        return Bar(time, prices[0], max(prices), min(prices), close, float(beats))

    def _events(self, symbol: str, time: int) -> tuple[MarketEvent, ...]:
        trade = self._trade(symbol, time // self._beat_ms, time)
        return trade, self._top(trade)

    def _price(self, symbol: str, beat: int) -> float:
        number = self._numbers[symbol]
        phase = (beat + 7 * number) % (2 * SWING)
        return round(100 + number + min(phase, 2 * SWING - phase) / 100, 2)

    def _trade(self, symbol: str, beat: int, time: int | None = None) -> Trade:
        when = beat * self._beat_ms if time is None else time
        return Trade(str(beat), symbol, when, self._price(symbol, beat), 1.0, "buy")

    def _top(self, trade: Trade) -> TopOfBook:
        ask = round(trade.price + 0.01, 2)
        return TopOfBook(trade.symbol, trade.time, trade.price, ask, 5.0, 5.0)


def throng(context: SourceContext) -> Throng:
    """What the entry point names."""
    return Throng(context.clock, msgspec.convert(dict(context.options), Options))
