"""Opening a database: its pragmas, its migrations, what is refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

from trading_api.domain.ports import Record
from trading_api.domain.symbols import SymbolTable
from trading_api.infra.catalogue import SqlCatalogue
from trading_api.infra.data_dir import DataDir, DataDirInUse
from trading_api.infra.database import EQUITY, JOURNAL, MARKET, DatabaseError, Schema, open_database
from trading_api.infra.journal import SqlJournal
from trading_api.infra.migrations import alembic_config
from trading_api.infra.tables import equity_metadata, journal_metadata, market_metadata
from trading_api.shared.context import committed_symbols
from trading_api.testing.suites.journal import record

FIRST_VERSION = """
CREATE TABLE journal (
    position INTEGER NOT NULL PRIMARY KEY, stream VARCHAR(128) NOT NULL, seq BIGINT NOT NULL,
    time BIGINT NOT NULL, data BLOB NOT NULL, CONSTRAINT journal_stream_seq UNIQUE (stream, seq)
);
CREATE TABLE api_keys (
    name VARCHAR(128) NOT NULL PRIMARY KEY, key_hash VARCHAR(64) NOT NULL,
    scopes TEXT NOT NULL, account_id VARCHAR(128), created_at BIGINT NOT NULL, expires_at BIGINT,
    revoked_at BIGINT, UNIQUE (key_hash)
);
CREATE TABLE sessions (
    token_hash VARCHAR(64) NOT NULL PRIMARY KEY, principal VARCHAR(128) NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE TABLE login_codes (
    code_hash VARCHAR(64) NOT NULL PRIMARY KEY, expires_at BIGINT NOT NULL
);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('journal_0001');
"""


@pytest.mark.parametrize("schema", [JOURNAL, MARKET, EQUITY])
def test_the_head_in_the_code_is_the_head_of_the_scripts(schema: Schema) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(schema.folder))
    assert scripts.get_current_head() == schema.head


@pytest.mark.parametrize(
    ("schema", "metadata"),
    [(JOURNAL, journal_metadata), (MARKET, market_metadata), (EQUITY, equity_metadata)],
)
def test_the_migrations_make_the_tables(schema: Schema, metadata: MetaData, tmp_path: Path) -> None:
    engine = open_database(tmp_path / "x.db", schema, "FULL")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize(("synchronous", "number"), [("FULL", 2), ("NORMAL", 1)])
def test_every_connection_has_the_durability_that_was_asked_for(
    synchronous: str, number: int, tmp_path: Path
) -> None:
    engine = open_database(tmp_path / "x.db", JOURNAL, synchronous)  # type: ignore[arg-type]
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == number
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(DatabaseError, match=r"journal\.db cannot be opened"):
        open_database(path, JOURNAL, "FULL")


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_database(path, JOURNAL, "FULL").dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'journal_9999'")
    connection.close()
    with pytest.raises(DatabaseError, match="journal_9999, which this version does not know"):
        open_database(path, JOURNAL, "FULL")


def test_a_journal_of_the_first_version_is_linked_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    wanted = [record("a", 1), record("b", 1), record("a", 2), record("a", 3)]
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST_VERSION)
        rows = [(each.stream, each.seq, each.time, each.data) for each in wanted]
        insert = "INSERT INTO journal (stream, seq, time, data) VALUES (?, ?, ?, ?)"
        connection.executemany(insert, rows)
    connection.close()
    engine = open_database(path, JOURNAL, "FULL")
    journal = SqlJournal()
    journal.open(engine)

    async def all_records() -> list[Record]:
        assert await journal.cut_torn_tail() == []
        return [found async for found in journal.read()]

    assert asyncio.run(all_records()) == wanted
    journal.close()
    with engine.connect() as connected:
        assert compare_metadata(MigrationContext.configure(connected), journal_metadata) == []
    engine.dispose()


def test_the_catalogue_lasts_and_takes_new_built_in_symbols(tmp_path: Path) -> None:
    aapl, *rest = committed_symbols()
    engine = open_database(tmp_path / "market.db", MARKET, "NORMAL")
    first = SqlCatalogue([])
    first.open(engine)
    first.save([aapl])
    second = SqlCatalogue(rest)
    second.open(engine)
    third = SqlCatalogue([])
    third.open(engine)
    engine.dispose()
    assert third.all() == second.all() == SymbolTable(committed_symbols()).all()
    assert third.get("NASDAQ:AAPL") == third.get("AAPL") == aapl
    assert third.get("NYSE:AAPL") is None


def test_a_data_directory_has_one_server(tmp_path: Path) -> None:
    folder = DataDir(tmp_path / "var")
    assert not folder.is_running()
    with folder.acquire():
        folder.announce("http://127.0.0.1:1")
        assert DataDir(tmp_path / "var").is_running()
        with pytest.raises(DataDirInUse, match=r"at http://127\.0\.0\.1:1"), folder.acquire():
            pass
        assert folder.running_url() == "http://127.0.0.1:1"
    assert not folder.is_running()
    assert folder.running_url() is None


def test_secrets_are_readable_by_the_owner_alone(tmp_path: Path) -> None:
    folder = DataDir(tmp_path / "var")
    folder.make()
    folder.keep_token("secret")
    assert folder.token() == "secret"
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var" / "token").stat().st_mode & 0o777 == 0o600


def test_a_database_is_readable_by_the_owner_alone_also_where_the_folder_is_not(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    engine = open_database(tmp_path / "journal.db", JOURNAL, "FULL")
    with engine.begin():
        files = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()
    assert files == dict.fromkeys(("journal.db", "journal.db-wal", "journal.db-shm"), 0o600)
