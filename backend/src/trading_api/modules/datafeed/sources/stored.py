"""Serves what was imported: history out of the market store, without live data."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence

from msgspec.structs import replace

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import INTRADAY_MS
from trading_api.domain.folding import can_fold
from trading_api.domain.market import (
    RESOLUTIONS,
    Bar,
    BookChange,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.ports import (
    BEAT_MS,
    Clock,
    MarketStore,
    MarketTick,
    SourceStatus,
    SymbolCatalogue,
)
from trading_api.domain.series import BUY, Columns, SeriesKey, StoredSeries
from trading_api.modules.datafeed.sources.stored_bars import MOST_TICKS, StoredBars
from trading_api.shared.calendars import with_calendar


class StoredSource:
    """A `QuoteSource` over the market store.

    Its symbols are those of the catalogue that have rows in the store. Nothing happens now: the
    stream tells the minutes alone, and no symbol is open, so that a market in session is `stale`.
    """

    name = "imported"

    def __init__(self, clock: Clock, store: MarketStore, catalogue: SymbolCatalogue) -> None:
        self._clock = clock
        self._store = store
        self._catalogue = catalogue
        self._version = -1
        self._left_out: set[str] = set()
        self._series: dict[str, list[StoredSeries]] = {}
        self._symbols: dict[str, SymbolInfo] = {}
        self._bars: dict[str, StoredBars] = {}
        self._actions: dict[str, Sequence[CorporateAction]] = {}

    def leave_out(self, symbols: Iterable[str]) -> None:
        """Do not serve symbols that another source keeps in the store."""
        self._left_out.update(symbols)

    def refresh(self) -> list[SymbolInfo]:
        """Look at the store again; gives the symbols of which something has changed."""
        version = self._store.version()
        if version == self._version:
            return []
        self._version = version
        before, self._series = self._series, defaultdict(list)
        for series in self._store.series():
            if series.rows and series.key.symbol not in self._left_out:
                self._series[series.key.symbol].append(series)
        if self._series == before:
            return []
        self._catalogue.refresh()
        changed = [
            self._described(info)
            for symbol, series in self._series.items()
            if series != before.get(symbol) and (info := self._catalogue.get(symbol))
        ]
        for info in changed:
            self._symbols[info.symbol] = info
            self._actions[info.symbol] = self._store.actions(info.symbol)
            self._bars[info.symbol] = StoredBars(self._store, info, self._keys(info.symbol))
        return changed

    def symbols(self) -> Sequence[SymbolInfo]:
        """The imported instruments."""
        return list(self._symbols.values())

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Never: what was imported has no present."""
        return False

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Never."""
        return False

    async def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """Signs of life without events, every whole minute among them."""
        beat = since_ms - since_ms % BEAT_MS
        while True:
            beat = max(beat, self._clock.now_ms() // BEAT_MS * BEAT_MS - BEAT_MS)
            beat += BEAT_MS
            await self._clock.sleep_until(beat)
            yield MarketTick(beat)

    def status(self) -> SourceStatus:
        """Alive: what is stored stays."""
        return SourceStatus()

    def top(self, symbol: str) -> TopOfBook | None:
        """The last quote that was imported."""
        rows = self._store.read(SeriesKey(symbol, "quotes"), None, None, 1)
        if not rows:
            return None
        bid, ask, bid_size, ask_size = (_known(column[0]) for column in rows.fields)
        return TopOfBook(symbol, rows.times[0], bid, ask, bid_size, ask_size)

    def depth(self, symbol: str) -> BookChange | None:
        """Nothing: no price levels are imported."""
        return None

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest `limit` trades with `from_ms` ≤ time < `to_ms`, oldest first.

        With `before`, only those before the trade with that id.
        """
        key = SeriesKey(symbol, "trades")
        rows = Columns.empty("trades")
        if before is not None:
            time, position = self._parse_id(symbol, before)
            same = self._store.read(key, time, time + 1, MOST_TICKS)
            if position >= len(same):
                raise ValueError(f"{symbol} has no trade {before[:40]!r}")
            rows = same.slice(0, position).between(from_ms, to_ms)
            to_ms = time if to_ms is None else min(time, to_ms)
        earlier = self._store.read(key, from_ms, to_ms, limit)
        if earlier:
            # Whole instants, so that a row's place within its instant is known.
            first = earlier.times[0]
            whole = self._store.read(key, first, first + 1, MOST_TICKS)
            rows = Columns.joined([whole, earlier.between(first + 1, None), rows])
        return _trades(symbol, rows)[-limit:]

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
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending.

        Those that were imported in that resolution, else made of finer ones.
        """
        actions = self._actions[symbol] if adjusted else ()
        return self._bars[symbol].read(resolution, from_ms, to_ms, limit, actions).bars()

    def _keys(self, symbol: str) -> list[SeriesKey]:
        return [series.key for series in self._series.get(symbol, ())]

    def _described(self, info: SymbolInfo) -> SymbolInfo:
        """The instrument as what is stored of it makes it."""
        keys = self._keys(info.symbol)
        ticks = [key for key in keys if key.kind != "bars"]
        intraday = any(key.resolution in INTRADAY_MS for key in keys)
        return replace(
            with_calendar(info),
            supported_resolutions=tuple(
                resolution
                for resolution in RESOLUTIONS
                if any(can_fold(key, resolution) for key in keys)
            ),
            has_trades=any(key.kind == "trades" for key in keys),
            fidelity="tick" if ticks else "bar" if intraday else "daily",
        )

    def _parse_id(self, symbol: str, trade_id: str) -> tuple[int, int]:
        time, _, position = trade_id.partition("-")
        if not all(
            part.isascii() and part.isdigit() and len(part) < 16 for part in (time, position)
        ):
            raise ValueError(f"{trade_id[:40]!r} is not the id of a trade of {symbol}")
        return int(time), int(position)


def _trades(symbol: str, rows: Columns) -> list[Trade]:
    price, size, side = rows.fields
    return [
        Trade(
            f"{time}-{position}",
            symbol,
            time,
            price[index],
            size[index],
            "buy" if side[index] == BUY else "sell",
        )
        for index, (time, position) in enumerate(_positions(rows.times))
    ]


def _positions(times: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each row's time and how many rows of that instant come before it."""
    before, position = None, 0
    for time in times:
        position = position + 1 if time == before else 0
        before = time
        yield time, position


def _known(value: float) -> float | None:
    return None if value != value else value
