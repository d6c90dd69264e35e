"""Makes the bars that are stored beside imported rows: minutes of ticks, days of minutes."""

from collections.abc import Sequence

from trading_api.domain.bars import INTRADAY_MS
from trading_api.domain.folding import Folder, can_fold, extent, fold_parts
from trading_api.domain.market import Resolution, SymbolInfo
from trading_api.domain.ports import MarketStore
from trading_api.domain.series import Columns, SeriesKey
from trading_api.domain.sessions import TradingSession


class Derivation:
    """Folds the rows of one import while they come, so that none is read again.

    For rows in order of time of a symbol of which nothing was stored before.
    """

    def __init__(
        self, store: MarketStore, info: SymbolInfo, source: SeriesKey, minutes: Resolution
    ) -> None:
        """Fold rows of a series; of ticks bars of the resolution `minutes` come first."""
        self.info = info
        self._store = store
        self._steps: list[tuple[SeriesKey, Folder]] = []
        session = TradingSession.of(info)
        for target in targets_of(source, minutes):
            folder = Folder(source, target, session, info.quantity_step)
            source = SeriesKey(info.symbol, "bars", target)
            self._steps.append((source, folder))

    def add(self, rows: Columns) -> None:
        """Fold more rows."""
        self._store_from(0, rows)

    def finish(self) -> None:
        """Fold what was held back for more rows."""
        for position, (key, folder) in enumerate(self._steps):
            if rest := folder.rest():
                self._store.save(key, rest, derived=True)
                self._store_from(position + 1, rest)

    def _store_from(self, position: int, rows: Columns) -> None:
        for key, folder in self._steps[position:]:
            rows = folder.add(rows)
            if not rows:
                return
            self._store.save(key, rows, derived=True)


def targets_of(source: SeriesKey, minutes: Resolution) -> Sequence[Resolution]:
    """What is made of a series, the one out of the other."""
    if source.kind != "bars":
        return (minutes, "1D") if minutes in INTRADAY_MS else (minutes,)
    return ("1D",) if source.resolution in INTRADAY_MS else ()


def derive_anew(
    store: MarketStore, info: SymbolInfo, source: SeriesKey, target: Resolution, span: Sequence[int]
) -> SeriesKey | None:
    """Make bars of what is stored between two instants; None where others were imported.

    Bars that the span touches are made as wholes.
    """
    key = SeriesKey(info.symbol, "bars", target)
    imported = [series.key for series in store.series() if not series.derived]
    if key in imported or not can_fold(source, target):
        return None
    session = TradingSession.of(info)
    start = extent(session, source, target, span[0])[0]
    end = extent(session, source, target, span[1])[1]
    folder = Folder(source, target, session, info.quantity_step)
    for bars in fold_parts(store.scan(source, start, end), folder):
        store.save(key, bars, derived=True)
    return key
