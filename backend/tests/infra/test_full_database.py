"""A database that cannot grow any more refuses whole batches and keeps what it has."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from trading_api.domain.errors import JournalError
from trading_api.domain.ports import Record
from trading_api.infra.database import JOURNAL, open_database
from trading_api.infra.journal import SqlJournal
from trading_api.testing.suites.journal import record, snapshot

FEW_PAGES = 50


@contextmanager
def journal_of(path: Path, *, pages: int | None = None) -> Iterator[SqlJournal]:
    engine = open_database(path, JOURNAL, "FULL")
    if pages is not None:
        engine.dispose()
        limit = f"PRAGMA max_page_count = {pages}"
        event.listen(engine, "connect", lambda connection, _: connection.execute(limit))
    journal = SqlJournal()
    journal.open(engine)
    yield journal
    journal.close()
    engine.dispose()


async def all_records(journal: SqlJournal) -> list[Record]:
    assert await journal.cut_torn_tail() == []
    return [found async for found in journal.read()]


def filled(journal: SqlJournal) -> int:
    """Append batches of three until the disk is full; gives how many records were acknowledged."""
    acknowledged: list[Record] = []

    async def fill() -> None:
        while True:
            batch = [record("a", len(acknowledged) + number) for number in (1, 2, 3)]
            await journal.append(batch)
            acknowledged.extend(batch)

    with pytest.raises(JournalError, match=r"could not be written: database or disk is full"):
        asyncio.run(fill())
    return len(acknowledged)


def test_a_full_disk_refuses_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with journal_of(path, pages=FEW_PAGES) as journal:
        acknowledged = filled(journal)
    assert acknowledged > 100
    expected = [record("a", number) for number in range(1, acknowledged + 1)]
    with journal_of(path, pages=FEW_PAGES) as journal:
        assert asyncio.run(all_records(journal)) == expected
    with journal_of(path) as journal:
        asyncio.run(journal.append([record("a", acknowledged + 1)]))
        assert len(asyncio.run(all_records(journal))) == acknowledged + 1


def test_a_snapshot_that_does_not_fit_fails_as_a_record_does(tmp_path: Path) -> None:
    with journal_of(tmp_path / "journal.db", pages=FEW_PAGES) as journal:
        filled(journal)
        with pytest.raises(JournalError, match=r"a snapshot could not be written: .*full"):
            asyncio.run(fill_with_snapshots(journal))


async def fill_with_snapshots(journal: SqlJournal) -> None:
    for seq in range(1, 100):
        await journal.save_snapshot(snapshot("a", seq), seq - 1)
