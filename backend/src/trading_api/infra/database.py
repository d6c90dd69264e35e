"""Opens a SQLite database and brings its schema up to date."""

from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

Synchronous = Literal["FULL", "NORMAL"]

_BUSY_TIMEOUT_MS = 10_000
_OWN_FILE = 0o600


class Schema(NamedTuple):
    """Which migrations a database follows, and the newest of them.

    The newest is written here so that a start need not import alembic to see that nothing is to
    be done; a test compares it with the scripts.
    """

    folder: str
    head: str


JOURNAL = Schema("journal", "journal_0003")
MARKET = Schema("market", "market_0002")
EQUITY = Schema("equity", "equity_0001")


class DatabaseError(Exception):
    """A database cannot be opened as it is; the message says what to do."""


def open_database(path: Path, schema: Schema, synchronous: Synchronous) -> Engine:
    """An engine for the file, made or migrated to the newest schema where it is older.

    Write-ahead log; `FULL` syncs at every commit, so that what is committed survives a power cut.
    A new file, and so those that SQLite makes beside it, can be read by its owner alone.

    Raises:
        DatabaseError: the file is not a database, or a newer version of the program wrote it.
    """
    path.touch(mode=_OWN_FILE)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _on_connect(synchronous))
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            _migrate(connection, schema, path)
    except SQLAlchemyError as error:
        raise DatabaseError(f"{path} cannot be opened as a database: {reason_of(error)}") from error
    return engine


def version_of(path: Path) -> str | None:
    """The schema that a database follows; None where there is no file. Nothing is changed.

    Raises:
        DatabaseError: it is not a database that this program made.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    engine = create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        raise DatabaseError(f"{path} cannot be opened as a database: {reason_of(error)}") from error
    finally:
        engine.dispose()
    return None if found is None else str(found)


def damage_of(engine: Engine) -> list[str]:
    """What the database's own check of its pages finds wrong; empty when all is well."""
    with engine.connect().execution_options(reading=True) as connection:
        found = connection.execute(text("PRAGMA quick_check(5)")).scalars().all()
    return [str(line) for line in found if line != "ok"]


def reason_of(error: SQLAlchemyError) -> str:
    """What the database itself said, without the statement and its values."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def _on_connect(synchronous: Synchronous) -> Any:
    def set_pragmas(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin deferred and late; ours begin when SQLAlchemy says.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    return set_pragmas


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at the beginning: two writers wait for each other instead of failing.

    Not with option `alone`: there each statement is a transaction of its own.
    """
    options = connection.get_execution_options()
    if not options.get("alone", False):
        connection.exec_driver_sql("BEGIN" if options.get("reading", False) else "BEGIN IMMEDIATE")


def _migrate(connection: Connection, schema: Schema, path: Path) -> None:
    version = None
    if inspect(connection).has_table("alembic_version"):
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version == schema.head:
        return
    from alembic import command
    from alembic.util import CommandError

    from trading_api.infra.migrations import alembic_config

    config = alembic_config(schema.folder)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(
            f"{path} has schema {version}, which this version does not know: {error}"
        ) from error
