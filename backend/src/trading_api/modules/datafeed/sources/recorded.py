"""Keeps the bars of a live source in the market store, which is its history from then on."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import chain

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import INTRADAY_MS, MINUTE_MS, bucket_at
from trading_api.domain.errors import TradingError
from trading_api.domain.intervals import Interval, missing
from trading_api.domain.market import Bar, BookChange, Resolution, SymbolInfo, TopOfBook, Trade
from trading_api.domain.ports import (
    Clock,
    Correction,
    MarketEvent,
    MarketStore,
    MarketTick,
    QuoteSource,
    SourceStatus,
)
from trading_api.domain.series import Columns
from trading_api.modules.datafeed.sources.record import Batch, SymbolRecord
from trading_api.modules.datafeed.sources.stored_bars import StoredBars

GATHERED_MS = 1_000
"""For so long bars are gathered that are written together."""

MOST_REMEMBERED = 20_000
"""So many bars are taken over at most from what the source itself remembers."""

_log = logging.getLogger(__name__)


class RecordedSource:
    """A `QuoteSource` over one that says of itself `is_recorded`.

    What has been told is stored behind it, in batches, with the stretches of time in which
    everything was heard. Where it was not, before the start and after a gap, what the source
    itself remembers is taken over. Everything but the bars is the source's own.
    """

    def __init__(self, source: QuoteSource, clock: Clock, store: MarketStore) -> None:
        self.name = source.name
        self.trouble: str | None = None
        self._source = source
        self._clock = clock
        self._store = store
        self._records = {info.symbol: SymbolRecord(info, store) for info in source.symbols()}
        self._bars = {
            symbol: StoredBars(record, record.info, [*record.keys.values()])
            for symbol, record in self._records.items()
        }
        self._heard_ms = 0
        self._actions: dict[str, list[CorporateAction]] = {}

    def symbols(self) -> Sequence[SymbolInfo]:
        """Those of the source."""
        return [record.info for record in self._records.values()]

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """What the source says."""
        return self._source.is_open(symbol, time_ms)

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """What the source says."""
        return self._source.is_halted(symbol, time_ms)

    def status(self) -> SourceStatus:
        """What the source says."""
        return self._source.status()

    def top(self, symbol: str) -> TopOfBook | None:
        """What the source says."""
        return self._source.top(symbol)

    def depth(self, symbol: str) -> BookChange | None:
        """What the source says."""
        return self._source.depth(symbol)

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """What the source says."""
        return self._source.trades(symbol, before, from_ms, to_ms, limit)

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
        """The newest bars of what is stored and of what has been told since; from any thread.

        What was told before a split or a dividend that is stored of the symbol is adjusted for it.
        """
        actions = self._store.actions(symbol) if adjusted else ()
        return self._bars[symbol].read(resolution, from_ms, to_ms, limit, actions).bars()

    def refresh(self) -> list[str]:
        """Look for splits and dividends again; gives the symbols that have others than before."""
        before, self._actions = self._actions, self._read_actions()
        return [symbol for symbol, found in self._actions.items() if found != before[symbol]]

    def _read_actions(self) -> dict[str, list[CorporateAction]]:
        return {symbol: [*self._store.actions(symbol)] for symbol in self._records}

    def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """The source's ticks, each folded before it is handed on."""
        ticks = self._source.stream(since_ms)
        self._heard_ms = since_ms
        self._actions = self._read_actions()
        for record in self._records.values():
            self._begin(record, since_ms)
        return self._followed(ticks)

    async def _followed(self, ticks: AsyncGenerator[MarketTick]) -> AsyncGenerator[MarketTick]:
        async with aclosing(ticks):
            async for tick in ticks:
                if tick.after_gap:
                    for record in self._records.values():
                        record.end(self._heard_ms + 1)
                        self._begin(record, tick.time)
                for event in tick.events:
                    self._take(event)
                if tick.time % MINUTE_MS == 0:
                    for record in self._records.values():
                        record.on_time(tick.time)
                self._heard_ms = tick.time
                yield tick

    def _begin(self, record: SymbolRecord, now_ms: int) -> None:
        """Take over what the source remembers of times that are not known, and go on from there."""
        for resolution, key in record.keys.items():
            if resolution not in record.info.supported_resolutions:
                continue
            own = self._source.bars(key.symbol, resolution, None, None, MOST_REMEMBERED)
            if own:
                known, size = record.known(key), INTRADAY_MS[resolution]
                record.hold(
                    key,
                    (bar for bar in own if missing(known, Interval(bar.time, bar.time + size))),
                )
        record.begin(now_ms)

    def _take(self, event: MarketEvent) -> None:
        record = self._records.get(event.symbol)
        if record is None:
            return
        if isinstance(event, Trade):
            record.on_trade(event.time, event.price, event.size)
        elif isinstance(event, Correction):
            self._correct(record, event)
        elif isinstance(event, TopOfBook) and not record.info.has_trades:
            record.on_top(event)

    def _correct(self, record: SymbolRecord, correction: Correction) -> None:
        """Put what the source now has of a stretch in the place of what was told of it."""
        record.pause()
        for resolution, key in record.keys.items():
            bucket = bucket_at(record.session, resolution, correction.from_ms)
            bounds = (
                correction.from_ms if bucket is None else bucket.opens_ms,
                correction.to_ms,
            )
            own = self._source.bars(key.symbol, resolution, *bounds, MOST_REMEMBERED)
            told = record.read(key, *bounds, MOST_REMEMBERED).times
            record.hold(key, own, gone={*told} - {bar.time for bar in own})
        record.resume(self._heard_ms)

    async def keep(self) -> None:
        """Write what has ended, about once a second, until cancelled."""
        while True:
            await self._clock.sleep_until(self._clock.now_ms() + GATHERED_MS)
            await self.write()

    async def close(self) -> None:
        """Write everything: nothing more will be heard."""
        for record in self._records.values():
            record.end(self._heard_ms + 1)
        await self.write()

    async def write(self) -> None:
        """Write what has ended, and how far everything is known.

        What cannot be written stays held, is told by `trouble`, and is tried again the next time.
        """
        found = {
            record: batches
            for record in self._records.values()
            if (batches := record.batches(self._heard_ms + 1))
        }
        if not found:
            return
        try:
            await asyncio.to_thread(self._save, list(chain.from_iterable(found.values())))
        except TradingError as error:
            if self.trouble is None:
                _log.error("bars of %s are not kept: %s", self.name, error)
            self.trouble = str(error)
            return
        if self.trouble is not None:
            _log.info("bars of %s are kept again", self.name)
            self.trouble = None
        for record, batches in found.items():
            record.written(batches)

    def _save(self, batches: Sequence[Batch]) -> None:
        for key, fresh, known in batches:
            bars = [bar for _, bar in sorted(fresh.items()) if bar is not None]
            if gone := [time for time, bar in fresh.items() if bar is None]:
                self._store.remove_rows(key, gone)
            self._store.save(key, Columns.of_bars(bars))
            for stretch in known:
                self._store.note_known(key, stretch)
