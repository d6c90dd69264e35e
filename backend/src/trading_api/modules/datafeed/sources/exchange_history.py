"""The bars of one symbol of an exchange: fetched once, stored, gone on by the trades since."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from trading_api.domain.bars import INTRADAY_MS, MINUTE_MS
from trading_api.domain.exchanges import Exchange, ExchangeFailure
from trading_api.domain.folding import can_fold, coarseness, fold, rows_per_bar
from trading_api.domain.intervals import Interval, missing, united
from trading_api.domain.market import Bar, Resolution, SymbolInfo
from trading_api.domain.ports import Correction, MarketStore
from trading_api.domain.series import Columns, SeriesKey
from trading_api.domain.sessions import DAY_MS, TradingSession
from trading_api.modules.datafeed.sources.exchange_tape import Tape
from trading_api.modules.datafeed.sources.stored_bars import StoredBars

FINAL_AFTER_MS = 60_000
"""What an exchange says of a bar that ended so long ago is believed."""

LOOKED_AT_AFTER_MS = 10_000
"""A minute that has ended is compared with the exchange's own after so long."""

MOST_PAGES = 20
"""So many answers are waited for at most to fill one stretch."""

_log = logging.getLogger(__name__)


class SymbolHistory:
    """Reads bars out of the store and the tape, and fills the store from the exchange.

    There is a series for each resolution that the exchange gives; its newest part, which is not
    stored yet, is folded out of the next finer one, and that of minutes out of trades.
    """

    def __init__(
        self, info: SymbolInfo, store: MarketStore, tape: Tape, resolutions: Sequence[Resolution]
    ) -> None:
        self.info = info
        self._store = store
        self._tape = tape
        self._session = TradingSession.of(info)
        self._offered = frozenset(resolutions)
        held: list[Resolution] = ["1", *(each for each in resolutions if each != "1")]
        self._keys = [SeriesKey(info.symbol, "bars", each) for each in held]
        self._known = {key: list(store.known(key)) for key in self._keys}
        self._bars = StoredBars(self, info, self._keys)
        self._filling = asyncio.Lock()
        self._compared_ms = 0

    def bars(
        self, resolution: Resolution, from_ms: int | None, to_ms: int | None, limit: int
    ) -> Sequence[Bar]:
        """The newest bars within bounds of what is stored and of what was traded since."""
        return self._bars.read(resolution, from_ms, to_ms, limit).bars()

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest rows of a series as if all of it were stored."""
        edge = self._edge(key)
        rows = self._newest(key, edge, to_ms, limit).between(from_ms, to_ms)
        wanted = limit - len(rows)
        end = edge if to_ms is None else min(edge, to_ms)
        if wanted > 0 and (from_ms is None or from_ms < end):
            rows = Columns.joined([self._store.read(key, from_ms, end, wanted), rows])
        return rows.slice(max(0, len(rows) - limit))

    async def catch_up(self, exchange: Exchange, now_ms: int) -> None:
        """Fetch what has ended since the store was filled last, as far as it is near."""
        async with self._filling:
            for key in reversed(self._keys):
                if key.resolution in self._offered:
                    size = _size(key)
                    end = _floor(now_ms - FINAL_AFTER_MS, size)
                    far, near = end - MOST_PAGES * exchange.page * size, end - exchange.page * size
                    begin = min(near, max(self._edge(key), far)) if self._known[key] else near
                    await self._fill(exchange, key, Interval(max(begin, 0), end))
            self._tape.settle(self._edge_of_minutes(now_ms))

    async def fetch(
        self,
        exchange: Exchange,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        now_ms: int,
    ) -> None:
        """Fetch what is not known of the bars that are asked for, and some before; see `bars`.

        Those before tell where a stretch in which nothing was traded ends.
        """
        usable = [
            key
            for key in self._keys
            if key.resolution in self._offered and can_fold(key, resolution)
        ]
        if not usable:
            return
        key = max(usable, key=coarseness)
        size, per_bar = _size(key), rows_per_bar(key, resolution) or 1
        end = _floor(now_ms - FINAL_AFTER_MS, size)
        if to_ms is not None:
            end = min(end, _floor(to_ms + size - 1, size))
        count = min((limit + 1) * per_bar, MOST_PAGES * exchange.page)
        first = None if from_ms is None else _floor(from_ms, size) - per_bar * size
        begin = end - count * size if first is None else max(first, end - count * size)
        begin = min(begin, end - exchange.page * size)
        async with self._filling:
            await self._fill(exchange, key, Interval(max(begin, 0), end))
            if first is None:
                await self._fill_back(exchange, key, Interval(begin, end), count)

    async def _fill_back(
        self, exchange: Exchange, key: SeriesKey, filled: Interval, count: int
    ) -> None:
        """Go further back until there are so many rows, or nothing more comes."""
        begin, end = filled
        found = len(self._store.read(key, begin, end, count))
        while 0 < found < count and begin > 0:
            earlier = max(0, begin - max(count - found, exchange.page) * _size(key))
            await self._fill(exchange, key, Interval(earlier, begin))
            more = len(self._store.read(key, earlier, begin, count))
            if not more:
                return
            begin, found = earlier, found + more

    async def settle(
        self, exchange: Exchange, now_ms: int, heard_from_ms: int
    ) -> Correction | None:
        """Compare the minutes that have ended with the exchange's own, and store them.

        Those that agree are stored at once, others when their time is over; before that, trades
        that were not heard are looked for. Gives what has become different from what was told.
        Of a minute before `heard_from_ms` of which no trades can be had, there is nothing to
        compare: the exchange is believed at once.
        """
        begin, end = self._tape.settled_ms, _floor(now_ms - LOOKED_AT_AFTER_MS, MINUTE_MS)
        if "1" not in self._offered or begin >= end or end <= self._compared_ms:
            return None
        found = await exchange.bars(self.info.symbol, "1", begin, exchange.page)
        final = now_ms - FINAL_AFTER_MS - MINUTE_MS
        if not found and self._tape.minutes(begin, final):
            told_none = f"{exchange.name} tells no bar of {self.info.symbol} where it told trades"
            raise ExchangeFailure("nonsense", told_none)
        # What comes after its newest bar, the exchange may not know of yet.
        end = min(end, found[-1].time + MINUTE_MS) if found else begin
        told = {bar.time: bar for bar in found if bar.time < end and bar.volume}
        wrong = [time for time in range(begin, end, MINUTE_MS) if self._differs(time, told)]
        waits: list[int] = []
        if wrong:
            self._tape.merge(await exchange.trades(self.info.symbol, wrong[0]))
            waits = [
                time
                for time in wrong
                if time > final
                and self._differs(time, told)
                and (time >= heard_from_ms or self._tape.minute(time) is not None)
            ]
        self._compared_ms = 0 if waits else _floor(now_ms - LOOKED_AT_AFTER_MS, MINUTE_MS)
        end = min([end, *waits])
        if begin >= end:
            return None
        rows = _traded(bar for bar in told.values() if bar.time < end)
        await self._save(self._keys[0], rows, Interval(begin, end))
        self._tape.settle(end)
        wrong = [time for time in wrong if time < end]
        if not wrong:
            return None
        return Correction(self.info.symbol, wrong[0], min(wrong[-1] + MINUTE_MS, now_ms))

    def _differs(self, time: int, told: dict[int, Bar]) -> bool:
        return told.get(time) != self._tape.minute(time)

    def _edge(self, key: SeriesKey) -> int:
        """Where the stored part of a series ends; what follows is made of the next finer one."""
        if key.resolution == "1":
            return self._tape.settled_ms
        known = self._known[key]
        return _floor(known[-1].to_ms, _size(key)) if known else 0

    def _edge_of_minutes(self, now_ms: int) -> int:
        known = self._known[self._keys[0]]
        return known[-1].to_ms if known else _floor(now_ms, MINUTE_MS)

    def _newest(self, key: SeriesKey, edge: int, to_ms: int | None, limit: int) -> Columns:
        if key.resolution == "1":
            return Columns.of_bars(self._tape.minutes(edge, to_ms))
        finer = self._keys[self._keys.index(key) - 1]
        end = None if to_ms is None else to_ms + -to_ms % _size(key)
        count = (limit + 1) * (_size(key) // _size(finer))
        rows = self.read(finer, edge, end, count)
        return fold(rows, finer, _resolution(key), self._session, self.info.quantity_step)

    async def _fill(self, exchange: Exchange, key: SeriesKey, wanted: Interval) -> None:
        """Ask for what is not known of a stretch, page by page, and store each."""
        for begin, end in missing(self._known[key], wanted):
            size, asked = _size(key), begin
            while asked < end:
                count = min(exchange.page, (end - asked) // size)
                bars = await exchange.bars(self.info.symbol, _resolution(key), asked, count)
                if not bars and not await self._is_sane(exchange, key):
                    return
                if any(bar.time % size for bar in bars):
                    self._give_up(key, exchange)
                    return
                # Where nothing comes, nothing was traded: it has been asked for, and is known.
                until = bars[-1].time + size if bars else asked + count * size
                until = min(until, end)
                rows = _traded(bar for bar in bars if bar.time < until)
                await self._save(key, rows, Interval(asked, until))
                asked = until

    async def _is_sane(self, exchange: Exchange, key: SeriesKey) -> bool:
        """Whether the exchange tells a bar that is known: else none does not mean no trades."""
        stored = self._store.read(key, None, None, 1)
        if not stored:
            return False
        return bool(await exchange.bars(self.info.symbol, _resolution(key), stored.times[0], 1))

    def _give_up(self, key: SeriesKey, exchange: Exchange) -> None:
        _log.warning(
            "%s: bars of %s of %s do not begin as ours do; they are made of finer ones",
            exchange.name,
            key.resolution,
            key.symbol,
        )
        self._keys.remove(key)

    async def _save(self, key: SeriesKey, rows: Columns, known: Interval) -> None:
        await asyncio.to_thread(self._store.save, key, rows)
        await asyncio.to_thread(self._store.note_known, key, known)
        self._known[key] = united([*self._known[key], known])


def _traded(bars: Iterable[Bar]) -> Columns:
    return Columns.of_bars([bar for bar in bars if bar.volume])


def _resolution(key: SeriesKey) -> Resolution:
    assert key.resolution is not None  # noqa: S101 - for the type: a series of bars has one
    return key.resolution


def _size(key: SeriesKey) -> int:
    return INTRADAY_MS.get(_resolution(key), DAY_MS)


def _floor(time_ms: int, size: int) -> int:
    return time_ms - time_ms % size
