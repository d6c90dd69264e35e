"""Reads and writes files of market data: CSV, JSON lines and Parquet, plain, gzip or zstd."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec

from trading_api.domain.importing import ALIASES, Batch, Refusal
from trading_api.domain.series import BUY, FIELDS, Columns, Kind
from trading_api.infra.number_table import NumberTable

BATCH_ROWS = 16_384
Format = Literal["csv", "jsonl", "parquet"]
TimeForm = Literal["ms", "s", "iso"]

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_NEEDS_EXTRA = "needs pyarrow: pip install 'trading_api[parquet]'"


class DataFileError(Exception):
    """A file that cannot be read or written as it is; the message says why."""


class FileKind(NamedTuple):
    """How a file is written: its format, and what it is packed with."""

    format: Format
    packing: Literal["", "gzip", "zstd"]


class Reading(NamedTuple):
    """What was read: a batch of rows, and rows that are none."""

    batch: Batch
    refused: list[Refusal]


def kind_of_file(path: Path) -> FileKind:
    """What the name of a file says.

    Raises:
        DataFileError: its suffix is not known.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packing: Literal["", "gzip", "zstd"] = ""
    if suffixes and suffixes[-1] in (".gz", ".zst"):
        packing = "gzip" if suffixes.pop() == ".gz" else "zstd"
    found = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    if found is None or (found == "parquet" and packing):
        raise DataFileError(
            f"{path.name} does not end in .csv, .jsonl (with .gz or .zst, if packed) or .parquet"
        )
    return FileKind(found, packing)


class DataFile:
    """A file that is read once, from its beginning to its end, in batches.

    Attributes:
        columns: names of its columns, as they are meant.
    """

    def __init__(
        self,
        path: Path,
        *,
        mapping: dict[str, str] | None = None,
        delimiter: str = ",",
        header: Sequence[str] | None = None,
    ) -> None:
        """Name a file.

        Args:
            path: where it is; its suffix tells the format.
            mapping: names of its columns by what they are, where `ALIASES` does not tell.
            delimiter: between the values of CSV.
            header: names of the columns of CSV that has no line of names.
        """
        self._path = path
        self._kind = kind_of_file(path)
        self._meaning = {name.lower(): meaning for meaning, name in (mapping or {}).items()}
        self._delimiter = "\t" if path.suffix.lower() == ".tsv" else delimiter
        self._header = header
        self._raw: IO[bytes] | None = None
        self.columns: list[str] = []

    @property
    def size(self) -> int:
        """Bytes of the file; 0 where there is none, which reading it tells."""
        return self._path.stat().st_size if self._path.exists() else 0

    @property
    def position(self) -> int:
        """Bytes of it that have been read."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else self.size

    def batches(self) -> Iterator[Reading]:
        """The rows.

        Raises:
            DataFileError: the file cannot be read.
        """
        read = {"csv": self._csv, "jsonl": self._jsonl, "parquet": self._parquet}
        try:
            with ExitStack() as stack:
                self._raw = stack.enter_context(self._path.open("rb"))
                yield from read[self._kind.format](stack)
        except OSError as error:
            # Without its number, and the name once.
            raise DataFileError(
                f"{self._path} cannot be read: {error.strerror or error}"
            ) from error
        except (EOFError, UnicodeDecodeError, csv.Error, ValueError) as error:
            raise DataFileError(f"{self._path} cannot be read: {error}") from error

    def _text(self, stack: ExitStack) -> IO[str]:
        raw: Any = self._raw
        if self._kind.packing == "gzip":
            raw = stack.enter_context(gzip.GzipFile(fileobj=raw))
        elif self._kind.packing == "zstd":
            arrow = _pyarrow(f"{self._path.name}")
            raw = io.BufferedReader(_Unpacked(arrow.input_stream(raw, compression="zstd")))
        return stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))

    def _meant(self, names: Sequence[str]) -> list[str]:
        meant = []
        for name in names:
            plain = name.strip().lower()
            given = self._meaning.get(plain)
            known = plain.replace(" ", "_")
            meant.append(given or ALIASES.get(known, known))
        plain_names = {name.strip().lower() for name in names}
        if gone := [name for name in self._meaning if name not in plain_names]:
            raise DataFileError(
                f"{self._path.name} has no column {gone[0]!r}; it has {', '.join(names)}"
            )
        # What a mapping names beats a column that has the name by itself.
        return [
            name if name not in meant[:at] or names[at].strip().lower() in self._meaning else ""
            for at, name in enumerate(meant)
        ]

    def _csv(self, stack: ExitStack) -> Iterator[Reading]:
        text = self._text(stack)
        rows = csv.reader(text, delimiter=self._delimiter)
        names = self._header or next(rows, None)
        if names is None:
            raise DataFileError(f"{self._path.name} is empty")
        self.columns = self._meant(names)
        read = rows.line_num
        numbers = NumberTable(len(self.columns), self._delimiter)
        while lines := list(islice(text, BATCH_ROWS)):
            columns = numbers.columns_of(lines)
            if columns is not None:
                count = len(columns[0])
                span = range(read + 1, read + count + 1)
                yield Reading(Batch(span, dict(zip(self.columns, columns, strict=True))), [])
                read += count
                continue
            # A line may end within quotes: then more lines belong to the rows of these.
            rows = csv.reader(chain(lines, text), delimiter=self._delimiter)
            batch: list[list[str]] = []
            while rows.line_num < len(lines) and (row := next(rows, None)) is not None:
                batch.append(row)
            read += rows.line_num
            yield self._rectangle(batch, read)

    def _rectangle(self, rows: list[list[str]], last_line: int) -> Reading:
        width = len(self.columns)
        lines: Sequence[int] = range(last_line - len(rows) + 1, last_line + 1)
        refused = []
        if {*map(len, rows)} != {width}:
            pairs = [(line, row) for line, row in zip(lines, rows, strict=True) if row]
            refused = [
                Refusal(line, f"it has {len(row)} values, not {width}")
                for line, row in pairs
                if len(row) != width
            ]
            pairs = [(line, row) for line, row in pairs if len(row) == width]
            lines, rows = [line for line, _ in pairs], [row for _, row in pairs]
        values: list[Sequence[str]] = list(zip(*rows, strict=True)) or [()] * width
        columns: dict[str, Sequence[Any]] = dict(zip(self.columns, values, strict=True))
        return Reading(Batch(lines, columns), refused)

    def _jsonl(self, stack: ExitStack) -> Iterator[Reading]:
        text = self._text(stack)
        read = 0
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        while raw := list(islice(text, BATCH_ROWS)):
            found: list[tuple[int, dict[str, Any]]] = []
            refused = []
            for line, content in enumerate(raw, read + 1):
                if not content.strip():
                    continue
                try:
                    found.append((line, decode(content)))
                except msgspec.DecodeError as error:
                    refused.append(Refusal(line, f"it is not a JSON object: {error}"))
            read += len(raw)
            if not self.columns and found:
                self._names = list(found[0][1])
                self.columns = self._meant(self._names)
            if found or refused:
                yield self._of_objects(found, refused)

    def _of_objects(
        self, found: list[tuple[int, dict[str, Any]]], refused: list[Refusal]
    ) -> Reading:
        columns: dict[str, Sequence[Any]] = {}
        for name, meant in zip(self._names if self.columns else (), self.columns, strict=True):
            if meant:
                columns[meant] = [row.get(name) for _, row in found]
        return Reading(Batch([line for line, _ in found], columns), refused)

    def _parquet(self, _stack: ExitStack) -> Iterator[Reading]:
        _pyarrow(self._path.name)
        from pyarrow import parquet

        file = parquet.ParquetFile(self._raw)
        names = list(file.schema_arrow.names)
        self.columns = self._meant(names)
        line = 0
        for batch in file.iter_batches(BATCH_ROWS):
            columns: dict[str, Sequence[Any]] = {
                meant: batch.column(at).to_pylist()
                for at, meant in enumerate(self.columns)
                if meant
            }
            yield Reading(Batch(range(line + 1, line + batch.num_rows + 1), columns), [])
            line += batch.num_rows


class _Unpacked(io.RawIOBase):
    """What Python's readers ask of a stream, out of one of pyarrow's."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def writing(path: Path, kind: Kind, times: TimeForm) -> Iterator[Callable[[Columns], None]]:
    """Write a file: the result takes one part after the other.

    The file appears whole, at the end of the block; where that fails, nothing has changed.

    Raises:
        DataFileError: it cannot be written.
    """
    form = kind_of_file(path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with ExitStack() as stack:
            write = (
                _parquet_writer(stack, temporary, kind, times)
                if form.format == "parquet"
                else _text_writer(stack, temporary, form, kind, times, path.name)
            )
            yield write
        temporary.replace(path)
    except OSError as error:
        raise DataFileError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _text_writer(
    stack: ExitStack, path: Path, form: FileKind, kind: Kind, times: TimeForm, name: str
) -> Callable[[Columns], None]:
    raw: Any = stack.enter_context(path.open("wb"))
    if form.packing == "gzip":
        raw = stack.enter_context(gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6))
    elif form.packing == "zstd":
        raw = stack.enter_context(_pyarrow(name).output_stream(raw, compression="zstd"))
    names = ("time", *FIELDS[kind])

    def write_csv(rows: Columns) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(_plain_rows(rows, kind, times))
        raw.write(text.getvalue().encode())

    def write_lines(rows: Columns) -> None:
        lines = (dict(zip(names, row, strict=True)) for row in _plain_rows(rows, kind, times))
        raw.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    if form.format == "csv":
        raw.write((",".join(names) + "\n").encode())
        return write_csv
    return write_lines


def _parquet_writer(
    stack: ExitStack, path: Path, kind: Kind, times: TimeForm
) -> Callable[[Columns], None]:
    arrow = _pyarrow(path.name)
    from pyarrow import parquet

    number = arrow.timestamp("ms", "UTC") if times == "iso" else arrow.int64()
    schema = arrow.schema(
        [("time", number)]
        + [(name, arrow.string() if name == "side" else arrow.float64()) for name in FIELDS[kind]]
    )
    writer = stack.enter_context(parquet.ParquetWriter(path, schema, compression="zstd"))

    def write(rows: Columns) -> None:
        stamps = rows.times if times != "s" else [time // 1000 for time in rows.times]
        columns: list[Any] = [stamps, *rows.fields]
        if kind == "trades":
            columns[3] = [_side_of(value) for value in rows.fields[2]]
        if kind == "quotes":
            columns[1:] = [list(map(_known, column)) for column in rows.fields]
        arrays = [
            arrow.array(column, type=field.type)
            for column, field in zip(columns, schema, strict=True)
        ]
        writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))

    return write


def _plain_rows(rows: Columns, kind: Kind, times: TimeForm) -> Iterator[tuple[Any, ...]]:
    told: dict[TimeForm, Callable[[int], Any]] = {"ms": int, "s": _seconds, "iso": _iso}
    columns: list[Any] = [map(told[times], rows.times), *rows.fields]
    if kind == "trades":
        columns[3] = map(_side_of, rows.fields[2])
    elif kind == "quotes":
        columns[1:] = [map(_known, column) for column in rows.fields]
    return zip(*columns, strict=True)


def _seconds(time_ms: int) -> float | int:
    return time_ms // 1000 if time_ms % 1000 == 0 else time_ms / 1000


def _iso(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _side_of(value: float) -> str:
    return "buy" if value == BUY else "sell"


def _known(value: float) -> float | None:
    return None if value != value else value


def _pyarrow(name: str) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise DataFileError(f"{name} {_NEEDS_EXTRA}") from error
    return pyarrow
