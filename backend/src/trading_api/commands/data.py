"""`trading-api import` and `trading-api export`."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.progress import Progress

from trading_api.commands.common import (
    WRONG_USAGE,
    DataDirOption,
    fail,
    moment,
    read_settings,
)
from trading_api.commands.exporting import ExportRefused, export
from trading_api.commands.importing import Description, Importer, ImportRefused, Report
from trading_api.commands.source_history import SourceHistory
from trading_api.domain.importing import UNITS, Refusal, TimeUnit
from trading_api.domain.market import RESOLUTIONS, AssetType, Resolution
from trading_api.domain.series import FIELDS, Kind
from trading_api.domain.sessions import SessionError
from trading_api.infra.catalogue import SqlCatalogue
from trading_api.infra.data_dir import DataDir
from trading_api.infra.data_files import DataFile, DataFileError, TimeForm
from trading_api.infra.database import MARKET, DatabaseError, open_database
from trading_api.infra.market_store import SqlMarketStore
from trading_api.shared.context import OptionsError, committed_symbols

_symbol_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@-]{0,63}", re.ASCII)
_exchange_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_currency_name = re.compile(r"[A-Z]{3,5}", re.ASCII)

SymbolOption = Annotated[str, typer.Option("--symbol", help="Name of the symbol")]


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines or Parquet; .gz and .zst too")],
    symbol: SymbolOption,
    resolution: Annotated[
        str | None, typer.Option(help="Of bars; left out: the commonest step between them")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Where a value is: time=Date, volume=Vol, …")
    ] = None,
    time_unit: Annotated[str, typer.Option(help="Of times that are numbers: s, ms, us, ns")] = "ms",
    timezone: Annotated[str, typer.Option(help="Of times that name none")] = "UTC",
    delimiter: Annotated[str, typer.Option(help="Between the values of CSV")] = ",",
    header: Annotated[
        str | None, typer.Option(help="Names of the columns, where CSV has no line of them: a,b,c")
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write refused rows to this CSV: line, reason")
    ] = None,
    exchange: Annotated[
        str | None, typer.Option(help="Of the symbol; of a new one: IMPORT")
    ] = None,
    description: Annotated[str | None, typer.Option(help="Of the symbol")] = None,
    asset_type: Annotated[
        str | None, typer.Option("--type", help="Of the symbol: stock, crypto, forex, …")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Of the symbol; of a new one: USD")] = None,
    session: Annotated[
        str | None, typer.Option(help="Of the symbol, such as 0930-1600; of a new one: 24x7")
    ] = None,
    symbol_timezone: Annotated[
        str | None, typer.Option(help="That the session is in; of a new one: UTC")
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(help="Hours and holidays: XNYS, XLON, XETR, XTKS or FX")
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Import bars, quotes, trades, or splits and dividends; also beside a running server."""
    if _symbol_name.fullmatch(symbol) is None:
        fail(f"symbol {symbol!r} has other than 1 to 64 letters, digits, . _ / @ -", WRONG_USAGE)
    if exchange is not None and _exchange_name.fullmatch(exchange) is None:
        fail(f"exchange {exchange!r} has other than 1 to 32 letters, digits, . _ -", WRONG_USAGE)
    if currency is not None and _currency_name.fullmatch(currency) is None:
        fail(f"currency {currency!r} is not 3 to 5 capital letters, such as USD", WRONG_USAGE)
    if len(delimiter) != 1:
        fail(f"delimiter {delimiter!r} is not one character", WRONG_USAGE)
    about = Description(
        exchange=exchange,
        description=description,
        kind=_one_of(asset_type, get_args(AssetType), "type"),
        currency=currency,
        session=session,
        timezone=symbol_timezone,
        calendar=calendar,
    )
    names = None if header is None else header.split(",")
    wanted: Resolution | None = _one_of(resolution, RESOLUTIONS, "resolution")
    unit: TimeUnit = _one_of(time_unit, tuple(UNITS), "time unit") or "ms"
    zone, mapping = _zone(timezone), _mapping(column or [])
    folder = DataDir(read_settings(data_dir=data_dir).data_dir)
    try:
        source = DataFile(file, mapping=mapping, delimiter=delimiter, header=names)
        with _opened(folder) as (store, catalogue), ExitStack() as stack:
            on_refusals = _quarantine(stack, quarantine)
            importer = Importer(
                store,
                catalogue,
                symbol,
                description=about,
                resolution=wanted,
                unit=unit,
                zone=zone,
                on_refusals=on_refusals,
            )
            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(f"importing {file.name}", total=source.size)
                report = importer.run(source, lambda: bar.update(task, completed=source.position))
    except (ImportRefused, DataFileError, SessionError, DatabaseError, OSError) as error:
        fail(str(error))
    _tell(report, symbol)


def export_file(
    file: Annotated[Path, typer.Argument(help="Ends in .csv, .jsonl (.gz, .zst) or .parquet")],
    symbol: SymbolOption,
    resolution: Annotated[
        str | None, typer.Option(help="Of bars; left out: the finest that is stored, or 1")
    ] = None,
    kind: Annotated[str, typer.Option(help="bars, trades or quotes")] = "bars",
    since: Annotated[
        str | None, typer.Option("--from", help="First time, epoch ms or ISO 8601")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Time that is no longer exported")
    ] = None,
    times: Annotated[str, typer.Option(help="How times are written: ms, s or iso")] = "ms",
    data_dir: DataDirOption = None,
) -> None:
    """Export bars, trades or quotes of any symbol with history; also beside a running server."""
    wanted: Resolution | None = _one_of(resolution, RESOLUTIONS, "resolution")
    rows: Kind = _one_of(kind, tuple(FIELDS), "kind") or "bars"
    form: TimeForm = _one_of(times, get_args(TimeForm), "times") or "ms"
    from_ms = None if since is None else moment(since)
    to_ms = None if until is None else moment(until)
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        fail(f"the end {until} does not come after the start {since}", WRONG_USAGE)
    settings = read_settings(data_dir=data_dir)
    folder = DataDir(settings.data_dir)
    try:
        with (
            _opened(folder) as (store, catalogue),
            Progress(console=Console(stderr=True), transient=True) as bar,
        ):
            task = bar.add_task(f"exporting to {file.name}", total=None)
            count = export(
                store,
                catalogue,
                file,
                symbol,
                rows,
                wanted,
                from_ms,
                to_ms,
                form,
                lambda done: bar.update(task, completed=done),
                lambda: SourceHistory.find(symbol, folder.packs, settings.modules),
            )
    except (ExportRefused, OptionsError, DataFileError, DatabaseError, OSError) as error:
        fail(str(error))
    typer.echo(f"exported {count:,} {rows} of {symbol} to {file}")


@contextmanager
def _opened(folder: DataDir) -> Iterator[tuple[SqlMarketStore, SqlCatalogue]]:
    """The market database of a data directory."""
    folder.make()
    engine = open_database(folder.market, MARKET, "NORMAL")
    store, catalogue = SqlMarketStore(), SqlCatalogue(committed_symbols())
    try:
        store.open(engine)
        catalogue.open(engine)
        yield store, catalogue
    finally:
        catalogue.close()
        store.close()
        engine.dispose()


def _quarantine(stack: ExitStack, path: Path | None) -> Callable[[Sequence[Refusal]], None]:
    if path is None:
        return lambda refused: None
    try:
        file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    except OSError as error:
        fail(f"the quarantine {path} cannot be written: {error.strerror}")
    rows = csv.writer(file)
    rows.writerow(("line", "reason"))
    return rows.writerows


def _tell(report: Report, symbol: str) -> None:
    if not report.what or report.refused_count == report.read:
        fail("the file has no rows that could be imported" + _reasons(report))
    saved = report.saved
    typer.echo(
        f"imported {report.what} of {symbol}{' (new)' if report.created else ''}: "
        f"{report.read:,} rows read, {saved.added:,} new, {saved.updated:,} updated, "
        f"{saved.unchanged:,} as before, {report.refused_count:,} refused"
    )
    if report.first is not None and report.last is not None:
        typer.echo(f"from {_told(report.first)} to {_told(report.last)}")
    if report.hint:
        typer.echo(report.hint, err=True)
    if report.refused:
        typer.echo("refused rows:" + _reasons(report), err=True)


def _reasons(report: Report) -> str:
    lines = [
        f"\n  line {line}: {reason}" if line else f"\n  {reason}"
        for line, reason in dict.fromkeys(report.refused)
    ]
    more = report.refused_count - len(report.refused)
    return "".join(lines) + (f"\n  and {more:,} more" if more > 0 else "")


def _told(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _one_of(value: str | None, known: Sequence[str], name: str) -> Any:
    if value is not None and value not in known:
        fail(f"{name} {value[:40]!r} is not one of {', '.join(known)}", WRONG_USAGE)
    return value


def _mapping(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    known = {"time", "day", "type", "value"}.union(*FIELDS.values())
    for text in texts:
        meaning, equals, name = text.partition("=")
        if not equals or not name or meaning not in known:
            fail(f"column {text!r} is not of the form open=NAME", WRONG_USAGE)
        found[meaning] = name
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"time zone {name!r} is not known", WRONG_USAGE)
