"""The journal in a database: appended by one thread, each batch in one durable commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from trading_api.domain.errors import JournalConflict, JournalCorrupt, JournalError
from trading_api.domain.ports import Record
from trading_api.infra.database import reason_of
from trading_api.infra.tables import journal

_PAGE = 5_000


class SqlJournal:
    """The record of truth. Usable between `open` and `close`."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._thread: ThreadPoolExecutor | None = None

    def open(self, engine: Engine) -> None:
        """Begin to use the database."""
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def close(self) -> None:
        """Wait for the commit under way and stop."""
        if self._thread is not None:
            self._thread.shutdown()
        self._engine = self._thread = None

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records or none; durable when it returns.

        Raises:
            JournalConflict: a record's stream and number are taken.
            JournalError: the database refused; the caller must stop.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._append, records)

    async def read(self, stream: str | None = None) -> AsyncIterator[Record]:
        """The records of one stream, or of all, in the order in which they were appended.

        Raises:
            JournalCorrupt: the database cannot read them; says after which.
        """
        loop = asyncio.get_running_loop()
        position = 0
        while page := await loop.run_in_executor(None, self._page, stream, position):
            for _, record in page:
                yield record
            position = page[-1][0]

    def _append(self, records: Sequence[Record]) -> None:
        rows = [
            {"stream": record.stream, "seq": record.seq, "time": record.time, "data": record.data}
            for record in records
        ]
        try:
            with self._opened().begin() as connection:
                connection.execute(insert(journal), rows)
        except IntegrityError as error:
            raise JournalConflict(f"another writer holds a stream: {error.orig}") from error
        except SQLAlchemyError as error:
            raise JournalError(f"the journal could not be written: {reason_of(error)}") from error

    def _page(self, stream: str | None, after: int) -> list[tuple[int, Record]]:
        query = select(journal).where(journal.c.position > after)
        if stream is not None:
            query = query.where(journal.c.stream == stream)
        query = query.order_by(journal.c.position).limit(_PAGE)
        try:
            with self._opened().connect().execution_options(reading=True) as connection:
                return [
                    (row.position, Record(row.stream, row.seq, row.time, row.data))
                    for row in connection.execute(query)
                ]
        except SQLAlchemyError as error:
            raise JournalCorrupt(
                f"the journal cannot be read beyond position {after}: {reason_of(error)}"
            ) from error

    def _opened(self) -> Engine:
        if self._engine is None:
            raise JournalError("the journal is not open")
        return self._engine
