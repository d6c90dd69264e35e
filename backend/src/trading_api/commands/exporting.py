"""Writes what is stored of a symbol to a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

from trading_api.commands.source_history import SourceHistory
from trading_api.domain.folding import Folder, can_fold, coarseness, extent, fold_parts
from trading_api.domain.market import Resolution
from trading_api.domain.ports import MarketStore, SymbolCatalogue
from trading_api.domain.series import Columns, Kind, SeriesKey
from trading_api.domain.sessions import TradingSession
from trading_api.infra.data_files import TimeForm, writing


class ExportRefused(Exception):
    """There is nothing to export; the message says why."""


def export(
    store: MarketStore,
    catalogue: SymbolCatalogue,
    path: Path,
    symbol: str,
    kind: Kind,
    resolution: Resolution | None,
    from_ms: int | None,
    to_ms: int | None,
    times: TimeForm,
    progress: Callable[[int], None],
    unstored: Callable[[], SourceHistory | None] = lambda: None,
) -> int:
    """Write rows with `from_ms` ≤ time < `to_ms`; gives how many.

    Bars come from those of that resolution, else they are made of finer ones; without a
    resolution they are the finest that were imported. Of a symbol of which nothing is stored the
    rows are those that its source gives, if `unstored` finds one.

    Raises:
        ExportRefused: the symbol has no such rows.
        DataFileError: the file cannot be written.
    """
    if any(series.key.symbol == symbol for series in store.series()):
        source = _source(store, symbol, kind, resolution)
        parts = _parts(store, catalogue, source, kind, resolution, from_ms, to_ms)
    else:
        parts = _unstored(unstored(), symbol, kind, resolution, from_ms, to_ms)
    count = 0
    with writing(path, kind, times) as write:
        for part in parts:
            write(part)
            count += len(part)
            progress(count)
    return count


def _unstored(
    history: SourceHistory | None,
    symbol: str,
    kind: Kind,
    resolution: Resolution | None,
    from_ms: int | None,
    to_ms: int | None,
) -> Iterator[Columns]:
    if history is None:
        raise ExportRefused(f"{symbol} was not imported, and no source has it")
    known = history.info.supported_resolutions
    if kind == "quotes" or (kind == "trades" and not history.info.has_trades):
        raise ExportRefused(f"of {symbol} there are no {kind}: its source does not keep them")
    if resolution is not None and resolution not in known:
        raise ExportRefused(f"of {symbol} there are bars of {', '.join(known)}, not {resolution}")
    return history.parts(kind, resolution or history.finest, from_ms, to_ms)


def _source(
    store: MarketStore, symbol: str, kind: Kind, resolution: Resolution | None
) -> SeriesKey:
    stored = [series for series in store.series() if series.key.symbol == symbol]
    keys = [series.key for series in stored]
    if kind != "bars":
        found = [key for key in keys if key.kind == kind]
    elif resolution is None:
        imported = [series.key for series in stored if series.key.kind == "bars"]
        found = sorted(imported, key=coarseness)[:1]
    else:
        found = [key for key in keys if can_fold(key, resolution)]
    if not found:
        told = kind if resolution is None else f"bars of {resolution}"
        raise ExportRefused(f"of {symbol} there are no {told}, nor anything to make them of")
    return max(found, key=coarseness)


def _parts(
    store: MarketStore,
    catalogue: SymbolCatalogue,
    source: SeriesKey,
    kind: Kind,
    resolution: Resolution | None,
    from_ms: int | None,
    to_ms: int | None,
) -> Iterator[Columns]:
    if kind != "bars" or resolution in (None, source.resolution):
        yield from store.scan(source, from_ms, to_ms)
        return
    info = catalogue.get(source.symbol)
    if info is None or resolution is None:
        raise ExportRefused(f"{source.symbol} is not described")
    session = TradingSession.of(info)
    first = None if from_ms is None else extent(session, source, resolution, from_ms)[0]
    end = None if to_ms is None else extent(session, source, resolution, to_ms - 1)[1]
    rows = store.scan(source, first, end)
    for bars in fold_parts(rows, Folder(source, resolution, session, info.quantity_step)):
        yield bars.between(from_ms, to_ms)
