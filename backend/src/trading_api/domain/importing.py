"""Turns what a file says into rows that may be stored; each row that may not is told with why."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import pairwise
from math import isfinite
from operator import ge, le
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from trading_api.domain.bars import INTRADAY_MS
from trading_api.domain.market import Resolution
from trading_api.domain.series import BUY, FIELDS, SELL, Columns, Kind, ordered
from trading_api.domain.sessions import DAY_MS, Span, TradingSession, day_stamp, epoch_ms

TimeUnit = Literal["s", "ms", "us", "ns"]
UNITS: dict[TimeUnit, float] = {"s": 1000, "ms": 1, "us": 1 / 1000, "ns": 1 / 1_000_000}
LATEST_MS = day_stamp(date(2200, 1, 1))
_FAR_MS = 1 << 62
"""What is farther away stands for all times that no row may have."""

ALIASES = {
    "timestamp": "time",
    "datetime": "time",
    "date": "time",
    "ts": "time",
    "o": "open",
    "h": "high",
    "l": "low",
    "c": "close",
    "v": "volume",
    "vol": "volume",
    "qty": "size",
    "quantity": "size",
    "amount": "size",
    "bidsize": "bid_size",
    "asksize": "ask_size",
}
"""Names that columns often have, by what they are."""

_OPTIONAL: dict[Kind, dict[str, float]] = {
    "bars": {"volume": 0.0},
    "trades": {"side": 0.0},
    "quotes": {"bid_size": float("nan"), "ask_size": float("nan")},
}
_SIDES = {"buy": BUY, "b": BUY, "sell": SELL, "s": SELL}


class Refusal(NamedTuple):
    """A row that is not stored: its line in the file, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Batch:
    """Rows of a file as columns of raw values: texts, numbers or moments."""

    lines: Sequence[int]
    columns: dict[str, Sequence[Any]]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.lines)


class Checked(NamedTuple):
    """The rows of a batch that may be stored, in order of time, and those that may not."""

    rows: Columns
    refused: list[Refusal]


def kind_of(columns: Sequence[str]) -> Kind | None:
    """What rows with these columns are; None when they are nothing that is known."""
    for kind, names in FIELDS.items():
        needed = {"time", *names} - set(_OPTIONAL[kind])
        if needed <= set(columns):
            return kind
    return None


@dataclass
class Checker:
    """Reads the values of one file.

    Attributes:
        kind: what its rows are.
        session: hours that rows must lie in.
        unit: what numbers count that stand for times.
        zone: where times are told that name no zone.
        resolution: of bars.
    """

    kind: Kind
    session: TradingSession
    unit: TimeUnit = "ms"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    resolution: Resolution | None = None
    _span: Span | None = None
    _last_price: float = 0.0

    def check(self, batch: Batch) -> Checked:
        """The rows of a batch: wholly at once where all is well, else one by one."""
        problems: dict[int, str] = {}
        times = self.times(batch.columns["time"], problems)
        fields = tuple(self._numbers(batch, name, problems) for name in FIELDS[self.kind])
        if not self._are_well(fields):
            _note(problems, range(len(batch)), lambda row: self._problem(fields, row))
        if not self._are_placed(times):
            _note(problems, range(len(batch)), lambda row: self._misplaced(times[row]))
        refused = [Refusal(batch.lines[row], why) for row, why in sorted(problems.items())]
        if problems:
            kept = [row for row in range(len(batch)) if row not in problems]
            times = array("q", map(times.__getitem__, kept))
            fields = tuple(array("d", map(column.__getitem__, kept)) for column in fields)
        rows = ordered(self.kind, times, fields)
        return Checked(self._with_sides(rows) if self.kind == "trades" else rows, refused)

    def times(self, values: Sequence[Any], problems: dict[int, str]) -> "array[int]":
        """Epoch milliseconds; of daily and longer bars 00:00 UTC of the day in the file's zone."""
        factor = UNITS[self.unit]
        found = _whole_numbers(values)
        if found is None:
            found = array("q", _each(values, self._moment, "time", problems, 0))
        elif factor != 1:
            found = array("q", [_whole_ms(value * factor) for value in found])
        if self.resolution is not None and self.resolution not in INTRADAY_MS:
            return array("q", _each(found, self._day, "time", problems, 0))
        return found

    def _moment(self, value: Any) -> int:
        if isinstance(value, str):
            text = value.strip()
            try:
                value = float(text)
            except ValueError:
                value = datetime.fromisoformat(text)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if isinstance(value, datetime):
            return epoch_ms(value if value.tzinfo else value.replace(tzinfo=self.zone))
        return _whole_ms(float(value) * UNITS[self.unit])

    def _day(self, time_ms: int) -> int:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(self.zone)
        return day_stamp(moment.date())

    def _numbers(self, batch: Batch, name: str, problems: dict[int, str]) -> "array[float]":
        optional = _OPTIONAL[self.kind]
        values = batch.columns.get(name)
        if values is None:
            return array("d", [optional[name]]) * len(batch)
        if name == "side":
            return array("d", _each(values, _side, name, problems, 0.0))
        try:
            return array("d", values)
        except (TypeError, OverflowError):
            pass  # texts, or what is none
        try:
            return array("d", map(float, values))
        except (ValueError, TypeError, OverflowError):
            number = _number_or_nothing if self.kind == "quotes" else float
            return array("d", _each(values, number, name, problems, 0.0))

    def _are_well(self, fields: "tuple[array[float], ...]") -> bool:
        if self.kind == "quotes":
            return False
        if not all(isfinite(sum(column)) for column in fields):
            return False
        if self.kind == "trades":
            return min(fields[0], default=1) > 0 and min(fields[1], default=1) > 0
        opened, high, low, close, volume = fields
        return (
            min(low, default=1) > 0
            and min(volume, default=0) >= 0
            and all(map(ge, high, opened))
            and all(map(ge, high, close))
            and all(map(le, low, opened))
            and all(map(le, low, close))
        )

    def _problem(self, fields: "tuple[array[float], ...]", row: int) -> str | None:
        values = [column[row] for column in fields]
        if self.kind == "quotes":
            return _problem_of_quote(*values)
        if not all(map(isfinite, values)):
            return "a value is not a finite number"
        if self.kind == "trades":
            return _problem_of_trade(*values)
        return _problem_of_bar(*values)

    def _are_placed(self, times: "array[int]") -> bool:
        """Whether all times are ones that rows may have; told at once of those in order."""
        if not times or times[0] < 0 or times[-1] >= LATEST_MS or sorted(times) != times.tolist():
            return False
        size = 1 if self.resolution is None else INTRADAY_MS.get(self.resolution)
        if size is None:
            return True
        start = 0
        while start < len(times):
            span = self.session.span_at(times[start])
            if span is None:
                return False
            end = bisect_left(times, span.closes_ms, start)
            if {*map(size.__rmod__, times[start:end])} != {span.opens_ms % size}:
                return False
            start = end
        return True

    def _misplaced(self, time_ms: int) -> str | None:
        """Whether a row's time is one that it may have."""
        if not 0 <= time_ms < LATEST_MS:
            return f"time {time_ms} does not lie between 1970 and 2200"
        size = None if self.resolution is None else INTRADAY_MS.get(self.resolution)
        if self.resolution is not None and size is None:
            return None
        span = self._span
        if span is None or not span.opens_ms <= time_ms < span.closes_ms:
            span = self._span = self.session.span_at(time_ms)
            if span is None:
                return f"time {_told(time_ms)} lies outside the session"
        if size is not None and (time_ms - span.opens_ms) % size:
            return f"time {_told(time_ms)} is not the beginning of a bar of {self.resolution}"
        return None

    def _with_sides(self, rows: Columns) -> Columns:
        """Where no side is told, a trade above the one before was a purchase, below it a sale."""
        price, _, side = rows.fields
        last = BUY
        for index, told in enumerate(side):
            if told == 0.0:
                before = price[index - 1] if index else self._last_price
                if price[index] != before:
                    last = BUY if price[index] > before else SELL
                side[index] = last
        if rows:
            self._last_price = price[-1]
        return rows


class Sequencer:
    """Holds back the newest instant of trades and quotes, of which the next batch may have more."""

    def __init__(self, kind: Kind) -> None:
        self._held = Columns.empty(kind)
        self._told_until: int | None = None

    def add(self, rows: Columns) -> tuple[Columns, int]:
        """Rows that are whole now, and how many came too late: they are older than those told."""
        late = 0
        if self._told_until is not None:
            late = bisect_left(rows.times, self._told_until + 1)
            rows = rows.slice(late)
        whole = ordered_join(self._held, rows)
        if not whole:
            return whole, late
        cut = bisect_left(whole.times, whole.times[-1])
        self._held = whole.slice(cut)
        ready = whole.slice(0, cut)
        if ready:
            self._told_until = ready.times[-1]
        return ready, late

    def rest(self) -> Columns:
        """What is still held back."""
        return self._held


def ordered_join(first: Columns, second: Columns) -> Columns:
    """Both together, in order of time; of one instant the first ones come first."""
    whole = Columns.joined([first.slice(0), second])
    return ordered("trades", whole.times, whole.fields)


def decimals_of(values: Sequence[float], most: int = 8) -> int:
    """How many digits after the point the values need, at most so many."""
    for digits in range(most):
        if all(round(value, digits) == value for value in values):
            return digits
    return most


def commonest_step(times: Sequence[int]) -> int | None:
    """The distance that most neighbours have, in milliseconds."""
    ascending = sorted(set(times))
    steps: dict[int, int] = {}
    for a, b in pairwise(ascending):
        steps[b - a] = steps.get(b - a, 0) + 1
    return max(steps, key=lambda step: (steps[step], -step), default=None)


def resolution_of_step(step_ms: int) -> Resolution | None:
    """The resolution whose bars lie so far apart; a month has 28 to 31 days."""
    for resolution, size in INTRADAY_MS.items():
        if size == step_ms:
            return resolution
    days = step_ms / DAY_MS
    if days == 1:
        return "1D"
    if days == 7:
        return "1W"
    return "1M" if 28 <= days <= 31 else None


def _whole_numbers(values: Sequence[Any]) -> "array[int] | None":
    """Values that are all whole numbers, or all texts of such; None where any is not."""
    kinds = {*map(type, values)}
    try:
        if kinds <= {int}:
            return array("q", values)
        if kinds == {str}:
            return array("q", map(int, values))
    except (ValueError, OverflowError):
        pass
    return None


def _whole_ms(time_ms: float) -> int:
    return max(-_FAR_MS, min(_FAR_MS, round(time_ms)))


def _each(
    values: Sequence[Any],
    convert: Callable[[Any], Any],
    name: str,
    problems: dict[int, str],
    instead: Any,
) -> list[Any]:
    found = []
    for row, value in enumerate(values):
        try:
            found.append(convert(value))
        except (ValueError, TypeError, OverflowError):
            problems.setdefault(row, f"{name} {str(value)[:40]!r} cannot be read")
            found.append(instead)
    return found


def _note(
    problems: dict[int, str], rows: Sequence[int], problem_of: Callable[[int], str | None]
) -> None:
    for row in rows:
        if (why := problem_of(row)) is not None:
            problems.setdefault(row, why)


def _problem_of_bar(
    opened: float, high: float, low: float, close: float, volume: float
) -> str | None:
    if low <= 0:
        return f"low {low:g} is not above 0"
    if high < max(opened, close):
        return (
            f"high {high:g} is below {'open' if high < opened else 'close'} {max(opened, close):g}"
        )
    if low > min(opened, close):
        return f"low {low:g} is above {'open' if low > opened else 'close'} {min(opened, close):g}"
    return f"volume {volume:g} is below 0" if volume < 0 else None


def _problem_of_trade(price: float, size: float, _side: float) -> str | None:
    if price <= 0:
        return f"price {price:g} is not above 0"
    return f"size {size:g} is not above 0" if size <= 0 else None


def _problem_of_quote(bid: float, ask: float, bid_size: float, ask_size: float) -> str | None:
    if bid > ask:
        return f"bid {bid:g} is above ask {ask:g}"
    for name, value in (("bid", bid), ("ask", ask)):
        if value <= 0 or value == float("inf"):
            return f"{name} {value:g} is not a price above 0"
    for name, value in (("bid_size", bid_size), ("ask_size", ask_size)):
        if value < 0 or value == float("inf"):
            return f"{name} {value:g} is not a size"
    return "neither bid nor ask is there" if bid != bid and ask != ask else None


def _number_or_nothing(value: Any) -> float:
    return float("nan") if value is None or value == "" else float(value)


def _side(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    found = _SIDES.get(str(value).strip().lower())
    if found is None:
        raise ValueError(value)
    return found


def _told(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
