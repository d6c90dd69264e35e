import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bar_path import BarPath, TickBar
from trading_api.domain.bars import MINUTE_MS

OPENS, CLOSES = 1_000_000, 1_000_000 + 390 * MINUTE_MS


def path_of(bar: TickBar, closes: int = CLOSES) -> BarPath:
    return BarPath(OPENS, closes, bar)


def prices(path: BarPath) -> list[int]:
    return [path.price_of(index) for index in range(path.count)]


@pytest.mark.parametrize(
    ("bar", "first_extreme"),
    [
        pytest.param(TickBar(1000, 1050, 980, 1020, 10**6), 980, id="B1: the low is nearer"),
        pytest.param(TickBar(1030, 1050, 980, 1000, 10**6), 1050, id="B2: the high is nearer"),
        pytest.param(TickBar(1000, 1020, 980, 1000, 10**6), 980, id="tie: low first"),
        pytest.param(TickBar(960, 990, 950, 970, 10**6), 950, id="B3"),
    ],
)
def test_path_goes_to_the_nearer_extreme_first(bar: TickBar, first_extreme: int) -> None:
    travelled = prices(path_of(bar))
    reached = [price for price in travelled if price in (bar.high, bar.low)]
    assert reached[0] == first_extreme


def test_path_has_a_trade_a_second_and_one_per_tick() -> None:
    calm = path_of(TickBar(1000, 1001, 999, 1000, 10**6))
    assert calm.count == 390 * 60
    assert [calm.time_of(index) - OPENS for index in (0, 1, 390 * 60 - 1)] == [0, 1000, 23_399_000]
    wild = path_of(TickBar(1000, 41_000, 1000, 1000, 10**6))
    assert wild.count == 80_001
    assert max(abs(a - b) for a, b in pairwise(prices(wild))) == 1


def test_remainder_of_the_volume_is_on_the_last_trade() -> None:
    path = path_of(TickBar(10, 12, 9, 11, 105), closes=OPENS + 10_000)
    assert [path.size_of(index) for index in range(path.count)] == [10] * 9 + [15]


def test_bar_with_little_volume_has_fewer_trades() -> None:
    few = path_of(TickBar(10, 12, 9, 11, 20))
    assert (few.count, few.volume) == (20, 20)
    none = path_of(TickBar(10, 12, 9, 11, 0))
    assert (none.count, none.volume) == (6, 6)
    assert set(prices(none)) == {9, 10, 11, 12}
    still = path_of(TickBar(10, 10, 10, 10, 0))
    assert (still.count, prices(still), still.size_of(0)) == (1, [10], 1)


@st.composite
def tick_bars(draw: st.DrawFn) -> TickBar:
    low, high = sorted(draw(st.tuples(st.integers(1, 400), st.integers(1, 400))))
    inside = st.integers(low, high)
    return TickBar(draw(inside), high, low, draw(inside), draw(st.integers(0, 10**9)))


@given(tick_bars(), st.integers(1, 2_000_000))
def test_trades_of_a_path_fold_back_to_its_bar(bar: TickBar, duration: int) -> None:
    path = path_of(bar, closes=OPENS + duration)
    travelled = prices(path)
    assert travelled[0] == bar.open
    assert travelled[-1] == bar.close
    assert (min(travelled), max(travelled)) == (bar.low, bar.high)
    sizes = [path.size_of(index) for index in range(path.count)]
    assert min(sizes) > 0
    assert sum(sizes) == path.volume >= bar.volume
    assert path.bar(0, path.count) == bar._replace(volume=path.volume)
    times = [path.time_of(index) for index in range(path.count)]
    assert times == sorted(times)
    assert times[0] >= OPENS
    assert times[-1] < OPENS + duration


@given(tick_bars(), st.integers(1, 400_000), st.randoms(use_true_random=False))
def test_bar_of_a_stretch_is_the_fold_of_its_trades(
    bar: TickBar, duration: int, chance: random.Random
) -> None:
    path = path_of(bar, closes=OPENS + duration)
    moments = sorted(OPENS + chance.randint(-5, duration + 5) for _ in range(2))
    first, end = (path.trades_before(moment) for moment in moments)
    within = [i for i in range(path.count) if moments[0] <= path.time_of(i) < moments[1]]
    assert within == list(range(first, end))
    if within:
        part = [path.price_of(index) for index in within]
        volume = sum(path.size_of(index) for index in within)
        assert path.bar(first, end) == TickBar(part[0], max(part), min(part), part[-1], volume)


def test_direction_of_trades_follows_the_path() -> None:
    path = path_of(TickBar(10, 12, 9, 11, 10**6), closes=OPENS + 1)
    rising = [path.is_rising_at(index) for index in range(path.count)]
    assert prices(path) == [10, 9, 10, 11, 12, 11]
    assert rising == [False, False, True, True, True, False]
