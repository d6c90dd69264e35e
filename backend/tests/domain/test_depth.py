"""The ladder: price levels changed one by one, shown best first, with a checksum."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.depth import Ladder, checksum
from trading_api.domain.market import BookChange, Depth

TICK, STEP = Decimal("0.25"), Decimal("0.001")


def ladder(*changes: BookChange) -> Ladder:
    made = Ladder("ES", TICK, STEP)
    for change in changes:
        made.apply(change)
    return made


FIRST = BookChange("ES", 5, ((99.5, 1.0), (99.75, 2.5)), ((100.25, 4.0), (100.0, 0.125)))


def test_levels_come_best_first() -> None:
    depth = ladder(FIRST).depth(5)
    assert depth.bids == [(99.75, 2.5), (99.5, 1.0)]
    assert depth.asks == [(100.0, 0.125), (100.25, 4.0)]
    assert depth.time == 5
    assert ladder(FIRST).depth(1).bids == [(99.75, 2.5)]


def test_a_size_replaces_the_one_before_and_none_removes_the_level() -> None:
    change = BookChange("ES", 6, ((99.75, 0.5),), ((100.0, 0.0), (101.0, 0.0)))
    depth = ladder(FIRST, change).depth(5)
    assert depth.bids == [(99.75, 0.5), (99.5, 1.0)]
    assert depth.asks == [(100.25, 4.0)]


def test_a_whole_book_forgets_the_levels_that_it_does_not_name() -> None:
    depth = ladder(FIRST, BookChange("ES", 7, (), ((102.0, 1.0),), whole=True)).depth(5)
    assert (depth.bids, depth.asks) == ([], [(102.0, 1.0)])


def test_the_checksum_is_of_the_documented_text() -> None:
    # best bid, best ask, second bid, …: price in ticks of 0.25, size in steps of 0.001
    text = b"399:2500:400:125:398:1000:401:4000"
    depth = ladder(FIRST).depth(5)
    assert depth.checksum == 546_145_823 == _crc_by_hand(text)
    assert checksum(depth, TICK, STEP) == depth.checksum
    one_sided = ladder(BookChange("ES", 7, ((99.5, 1.0),), (), whole=True)).depth(5)
    assert one_sided.checksum == _crc_by_hand(b"398:1000")
    assert ladder().depth(5) == Depth("ES", 0, [], [], 0)


def _crc_by_hand(data: bytes) -> int:
    """CRC-32 bit by bit: reflected polynomial 0xEDB88320, all ones at the start and at the end."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


levels = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=8)


@given(st.lists(st.tuples(levels, levels, st.booleans()), max_size=12))
def test_any_changes_leave_the_sizes_named_last(
    changes: list[tuple[list[tuple[int, int]], list[tuple[int, int]], bool]],
) -> None:
    made = ladder()
    standing: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for number, (*sides, whole) in enumerate(changes):
        for side, named in zip(standing, sides, strict=True):
            if whole:
                side.clear()
            side.update(named)
        bids, asks = (tuple((price * 0.25, size * 0.001) for price, size in side) for side in sides)
        made.apply(BookChange("ES", number, bids, asks, whole))
    shown = made.depth(50)
    for side, sign, found in zip(standing, (-1, 1), (shown.bids, shown.asks), strict=True):
        prices = sorted((price for price, size in side.items() if size), key=lambda p: sign * p)
        assert found == [(price * 0.25, side[price] / 1000) for price in prices]
    assert checksum(shown, TICK, STEP) == shown.checksum
