"""What a live source has told of one symbol and the market store does not have yet."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trading_api.domain.bars import LATENESS_MS, BarAggregator
from trading_api.domain.intervals import Interval
from trading_api.domain.market import Bar, Resolution, SymbolInfo, TopOfBook
from trading_api.domain.ports import MarketStore
from trading_api.domain.series import Columns, SeriesKey, merged
from trading_api.domain.sessions import TradingSession

Fresh = dict[int, Bar | None]
"""Bars by their time; None for one that is to be taken away."""


NOTED_MS = 300_000
"""So often at least it is stored how far everything is known, also where nothing was traded."""


class Batch(NamedTuple):
    """What is to be written of one series, and the stretches that are known then."""

    key: SeriesKey
    fresh: Fresh
    known: tuple[Interval, ...]


class SymbolRecord:
    """Folds the trades of a symbol and holds the bars that have ended until they are stored.

    Reads give what is stored together with what is held and the bar that is open; they may come
    from another thread than the writes.

    Attributes:
        keys: the series that are kept.
    """

    def __init__(self, info: SymbolInfo, store: MarketStore) -> None:
        self.info = info
        self.session = TradingSession.of(info)
        seconds = any(name.endswith("S") for name in info.supported_resolutions)
        kept: tuple[Resolution, ...] = ("1S", "1") if seconds else ("1",)
        self.keys = {resolution: SeriesKey(info.symbol, "bars", resolution) for resolution in kept}
        self._store = store
        self._aggregator = BarAggregator(self.session, info.quantity_step, kept)
        self._held: dict[Resolution | None, Fresh] = {resolution: {} for resolution in kept}
        self._since_ms: int | None = None
        self._noted_ms = 0
        self._stretches: list[Interval] = []

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`; None is no bound."""
        # In this order: what is open may end meanwhile, and what is held may be stored and let go.
        fresh = self._open_bar(key.resolution)
        fresh |= self._held[key.resolution].copy()
        stored = self._store.read(key, from_ms, to_ms, limit + len(fresh))
        if gone := [time for time, bar in fresh.items() if bar is None]:
            stored = stored.without(gone)
        bars = [bar for _, bar in sorted(fresh.items()) if bar is not None]
        whole, _ = merged(stored, Columns.of_bars(bars).between(from_ms, to_ms))
        return whole.slice(max(0, len(whole) - limit))

    def _open_bar(self, resolution: Resolution | None) -> Fresh:
        if resolution is None or self._aggregator.open_time(resolution) is None:
            return {}
        bar = self._aggregator.newest(resolution)[-1]
        return {bar.time: bar}

    def begin(self, now_ms: int) -> None:
        """Go on from what can be read: from an instant on everything is heard."""
        self._since_ms = self._noted_ms = now_ms
        self.resume(now_ms)

    def end(self, until_ms: int) -> None:
        """Something may be missing from an instant on."""
        if self._since_ms is not None:
            self._stretches.append(Interval(self._since_ms, until_ms))
            self._since_ms = None
        self.pause()

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches in which everything was heard up to the last end, stored or not yet."""
        return [*self._store.known(key), *self._stretches]

    def pause(self) -> None:
        """Hold the bars that are open as they are."""
        for resolution in self.keys:
            self._held[resolution] |= self._open_bar(resolution)

    def resume(self, now_ms: int) -> None:
        """Fold from now on into the bars that are held or stored."""
        for resolution, key in self.keys.items():
            self._aggregator.seed(resolution, (), now_ms)
            self._aggregator.seed(resolution, self.read(key, None, None, 2).bars(), now_ms)
            if (opened := self._aggregator.open_time(resolution)) is not None:
                self._held[resolution].pop(opened, None)

    def hold(self, key: SeriesKey, bars: Iterable[Bar], gone: Iterable[int] = ()) -> None:
        """Keep bars as they are given, and take away those of some instants."""
        held = self._held[key.resolution]
        held.update(dict.fromkeys(gone))
        held.update({bar.time: bar for bar in bars})

    def on_trade(self, time_ms: int, price: float, size: float) -> None:
        """Fold a trade, or the middle of a quote with size 0."""
        self.on_time(time_ms)
        for resolution, bar in self._aggregator.on_trade(time_ms, price, size):
            if bar.time != self._aggregator.open_time(resolution):
                self._held[resolution][bar.time] = bar

    def on_top(self, top: TopOfBook) -> None:
        """Take a best bid and ask; bars are of their middle, where both are there."""
        if top.bid is not None and top.ask is not None:
            self.on_trade(top.time, (top.bid + top.ask) / 2, 0.0)

    def on_time(self, time_ms: int) -> None:
        """Let the bars end whose buckets have."""
        for resolution, bar in self._aggregator.on_time(time_ms):
            self._held[resolution][bar.time] = bar

    def batches(self, until_ms: int) -> Sequence[Batch]:
        """What is to be written; everything before the instant has been heard."""
        is_due = bool(self._stretches) or until_ms - self._noted_ms >= NOTED_MS
        found = [
            Batch(key, self._held[resolution].copy(), self._known(resolution, until_ms))
            for resolution, key in self.keys.items()
            if is_due or self._held[resolution]
        ]
        if found:
            self._noted_ms = until_ms
        return found

    def _known(self, resolution: Resolution, until_ms: int) -> tuple[Interval, ...]:
        """The stretches that are known for good: not what a late trade may still change.

        Were we killed, such a trade would be lost, and its bar is to be asked for again.
        """
        if self._since_ms is None:
            return tuple(self._stretches)
        opened = self._aggregator.open_time(resolution)
        until = until_ms - LATENESS_MS
        until = until if opened is None else min(opened, until)
        return (*self._stretches, Interval(self._since_ms, max(self._since_ms, until)))

    def written(self, batches: Sequence[Batch]) -> None:
        """Let go of what is stored, but for what has changed meanwhile."""
        for key, fresh, known in batches:
            held = self._held[key.resolution]
            for time, bar in fresh.items():
                if time in held and held[time] is bar:
                    del held[time]
            self._stretches = [each for each in self._stretches if each not in known]
