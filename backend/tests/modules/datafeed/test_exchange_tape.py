"""Trades of an exchange are paged to a clear end, also when older ones are forgotten meanwhile."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.datafeed.test_datafeed_service import StubSource
from trading_api.domain.market import Trade
from trading_api.modules.datafeed.sources.exchange_tape import MOST_KEPT, Tape

SECOND = 1_000


def tape_of(count: int, *, begin: int = 0) -> Tape:
    tape = Tape(StubSource().info)
    tape.remember(trade(number) for number in range(begin, begin + count))
    return tape


def trade(number: int) -> Trade:
    return Trade(str(number), "EURUSD", number // 3 * SECOND, 1.0 + number % 7, 1.0, "buy")


def paged(tape: Tape, limit: int) -> list[str]:
    """All ids, newest first, as a client asks for them."""
    found: list[str] = []
    before = None
    while page := tape.page(before, None, None, limit):
        found += [each.id for each in reversed(page)]
        before = page[0].id
    return found


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 400), st.integers(1, 90))
def test_pages_give_each_trade_once_and_end(count: int, limit: int) -> None:
    assert paged(tape_of(count), limit) == [str(n) for n in reversed(range(count))]


def test_the_newest_ten_thousand_are_paged_and_older_cursors_are_refused() -> None:
    count = MOST_KEPT + 5_000
    tape = tape_of(count)
    overtaken = tape.page("100", None, None, 1)[0].id
    tape.settle(count * SECOND)
    assert paged(tape, 1_000) == [str(n) for n in range(count - 1, count - 1 - MOST_KEPT, -1)]
    with pytest.raises(ValueError, match=r"no trade '99' among the newest 10,000"):
        tape.page(overtaken, None, None, 10)


def test_after_a_restart_an_old_cursor_goes_on_or_is_refused() -> None:
    before = tape_of(3_000)
    after = tape_of(1_000, begin=2_000)
    assert after.page("2500", None, None, 50) == before.page("2500", None, None, 50)
    with pytest.raises(ValueError, match="no trade '1999'"):
        after.page("1999", None, None, 50)
