"""Every implementation of a port passes the suite of that port."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from msgspec.structs import replace

from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.ports import CredentialStore, EquityStore, Journal, MarketStore
from trading_api.infra.database import EQUITY, JOURNAL, MARKET, open_database
from trading_api.infra.equity import SqlEquityStore
from trading_api.infra.journal import SqlJournal
from trading_api.infra.market_store import SqlMarketStore
from trading_api.infra.tokens import SqlCredentials
from trading_api.shared.memory import MemoryCredentials, MemoryEquityStore, MemoryJournal
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.testing.disk import SimulatedDisk
from trading_api.testing.suites.credentials import CredentialSuite
from trading_api.testing.suites.equity import EquitySuite
from trading_api.testing.suites.journal import JournalSuite, record, snapshot
from trading_api.testing.suites.market_store import MarketStoreSuite


class TestMemoryJournal(JournalSuite):
    def opened(self) -> AbstractContextManager[Journal]:
        return nullcontext(MemoryJournal())


class TestSimulatedDisk(JournalSuite):
    def opened(self) -> AbstractContextManager[Journal]:
        return nullcontext(SimulatedDisk(random.Random(1), delay_s=1e-6))


class TestSqlJournal(JournalSuite):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "journal.db"

    @contextmanager
    def opened(self) -> Iterator[Journal]:
        engine = open_database(self.path, JOURNAL, "FULL")
        journal = SqlJournal()
        journal.open(engine)
        yield journal
        journal.close()
        engine.dispose()

    def test_records_are_there_after_closing(self) -> None:
        self.run([record("a", 1)])
        assert self.run([record("a", 2)]) == [record("a", 1), record("a", 2)]

    def test_a_damaged_page_is_told_with_its_place(self) -> None:
        self.run([record("a", number) for number in range(1, 2001)])
        data = bytearray(self.path.read_bytes())
        middle = len(data) // 2 // 4096 * 4096
        data[middle : middle + 8 * 4096] = bytes(8 * 4096)
        self.path.write_bytes(data)
        with pytest.raises(JournalCorrupt, match=r"beyond position 0: .*malformed"):
            self.run()

    def test_a_damaged_snapshot_has_no_data(self) -> None:
        self.kept((snapshot("a", 10), 0))
        with sqlite3.connect(self.path) as connection:
            connection.execute("UPDATE snapshots SET data = substr(data, 3)")
        connection.close()
        assert self.kept()["a"] == [replace(snapshot("a", 10), data=b"")]


class TestMemoryMarketStore(MarketStoreSuite):
    @pytest.fixture(autouse=True)
    def _store(self) -> None:
        self.store = MemoryMarketStore()

    def opened(self) -> AbstractContextManager[MarketStore]:
        return nullcontext(self.store)


class TestSqlMarketStore(MarketStoreSuite):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "market.db"

    @contextmanager
    def opened(self) -> Iterator[MarketStore]:
        engine = open_database(self.path, MARKET, "NORMAL")
        store = SqlMarketStore()
        store.open(engine)
        yield store
        store.close()
        engine.dispose()


class TestMemoryCredentials(CredentialSuite):
    def opened(self) -> AbstractContextManager[CredentialStore]:
        return nullcontext(MemoryCredentials())


class TestSqlCredentials(CredentialSuite):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "journal.db"

    @contextmanager
    def opened(self) -> Iterator[CredentialStore]:
        engine = open_database(self.path, JOURNAL, "FULL")
        store = SqlCredentials()
        store.open(engine)
        yield store
        store.close()
        engine.dispose()


class TestMemoryEquityStore(EquitySuite):
    def opened(self) -> AbstractContextManager[EquityStore]:
        return nullcontext(MemoryEquityStore())


class TestSqlEquityStore(EquitySuite):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "equity.db"

    @contextmanager
    def opened(self) -> Iterator[EquityStore]:
        self.path.unlink(missing_ok=True)
        engine = open_database(self.path, EQUITY, "NORMAL")
        store = SqlEquityStore()
        store.open(engine)
        yield store
        store.close()
        engine.dispose()
