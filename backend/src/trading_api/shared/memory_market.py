"""The market store for one process, in memory: the readable meaning of the port."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.intervals import Interval, united
from trading_api.domain.series import Columns, Saved, SeriesKey, StoredSeries, merged


class MemoryMarketStore:
    """Series in dictionaries."""

    def __init__(self) -> None:
        self._rows: dict[SeriesKey, Columns] = {}
        self._derived: set[SeriesKey] = set()
        self._known: dict[SeriesKey, list[Interval]] = {}
        self._actions: dict[str, dict[tuple[date, str], CorporateAction]] = defaultdict(dict)
        self._changes = 0
        self._versions: dict[SeriesKey, int] = {}

    def series(self) -> Sequence[StoredSeries]:
        """Every series, by its key."""
        return [
            StoredSeries(
                key,
                len(rows),
                rows.times[0] if rows else None,
                rows.times[-1] if rows else None,
                self._versions[key],
                key in self._derived,
            )
            for key, rows in sorted(self._rows.items(), key=lambda item: repr(item[0]))
        ]

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` rows with `from_ms` ≤ time < `to_ms`."""
        found = self._of(key).between(from_ms, to_ms)
        return found.slice(max(0, len(found) - limit)) if limit > 0 else Columns.empty(key.kind)

    def scan(self, key: SeriesKey, from_ms: int | None, to_ms: int | None) -> Iterator[Columns]:
        """The rows with `from_ms` ≤ time < `to_ms`, in one part."""
        if found := self._of(key).between(from_ms, to_ms):
            yield found

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        """Store rows: those of an instant that is among them replace what is stored for it."""
        if not rows:
            return Saved()
        if derived and key not in self._rows:
            self._derived.add(key)
        self._rows[key], saved = merged(self._of(key), rows)
        if saved.added or saved.updated:
            self._changes += 1
            self._versions[key] = self._changes
        return saved

    def remove(self, key: SeriesKey) -> None:
        """Forget a series and what is known of it."""
        self._rows.pop(key, None)
        self._known.pop(key, None)
        self._derived.discard(key)
        self._changes += 1

    def remove_rows(self, key: SeriesKey, times: Collection[int]) -> int:
        """Forget the rows of some instants."""
        old = self._of(key)
        kept = old.without(times)
        if gone := len(old) - len(kept):
            self._rows[key] = kept
            self._changes += 1
            self._versions[key] = self._changes
        return gone

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches whose every row is stored."""
        return self._known.get(key, [])

    def note_known(self, key: SeriesKey, interval: Interval) -> None:
        """Remember that every row of a stretch is stored."""
        self._known[key] = united([*self.known(key), interval])

    def actions(self, symbol: str) -> Sequence[CorporateAction]:
        """The splits and dividends of a symbol, oldest first."""
        return [action for _, action in sorted(self._actions[symbol].items())]

    def save_actions(self, symbol: str, actions: Sequence[CorporateAction]) -> None:
        """Store splits and dividends; those of the same day and kind are replaced."""
        self._actions[symbol].update({(action.day, action.kind): action for action in actions})
        self._changes += 1
        self._versions |= {key: self._changes for key in self._versions if key.symbol == symbol}

    def version(self) -> int:
        """How often anything was changed."""
        return self._changes

    def _of(self, key: SeriesKey) -> Columns:
        return self._rows.get(key) or Columns.empty(key.kind)
