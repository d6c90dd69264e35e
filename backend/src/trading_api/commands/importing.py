"""Takes files of market data into the market store, beside a running server if there is one."""

import gc
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import cast
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from trading_api.commands.deriving import Derivation, derive_anew, targets_of
from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import INTRADAY_MS
from trading_api.domain.importing import (
    Batch,
    Checked,
    Checker,
    Refusal,
    Sequencer,
    TimeUnit,
    commonest_step,
    decimals_of,
    kind_of,
    resolution_of_step,
)
from trading_api.domain.intervals import Interval
from trading_api.domain.market import AssetType, Resolution, SymbolInfo
from trading_api.domain.ports import MarketStore, SymbolCatalogue
from trading_api.domain.series import Columns, Kind, Saved, SeriesKey
from trading_api.domain.sessions import TradingSession
from trading_api.infra.data_files import DataFile
from trading_api.shared.calendars import calendar_table, with_calendar

LARGEST = Decimal(1_000_000_000)
_SAMPLED = 64
"""After the first batch, digits are counted in every so many rows."""
_EARLY_MS = 365 * 24 * 3_600_000


class ImportRefused(Exception):
    """A file of which nothing can be imported; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """How a symbol is to be described; what is left out stays, or is made up for a new one."""

    exchange: str | None = None
    description: str | None = None
    kind: AssetType | None = None
    currency: str | None = None
    session: str | None = None
    timezone: str | None = None
    calendar: str | None = None


@dataclass
class Report:
    """What an import has done."""

    what: str = ""
    read: int = 0
    saved: Saved = field(default_factory=Saved)
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0
    first: int | None = None
    last: int | None = None
    created: bool = False
    hint: str | None = None
    reasons: Counter[str] = field(default_factory=Counter)


class Importer:
    """Imports one file for one symbol.

    Each batch is stored as a whole. What is derived of the rows (days of minutes, bars of trades)
    is made at the end, where the rows have changed it.
    """

    def __init__(
        self,
        store: MarketStore,
        catalogue: SymbolCatalogue,
        symbol: str,
        *,
        description: Description,
        resolution: Resolution | None = None,
        unit: TimeUnit = "ms",
        zone: ZoneInfo,
        on_refusals: Callable[[Sequence[Refusal]], None] = lambda refused: None,
    ) -> None:
        """Check that the symbol may be imported to.

        Raises:
            ImportRefused: a source of the server has a symbol of that name.
        """
        self._store = store
        self._catalogue = catalogue
        self._symbol = symbol
        self._description = description
        self._resolution = resolution
        self._unit = unit
        self._zone = zone
        self._on_refusals = on_refusals
        self._info = catalogue.get(symbol)
        stored = {series.key.symbol for series in store.series()}
        if self._info is not None and symbol not in stored:
            raise ImportRefused(
                f"{symbol} is a symbol of {self._info.full_name.partition(':')[0]} that the server "
                "has from another source; import under another name"
            )
        self._is_new = symbol not in stored
        self._derivation: Derivation | None = None
        self.report = Report(created=self._info is None)

    def run(self, file: DataFile, progress: Callable[[], None] = lambda: None) -> Report:
        """Read the file and store what it has.

        Raises:
            ImportRefused: its columns, its times or its resolution cannot be used.
            DataFileError: it cannot be read.
        """
        # Millions of short-lived rows without a cycle: looking for one costs a third of the time.
        gc.disable()
        try:
            return self._run(file, progress)
        finally:
            gc.enable()

    def _run(self, file: DataFile, progress: Callable[[], None]) -> Report:
        kind: Kind | None = None
        checker: Checker | None = None
        sequencer: Sequencer | None = None
        for batch, refused in file.batches():
            self.report.read += len(batch) + len(refused)
            self._refuse(refused)
            if len(batch):
                if {"day", "type", "value"} <= {*batch.columns} or _has_actions(batch):
                    self._take_actions(batch)
                    continue
                if checker is None:
                    kind = self._kind_of(batch)
                    checker = self._checker(kind, batch)
                    sequencer = Sequencer(kind)
                checked = checker.check(batch)
                self._refuse(checked.refused)
                self._take(cast("Kind", kind), checked, sequencer)
            progress()
        if kind is not None and sequencer is not None:
            self._save(kind, sequencer.rest())
            self._finish(kind)
        return self.report

    def _kind_of(self, batch: Batch) -> Kind:
        kind = kind_of([*batch.columns])
        if kind is None:
            raise ImportRefused(
                "the columns are neither of bars (time, open, high, low, close, volume) nor of "
                "quotes (time, bid, ask, bid_size, ask_size) nor of trades (time, price, size, "
                f"side): {', '.join(filter(None, batch.columns))}"
            )
        return kind

    def _checker(self, kind: Kind, batch: Batch) -> Checker:
        info = self._info or self._new(kind, batch)
        self._info = self._described(info)
        session = TradingSession.of(self._info)
        checker = Checker(kind, session, self._unit, self._zone)
        if kind == "bars":
            self._resolution = self._resolution or self._commonest(checker, batch)
            checker.resolution = self._resolution
        self.report.what = kind + (f" of {self._resolution}" if kind == "bars" else "")
        return checker

    def _commonest(self, checker: Checker, batch: Batch) -> Resolution:
        problems: dict[int, str] = {}
        times = checker.times(batch.columns["time"], problems)
        if len(problems) == len(times):
            raise ImportRefused(
                f"no time can be read: line {batch.lines[0]}: {problems[0]}; "
                "--column time=NAME takes them from another column"
            )
        readable = [time for row, time in enumerate(times) if row not in problems]
        step = commonest_step(readable)
        found = None if step is None else resolution_of_step(step)
        if found is None:
            told = "unknown" if step is None else f"{step / 1000:g} s"
            hints = ["name a --resolution", self._hint_of_unit(min(readable))]
            raise ImportRefused(f"the commonest step is {told}: {'; '.join(filter(None, hints))}")
        return found

    def _hint_of_unit(self, first_ms: int) -> str | None:
        if first_ms >= _EARLY_MS:
            return None
        return f"times begin in 1970: is --time-unit {self._unit} right?"

    def _new(self, kind: Kind, batch: Batch) -> SymbolInfo:
        """A symbol of its own: always open, in UTC, unless described otherwise."""
        exchange = self._description.exchange or "IMPORT"
        return SymbolInfo(
            symbol=self._symbol,
            full_name=f"{exchange}:{self._symbol}",
            description=self._symbol,
            kind="stock",
            exchange=exchange,
            currency="USD",
            timezone="UTC",
            session="24x7",
            price_scale=1,
            min_move=1,
            tick_size=Decimal(1),
            lot_size=Decimal(1),
            min_quantity=Decimal(1),
            max_quantity=LARGEST,
            quantity_step=Decimal(1),
            has_trades=False,
            fidelity="bar" if kind == "bars" else "tick",
        )

    def _described(self, info: SymbolInfo) -> SymbolInfo:
        wanted = self._description
        given = {
            name: value
            for name in ("exchange", "description", "kind", "currency", "session", "timezone")
            if (value := getattr(wanted, name)) is not None
        }
        if wanted.calendar is not None:
            calendar = calendar_table().calendars.get(wanted.calendar)
            if calendar is None:
                known = ", ".join(calendar_table().calendars)
                raise ImportRefused(f"calendar {wanted.calendar!r} is not one of {known}")
            hours = {"session": calendar.session, "timezone": calendar.timezone}
            info = with_calendar(replace(info, **{**hours, **given}), wanted.calendar)
        else:
            info = replace(info, **given)
        return replace(info, full_name=f"{info.exchange}:{info.symbol}")

    def _take(self, kind: Kind, checked: Checked, sequencer: Sequencer | None) -> None:
        rows = checked.rows
        if kind != "bars" and sequencer is not None:
            rows, late = sequencer.add(rows)
            if late:
                why = "it is older than rows before it: sort the file by time"
                self._refuse([Refusal(0, why)] * late)
        self._save(kind, rows)

    def _save(self, kind: Kind, rows: Columns) -> None:
        if not rows:
            return
        self._refine(kind, rows)
        key = self._key(kind)
        if self.report.first is None:
            self._replace_derived(key)
        self._follow(key, rows)
        self.report.saved = self.report.saved.plus(self._store.save(key, rows))
        first, last = rows.times[0], rows.times[-1]
        self.report.first = min(
            first, self.report.first if self.report.first is not None else first
        )
        self.report.last = max(last, self.report.last or last)

    def _follow(self, key: SeriesKey, rows: Columns) -> None:
        """Derive from rows as they come, as long as nothing but these matters."""
        info, last = self._info, self.report.last
        if last is None and self._is_new and info is not None:
            self._derivation = Derivation(self._store, info, key, self._resolution or "1")
        if self._derivation is None:
            return
        if info == self._derivation.info and (last is None or last < rows.times[0]):
            self._derivation.add(rows)
        else:
            self._derivation = None

    def _key(self, kind: Kind) -> SeriesKey:
        return SeriesKey(self._symbol, kind, self._resolution if kind == "bars" else None)

    def _replace_derived(self, key: SeriesKey) -> None:
        """What is imported takes the place of what was derived."""
        if any(series.key == key and series.derived for series in self._store.series()):
            self._store.remove(key)

    def _refine(self, kind: Kind, rows: Columns) -> None:
        """Make tick and step as fine as the values are, and the symbol known."""
        info = self._info
        if info is None:
            return
        every = 1 if self.report.first is None else _SAMPLED
        prices, sizes = _prices_and_sizes(kind, rows, every)
        tick = min(info.tick_size, Decimal(1).scaleb(-decimals_of(prices)))
        step = min(info.quantity_step, Decimal(1).scaleb(-decimals_of(sizes)))
        finer = replace(
            info,
            tick_size=tick,
            price_scale=max(info.price_scale, int(1 / tick)),
            quantity_step=step,
            min_quantity=min(info.min_quantity, step),
        )
        if finer != self._catalogue.get(self._symbol):
            self._catalogue.save([finer])
        self._info = finer

    def _refuse(self, refused: Sequence[Refusal]) -> None:
        if refused:
            self.report.refused_count += len(refused)
            self.report.refused += refused[: 20 - len(self.report.refused)]
            self._on_refusals(refused)

    def _finish(self, kind: Kind) -> None:
        """Derive what is made of the rows, and remember that all of the stretch is known."""
        if self.report.first is None or self.report.last is None or self._info is None:
            return
        self.report.hint = self._hint_of_unit(self.report.first)
        key = self._key(kind)
        size = INTRADAY_MS.get(self._resolution or "1", 1) if kind == "bars" else 1
        self._store.note_known(key, Interval(self.report.first, self.report.last + size))
        if self._derivation is not None:
            self._derivation.finish()
            return
        span = (self.report.first, self.report.last)
        for target in targets_of(key, self._resolution or "1"):
            made = derive_anew(self._store, self._info, key, target, span)
            if made is None:
                break
            key = made

    def _take_actions(self, batch: Batch) -> None:
        self.report.what = "splits and dividends"
        if self._info is None:
            raise ImportRefused(f"{self._symbol} has no bars yet: import those first")
        actions = []
        columns = batch.columns
        rows = zip(
            batch.lines,
            columns.get("day") or columns["time"],
            columns["type"],
            columns["value"],
            strict=True,
        )
        for line, day, kind, value in rows:
            try:
                actions.append(_action(day, kind, value))
            except (ValueError, TypeError):
                self._refuse([Refusal(line, f"{day}, {kind}, {value} is no split or dividend")])
        before = {(each.day, each.kind): each for each in self._store.actions(self._symbol)}
        new = [each for each in actions if (each.day, each.kind) not in before]
        changed = [each for each in actions if each not in new and each not in before.values()]
        if new or changed:
            self._store.save_actions(self._symbol, [*new, *changed])
        unchanged = len(actions) - len(new) - len(changed)
        self.report.saved = self.report.saved.plus(Saved(len(new), len(changed), unchanged))


def _has_actions(batch: Batch) -> bool:
    return {"time", "type", "value"} <= {*batch.columns}


def _action(day: object, kind: object, value: object) -> CorporateAction:
    text = str(kind).strip().lower()
    if text not in ("split", "dividend"):
        raise ValueError(kind)
    number = float(str(value))
    if not 0 < number < float("inf"):
        raise ValueError(value)
    when = day if isinstance(day, date) else date.fromisoformat(str(day).strip()[:10])
    if isinstance(when, datetime):
        when = when.astimezone(UTC).date()
    return CorporateAction(when, "split" if text == "split" else "dividend", number)


def _prices_and_sizes(kind: Kind, rows: Columns, step: int) -> "tuple[list[float], list[float]]":
    """Every so many rows' values; what is missing in quotes is left out."""
    columns = [[value for value in column[::step] if value == value] for column in rows.fields]
    prices = {"bars": 4, "trades": 1, "quotes": 2}[kind]
    sizes = columns[1:2] if kind == "trades" else columns[prices:]
    return [*chain(*columns[:prices])], [*chain(*sizes)]
