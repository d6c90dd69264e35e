"""The command line: `trading-api serve`, `link`, `keys`, `specs` and `verify`."""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from trading_api.commands.common import FAILED, WRONG_USAGE, DataDirOption, fail, read_settings
from trading_api.commands.data import export_file, import_file
from trading_api.commands.replay import replay
from trading_api.commands.upkeep import doctor, migrate
from trading_api.domain.errors import JournalCorrupt, TradingError
from trading_api.infra.data_dir import DataDir
from trading_api.infra.database import JOURNAL, DatabaseError, open_database
from trading_api.infra.journal import SqlJournal
from trading_api.infra.tokens import SqlCredentials
from trading_api.modules.broker.verification import Verified
from trading_api.modules.broker.verification import verify as verify_journal
from trading_api.shared.auth import Auth
from trading_api.shared.clock import SystemClock, SystemIds

main = typer.Typer(
    help="A modular trading backend.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="Keys for programs.", no_args_is_help=True)
main.add_typer(keys, name="keys")
main.command("import")(import_file)
main.command("export")(export_file)
main.command("replay")(replay)
main.command("migrate")(migrate)
main.command("doctor")(doctor)


@main.callback(invoke_without_command=True)
def start_when_nothing_is_said(context: typer.Context) -> None:
    """Without a command, the server starts."""
    if context.invoked_subcommand is None:
        serve()


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Listening address")] = None,
    port: Annotated[int | None, typer.Option(help="Listening port", min=0, max=65535)] = None,
    modules: Annotated[str | None, typer.Option(help="Modules to mount, a,b")] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Start the server."""
    from trading_api.server import ServeError, run

    settings = read_settings(host=host, port=port, enabled_modules=modules, data_dir=data_dir)
    try:
        run(settings)
    except ServeError as error:
        fail(str(error))


@main.command()
def link(data_dir: DataDirOption = None) -> None:
    """Print a fresh login link for the running server."""
    folder = DataDir(read_settings(data_dir=data_dir).data_dir)
    url = folder.running_url() if folder.is_running() else None
    if url is None:
        fail(f"no server runs on {folder.path}")
    with _auth(folder) as auth:
        code = auth.make_login_code()
    typer.echo("One use, within ten minutes:", err=True)
    typer.echo(f"{url}/login?code={code}")


@main.command()
def specs(
    out: Annotated[Path, typer.Option(help="Folder to write to")] = Path("backend/specs"),
) -> None:
    """Write the OpenAPI document and the AsyncAPI document of each module."""
    out.mkdir(parents=True, exist_ok=True)
    for name, document in spec_documents().items():
        path = out / name
        path.write_text(document, encoding="utf-8")
        typer.echo(f"wrote {path}")


def spec_documents() -> dict[str, str]:
    """The documents of the built-in modules, by file name."""
    from trading_api.app_factory import create_app

    app, ws_apps = create_app()
    modules = app.state.registry.get_enabled_modules()
    documents = {"openapi.json": app.openapi()}
    for module, ws_app in zip(modules, ws_apps, strict=True):
        documents[f"{module.name}.asyncapi.json"] = ws_app.asyncapi()
    return {
        name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in documents.items()
    }


@main.command()
def verify(data_dir: DataDirOption = None) -> None:
    """Check every record of the journal and every snapshot; works beside a running server."""
    folder = DataDir(read_settings(data_dir=data_dir).data_dir)
    if not folder.journal.exists():
        fail(f"there is no journal at {folder.journal}")
    table = Table("stream", "records", "snapshots", "last hash")
    try:
        for found in asyncio.run(_verified(folder)):
            old = f" ({found.outdated} outdated)" if found.outdated else ""
            table.add_row(
                found.stream, str(found.records), f"{found.snapshots}{old}", found.head.hex()
            )
    except (JournalCorrupt, DatabaseError, OSError) as error:
        fail(str(error))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


async def _verified(folder: DataDir) -> list[Verified]:
    """What the journal holds, with a bar on standard error while it is being read."""
    journal = SqlJournal()
    engine = open_database(folder.journal, JOURNAL, "FULL")
    journal.open(engine)
    try:
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("verifying", total=await journal.length())
            return [found async for found in verify_journal(journal, lambda: progress.advance(bar))]
    finally:
        journal.close()
        engine.dispose()


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="A name that no key has had")],
    scope: Annotated[
        list[str], typer.Option(help="market:read, account:read, orders:write, admin")
    ],
    account: Annotated[
        str | None, typer.Option(help="An account to use instead of its own")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Lifetime such as 30d, 12h, 90m")] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a key and print it, once."""
    lifetime_ms = None if expires is None else _duration_ms(expires)
    if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name) is None:
        fail(f"key name {name!r} has other than 1 to 64 letters, digits, . _ -", WRONG_USAGE)
    with _auth(DataDir(read_settings(data_dir=data_dir).data_dir)) as auth:
        try:
            key = auth.make_key(name, scope, account_id=account, lifetime_ms=lifetime_ms)
        except TradingError as error:
            fail(str(error), WRONG_USAGE if error.code == "invalid_payload" else FAILED)
    typer.echo("This key is shown once:", err=True)
    typer.echo(key)


@keys.command("list")
def list_keys(data_dir: DataDirOption = None) -> None:
    """Show every key, without the keys themselves."""
    table = Table("name", "scopes", "account", "created", "expires", "revoked")
    with _auth(DataDir(read_settings(data_dir=data_dir).data_dir)) as auth:
        for key in auth.store.all_keys():
            table.add_row(
                key.name,
                " ".join(key.scopes),
                key.account_id or "its own",
                _day(key.created_at),
                _day(key.expires_at),
                _day(key.revoked_at),
            )
    Console().print(table)


@keys.command("revoke")
def revoke_key(name: str, data_dir: DataDirOption = None) -> None:
    """Revoke a key; a running server refuses it within a second."""
    with _auth(DataDir(read_settings(data_dir=data_dir).data_dir)) as auth:
        if not auth.store.revoke_key(name, SystemClock().now_ms()):
            fail(f"there is no key named {name!r}")
    typer.echo(f"revoked {name}")


@contextmanager
def _auth(folder: DataDir) -> Iterator[Auth]:
    """The credentials of a data directory, also beside a running server."""
    try:
        folder.make()
        engine = open_database(folder.journal, JOURNAL, "FULL")
    except (DatabaseError, OSError) as error:
        fail(str(error))
    store = SqlCredentials()
    store.open(engine)
    try:
        ids = SystemIds()
        yield Auth(clock=SystemClock(), ids=ids, store=store, owner_token=ids.new_secret())
    finally:
        store.close()
        engine.dispose()


def _duration_ms(text: str) -> int:
    units: dict[str, int] = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text)
    if found is None:
        fail(f"lifetime {text!r} is not a number of m, h or d, such as 30d", WRONG_USAGE)
    return int(found[1]) * units[found[2]]


def _day(time_ms: int | None) -> str:
    if time_ms is None:
        return ""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"
