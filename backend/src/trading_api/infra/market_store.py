"""The market store in a database: what series there are, their rows, what is known of them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.errors import TradingError
from trading_api.domain.intervals import Interval, united
from trading_api.domain.series import Columns, Saved, SeriesKey, StoredSeries
from trading_api.infra.chunks import decode
from trading_api.infra.database import reason_of
from trading_api.infra.series_rows import (
    chunks_down,
    read_open,
    remove_closed,
    remove_open,
    write,
)
from trading_api.infra.tables import (
    changes,
    chunks,
    corporate_actions,
    known_intervals,
    open_rows,
    series,
)

_CHUNKS_PER_PART = 64


class SqlMarketStore:
    """Market data on disk. Usable between `open` and `close`, from any thread."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def open(self, engine: Engine) -> None:
        """Begin to use the database."""
        self._engine = engine

    def close(self) -> None:
        """Stop using the database."""
        self._engine = None

    def series(self) -> Sequence[StoredSeries]:
        """Every series, by its key."""
        query = select(series).order_by(series.c.symbol, series.c.kind, series.c.resolution)
        with self._reading() as connection:
            return [
                StoredSeries(
                    SeriesKey(row.symbol, row.kind, row.resolution or None),
                    row.rows,
                    row.first,
                    row.last,
                    row.version,
                    row.derived,
                )
                for row in connection.execute(query)
            ]

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` rows with `from_ms` ≤ time < `to_ms`."""
        with self._reading() as connection:
            number = _number(connection, key)
            if number is None or limit < 1:
                return Columns.empty(key.kind)
            parts = [read_open(connection, number, key, from_ms, to_ms, limit)]
            missing = limit - len(parts[0])
            if missing:
                for chunk in chunks_down(connection, number, to_ms):
                    if from_ms is not None and chunk.last < from_ms:
                        break
                    part = chunk.rows.between(from_ms, to_ms)
                    parts.append(part)
                    missing -= len(part)
                    if missing <= 0:
                        break
        whole = Columns.joined(parts[::-1])
        return whole if len(whole) <= limit else whole.slice(len(whole) - limit)

    def scan(self, key: SeriesKey, from_ms: int | None, to_ms: int | None) -> Iterator[Columns]:
        """The rows with `from_ms` ≤ time < `to_ms`, oldest first, in parts of many chunks."""
        with self._reading() as connection:
            number = _number(connection, key)
            if number is None:
                return
            query = select(chunks).where(chunks.c.series_id == number).order_by(chunks.c.first)
            if from_ms is not None:
                query = query.where(chunks.c.last >= from_ms)
            if to_ms is not None:
                query = query.where(chunks.c.first < to_ms)
            for page in connection.execute(query).partitions(_CHUNKS_PER_PART):
                part = Columns.joined([decode(row.data, row.rows) for row in page])
                if part := part.between(from_ms, to_ms):
                    yield part
            if part := read_open(connection, number, key, from_ms, to_ms, None):
                yield part

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        """Store rows: those of an instant that is among them replace what is stored for it."""
        if not rows:
            return Saved()
        with self._writing() as connection:
            number = _number(connection, key)
            if number is None:
                number = _add_series(connection, key, derived)
            saved, grown = write(connection, number, key, rows)
            if saved.added or saved.updated:
                _note_growth(connection, number, rows, grown, _count_change(connection))
        return saved

    def remove(self, key: SeriesKey) -> None:
        """Forget a series and what is known of it."""
        with self._writing() as connection:
            connection.execute(delete(known_intervals).where(*_is_key(known_intervals, key)))
            number = _number(connection, key)
            if number is not None:
                for table in (chunks, open_rows):
                    connection.execute(delete(table).where(table.c.series_id == number))
                connection.execute(delete(series).where(series.c.id == number))
            _count_change(connection)

    def remove_rows(self, key: SeriesKey, times: Collection[int]) -> int:
        """Forget the rows of some instants; gives how many there were."""
        with self._writing() as connection:
            number = _number(connection, key)
            if number is None or not times:
                return 0
            gone = remove_closed(connection, number, times) + remove_open(connection, number, times)
            if gone:
                _note_loss(connection, number, gone, _count_change(connection))
            return gone

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches whose every row is stored."""
        with self._reading() as connection:
            return _known(connection, key)

    def note_known(self, key: SeriesKey, interval: Interval) -> None:
        """Remember that every row of a stretch is stored."""
        with self._writing() as connection:
            whole = united([*_known(connection, key), interval])
            connection.execute(delete(known_intervals).where(*_is_key(known_intervals, key)))
            rows = [{**_key_columns(key), "from_ms": a, "to_ms": b} for a, b in whole]
            if rows:
                connection.execute(insert(known_intervals), rows)

    def actions(self, symbol: str) -> Sequence[CorporateAction]:
        """The splits and dividends of a symbol, oldest first."""
        table = corporate_actions
        query = select(table).where(table.c.symbol == symbol).order_by(table.c.day, table.c.kind)
        with self._reading() as connection:
            return [
                CorporateAction(row.day, row.kind, row.value) for row in connection.execute(query)
            ]

    def save_actions(self, symbol: str, actions: Sequence[CorporateAction]) -> None:
        """Store splits and dividends; those of the same day and kind are replaced."""
        table = corporate_actions
        with self._writing() as connection:
            for action in actions:
                row = {"symbol": symbol, "day": action.day, "kind": action.kind}
                connection.execute(delete(table).filter_by(**row))
                connection.execute(insert(table), {**row, "value": action.value})
            version = _count_change(connection)
            mine = series.c.symbol == symbol
            connection.execute(update(series).where(mine).values(version=version))

    def version(self) -> int:
        """How often anybody has changed anything."""
        with self._reading() as connection:
            return int(connection.execute(select(changes.c.number)).scalar_one())

    def _reading(self) -> Connection:
        return self._opened().connect().execution_options(reading=True)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._opened().begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            told = f"market data cannot be stored: {reason_of(error)}"
            raise TradingError("unavailable", told) from error

    def _opened(self) -> Engine:
        if self._engine is None:
            raise TradingError("unavailable", "the market store is not open")
        return self._engine


def _key_columns(key: SeriesKey) -> dict[str, str]:
    return {"symbol": key.symbol, "kind": key.kind, "resolution": key.resolution or ""}


def _is_key(table: Table, key: SeriesKey) -> "list[ColumnElement[bool]]":
    return [table.c[name] == value for name, value in _key_columns(key).items()]


def _number(connection: Connection, key: SeriesKey) -> int | None:
    return connection.execute(select(series.c.id).where(*_is_key(series, key))).scalar()


def _add_series(connection: Connection, key: SeriesKey, derived: bool) -> int:
    row = {**_key_columns(key), "derived": derived, "rows": 0, "version": 0}
    return int(connection.execute(insert(series).returning(series.c.id), row).scalar_one())


def _note_growth(
    connection: Connection, number: int, rows: Columns, grown: int, version: int
) -> None:
    known = connection.execute(select(series).where(series.c.id == number)).one()
    first, last = rows.times[0], rows.times[-1]
    connection.execute(
        update(series)
        .where(series.c.id == number)
        .values(
            rows=known.rows + grown,
            version=version,
            first=first if known.first is None else min(first, known.first),
            last=last if known.last is None else max(last, known.last),
        )
    )


def _note_loss(connection: Connection, number: int, gone: int, version: int) -> None:
    """Count fewer rows, and find the first and the last one anew."""
    firsts, lasts = (
        [
            connection.execute(select(column).where(table.c.series_id == number)).scalar()
            for table, column in of
        ]
        for of in (
            ((chunks, func.min(chunks.c.first)), (open_rows, func.min(open_rows.c.time))),
            ((chunks, func.max(chunks.c.last)), (open_rows, func.max(open_rows.c.time))),
        )
    )
    connection.execute(
        update(series)
        .where(series.c.id == number)
        .values(
            rows=series.c.rows - gone,
            version=version,
            first=min((time for time in firsts if time is not None), default=None),
            last=max((time for time in lasts if time is not None), default=None),
        )
    )


def _known(connection: Connection, key: SeriesKey) -> list[Interval]:
    query = select(known_intervals.c.from_ms, known_intervals.c.to_ms)
    found = connection.execute(query.where(*_is_key(known_intervals, key)))
    return united(Interval(row.from_ms, row.to_ms) for row in found)


def _count_change(connection: Connection) -> int:
    """The version that the store has with this change."""
    counted = update(changes).values(number=changes.c.number + 1).returning(changes.c.number)
    return int(connection.execute(counted).scalar_one())
