"""Serves what was imported: history out of the market store, without live data."""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Sequence

from msgspec.structs import replace

from trading_api.domain.adjustments import Adjustment
from trading_api.domain.bars import INTRADAY_MS, Grid, bucket_of_day
from trading_api.domain.folding import can_fold, coarseness, extent, fold, rows_per_bar
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
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp
from trading_api.shared.calendars import with_calendar

_trade_id = re.compile(r"(?P<time>\d{1,15})-(?P<position>\d{1,9})", re.ASCII)

_TICKS_READ = 4096
_MOST_TICKS = 4_000_000


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
        self._series: dict[str, list[StoredSeries]] = {}
        self._symbols: dict[str, SymbolInfo] = {}
        self._adjustments: dict[str, Adjustment | None] = {}

    def refresh(self) -> list[SymbolInfo]:
        """Look at the store again; gives the symbols of which something has changed."""
        version = self._store.version()
        if version == self._version:
            return []
        self._version = version
        self._catalogue.refresh()
        before, self._series = self._series, defaultdict(list)
        for series in self._store.series():
            if series.rows:
                self._series[series.key.symbol].append(series)
        changed = [
            self._described(info)
            for symbol, series in self._series.items()
            if series != before.get(symbol) and (info := self._catalogue.get(symbol))
        ]
        for info in changed:
            self._adjustments.pop(info.symbol, None)
            self._symbols[info.symbol] = info
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
            same = self._store.read(key, time, time + 1, _MOST_TICKS)
            if position >= len(same):
                raise ValueError(f"{symbol} has no trade {before[:40]!r}")
            rows = same.slice(0, position).between(from_ms, to_ms)
            to_ms = time if to_ms is None else min(time, to_ms)
        earlier = self._store.read(key, from_ms, to_ms, limit)
        if earlier:
            # Whole instants, so that a row's place within its instant is known.
            first = earlier.times[0]
            whole = self._store.read(key, first, first + 1, _MOST_TICKS)
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
        source = self._source_of(symbol, resolution)
        if source is None:
            return []
        if source.resolution == resolution:
            rows = self._store.read(source, from_ms, to_ms, limit)
            return self._adjusted(symbol, rows, adjusted).bars()
        return self._folded(source, resolution, from_ms, to_ms, limit, adjusted).bars()

    def _folded(
        self,
        source: SeriesKey,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        adjusted: bool,
    ) -> Columns:
        info = self._symbols[source.symbol]
        session = TradingSession.of(info)
        first = None if from_ms is None else self._edge(source, resolution, from_ms)[0]
        end = None if to_ms is None else self._edge(source, resolution, to_ms - 1)[1]
        per_bar = rows_per_bar(source, resolution)
        count = _TICKS_READ if per_bar is None else (limit + 1) * per_bar
        while True:
            rows = self._store.read(source, first, end, count)
            is_whole = len(rows) < count or count >= _MOST_TICKS
            if source.kind == "bars":
                rows = self._adjusted(source.symbol, rows, adjusted)
            bars = fold(rows, source, resolution, session, info.quantity_step)
            # What the oldest bar is made of may begin before what was read.
            found = (bars if is_whole else bars.slice(1)).between(from_ms, to_ms)
            if is_whole or len(found) >= limit:
                return found.slice(max(0, len(found) - limit))
            count *= 4

    def _edge(self, source: SeriesKey, resolution: Resolution, time_ms: int) -> tuple[int, int]:
        """Where the rows begin and end of the bar that bears a time or the last before it."""
        session = TradingSession.of(self._symbols[source.symbol])
        if resolution in INTRADAY_MS:
            return extent(session, source, resolution, time_ms)
        if source.resolution is not None and source.resolution not in INTRADAY_MS:
            return extent(session, source, resolution, time_ms)
        bucket = bucket_of_day(session, resolution, day_of_stamp(time_ms))
        return bucket.opens_ms, bucket.closes_ms

    def _source_of(self, symbol: str, resolution: Resolution) -> SeriesKey | None:
        """The coarsest series that bars of a resolution can be made of."""
        usable = [key for key in self._keys(symbol) if can_fold(key, resolution)]
        return max(usable, key=coarseness, default=None)

    def _keys(self, symbol: str) -> list[SeriesKey]:
        return [series.key for series in self._series.get(symbol, ())]

    def _adjusted(self, symbol: str, bars: Columns, wanted: bool) -> Columns:
        adjustment = self._adjustment(symbol) if wanted else None
        if adjustment is None:
            return bars
        info = self._symbols[symbol]
        return adjustment.apply(bars, Grid(info.tick_size), Grid(info.quantity_step))

    def _adjustment(self, symbol: str) -> Adjustment | None:
        if symbol not in self._adjustments:
            actions = self._store.actions(symbol)
            closes = {
                action.day: bars[0].close
                for action in actions
                if action.kind == "dividend"
                and (
                    bars := self.bars(symbol, "1D", None, day_stamp(action.day), 1, adjusted=False)
                )
            }
            self._adjustments[symbol] = Adjustment(actions, closes) if actions else None
        return self._adjustments[symbol]

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
