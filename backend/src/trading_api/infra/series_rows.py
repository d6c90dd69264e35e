"""The rows of one series in the database: closed chunks as blobs, those after them one by one."""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from trading_api.domain.series import FIELDS, Columns, Saved, SeriesKey, merged
from trading_api.infra.chunks import decode, encode
from trading_api.infra.tables import chunks, open_rows

CHUNK = 1024
_KEPT = 128

_decode_kept = lru_cache(_KEPT)(decode)
"""For charts that are asked for again and again; told apart by their bytes, so never stale."""


class Written(NamedTuple):
    """What writing did, and by how many rows the series has grown."""

    saved: Saved = Saved()
    grown: int = 0

    def plus(self, other: "Written") -> "Written":
        """Both together."""
        return Written(self.saved.plus(other.saved), self.grown + other.grown)


class Chunk(NamedTuple):
    """A closed chunk: the times of its first and last row, and its rows."""

    first: int
    last: int
    rows: Columns


def chunks_down(connection: Connection, number: int, to_ms: int | None) -> Iterator[Chunk]:
    """Chunks that begin before an instant, newest first, each decoded when it is asked for."""
    query = select(chunks).where(chunks.c.series_id == number).order_by(chunks.c.first.desc())
    if to_ms is not None:
        query = query.where(chunks.c.first < to_ms)
    with connection.execute(query) as found:
        for row in found:
            yield Chunk(row.first, row.last, _decode_kept(row.data, row.rows))


def read_open(
    connection: Connection,
    number: int,
    key: SeriesKey,
    from_ms: int | None,
    to_ms: int | None,
    limit: int | None,
) -> Columns:
    """The newest `limit` open rows with `from_ms` ≤ time < `to_ms`; None is no bound."""
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
    times, data = zip(*found, strict=True)
    rows = struct.iter_unpack(_row_format(key), b"".join(data))
    fields = tuple(array("d", column) for column in zip(*rows, strict=True))
    return Columns(array("q", times), fields)


def _row_format(key: SeriesKey) -> str:
    return f"<{len(FIELDS[key.kind])}d"


def write(connection: Connection, number: int, key: SeriesKey, rows: Columns) -> Written:
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


def _write_closed(connection: Connection, number: int, rows: Columns) -> Written:
    written = Written()
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
        written = written.plus(Written(saved, len(whole) - len(old)))
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


def _write_open(connection: Connection, number: int, key: SeriesKey, rows: Columns) -> Written:
    if not rows:
        return Written()
    old = read_open(connection, number, key, None, None, None)
    whole, saved = merged(old, rows)
    written = Written(saved, len(whole) - len(old))
    if not (saved.added or saved.updated):
        return written
    mine, first, last = open_rows.c.series_id == number, rows.times[0], rows.times[-1]
    if len(whole) < CHUNK:
        if old and old.times[-1] >= first:
            connection.execute(delete(open_rows).where(mine, open_rows.c.time.between(first, last)))
        _add_open(connection, number, key, whole.between(first, last + 1))
        return written
    connection.execute(delete(open_rows).where(mine))
    *full, rest = _cut(whole)
    if len(rest) >= CHUNK:
        full.append(rest)
    else:
        _add_open(connection, number, key, rest)
    _add_chunks(connection, number, full)
    return written


def remove_closed(connection: Connection, number: int, times: Collection[int]) -> int:
    """Take the rows of some instants out of the chunks; gives how many there were."""
    first, last = min(times), max(times)
    query = select(chunks).where(
        chunks.c.series_id == number, chunks.c.first <= last, chunks.c.last >= first
    )
    gone = 0
    for row in connection.execute(query).all():
        kept = decode(row.data, row.rows).without(times)
        if len(kept) == row.rows:
            continue
        gone += row.rows - len(kept)
        place = (chunks.c.series_id == number, chunks.c.first == row.first)
        connection.execute(delete(chunks).where(*place))
        _add_chunks(connection, number, [kept] if kept else [])
    return gone


def remove_open(connection: Connection, number: int, times: Collection[int]) -> int:
    """Take the rows of some instants out of the open ones; gives how many there were."""
    mine = open_rows.c.series_id == number
    return sum(
        connection.execute(delete(open_rows).where(mine, open_rows.c.time == time)).rowcount
        for time in times
    )


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
