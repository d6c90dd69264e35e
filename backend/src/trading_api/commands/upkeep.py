"""`trading-api migrate` and `trading-api doctor`."""

import asyncio
import os
import shutil
import socket
import stat
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from sqlalchemy.exc import SQLAlchemyError

from trading_api.app_factory import create_app
from trading_api.commands.common import FAILED, DataDirOption, fail, read_settings
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.sessions import day_of_stamp
from trading_api.infra.data_dir import DataDir
from trading_api.infra.database import (
    JOURNAL,
    MARKET,
    DatabaseError,
    Schema,
    Synchronous,
    damage_of,
    open_database,
    version_of,
)
from trading_api.infra.journal import SqlJournal
from trading_api.modules.broker.verification import verify
from trading_api.modules.datafeed.sources.packs import pack_sources
from trading_api.settings import Settings
from trading_api.shared.calendars import calendar_table
from trading_api.shared.clock import SystemClock
from trading_api.shared.context import OptionsError
from trading_api.shared.module_finding import ModuleError
from trading_api.shared.ws.twins import TwinMissing, choose

Verdict = Literal["ok", "note", "bad"]

LEAST_FREE_BYTES = 200 * 1024 * 1024
CALENDAR_AHEAD = timedelta(days=365)
OLDEST_CLOCK = date(2026, 1, 1)


class Finding(NamedTuple):
    """What the doctor found of one thing, as a sentence."""

    verdict: Verdict
    sentence: str


def migrate(data_dir: DataDirOption = None) -> None:
    """Bring the databases up to date, or make them."""
    folder = DataDir(read_settings(data_dir=data_dir).data_dir)
    try:
        before = {schema: version_of(path) for path, schema, _ in _databases(folder)}
        if folder.is_running() and any(before[schema] != schema.head for schema in before):
            fail(f"a server runs on {folder.path}: stop it first")
        folder.make()
        for path, schema, synchronous in _databases(folder):
            open_database(path, schema, synchronous).dispose()
            typer.echo(f"{path}: {_migrated(before[schema], schema)}")
    except (DatabaseError, OSError) as error:
        fail(str(error))


def _migrated(before: str | None, schema: Schema) -> str:
    if before == schema.head:
        return f"is up to date ({schema.head})"
    return f"made ({schema.head})" if before is None else f"migrated: {before} → {schema.head}"


def _databases(folder: DataDir) -> list[tuple[Path, Schema, Synchronous]]:
    return [(folder.journal, JOURNAL, "FULL"), (folder.market, MARKET, "NORMAL")]


def doctor(data_dir: DataDirOption = None) -> None:
    """Look at everything that a server needs, and say in sentences how it is.

    Nothing is changed. Ends with 1 when something is bad; a server may run meanwhile.
    """
    settings = read_settings(data_dir=data_dir)
    bad = 0
    for finding in examine(settings):
        typer.echo(f"{finding.verdict:<5}{finding.sentence}")
        bad += finding.verdict == "bad"
    if bad:
        typer.echo(f"{bad} bad", err=True)
        raise typer.Exit(FAILED)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, one after the other."""
    folder = DataDir(settings.data_dir)
    yield from _folder(folder)
    for path, schema, synchronous in _databases(folder):
        yield _database(path, schema, synchronous)
    yield _journal(folder)
    yield _packs(folder)
    yield _modules(settings)
    yield _twin(settings)
    yield _port(settings, folder)
    yield from _clock()


def _folder(folder: DataDir) -> Iterator[Finding]:
    path = folder.path
    if not path.exists():
        yield _to_be_made(path)
        return
    if not path.is_dir():
        yield Finding("bad", f"{path} is not a folder")
        return
    yield _private(path, 0o700)
    for file in (path / "token", folder.journal, folder.market):
        if file.exists():
            yield _private(file, 0o600)
    free = shutil.disk_usage(path).free
    told = f"{free / 1024**3:.1f} GiB are free where {path} lies"
    yield Finding("ok" if free >= LEAST_FREE_BYTES else "bad", told)


def _to_be_made(path: Path) -> Finding:
    nearest = next(each for each in path.absolute().parents if each.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return Finding("note", f"{path} is not there yet: the first start makes it")
    why = "cannot be written to" if nearest.is_dir() else "is not a folder"
    return Finding("bad", f"{path} cannot be made: {nearest} {why}; name another --data-dir")


def _private(path: Path, most: int) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~most:
        return Finding(
            "bad", f"{path} has mode {mode:o}: others may read it; chmod {most:o} {path}"
        )
    return Finding("ok", f"{path} belongs to its owner alone")


def _database(path: Path, schema: Schema, synchronous: Synchronous) -> Finding:
    if not path.exists():
        return Finding("note", f"{path} is not there yet: the first start makes it")
    try:
        version = version_of(path)
        if version != schema.head:
            return Finding(
                "note", f"{path} has schema {version}, not {schema.head}: it is migrated at start"
            )
        engine = open_database(path, schema, synchronous)
        try:
            damage = damage_of(engine)
        finally:
            engine.dispose()
    except (DatabaseError, SQLAlchemyError, OSError) as error:
        return Finding("bad", f"{path}: {error}")
    if damage:
        return Finding("bad", f"{path} is damaged: {damage[0]}")
    size = path.stat().st_size / 1024**2
    return Finding("ok", f"{path} is whole ({schema.head}, {size:.1f} MiB)")


def _journal(folder: DataDir) -> Finding:
    if not folder.journal.exists():
        return Finding("note", "there is no journal yet")
    if _version(folder.journal) != JOURNAL.head:
        return Finding("note", "the journal is read after its migration")
    try:
        streams, records = asyncio.run(_read_journal(folder.journal))
    except (JournalCorrupt, DatabaseError, SQLAlchemyError, OSError) as error:
        return Finding("bad", f"the journal cannot be believed: {error}")
    return Finding(
        "ok", f"the journal's {records:,} records in {streams:,} streams form their chains"
    )


def _version(path: Path) -> str | None:
    try:
        return version_of(path)
    except DatabaseError:
        return None


async def _read_journal(path: Path) -> tuple[int, int]:
    journal, engine = SqlJournal(), open_database(path, JOURNAL, "FULL")
    journal.open(engine)
    try:
        found = [stream async for stream in verify(journal)]
    finally:
        journal.close()
        engine.dispose()
    return len(found), sum(stream.records for stream in found)


def _packs(folder: DataDir) -> Finding:
    sources = pack_sources(SystemClock(), folder.packs)
    symbols = sorted(info.symbol for source in sources for info in source.symbols())
    if not symbols:
        return Finding("note", "no data packs: the committed daily shares are served alone")
    return Finding("ok", f"data packs are there for {', '.join(symbols)}")


def _modules(settings: Settings) -> Finding:
    try:
        app, _ = create_app(settings=settings)
    except TwinMissing:
        return Finding("note", "modules are looked at when the hub is there")
    except (ModuleError, OptionsError, ValueError, OSError) as error:
        return Finding("bad", str(error))
    names = [module.name for module in app.state.registry.get_enabled_modules()]
    return Finding("ok", f"the settings fit the modules {', '.join(names)}")


def _twin(settings: Settings) -> Finding:
    try:
        twin = choose(settings.ws_hub)
    except TwinMissing as error:
        return Finding("bad", str(error))
    if twin.name == "compiled":
        return Finding("ok", "the compiled hub is used")
    return Finding(
        "note", "the hub in Python is used: with a C compiler at installation it is faster"
    )


def _port(settings: Settings, folder: DataDir) -> Finding:
    address = f"{settings.host}:{settings.port}"
    if folder.is_running():
        return Finding("ok", f"a server runs on {folder.path} at {folder.running_url()}")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            moves = "port" not in settings.model_fields_set
            end = "the next free port is taken" if moves else "the server would not start"
            return Finding("note" if moves else "bad", f"{address}: {error.strerror}: {end}")
    return Finding("ok", f"{address} is free to listen on")


def _clock() -> Iterator[Finding]:
    today = day_of_stamp(SystemClock().now_ms())
    if today < OLDEST_CLOCK:
        yield Finding("bad", f"the clock says {today}: it is wrong")
    elif time.get_clock_info("time").adjustable and not _keeps_step():
        yield Finding("bad", "the clock jumps while it is watched")
    else:
        yield Finding("ok", f"the clock says {today} UTC and keeps step")
    try:
        ZoneInfo("America/New_York")
        yield Finding("ok", "time zones are known")
    except ZoneInfoNotFoundError:
        yield Finding("bad", "time zones are not known: install tzdata")
    last = calendar_table().last
    if today + CALENDAR_AHEAD > last:
        yield Finding("note", f"holidays are known until {last} only: a newer release has more")
    else:
        yield Finding("ok", f"holidays are known until {last}")


def _keeps_step(wall: Callable[[], float] = time.time) -> bool:
    """Whether wall time advances as the monotonic clock does, over a twentieth of a second."""
    before = wall() - time.monotonic()
    time.sleep(0.05)
    return abs(wall() - time.monotonic() - before) < 0.5
