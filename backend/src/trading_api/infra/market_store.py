"""The market store in a database: closed chunks as blobs, the rows after them one by one."""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.errors import TradingError
from trading_api.domain.intervals import Interval, united
from trading_api.domain.series import FIELDS, Columns, Saved, SeriesKey, StoredSeries, merged
from trading_api.infra.chunks import decode, encode
from trading_api.infra.tables import (
    changes,
    chunks,
    corporate_actions,
    known_intervals,
    open_rows,
    series,
)

CHUNK = 1024
_CHUNKS_PER_PART = 64


class _Written(NamedTuple):
    saved: Saved = Saved()
    grown: int = 0

    def plus(self, other: "_Written") -> "_Written":
        return _Written(self.saved.plus(other.saved), self.grown + other.grown)


class _Chunk(NamedTuple):
    first: int
    last: int
    rows: Columns


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
            parts = [_open_rows(connection, number, key, from_ms, to_ms, limit)]
            missing = limit - len(parts[0])
            if missing:
                for chunk in _chunks_down(connection, number, to_ms):
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
            if part := _open_rows(connection, number, key, from_ms, to_ms, None):
                yield part

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        """Store rows: those of an instant that is among them replace what is stored for it."""
        if not rows:
            return Saved()
        with self._opened().begin() as connection:
            number = _number(connection, key)
            if number is None:
                number = _add_series(connection, key, derived)
            saved, grown = _write(connection, number, key, rows)
            if saved.added or saved.updated:
                _note_growth(connection, number, rows, grown, _count_change(connection))
        return saved

    def remove(self, key: SeriesKey) -> None:
        """Forget a series and what is known of it."""
        with self._opened().begin() as connection:
            connection.execute(delete(known_intervals).where(*_is_key(known_intervals, key)))
            number = _number(connection, key)
            if number is not None:
                for table in (chunks, open_rows):
                    connection.execute(delete(table).where(table.c.series_id == number))
                connection.execute(delete(series).where(series.c.id == number))
            _count_change(connection)

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches whose every row is stored."""
        query = select(known_intervals.c.from_ms, known_intervals.c.to_ms)
        with self._reading() as connection:
            found = connection.execute(query.where(*_is_key(known_intervals, key)))
            return united(Interval(row.from_ms, row.to_ms) for row in found)

    def note_known(self, key: SeriesKey, interval: Interval) -> None:
        """Remember that every row of a stretch is stored."""
        whole = united([*self.known(key), interval])
        with self._opened().begin() as connection:
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
        with self._opened().begin() as connection:
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


def _count_change(connection: Connection) -> int:
    """The version that the store has with this change."""
    counted = update(changes).values(number=changes.c.number + 1).returning(changes.c.number)
    return int(connection.execute(counted).scalar_one())


def _chunks_down(connection: Connection, number: int, to_ms: int | None) -> Iterator[_Chunk]:
    """Chunks that begin before an instant, newest first, each decoded when it is asked for."""
    query = select(chunks).where(chunks.c.series_id == number).order_by(chunks.c.first.desc())
    if to_ms is not None:
        query = query.where(chunks.c.first < to_ms)
    with connection.execute(query) as found:
        for row in found:
            yield _Chunk(row.first, row.last, decode(row.data, row.rows))


def _open_rows(
    connection: Connection,
    number: int,
    key: SeriesKey,
    from_ms: int | None,
    to_ms: int | None,
    limit: int | None,
) -> Columns:
    table = open_rows
    query = select(table.c.time, table.c.data).where(table.c.series_id == number)
    if from_ms is not None:
        query = query.where(table.c.time >= from_ms)
    if to_ms is not None:
        query = query.where(table.c.time < to_ms)
    query = query.order_by(table.c.time.desc(), table.c.position.desc()).limit(limit)
    found = connection.execute(query).all()[::-1]
    if not found:
        return Columns.empty(key.kind)
    rows = struct.iter_unpack(_row_format(key), b"".join(row.data for row in found))
    fields = tuple(array("d", column) for column in zip(*rows, strict=True))
    return Columns(array("q", [row.time for row in found]), fields)


def _row_format(key: SeriesKey) -> str:
    return f"<{len(FIELDS[key.kind])}d"


def _write(connection: Connection, number: int, key: SeriesKey, rows: Columns) -> _Written:
    """Merge rows into the chunks that they fall into, and the newest into the open rows."""
    closed_until = connection.execute(
        select(chunks.c.last)
        .where(chunks.c.series_id == number)
        .order_by(chunks.c.first.desc())
        .limit(1)
    ).scalar()
    if closed_until is None:
        return _write_open(connection, number, key, rows)
    written = _write_closed(connection, number, rows.between(None, closed_until + 1))
    return written.plus(_write_open(connection, number, key, rows.between(closed_until + 1, None)))


def _write_closed(connection: Connection, number: int, rows: Columns) -> _Written:
    written = _Written()
    if not rows:
        return written
    firsts = _chunks_of(connection, number, rows)
    for first, following in zip(firsts, [*firsts[1:], None], strict=True):
        part = rows.between(None if first == firsts[0] else first, following)
        if not part:
            continue
        place = (chunks.c.series_id == number, chunks.c.first == first)
        row = connection.execute(select(chunks).where(*place)).one()
        old = decode(row.data, row.rows)
        whole, saved = merged(old, part)
        if saved.added or saved.updated:
            connection.execute(delete(chunks).where(*place))
            _add_chunks(connection, number, _cut(whole))
        written = written.plus(_Written(saved, len(whole) - len(old)))
    return written


def _chunks_of(connection: Connection, number: int, rows: Columns) -> Sequence[int]:
    """Where the chunks begin that rows fall into, oldest first.

    A row between two chunks belongs to the earlier one, a row before all chunks to the first.
    """
    mine = chunks.c.series_id == number
    start = connection.execute(
        select(func.max(chunks.c.first)).where(mine, chunks.c.first <= rows.times[0])
    ).scalar()
    query = select(chunks.c.first).where(mine).order_by(chunks.c.first)
    if start is None:
        earliest = connection.execute(query.limit(1)).scalar_one()
        query = query.where(chunks.c.first <= max(rows.times[-1], earliest))
    else:
        query = query.where(chunks.c.first >= start, chunks.c.first <= rows.times[-1])
    return connection.execute(query).scalars().all()


def _write_open(connection: Connection, number: int, key: SeriesKey, rows: Columns) -> _Written:
    if not rows:
        return _Written()
    old = _open_rows(connection, number, key, None, None, None)
    whole, saved = merged(old, rows)
    written = _Written(saved, len(whole) - len(old))
    if not (saved.added or saved.updated):
        return written
    if len(whole) == len(old) + len(rows) < CHUNK and (not old or old.times[-1] < rows.times[0]):
        _add_open(connection, number, key, rows)
        return written
    connection.execute(delete(open_rows).where(open_rows.c.series_id == number))
    *full, rest = _cut(whole)
    if len(rest) >= CHUNK:
        full.append(rest)
    else:
        _add_open(connection, number, key, rest)
    _add_chunks(connection, number, full)
    return written


def _cut(rows: Columns) -> list[Columns]:
    """Rows in chunks; those of one instant stay together."""
    parts = []
    start = 0
    while start < len(rows):
        end = min(start + CHUNK, len(rows))
        while end < len(rows) and rows.times[end] == rows.times[end - 1]:
            end += 1
        parts.append(rows.slice(start, end))
        start = end
    return parts


def _add_chunks(connection: Connection, number: int, parts: Sequence[Columns]) -> None:
    if parts:
        connection.execute(
            insert(chunks),
            [
                {
                    "series_id": number,
                    "first": part.times[0],
                    "last": part.times[-1],
                    "rows": len(part),
                    "data": encode(part),
                }
                for part in parts
            ],
        )


def _add_open(connection: Connection, number: int, key: SeriesKey, rows: Columns) -> None:
    pack = struct.Struct(_row_format(key)).pack
    connection.execute(
        insert(open_rows),
        [
            {
                "series_id": number,
                "time": time,
                "position": index - bisect_left(rows.times, time),
                "data": pack(*row),
            }
            for index, (time, row) in enumerate(zip(rows.times, rows.rows(), strict=True))
        ],
    )
