"""Rows of a series as compressed bytes: a closed chunk, or the rows of one that is still open."""

import sys
import zlib
from array import array
from itertools import accumulate
from operator import sub

from trading_api.domain.series import Columns

_FORMAT = 1
_LEVEL = 1
_WIDTH = 8


def encode(rows: Columns) -> bytes:
    """The rows as bytes.

    Times become differences; every column is sorted by the significance of its bytes, since the
    high bytes of neighbours are alike: half the size of plain zlib, and faster.
    """
    steps = array("q", [rows.times[0], *map(sub, rows.times[1:], rows.times)])
    return bytes((_FORMAT,)) + zlib.compress(
        b"".join(_shuffled(column) for column in (steps, *rows.fields)), _LEVEL
    )


def decode(data: bytes, count: int) -> Columns:
    """The rows again.

    Raises:
        ValueError: the bytes are not those of so many rows.
    """
    if not data or data[0] != _FORMAT:
        raise ValueError(f"a chunk of format {data[:1].hex() or 'none'}, not {_FORMAT:02x}")
    try:
        plain = zlib.decompress(memoryview(data)[1:])
    except zlib.error as error:
        raise ValueError(f"a damaged chunk: {error}") from error
    size = count * _WIDTH
    if not count or len(plain) % size:
        raise ValueError(f"a chunk of {len(plain)} bytes does not hold {count} rows")
    steps, *columns = (_restored(plain[at : at + size]) for at in range(0, len(plain), size))
    times = array("q", accumulate(array("q", steps)))
    return Columns(times, tuple(array("d", column) for column in columns))


def _shuffled(column: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    data = column.tobytes()
    return b"".join(data[at::_WIDTH] for at in range(_WIDTH))


def _restored(data: bytes) -> bytes:
    """The bytes of a column in the order of this machine."""
    count = len(data) // _WIDTH
    plain = bytearray(len(data))
    for at in range(_WIDTH):
        place = at if sys.byteorder == "little" else _WIDTH - 1 - at
        plain[place::_WIDTH] = data[at * count : (at + 1) * count]
    return bytes(plain)
