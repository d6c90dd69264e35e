"""Series of stored market data: many bars, trades or quotes of one symbol, held as columns."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import le, lt
from typing import Literal, NamedTuple

from trading_api.domain.market import Bar, Resolution, Trade

Kind = Literal["bars", "trades", "quotes"]
FIELDS: dict[Kind, tuple[str, ...]] = {
    "bars": ("open", "high", "low", "close", "volume"),
    "trades": ("price", "size", "side"),
    "quotes": ("bid", "ask", "bid_size", "ask_size"),
}
"""What a row of each kind has besides its time."""

BUY, SELL = 1.0, -1.0
"""The sides of a trade in a column; what is missing in a quote is NaN."""


class SeriesKey(NamedTuple):
    """Names a series; only bars have a resolution."""

    symbol: str
    kind: Kind
    resolution: Resolution | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows as columns: ascending times in epoch milliseconds, and one array per field.

    Bars have unique times; trades and quotes of one instant keep their order.
    """

    times: "array[int]"
    fields: "tuple[array[float], ...]"

    @classmethod
    def empty(cls, kind: Kind) -> "Columns":
        """No rows."""
        return cls(array("q"), tuple(array("d") for _ in FIELDS[kind]))

    @classmethod
    def of_bars(cls, bars: Sequence[Bar]) -> "Columns":
        """Bars that are in order."""
        return cls(
            array("q", [bar.time for bar in bars]),
            tuple(array("d", [getattr(bar, name) for bar in bars]) for name in FIELDS["bars"]),
        )

    @classmethod
    def of_trades(cls, trades: Sequence[Trade]) -> "Columns":
        """Trades that are in order."""
        sides = [BUY if trade.side == "buy" else SELL for trade in trades]
        columns: list[list[float]] = [
            [trade.price for trade in trades],
            [trade.size for trade in trades],
            sides,
        ]
        times = array("q", [trade.time for trade in trades])
        return cls(times, tuple(array("d", column) for column in columns))

    @classmethod
    def joined(cls, parts: Sequence["Columns"]) -> "Columns":
        """Parts that follow each other, at least one, as a whole."""
        if len(parts) == 1:
            return parts[0]
        times = array("q")
        fields = tuple(array("d") for _ in parts[0].fields)
        for part in parts:
            times.extend(part.times)
            for whole, column in zip(fields, part.fields, strict=True):
                whole.extend(column)
        return cls(times, fields)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.times)

    def slice(self, start: int, end: int | None = None) -> "Columns":
        """Some rows, by position."""
        return Columns(self.times[start:end], tuple(column[start:end] for column in self.fields))

    def between(self, from_ms: int | None, to_ms: int | None) -> "Columns":
        """The rows with `from_ms` ≤ time < `to_ms`; None is no bound."""
        start = 0 if from_ms is None else bisect_left(self.times, from_ms)
        end = len(self.times) if to_ms is None else bisect_left(self.times, to_ms)
        return self if (start, end) == (0, len(self.times)) else self.slice(start, end)

    def without(self, times: Collection[int]) -> "Columns":
        """The rows of all other instants."""
        return _picked(self, [row for row, time in enumerate(self.times) if time not in times])

    def bars(self) -> list[Bar]:
        """Columns of bars as bars."""
        return list(map(Bar, self.times, *self.fields))

    def rows(self) -> "list[tuple[float, ...]]":
        """Every row's fields, without its time."""
        return list(zip(*self.fields, strict=True))


class Saved(NamedTuple):
    """What saving rows did: how many are new, differ from what was there, or were there already."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def plus(self, other: "Saved") -> "Saved":
        """Both together."""
        return Saved(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """What is known of a series: its times are those of its first and last row.

    Attributes:
        version: that of the store when the series or its symbol's actions last changed.
        derived: made out of a finer series of the symbol, and made again when that changes.
    """

    key: SeriesKey
    rows: int
    first: int | None
    last: int | None
    version: int
    derived: bool


def ordered(kind: Kind, times: "array[int]", fields: "tuple[array[float], ...]") -> Columns:
    """Rows given in any order: sorted by time; of bars with one time the last given stays."""
    columns = Columns(times, fields)
    if _is_ascending(times, strictly=kind == "bars"):
        return columns
    order = sorted(range(len(times)), key=times.__getitem__)
    if kind == "bars":
        order = list({times[index]: index for index in order}.values())
    return _picked(columns, order)


def merged(old: Columns, new: Columns) -> tuple[Columns, Saved]:
    """Old rows and new ones: the rows of an instant that is in the new ones replace the old."""
    if not old or not new or old.times[-1] < new.times[0]:
        return _joined_or_either(old, new), Saved(added=len(new))
    first, last = new.times[0], new.times[-1]
    middle, saved = _merged_overlap(old.between(first, last + 1), new)
    head, tail = old.between(None, first), old.between(last + 1, None)
    return Columns.joined([head, middle, tail]), saved


def _joined_or_either(old: Columns, new: Columns) -> Columns:
    return Columns.joined([old, new]) if old and new else new or old


def _merged_overlap(old: Columns, new: Columns) -> tuple[Columns, Saved]:
    if old.times == new.times and all(
        a.tobytes() == b.tobytes() for a, b in zip(old.fields, new.fields, strict=True)
    ):
        return new, Saved(unchanged=len(new))
    before, after = _by_instant(old), _by_instant(new)
    added = updated = unchanged = 0
    for time, rows in after.items():
        if time not in before:
            added += len(rows)
        elif repr(before[time]) == repr(rows):  # NaN is the same as NaN here
            unchanged += len(rows)
        else:
            updated += len(rows)
    both = before | after
    times = sorted(both)
    rows = list(chain.from_iterable(both[time] for time in times))
    stamps = array("q", chain.from_iterable([time] * len(both[time]) for time in times))
    fields = tuple(array("d", column) for column in zip(*rows, strict=True))
    return Columns(stamps, fields), Saved(added, updated, unchanged)


def _by_instant(columns: Columns) -> "dict[int, list[tuple[float, ...]]]":
    found: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for time, row in zip(columns.times, columns.rows(), strict=True):
        found[time].append(row)
    return found


def _picked(columns: Columns, order: Iterable[int]) -> Columns:
    order = list(order)
    return Columns(
        array("q", map(columns.times.__getitem__, order)),
        tuple(array("d", map(column.__getitem__, order)) for column in columns.fields),
    )


def _is_ascending(times: "array[int]", *, strictly: bool) -> bool:
    return all(map(lt if strictly else le, times, times[1:]))
