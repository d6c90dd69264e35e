"""Finds optional data packs and keeps what was prepared of them beside the pack."""

import hashlib
import logging
import os
import sys
from array import array
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from trading_api.domain.ports import Clock
from trading_api.modules.datafeed.sources.bitstamp import BTCUSD, LENGTH_MS, PackError, read_tape
from trading_api.modules.datafeed.sources.replay import ReplaySource, Timeline
from trading_api.modules.datafeed.sources.series_packs import (
    AAPL_HOURS,
    AAPL_MINUTES,
    EURUSD_HOURS,
    aapl_timeline,
    eurusd_timeline,
)
from trading_api.modules.datafeed.sources.tape import Levels, Prints, Tape, TapeTimeline, Tops

BTCUSD_PACK = Path("ob_analytics/_sample_data")
TAPE_FILE = "btcusd.tape"
FORMAT = 2
"""Counts the ways in which a tape was made and written; another number is not read."""

_log = logging.getLogger(__name__)


class _TapeFile(Struct, frozen=True):
    key: str
    columns: list[bytes]


class _Pack(NamedTuple):
    """A data set: the files that it needs, and what reads them; both relative to `packs_dir`."""

    source: str
    symbol: str
    files: tuple[Path, ...]
    read: Callable[[Path], Timeline]


def pack_sources(
    clock: Clock, packs_dir: Path | None, wanted: Collection[str] | None = None
) -> list[ReplaySource]:
    """A source for each pack that is there; the first time takes seconds, so call it in a thread.

    Where symbols are wanted, the packs of others are not read. A pack that cannot be read is left
    out with a warning.
    """
    there = [pack for pack in _packs_in(packs_dir) if wanted is None or pack.symbol in wanted]
    if packs_dir is None or not there:
        _log.info("no data pack; the committed data set is served alone")
        return []
    sources = []
    for pack in there:
        try:
            timeline = pack.read(packs_dir)
        except PackError as error:
            _log.warning("%s is left out: %s", pack.symbol, error)
        else:
            sources.append(ReplaySource(pack.source, clock, [timeline]))
    return sources


def pack_symbols(packs_dir: Path | None) -> list[str]:
    """The symbols of the packs that are there, whether they can be read or not."""
    return [pack.symbol for pack in _packs_in(packs_dir)]


def _packs_in(packs_dir: Path | None) -> list[_Pack]:
    if packs_dir is None:
        return []
    return [pack for pack in _PACKS if all((packs_dir / file).is_file() for file in pack.files)]


def btcusd_timeline(packs_dir: Path) -> TapeTimeline:
    """Bitcoin, order by order.

    Raises:
        PackError: the pack cannot be read.
    """
    orders, trades = (packs_dir / file for file in _BTCUSD_FILES)
    return TapeTimeline(BTCUSD, load_tape(orders, trades, packs_dir / TAPE_FILE), LENGTH_MS)


_BTCUSD_FILES = (BTCUSD_PACK / "orders.csv.gz", BTCUSD_PACK / "trades.csv")
_PACKS = (
    _Pack("bitstamp", "BTCUSD", _BTCUSD_FILES, btcusd_timeline),
    _Pack("aapl-intraday", "AAPL.M", (AAPL_HOURS, AAPL_MINUTES), aapl_timeline),
    _Pack("eurusd-h1", "EURUSD", (EURUSD_HOURS,), eurusd_timeline),
)


def load_tape(orders: Path, trades: Path, cache: Path) -> Tape:
    """The tape of a pack, out of the cache file or, failing that, prepared and cached.

    Raises:
        PackError: the pack cannot be read.
    """
    try:
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (orders, trades)]
    except OSError as error:
        raise PackError(f"{orders.parent} cannot be read: {error}") from error
    sizes = [path.stat().st_size for path in (orders, trades)]
    key = f"{FORMAT} {sys.byteorder} {sizes} {digests}"
    tape = _read_cache(cache, key)
    if tape is None:
        tape = read_tape(orders, trades)
        _write_cache(cache, key, tape)
    return tape


def _read_cache(path: Path, key: str) -> Tape | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, body = data[:32], data[32:]
    if hashlib.sha256(body).digest() != digest:
        _log.warning("%s is damaged and will be made again", path)
        return None
    try:
        file = msgspec.msgpack.decode(body, type=_TapeFile)
    except msgspec.DecodeError:
        return None  # written by a release that kept it in another form
    if file.key != key:
        return None
    columns = [array("q", column) for column in file.columns]
    return Tape(Tops(*columns[:5]), Prints(*columns[5:10]), Levels(*columns[10:]))


def _write_cache(path: Path, key: str, tape: Tape) -> None:
    columns = [*tape.tops, *tape.prints, *tape.levels]
    body = msgspec.msgpack.encode(_TapeFile(key, [column.tobytes() for column in columns]))
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        temporary.write_bytes(hashlib.sha256(body).digest() + body)
        temporary.replace(path)
    except OSError as error:
        _log.warning(
            "%s could not be written, so the next start prepares it again: %s", path, error
        )
        temporary.unlink(missing_ok=True)
