"""The hash chain: what it covers, and that its rule never changes."""

import pytest
from msgspec.structs import replace

from trading_api.domain.chain import FIRST, Chain, fits
from trading_api.domain.errors import JournalCorrupt


def test_the_rule_of_the_hash_is_for_ever() -> None:
    chain = Chain("acc-1")
    first, second = chain.add(1_700_000_000_000, b"{}"), chain.add(1_700_000_000_001, "ü".encode())
    assert first.hash.hex() == "51b0a612e84922577683826202e3b0d9b46a704e1228b1109ef99c157ca2e7d6"
    assert second.hash.hex() == "7c8cc28d95ea86709c353d56e47340b7b6765a4c3370615a1b8127522d827cc1"
    assert (chain.seq, chain.head) == (2, second.hash)


@pytest.mark.parametrize(
    "change",
    [{"stream": "acc-2"}, {"seq": 2}, {"time": 2}, {"data": b"x"}, {"hash": FIRST}],
    ids=lambda change: next(iter(change)),
)
def test_every_member_of_a_record_is_covered(change: dict[str, object]) -> None:
    record = Chain("acc-1").add(1, b"{}")
    assert fits(record, FIRST)
    assert not fits(replace(record, **change), FIRST)


def test_a_record_says_all_that_came_before_it() -> None:
    one, other = Chain("a"), Chain("a")
    one.add(1, b"x")
    other.add(1, b"y")
    assert one.add(2, b"z").hash != other.add(2, b"z").hash


def test_a_chain_is_followed_to_its_head() -> None:
    made, read = Chain("a"), Chain("a")
    for record in [made.add(number, b"x") for number in range(5)]:
        read.follow(record)
    assert (read.seq, read.head) == (made.seq, made.head)


def test_a_record_out_of_its_place_is_refused() -> None:
    made, read = Chain("a"), Chain("a")
    first, second = made.add(1, b"x"), made.add(2, b"x")
    with pytest.raises(JournalCorrupt, match="record 2 of a does not follow 0: records are"):
        read.follow(second)
    read.follow(first)
    with pytest.raises(JournalCorrupt, match="record 2 of a does not fit its hash"):
        read.follow(replace(second, time=3))
