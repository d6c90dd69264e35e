"""History of the symbols that a server has without storing them: replayed, made up, of plug-ins."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from trading_api.app_factory import offered_sources
from trading_api.domain.bars import INTRADAY_MS
from trading_api.domain.market import Resolution, SymbolInfo
from trading_api.domain.ports import QuoteSource, RemoteSource
from trading_api.domain.series import Columns, Kind
from trading_api.domain.sessions import DAY_MS
from trading_api.modules.datafeed.schemas import DatafeedOptions
from trading_api.modules.datafeed.sources.chosen import chosen_sources
from trading_api.modules.datafeed.sources.packs import pack_sources
from trading_api.modules.datafeed.sources.stocks import committed_source
from trading_api.shared.context import AppContext

_BARS_READ = 10_000
_TRADES_READ_MS = 600_000
_MOST_TRADES = 1_000_000


class SourceHistory:
    """What the source of one symbol knows up to now; a symbol that has none is None."""

    def __init__(self, source: QuoteSource, info: SymbolInfo, now_ms: int) -> None:
        self._source = source
        self._now_ms = now_ms
        self.info = info

    @classmethod
    def find(
        cls, symbol: str, packs_dir: Path | None, modules: Mapping[str, Mapping[str, Any]]
    ) -> "SourceHistory | None":
        """The history of a symbol among the sources that the settings of modules name.

        Raises:
            OptionsError: a source that is named cannot be had.
        """
        context = AppContext.in_memory()
        context.packs_dir, context.module_options = packs_dir, modules
        context.offered_sources = offered_sources()
        options = context.options("datafeed", DatafeedOptions)
        for source in chain(
            [committed_source(context.clock, [symbol])],
            chosen_sources(context, options),
            pack_sources(context.clock, packs_dir, [symbol]),
        ):
            # What a remote one has kept is stored, and it is not connected here.
            for info in () if isinstance(source, RemoteSource) else source.symbols():
                if info.symbol == symbol:
                    return cls(source, info, context.clock.now_ms())
        return None

    @property
    def finest(self) -> Resolution:
        """What bars are of when nobody says: a minute, or a day where no more is known."""
        return "1D" if self.info.fidelity == "daily" else "1"

    def parts(
        self, kind: Kind, resolution: Resolution, from_ms: int | None, to_ms: int | None
    ) -> Iterator[Columns]:
        """Bars or trades with `from_ms` ≤ time < `to_ms`, oldest first; None is no bound."""
        symbol, end = self.info.symbol, min(to_ms or self._now_ms, self._now_ms)
        size = INTRADAY_MS.get(resolution, DAY_MS) * _BARS_READ
        step = size if kind == "bars" else _TRADES_READ_MS
        for start in range(self._first(from_ms), end, step):
            until = min(start + step, end)
            if kind == "bars":
                bars = self._source.bars(symbol, resolution, start, until, _BARS_READ)
                rows = Columns.of_bars(bars)
            else:
                trades = self._source.trades(symbol, None, start, until, _MOST_TRADES)
                rows = Columns.of_trades(trades)
            if rows:
                yield rows

    def _first(self, from_ms: int | None) -> int:
        """Where history begins, at the earliest; a trading day may begin on the evening before."""
        coarsest = self.info.supported_resolutions[-1]
        oldest = self._source.bars(self.info.symbol, coarsest, None, None, _BARS_READ)
        first = oldest[0].time - DAY_MS if oldest else self._now_ms
        return first if from_ms is None else max(from_ms, first)
