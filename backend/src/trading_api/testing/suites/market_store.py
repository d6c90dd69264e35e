"""What every market store must do."""

import random
from abc import abstractmethod
from array import array
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from itertools import pairwise

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.intervals import Interval
from trading_api.domain.market import Bar
from trading_api.domain.ports import MarketStore
from trading_api.domain.series import BUY, SELL, Columns, Saved, SeriesKey

MINUTES = SeriesKey("TEST", "bars", "1")
TRADES = SeriesKey("TEST", "trades")
QUOTES = SeriesKey("TEST", "quotes")
MINUTE_MS = 60_000


def bars(start: int, end: int, price: float = 10.0) -> Columns:
    """Minute bars by number, each different from the others."""
    return Columns.of_bars(
        [
            Bar(n * MINUTE_MS, price + n, price + n + 2, price + n - 1, price + n + 1, n * 0.5)
            for n in range(start, end)
        ]
    )


def trades(*rows: tuple[int, float]) -> Columns:
    """Trades of a time and a price."""
    prices = array("d", [price for _, price in rows])
    sizes = array("d", [0.1] * len(rows))
    sides = array("d", [BUY if index % 2 else SELL for index in range(len(rows))])
    return Columns(array("q", [time for time, _ in rows]), (prices, sizes, sides))


class MarketStoreSuite:
    """Inherit, and give `opened`."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[MarketStore]:
        """An empty store the first time; what was stored in it is there the next time."""

    def test_what_was_saved_is_read(self) -> None:
        with self.opened() as store:
            assert store.save(MINUTES, bars(0, 5000)) == Saved(added=5000)
            assert store.read(MINUTES, None, None, 10_000) == bars(0, 5000)
            assert store.read(MINUTES, None, None, 3) == bars(4997, 5000)
            assert store.read(MINUTES, 7 * MINUTE_MS, 9 * MINUTE_MS, 100) == bars(7, 9)
            assert store.read(MINUTES, 7 * MINUTE_MS + 1, 2000 * MINUTE_MS, 2) == bars(1998, 2000)
            assert store.read(MINUTES, 9 * MINUTE_MS, 9 * MINUTE_MS, 100) == Columns.empty("bars")
            assert store.read(MINUTES, 10**15, None, 100) == Columns.empty("bars")
            assert store.read(MINUTES, None, 0, 100) == Columns.empty("bars")

    def test_an_unknown_series_is_empty(self) -> None:
        with self.opened() as store:
            assert list(store.series()) == []
            assert store.read(MINUTES, None, None, 5) == Columns.empty("bars")
            assert list(store.scan(TRADES, None, None)) == []
            assert store.known(MINUTES) == []
            store.remove(MINUTES)

    def test_the_same_rows_again_change_nothing(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(0, 3000))
            version = store.version()
            assert store.save(MINUTES, bars(500, 2900)) == Saved(unchanged=2400)
            assert store.version() == version
            assert store.read(MINUTES, None, None, 10_000) == bars(0, 3000)

    def test_a_row_of_the_same_instant_replaces_what_was_there(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(0, 3000))
            version = store.version()
            assert store.save(MINUTES, bars(1500, 1501, 99.0)) == Saved(updated=1)
            assert store.save(MINUTES, bars(2999, 3001, 99.0)) == Saved(added=1, updated=1)
            assert store.version() != version
            expected = [bars(0, 1500), bars(1500, 1501, 99.0), bars(1501, 2999)]
            expected.append(bars(2999, 3001, 99.0))
            assert store.read(MINUTES, None, None, 10_000) == Columns.joined(expected)

    def test_rows_saved_in_any_order_are_read_in_order(self) -> None:
        chance = random.Random(11)  # noqa: S311 - an order, not a secret
        parts = [(start, min(start + 190, 9000)) for start in range(0, 9000, 190)]
        chance.shuffle(parts)
        with self.opened() as store:
            for start, end in parts:
                store.save(MINUTES, bars(start, end))
            assert store.read(MINUTES, None, None, 10_000) == bars(0, 9000)
            assert Columns.joined(list(store.scan(MINUTES, None, None))) == bars(0, 9000)
            [series] = store.series()
            assert (series.rows, series.first, series.last) == (9000, 0, 8999 * MINUTE_MS)

    def test_sparse_rows_fall_into_what_is_there(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(1000, 6000))
            sparse = [bars(n, n + 1, 50.0) for n in (3, 999, 1000, 3500, 5999, 6000, 8000)]
            saved = store.save(MINUTES, Columns.joined(sparse))
            assert saved == Saved(added=4, updated=3)
            times = store.read(MINUTES, None, None, 10_000).times
            assert len(times) == 5004
            assert all(a < b for a, b in pairwise(times))

    def test_one_row_after_the_other_is_as_all_at_once(self) -> None:
        with self.opened() as store:
            for number in range(1100):
                store.save(MINUTES, bars(number, number + 1))
            assert store.read(MINUTES, None, None, 2000) == bars(0, 1100)

    def test_a_scan_is_within_its_bounds(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(0, 3000))
            found = list(store.scan(MINUTES, 100 * MINUTE_MS, 2990 * MINUTE_MS))
            assert Columns.joined(found) == bars(100, 2990)

    def test_trades_of_one_instant_stay_together_in_order(self) -> None:
        rows = trades((1, 10.0), (5, 11.0), (5, 10.5), (5, 10.5), (9, 12.0))
        with self.opened() as store:
            assert store.save(TRADES, rows) == Saved(added=5)
            assert store.save(TRADES, rows) == Saved(unchanged=5)
            assert store.read(TRADES, None, None, 100) == rows
            assert store.save(TRADES, trades((5, 13.0))) == Saved(updated=1)
            [series] = store.series()
            assert series.rows == 3
            many = trades(*((7, float(number)) for number in range(3000)))
            store.save(TRADES, many)
            assert store.read(TRADES, 6, 8, 5000) == many
            assert store.read(TRADES, 6, 8, 10) == many.slice(2990)

    def test_what_is_missing_in_a_quote_stays_missing(self) -> None:
        nan = float("nan")
        rows = Columns(array("q", [1]), tuple(array("d", [v]) for v in (10.0, nan, 1.0, nan)))
        with self.opened() as store:
            store.save(QUOTES, rows)
            assert store.save(QUOTES, rows) == Saved(unchanged=1)
            bid, ask, *_ = (column[0] for column in store.read(QUOTES, None, None, 1).fields)
            assert (bid, ask != ask) == (10.0, True)

    def test_series_are_apart_and_one_is_removed_alone(self) -> None:
        with self.opened() as store:
            days = SeriesKey("TEST", "bars", "1D")
            store.save(MINUTES, bars(0, 10))
            store.save(days, bars(0, 2), derived=True)
            store.save(MINUTES._replace(symbol="OTHER"), bars(0, 1))
            told = {series.key: (series.rows, series.derived) for series in store.series()}
            other = MINUTES._replace(symbol="OTHER")
            assert told == {MINUTES: (10, False), days: (2, True), other: (1, False)}
            store.remove(MINUTES)
            assert [series.key for series in store.series() if series.key.symbol == "TEST"] == [
                days
            ]

    def test_rows_of_some_instants_are_removed_wherever_they_lie(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(0, 3000))
            version = store.version()
            gone = [n * MINUTE_MS for n in (0, 5, 1024, 2998, 2999, 4000)]
            assert store.remove_rows(MINUTES, gone) == 5
            assert store.version() != version
            kept = [bars(1, 5), bars(6, 1024), bars(1025, 2998)]
            assert store.read(MINUTES, None, None, 10_000) == Columns.joined(kept)
            [series] = store.series()
            assert (series.rows, series.first) == (2995, MINUTE_MS)
            assert series.last == 2997 * MINUTE_MS
            version = store.version()
            assert store.remove_rows(MINUTES, gone) == 0
            assert store.remove_rows(TRADES, gone) == 0
            assert store.version() == version
            whole = {n * MINUTE_MS for n in range(3000)}
            assert store.remove_rows(MINUTES, whole) == 2995
            assert store.read(MINUTES, None, None, 10) == Columns.empty("bars")
            store.save(MINUTES, bars(7, 8))
            assert store.read(MINUTES, None, None, 10) == bars(7, 8)

    def test_the_newest_row_can_be_written_again_and_again(self) -> None:
        with self.opened() as store:
            store.save(MINUTES, bars(0, 900))
            for price in (20.0, 30.0, 40.0):
                assert store.save(MINUTES, bars(899, 900, price)) == Saved(updated=1)
            expected = Columns.joined([bars(0, 899), bars(899, 900, 40.0)])
            assert store.read(MINUTES, None, None, 10_000) == expected

    def test_known_stretches_are_united_and_differ_from_what_was_never_asked(self) -> None:
        with self.opened() as store:
            for stretch in (Interval(10, 20), Interval(40, 50), Interval(20, 30)):
                store.note_known(MINUTES, stretch)
            assert store.known(MINUTES) == [Interval(10, 30), Interval(40, 50)]
            assert store.known(TRADES) == []

    def test_actions_are_kept_by_day_and_kind(self) -> None:
        split = CorporateAction(date(2005, 2, 28), "split", 2.0)
        dividend = CorporateAction(date(2012, 8, 9), "dividend", 2.5)
        better = CorporateAction(date(2012, 8, 9), "dividend", 2.65)
        with self.opened() as store:
            store.save_actions("TEST", [dividend, split])
            store.save_actions("TEST", [better])
            assert store.actions("TEST") == [split, better]
            assert store.actions("OTHER") == []

    def test_it_is_there_the_next_time(self) -> None:
        def contents(store: MarketStore) -> Sequence[object]:
            return [store.read(MINUTES, None, None, 9000), store.known(MINUTES), store.version()]

        with self.opened() as store:
            store.save(MINUTES, bars(0, 2100))
            store.note_known(MINUTES, Interval(0, 10))
            before = contents(store)
        with self.opened() as store:
            assert contents(store) == before
