"""`trading-api migrate` and `doctor`: what they say of a data directory."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.commands.runner import invoke
from trading_api.cli import main
from trading_api.infra.data_dir import DataDir
from trading_api.infra.database import JOURNAL, MARKET, open_database


def test_migrate_makes_and_then_leaves_as_it_is(tmp_path: Path) -> None:
    first = invoke(tmp_path, "migrate")
    assert first.exit_code == 0
    assert f"journal.db: made ({JOURNAL.head})" in first.output
    assert f"market.db: made ({MARKET.head})" in first.output
    assert invoke(tmp_path, "migrate").output.count("is up to date") == 2


def old_market(folder: Path) -> Path:
    """A database of the first version, with a symbol in it."""
    data = DataDir(folder / "data")
    data.make()
    with sqlite3.connect(data.market) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);"
            "INSERT INTO alembic_version VALUES ('market_0001');"
            "CREATE TABLE symbols (symbol VARCHAR(64) NOT NULL PRIMARY KEY, data BLOB NOT NULL);"
        )
    connection.close()
    data.market.chmod(0o600)
    return data.market


def test_migrate_says_from_what_to_what(tmp_path: Path) -> None:
    market = old_market(tmp_path)
    doctor = invoke(tmp_path, "doctor")
    assert "has schema market_0001, not market_0002: it is migrated at start" in doctor.output
    assert "migrated: market_0001 → market_0002" in invoke(tmp_path, "migrate").output
    open_database(market, MARKET, "NORMAL").dispose()


def test_migrate_waits_for_a_running_server(tmp_path: Path) -> None:
    old_market(tmp_path)
    with DataDir(tmp_path / "data").acquire():
        result = invoke(tmp_path, "migrate")
    assert result.exit_code == 1
    assert "a server runs on" in result.output


def test_migrate_refuses_what_is_no_database_or_a_newer_one(tmp_path: Path) -> None:
    market = old_market(tmp_path)
    with sqlite3.connect(market) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'market_9999'")
    connection.close()
    assert "market_9999" in invoke(tmp_path, "migrate").output
    market.write_bytes(b"no database" * 1000)
    result = invoke(tmp_path, "migrate")
    assert result.exit_code == 1
    assert "cannot be opened as a database" in result.output


def test_the_doctor_of_a_fresh_machine_finds_nothing_bad_and_makes_nothing(
    tmp_path: Path,
) -> None:
    result = invoke(tmp_path, "doctor")
    assert result.exit_code == 0, result.output
    assert "is not there yet: the first start makes it" in result.output
    assert not (tmp_path / "data").exists()


def test_the_doctor_of_a_healthy_folder_finds_all_well(tmp_path: Path) -> None:
    invoke(tmp_path, "migrate")
    result = invoke(tmp_path, "doctor")
    assert result.exit_code == 0, result.output
    for sentence in (
        "data belongs to its owner alone",
        "GiB are free",
        f"journal.db is whole ({JOURNAL.head}",
        f"market.db is whole ({MARKET.head}",
        "the journal's 0 records in 0 streams form their chains",
        "no data packs",
        "hub",
        "keeps step",
        "time zones are known",
        "holidays are known until 2036-12-31",
    ):
        assert sentence in result.output


def make_readable(folder: Path) -> None:
    (folder / "data").chmod(0o755)


def damage_market(folder: Path) -> None:
    (folder / "data" / "market.db").write_bytes(b"no database" * 1000)


def damage_journal(folder: Path) -> None:
    with sqlite3.connect(folder / "data" / "journal.db") as connection:
        connection.execute(
            "INSERT INTO journal (stream, seq, time, data, hash) "
            "VALUES ('account/x', 7, 0, x'7b7d', x'00')"
        )
    connection.close()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (make_readable, "data has mode 755: others may read it; chmod 700"),
        (damage_market, "market.db: "),
        (damage_journal, "the journal cannot be believed"),
    ],
)
def test_the_doctor_says_what_is_bad_and_ends_with_one(
    damage: object, sentence: str, tmp_path: Path
) -> None:
    invoke(tmp_path, "migrate")
    assert callable(damage)
    damage(tmp_path)
    result = invoke(tmp_path, "doctor")
    assert result.exit_code == 1
    [line] = [line for line in result.output.splitlines() if line.startswith("bad ")]
    assert sentence in line
    assert "Traceback" not in result.output


def test_the_doctor_of_a_running_server_says_where_it_is(tmp_path: Path) -> None:
    folder = DataDir(tmp_path / "data")
    with folder.acquire():
        folder.announce("http://127.0.0.1:1")
        assert "a server runs on" in invoke(tmp_path, "doctor").output


def test_the_doctor_notices_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    found = CliRunner().invoke(main, ["doctor", "--data-dir", str(tmp_path / "data" / "below")])
    assert found.exit_code == 1
    assert f"bad  {tmp_path}/data/below cannot be made: {tmp_path}/data is not a folder" in (
        found.output
    )


def test_the_doctor_notices_settings_that_no_server_starts_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ok   the settings fit the modules broker, datafeed" in invoke(tmp_path, "doctor").output
    (tmp_path / "wrong.toml").write_text('[modules.datafeed]\nsources = ["nowhere"]\n')
    monkeypatch.setenv("TRADING_API_CONFIG", str(tmp_path / "wrong.toml"))
    found = invoke(tmp_path, "doctor")
    assert found.exit_code == 1
    assert "bad  [modules.datafeed] sources: 'nowhere' is not known; known are: ccxt" in (
        found.output
    )
