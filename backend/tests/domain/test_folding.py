"""Folding columns gives the bars that trades one by one would give."""

from array import array
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.adjustments import Adjustment, CorporateAction
from trading_api.domain.bars import BarAggregator, Grid, aggregate
from trading_api.domain.folding import can_fold, fold
from trading_api.domain.intervals import Interval, missing, united
from trading_api.domain.market import RESOLUTIONS, Bar
from trading_api.domain.series import BUY, Columns, SeriesKey, merged, ordered
from trading_api.domain.sessions import TradingSession, day_of_stamp, day_stamp

STEP = Decimal("0.01")
HOUR_MS = 3_600_000
START = day_stamp(date(2026, 11, 20))
TRADES = SeriesKey("X", "trades")
QUOTES = SeriesKey("X", "quotes")
SESSIONS = {
    "always": TradingSession.parse("24x7", "UTC"),
    "new york": TradingSession.parse(
        "0930-1600", "America/New_York", "20261126", "0930-1300:20261127"
    ),
    "tokyo": TradingSession.parse("0900-1130,1230-1530", "Asia/Tokyo"),
    "currencies": TradingSession.parse("1700-1700:23456", "America/New_York"),
}

flows = st.lists(
    st.tuples(st.integers(0, 12 * 24 * HOUR_MS), st.integers(1, 9999), st.integers(0, 10**6)),
    min_size=1,
    max_size=80,
    unique_by=lambda row: row[0],
).map(sorted)


def as_trades(flow: list[tuple[int, int, int]]) -> Columns:
    grid = Grid(STEP)
    prices = array("d", [ticks / 100 for _, ticks, _ in flow])
    sizes = array("d", [grid.value(units) for _, _, units in flow])
    sides = array("d", [BUY] * len(flow))
    return Columns(array("q", [START + time for time, _, _ in flow]), (prices, sizes, sides))


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
@given(flows)
def test_bars_folded_from_columns_are_those_of_the_stream(
    session: TradingSession, flow: list[tuple[int, int, int]]
) -> None:
    rows = as_trades(flow)
    aggregator = BarAggregator(session, STEP)
    streamed: dict[str, dict[int, Bar]] = {resolution: {} for resolution in RESOLUTIONS}
    for time, price, size in zip(rows.times, *rows.fields[:2], strict=True):
        for resolution, bar in aggregator.on_trade(time, price, size):
            streamed[resolution][bar.time] = bar
    minutes = fold(rows, TRADES, "1", session, STEP)
    days = fold(rows, TRADES, "1D", session, STEP)
    for target in RESOLUTIONS:
        expected = list(streamed[target].values())
        assert fold(rows, TRADES, target, session, STEP).bars() == expected
        fine = SeriesKey("X", "bars", "1")
        if can_fold(fine, target):
            assert fold(minutes, fine, target, session, STEP).bars() == expected
        if target in ("1D", "1W", "1M", "12M"):
            daily = SeriesKey("X", "bars", "1D")
            assert fold(days, daily, target, session, STEP).bars() == expected
            assert aggregate(days.bars(), "1D", target, session, STEP) == expected


@given(flows)
def test_daily_open_and_close_are_those_of_the_first_and_last_minute(
    flow: list[tuple[int, int, int]],
) -> None:
    session, rows = SESSIONS["new york"], as_trades(flow)
    minutes = fold(rows, TRADES, "1", session, STEP).bars()
    for day in fold(rows, TRADES, "1D", session, STEP).bars():
        [span] = session.spans_of(day_of_stamp(day.time))
        inside = [bar for bar in minutes if span.opens_ms <= bar.time < span.closes_ms]
        assert (day.open, day.close) == (inside[0].open, inside[-1].close)
        assert day.high == max(bar.high for bar in inside)


def test_quotes_give_bars_of_their_middle_where_both_sides_are_there() -> None:
    nan = float("nan")
    bid, ask = array("d", [10.0, 11.0, nan]), array("d", [12.0, 14.0, 15.0])
    size = array("d", [1.0] * 3)
    rows = Columns(array("q", [START, START + 1, START + 2]), (bid, ask, size, size))
    bars = fold(rows, QUOTES, "1", SESSIONS["always"], STEP).bars()
    assert bars == [Bar(START, 11.0, 12.5, 11.0, 12.5, 0.0)]


@pytest.mark.parametrize(
    ("source", "target", "possible"),
    [
        ("1", "5", True),
        ("5", "1", False),
        ("30", "240", True),
        ("60", "1D", True),
        ("1D", "1M", True),
        ("1W", "1M", False),
        ("1D", "60", False),
        ("1M", "1M", True),
    ],
)
def test_only_whole_bars_are_folded(source: str, target: str, possible: bool) -> None:
    assert can_fold(SeriesKey("X", "bars", source), target) is possible  # type: ignore[arg-type]


@given(flows, flows)
def test_merged_rows_are_a_dictionary_by_time(
    old: list[tuple[int, int, int]], new: list[tuple[int, int, int]]
) -> None:
    before, after = as_trades(old), as_trades(new)
    whole, saved = merged(before, after)
    expected = dict(zip(before.times, before.rows(), strict=True))
    added = [time for time in after.times if time not in expected]
    expected |= dict(zip(after.times, after.rows(), strict=True))
    assert list(zip(whole.times, whole.rows(), strict=True)) == sorted(expected.items())
    assert saved.added == len(added)
    assert sum(saved) == len(after)
    assert merged(whole, after)[0] == whole


@given(st.permutations(range(30)))
def test_rows_in_any_order_are_put_in_order(order: list[int]) -> None:
    times = array("q", order)
    columns = tuple(array("d", [float(n)] * 30) for n in range(5))
    assert list(ordered("bars", times, columns).times) == list(range(30))


def test_of_bars_with_one_time_the_last_given_stays() -> None:
    times = array("q", [5, 3, 5])
    column = array("d", [1.0, 2.0, 3.0])
    found = ordered("bars", times, (column,) * 5)
    assert (list(found.times), list(found.fields[0])) == ([3, 5], [2.0, 3.0])


stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(lambda pair: Interval(*pair)),
    max_size=8,
)


@given(stretches, st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted))
def test_what_is_missing_is_what_no_stretch_covers(
    known: list[Interval], wanted: list[int]
) -> None:
    gaps = missing(known, Interval(*wanted))
    covered = {moment for from_ms, to_ms in known for moment in range(from_ms, to_ms)}
    told = [moment for from_ms, to_ms in gaps for moment in range(from_ms, to_ms)]
    assert told == [moment for moment in range(*wanted) if moment not in covered]
    assert missing(united([*known, *gaps]), Interval(*wanted)) == []


def test_splits_and_dividends_change_what_was_before_them() -> None:
    days = [date(2026, 11, day) for day in (2, 3, 4, 5)]
    bars = Columns.of_bars([Bar(day_stamp(day), 100, 110, 90, 100, 50) for day in days])
    actions = [
        CorporateAction(days[3], "split", 4.0),
        CorporateAction(days[1], "dividend", 10.0),
    ]
    adjusted = Adjustment(actions, {days[1]: 100.0}).apply(bars, Grid(STEP), Grid(Decimal(1)))
    assert [(bar.close, bar.volume) for bar in adjusted.bars()] == [
        (22.5, 200.0),
        (25.0, 200.0),
        (25.0, 200.0),
        (100.0, 50.0),
    ]
    assert bars.fields[3][0] == 100.0, "what was given is left as it is"
