"""The journal in a database: appended by one thread, each batch in one durable commit."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from msgspec.structs import asdict
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from trading_api.domain.chain import torn_tail
from trading_api.domain.errors import JournalConflict, JournalCorrupt, JournalError
from trading_api.domain.ports import Record, Snapshot
from trading_api.infra.database import reason_of
from trading_api.infra.tables import journal, snapshots, torn_records

_PAGE = 5_000
_COMPRESSION = 1
_MOST_ROWS = 64
_MEMBERS = ("stream", "seq", "time", "data", "hash")


class SqlJournal:
    """The record of truth. Usable between `open` and `close`."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._writer: Connection | None = None
        self._inserts: Sequence[str] = ()

    def open(self, engine: Engine) -> None:
        """Begin to use the database."""
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._inserts = _insert_texts(engine)

    def close(self) -> None:
        """Wait for the commit under way and stop."""
        if self._thread is not None:
            if self._writer is not None:
                self._thread.submit(self._writer.close)
            self._thread.shutdown()
        self._engine = self._thread = self._writer = None

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records or none; durable when it returns.

        Raises:
            JournalConflict: a record's stream and number are taken.
            JournalError: the database refused; the caller must stop.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._append, records)

    async def read(self, stream: str | None = None, after: int = 0) -> AsyncIterator[Record]:
        """The records of one stream, or of all, in the order in which they were appended.

        Raises:
            JournalCorrupt: the database cannot read them; says after which.
        """
        loop = asyncio.get_running_loop()
        position = after
        while page := await loop.run_in_executor(None, self._page, stream, position):
            for _, record in page:
                yield record
            position = page[-1][0]

    async def streams(self) -> Sequence[str]:
        """The names of all streams, in the order in which they were begun."""
        return await asyncio.get_running_loop().run_in_executor(None, self._streams)

    async def length(self) -> int:
        """How many records there are, or a few more."""
        return await asyncio.get_running_loop().run_in_executor(None, self._length)

    async def cut_torn_tail(self) -> Sequence[Record]:
        """Move what an append left that did not come to its end to a table of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._cut)

    async def save_snapshot(self, snapshot: Snapshot, after: int) -> None:
        """Keep a snapshot after that of record `after`; those in between are forgotten."""
        loop = asyncio.get_running_loop()
        # not in the thread that commits: this takes long
        packed = await loop.run_in_executor(None, zlib.compress, snapshot.data, _COMPRESSION)
        row = {**asdict(snapshot), "data": packed}
        await loop.run_in_executor(self._thread, self._save, row, after)

    async def snapshots(self, stream: str) -> Sequence[Snapshot]:
        """The snapshots of a stream, oldest first; a damaged one may have no data."""
        return await asyncio.get_running_loop().run_in_executor(None, self._snapshots, stream)

    def _append(self, records: Sequence[Record]) -> None:
        try:
            if len(records) > _MOST_ROWS:
                with self._opened().begin() as connection:
                    for start in range(0, len(records), _MOST_ROWS):
                        self._insert(connection, records[start : start + _MOST_ROWS])
            elif records:
                if self._writer is None:
                    self._writer = self._opened().connect().execution_options(alone=True)
                with self._writer.begin():
                    self._insert(self._writer, records)
        except IntegrityError as error:
            raise JournalConflict(f"another writer holds a stream: {error.orig}") from error
        except SQLAlchemyError as error:
            raise JournalError(f"the journal could not be written: {reason_of(error)}") from error

    def _insert(self, connection: Connection, records: Sequence[Record]) -> None:
        values = [getattr(each, name) for each in records for name in _MEMBERS]
        connection.exec_driver_sql(self._inserts[len(records)], tuple(values))

    def _save(self, row: dict[str, object], after: int) -> None:
        of_stream = snapshots.c.stream == row["stream"]
        try:
            with self._opened().begin() as connection:
                connection.execute(delete(snapshots).where(of_stream, snapshots.c.seq > after))
                connection.execute(insert(snapshots), row)
        except SQLAlchemyError as error:
            raise JournalError(f"a snapshot could not be written: {reason_of(error)}") from error

    def _snapshots(self, stream: str) -> list[Snapshot]:
        query = select(snapshots).where(snapshots.c.stream == stream).order_by(snapshots.c.seq)
        with self._reading() as connection:
            return [
                Snapshot(**{**row, "data": _unpacked(row["data"])})
                for row in connection.execute(query).mappings()
            ]

    def _page(self, stream: str | None, after: int) -> list[tuple[int, Record]]:
        """Records and where they stand: by number within a stream, by position among all."""
        place = journal.c.position if stream is None else journal.c.seq
        query = select(journal, place.label("place")).where(place > after)
        if stream is not None:
            query = query.where(journal.c.stream == stream)
        query = query.order_by(place).limit(_PAGE)
        of = "position" if stream is None else f"{stream} number"
        with self._reading(f" beyond {of} {after}") as connection:
            return [
                (row.place, Record(row.stream, row.seq, row.time, row.data, row.hash))
                for row in connection.execute(query)
            ]

    def _streams(self) -> list[str]:
        """One look into the index per stream, however long they are."""
        names = select(func.min(journal.c.stream).label("name")).cte(recursive=True)
        following = (
            select(func.min(journal.c.stream)).where(journal.c.stream > names.c.name)
        ).scalar_subquery()
        names = names.union_all(select(following).where(names.c.name.is_not(None)))
        first = and_(journal.c.stream == names.c.name, journal.c.seq == 1)
        query = (
            select(names.c.name)
            .select_from(names.outerjoin(journal, first))
            .where(names.c.name.is_not(None))
            .order_by(journal.c.position)
        )
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def _length(self) -> int:
        with self._reading() as connection:
            return connection.execute(select(func.max(journal.c.position))).scalar() or 0

    @contextmanager
    def _reading(self, where: str = "") -> Iterator[Connection]:
        try:
            with self._opened().connect().execution_options(reading=True) as connection:
                yield connection
        except SQLAlchemyError as error:
            raise JournalCorrupt(
                f"the journal cannot be read{where}: {reason_of(error)}"
            ) from error

    def _cut(self) -> list[Record]:
        try:
            with self._opened().begin() as connection:
                return _cut_torn_tail(connection)
        except SQLAlchemyError as error:
            raise JournalCorrupt(f"the journal's end is damaged: {reason_of(error)}") from error

    def _opened(self) -> Engine:
        if self._engine is None:
            raise JournalError("the journal is not open")
        return self._engine


def _insert_texts(engine: Engine) -> Sequence[str]:
    """The statements that insert so many rows, as texts, by the number of rows.

    SQLAlchemy's own way costs several times the insert itself; and the driver lets go of the
    interpreter at each statement, each time waiting for it while the event loop is busy. So what
    fits into one statement is one, which needs no BEGIN and COMMIT around it.
    """
    first = str(insert(journal).compile(engine, column_keys=_MEMBERS))
    head, _, values = first.partition(" VALUES ")
    return [f"{head} VALUES {', '.join([values] * rows)}" for rows in range(_MOST_ROWS + 1)]


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def _cut_torn_tail(connection: Connection) -> list[Record]:
    def hash_of(stream: str, seq: int) -> bytes | None:
        query = select(journal.c.hash).where(journal.c.stream == stream, journal.c.seq == seq)
        found: bytes | None = connection.execute(query).scalar()
        return found

    torn = torn_tail(_newest_first(connection), hash_of)
    for record in torn:
        place = (journal.c.stream == record.stream, journal.c.seq == record.seq)
        kept = select(*(journal.c[name] for name in _MEMBERS)).where(*place)
        connection.execute(insert(torn_records).from_select(list(_MEMBERS), kept))
        connection.execute(delete(journal).where(*place))
    return torn


def _newest_first(connection: Connection) -> Iterator[Record]:
    query = select(journal).order_by(journal.c.position.desc())
    for row in connection.execute(query.execution_options(yield_per=10)):
        yield Record(row.stream, row.seq, row.time, row.data, row.hash)
