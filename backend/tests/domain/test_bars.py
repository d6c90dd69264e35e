import random
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bars import MINUTE_MS, BarAggregator, Grid, aggregate, bucket_at
from trading_api.domain.market import RESOLUTIONS, Bar, Resolution
from trading_api.domain.sessions import TradingSession, day_stamp, epoch_ms

SHARES = TradingSession.parse("0930-1600", "America/New_York")
ALWAYS = TradingSession.parse("24x7", "UTC")
STEP = Decimal("0.00000001")


def local(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
    return epoch_ms(moment)


def utc(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("resolution", "moment", "opens", "closes"),
    [
        pytest.param("60", "2024-06-03T09:30", "2024-06-03T09:30", "2024-06-03T10:30", id="first"),
        pytest.param("60", "2024-06-03T15:59", "2024-06-03T15:30", "2024-06-03T16:00", id="short"),
        pytest.param("240", "2024-06-03T14:00", "2024-06-03T13:30", "2024-06-03T16:00", id="240"),
        pytest.param("1D", "2024-06-03T14:00", "2024-06-03T09:30", "2024-06-03T16:00", id="day"),
        pytest.param("1W", "2024-06-05T14:00", "2024-06-03T09:30", "2024-06-07T16:00", id="week"),
        pytest.param("1M", "2024-06-05T14:00", "2024-06-03T09:30", "2024-06-28T16:00", id="month"),
        pytest.param("1M", "2024-03-05T14:00", "2024-03-01T09:30", "2024-03-29T16:00", id="DST"),
    ],
)
def test_bucket_begins_and_ends_with_the_session(
    resolution: Resolution, moment: str, opens: str, closes: str
) -> None:
    bucket = bucket_at(SHARES, resolution, local(moment))
    assert bucket is not None
    assert (bucket.opens_ms, bucket.closes_ms) == (local(opens), local(closes))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_there_is_no_bucket_outside_the_session(resolution: Resolution) -> None:
    assert bucket_at(SHARES, resolution, local("2024-06-03T16:00")) is None


def test_long_bars_bear_the_first_day_that_traded() -> None:
    aggregator = BarAggregator(SHARES, Decimal(1), ("1D", "1W", "1M"))
    aggregator.on_trade(local("2024-06-04T10:00"), 10.0, 5)
    aggregator.on_trade(local("2024-06-05T10:00"), 11.0, 5)
    assert aggregator.newest("1D")[-1].time == day_stamp(date(2024, 6, 5))
    assert aggregator.newest("1W")[-1].time == day_stamp(date(2024, 6, 4))
    assert aggregator.newest("1M") == [Bar(day_stamp(date(2024, 6, 4)), 10, 11, 10, 11, 10)]


def test_finished_bar_comes_once_more_before_its_successor() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("1",))
    aggregator.on_trade(0, 10.0, 1)
    [(_, grown)] = aggregator.on_trade(30_000, 12.0, 0.1)
    assert grown == Bar(0, 10, 12, 10, 12, 1.1)
    following = Bar(MINUTE_MS, 11, 11, 11, 11, 2)
    assert aggregator.on_trade(MINUTE_MS, 11.0, 2) == [("1", grown), ("1", following)]
    assert aggregator.newest("1") == [grown, following]


def test_bar_ends_by_the_clock_and_only_once() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("1",))
    aggregator.on_trade(0, 10.0, 1)
    assert aggregator.on_time(MINUTE_MS - 1) == []
    assert aggregator.on_time(MINUTE_MS) == [("1", Bar(0, 10, 10, 10, 10, 1))]
    assert aggregator.on_time(MINUTE_MS) == []
    [(_, bar)] = aggregator.on_trade(5 * MINUTE_MS, 11.0, 1)
    assert bar.time == 5 * MINUTE_MS


def test_a_late_trade_changes_the_bar_that_it_belongs_to() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("1", "5"))
    aggregator.on_trade(10_000, 10.0, 1)
    aggregator.on_trade(50_000, 11.0, 1)
    aggregator.on_trade(MINUTE_MS + 5_000, 12.0, 1)
    late = aggregator.on_trade(5_000, 9.0, 2)
    assert late == [("1", Bar(0, 9, 11, 9, 11, 4)), ("5", Bar(0, 9, 12, 9, 12, 5))]
    assert aggregator.newest("1") == [late[0][1], Bar(MINUTE_MS, 12, 12, 12, 12, 1)]
    [(_, middle), _] = aggregator.on_trade(30_000, 20.0, 1)
    assert middle == Bar(0, 9, 20, 9, 11, 5), "neither first nor last"


def test_a_late_trade_makes_a_bar_where_there_was_none() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("1",))
    aggregator.on_trade(0, 10.0, 1)
    aggregator.on_trade(2 * MINUTE_MS, 12.0, 1)
    assert aggregator.on_trade(MINUTE_MS + 1, 11.0, 1) == [("1", Bar(MINUTE_MS, 11, 11, 11, 11, 1))]
    assert [bar.time for bar in aggregator.newest("1")] == [MINUTE_MS, 2 * MINUTE_MS]


def test_a_trade_too_late_or_out_of_session_changes_nothing() -> None:
    aggregator = BarAggregator(SHARES, Decimal(1), ("1",))
    aggregator.on_trade(local("2024-06-03T09:31"), 10.0, 1)
    aggregator.on_trade(local("2024-06-03T09:33"), 10.0, 1)
    assert aggregator.on_trade(local("2024-06-03T09:31:59.999"), 99.0, 1) == []
    aggregator.on_time(local("2024-06-03T09:35"))
    assert aggregator.on_trade(local("2024-06-03T09:33:30"), 99.0, 1) == []
    assert aggregator.on_trade(local("2024-06-03T16:00"), 99.0, 1) == []


def test_a_bar_of_history_takes_a_late_trade_between_its_edges() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("1",))
    ended, growing = Bar(0, 1, 1, 1, 1, 1), Bar(MINUTE_MS, 10, 12, 9, 11, 0.3)
    aggregator.seed("1", [ended, growing], MINUTE_MS + 30_000)
    [(_, bar)] = aggregator.on_trade(30_000, 2.0, 1)
    assert bar == Bar(0, 1, 2, 1, 1, 2)
    assert aggregator.newest("1") == [bar, growing]
    assert aggregator.on_trade(-1, 2.0, 1) == [], "older than what is known"


def test_a_trade_out_of_session_is_in_no_bar_that_spans_it() -> None:
    aggregator = BarAggregator(SHARES, Decimal(1), ("1D", "1W", "1M"))
    aggregator.on_trade(local("2024-06-03T10:00"), 10.0, 1)
    aggregator.on_trade(local("2024-06-03T16:00"), 99.0, 1)
    aggregator.on_trade(local("2024-06-04T10:00"), 11.0, 1)
    for resolution in ("1W", "1M"):
        assert aggregator.newest(resolution) == [
            Bar(day_stamp(date(2024, 6, 3)), 10, 11, 10, 11, 2)
        ]


def test_seeded_aggregator_goes_on_inside_the_open_bar() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("5",))
    before, growing = Bar(0, 1, 1, 1, 1, 1), Bar(5 * MINUTE_MS, 10, 12, 9, 11, 0.3)
    aggregator.seed("5", [before, growing], 6 * MINUTE_MS)
    [(_, bar)] = aggregator.on_trade(7 * MINUTE_MS, 8.0, 0.1)
    assert bar == Bar(5 * MINUTE_MS, 10, 12, 8, 8, 0.4)
    assert aggregator.newest("5") == [before, bar]


def test_seeding_with_an_ended_bar_opens_the_next() -> None:
    aggregator = BarAggregator(ALWAYS, STEP, ("5",))
    ended = Bar(0, 1, 1, 1, 1, 1)
    aggregator.seed("5", [ended], 5 * MINUTE_MS)
    assert aggregator.on_time(6 * MINUTE_MS) == []
    aggregator.on_trade(7 * MINUTE_MS, 8.0, 0.1)
    assert aggregator.newest("5") == [ended, Bar(5 * MINUTE_MS, 8, 8, 8, 8, 0.1)]


trades = st.lists(
    st.tuples(
        st.integers(0, 100 * MINUTE_MS), st.integers(1, 10_000), st.integers(1, 10_000_000_000)
    ),
    min_size=1,
    max_size=60,
).map(sorted)


def finals(aggregator: BarAggregator, flow: list[tuple[int, int, int]]) -> dict[str, list[Bar]]:
    bars: dict[str, dict[int, Bar]] = {}
    grid = Grid(STEP)
    for time, ticks, units in flow:
        for resolution, bar in aggregator.on_trade(time, ticks / 100, grid.value(units)):
            bars.setdefault(resolution, {})[bar.time] = bar
    return {resolution: list(found.values()) for resolution, found in bars.items()}


@given(trades)
def test_bars_are_well_formed_and_keep_the_volume(flow: list[tuple[int, int, int]]) -> None:
    for bars in finals(BarAggregator(ALWAYS, STEP), flow).values():
        assert all(a.time < b.time for a, b in pairwise(bars))
        for bar in bars:
            assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        volume = sum(Grid(STEP).units(bar.volume) for bar in bars)
        assert volume == sum(units for _, _, units in flow)


@given(
    st.lists(
        st.tuples(st.integers(0, 20 * MINUTE_MS), st.integers(1, 9), st.integers(1, 99)),
        min_size=1,
        max_size=60,
        unique_by=lambda trade: trade[0],
    ),
    st.randoms(use_true_random=False),
)
def test_trades_in_any_order_within_the_lateness_give_the_same_bars(
    flow: list[tuple[int, int, int]], chance: random.Random
) -> None:
    # Each is delayed by less than a minute, and comes when its delay has passed.
    arrived = sorted(flow, key=lambda trade: trade[0] + chance.randrange(MINUTE_MS))
    for resolution in RESOLUTIONS:
        expected = finals(BarAggregator(ALWAYS, STEP, (resolution,)), sorted(flow))
        told = finals(BarAggregator(ALWAYS, STEP, (resolution,)), arrived)
        bars = {name: sorted(each, key=lambda bar: bar.time) for name, each in told.items()}
        assert bars == expected


@given(trades, st.integers(0, 60))
def test_any_split_of_the_trades_folds_the_same(flow: list[tuple[int, int, int]], at: int) -> None:
    whole = BarAggregator(ALWAYS, STEP)
    finals(whole, flow)
    first, second = BarAggregator(ALWAYS, STEP), BarAggregator(ALWAYS, STEP)
    finals(first, flow[:at])
    now = flow[:at][-1][0] if flow[:at] else 0
    for resolution in RESOLUTIONS:
        second.seed(resolution, first.newest(resolution), now)
    finals(second, flow[at:])
    for resolution in RESOLUTIONS:
        assert second.newest(resolution) == whole.newest(resolution)


@given(trades)
def test_coarse_bars_out_of_fine_ones_are_those_out_of_trades(
    flow: list[tuple[int, int, int]],
) -> None:
    bars = finals(BarAggregator(ALWAYS, STEP), flow)
    for target in RESOLUTIONS:
        fine: Resolution = "1S" if target.endswith("S") else "1"
        assert aggregate(bars[fine], fine, target, ALWAYS, STEP) == bars[target]
    for target in ("1W", "1M", "12M"):
        assert aggregate(bars["1D"], "1D", target, ALWAYS, STEP) == bars[target]


@given(st.integers(0, 10**15), st.sampled_from(["0.00000001", "0.01", "0.25", "1", "25"]))
def test_grid_turns_steps_into_the_nearest_float_and_back(units: int, step: str) -> None:
    grid = Grid(Decimal(step))
    assert grid.units(grid.value(units)) == units
    assert grid.value(units) == float(units * Decimal(step))
