"""The risk gate: its order, its codes, and that a limit keeps nobody in a position."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.domain.paper_desk import Desk, SaidMarket, refused, share
from trading_api.domain.commands import HaltAccount
from trading_api.domain.limits import NO_LIMITS, Limits, strictest


def limited(balance: str = "100000", **limits: Any) -> Desk:
    market = SaidMarket(share(), share("MSFT"))
    desk = Desk(market, balance)
    desk.quote("10", "10")
    desk.quote("20", "20", "MSFT")
    market.limits = msgspec.convert(limits, Limits, strict=False)
    return desk


def outcome(desk: Desk, *order: Any, **more: Any) -> str:
    """The code of the refusal, or the status."""
    placed = desk.order(desk.place(*order, **more))
    return placed.status_reason.code if placed.status_reason is not None else placed.status


def message(desk: Desk) -> str:
    last = desk.state.orders[f"acc-1-o{desk.state.order_count}"]  # type: ignore[index] # an order id
    assert last.status_reason is not None
    return last.status_reason.message


def test_an_order_may_be_so_large() -> None:
    desk = limited(max_order_quantity=100, max_order_notional="1500")
    assert outcome(desk, "buy", "101") == "max_order_size"
    assert message(desk) == "quantity 101 is above the limit of 100 for one order"
    assert outcome(desk, "buy", "100") == "filled"
    assert outcome(desk, "buy", "76", symbol="MSFT") == "max_order_size"
    assert message(desk) == "the order is worth 1520 USD, the limit is 1500"
    assert outcome(desk, "buy", "100", "15.01") == "max_order_size"
    assert refused(lambda: desk.modify(desk.place("buy", "50", "9"), quantity="101")).code == (
        "max_order_size"
    )


@pytest.mark.parametrize(
    ("order", "outcome_of"),
    [
        (("buy", "1", "10.50"), "filled"),
        (("buy", "1", "10.51"), "price_collar"),
        (("buy", "1", "9.50"), "working"),
        (("buy", "1", "9.49"), "price_collar"),
        (("sell", "1", "10.51"), "price_collar"),
        (("buy", "1"), "filled"),
    ],
)
def test_a_price_may_be_so_far_away(order: tuple[str, ...], outcome_of: str) -> None:
    assert outcome(limited(price_collar_percent=5), *order) == outcome_of


def test_a_stop_price_is_held_by_the_collar_too() -> None:
    desk = limited(price_collar_percent=5)
    assert outcome(desk, "buy", "1", kind="stop", stop_price="10.6") == "price_collar"
    assert message(desk) == "stop_price 10.6 is more than 5 % away from the market of 10 for AAPL"


def test_a_position_may_become_so_large() -> None:
    desk = limited(max_position_quantity=100)
    assert outcome(desk, "buy", "60") == "filled"
    assert outcome(desk, "buy", "30", "9") == "working"
    assert outcome(desk, "buy", "11") == "max_position"
    assert message(desk) == "the position could become 101 AAPL, the limit is 100"
    assert outcome(desk, "sell", "161", "11") == "max_position"
    assert outcome(desk, "sell", "160", "11") == "working"


def test_a_position_may_become_worth_so_much() -> None:
    desk = limited(max_position_notional=1000)
    assert outcome(desk, "buy", "100") == "filled"
    assert outcome(desk, "buy", "1", "9") == "working"
    assert outcome(desk, "buy", "1") == "max_position"


def test_so_many_orders_may_be_open() -> None:
    desk = limited(max_open_orders=2)
    desk.place("buy", "10")
    assert outcome(desk, "buy", "1", "9") == "working"
    order = desk.place("buy", "1", "9")
    assert outcome(desk, "buy", "1", "9") == "max_open_orders"
    assert outcome(desk, "sell", "10", "11") == "working"
    desk.modify(order, quantity="2")


def test_so_much_may_be_lost_in_a_day() -> None:
    desk = limited(daily_loss=100)
    desk.place("buy", "100")
    desk.quote("9.5", "9.5")
    desk.place("sell", "50")
    assert outcome(desk, "buy", "1") == "filled"
    desk.quote("9", "9")
    assert outcome(desk, "buy", "1") == "filled"
    desk.quote("8.5", "8.5")
    assert outcome(desk, "buy", "1") == "daily_loss_limit"
    assert message(desk) == "the day's loss is 101.5 USD, the limit is 100"
    assert outcome(desk, "sell", "52") == "filled"
    assert outcome(desk, "buy", "1") == "daily_loss_limit"
    desk.market.now += 24 * 3600 * 1000
    assert outcome(desk, "buy", "1") == "filled"


def test_so_many_orders_may_be_placed_in_a_minute() -> None:
    desk = limited(max_orders_per_minute=2)
    desk.place("buy", "1")
    desk.market.now += 10_000
    desk.place("buy", "1")
    before = desk.state
    error = refused(lambda: desk.place("sell", "1"))
    assert (error.code, error.status) == ("order_rate_limit", 429)
    assert error.details == {"retry_after_ms": 50_000}
    assert desk.state is before
    desk.market.now += 50_000
    assert outcome(desk, "sell", "1") == "filled"


@pytest.mark.parametrize(
    ("policy", "old", "new"),
    [
        (None, "working", "working"),
        ("cancel_newest", "working", "rejected"),
        ("cancel_oldest", "canceled", "working"),
        ("cancel_both", "canceled", "rejected"),
    ],
)
def test_an_account_does_not_trade_with_itself(policy: str | None, old: str, new: str) -> None:
    desk = limited(self_trade=policy)
    far, near = desk.place("sell", "5", "11"), desk.place("sell", "5", "10.5")
    desk.quote("9", "10.6")  # the near one is not filled by an ask
    buy = desk.place("buy", "5", "10.5")
    statuses = [desk.order(each).status for each in (far, near, buy)]
    assert statuses == ["working", old, new]
    if policy is not None:
        reasons = [desk.order(each).status_reason for each in (near, buy)]
        assert {reason.code for reason in reasons if reason is not None} == {"self_trade"}


def test_the_first_check_that_fails_wins() -> None:
    desk = limited(
        "1000",
        max_order_quantity=100,
        price_collar_percent=5,
        max_position_quantity=50,
        max_open_orders=1,
        self_trade="cancel_newest",
    )
    assert outcome(desk, "sell", "10", "10.2") == "working"
    assert outcome(desk, "buy", "101", "11") == "max_order_size"
    assert outcome(desk, "buy", "100", "11") == "price_collar"
    assert outcome(desk, "buy", "100", "10.3") == "max_position"
    assert outcome(desk, "buy", "50", "10.3") == "max_open_orders"
    desk.market.limits = Limits(self_trade="cancel_newest")
    assert outcome(desk, "buy", "500", "10.3") == "self_trade"
    assert outcome(desk, "buy", "500", "10.1") == "insufficient_margin"
    desk.do(HaltAccount())
    assert outcome(desk, "buy", "500", "10.1") == "account_halted"


def test_a_limit_keeps_nobody_in_a_position() -> None:
    desk = limited(max_order_quantity=100)
    desk.place("buy", "100")
    desk.market.limits = Limits(
        max_order_quantity=Decimal(1),
        max_order_notional=Decimal(1),
        max_position_quantity=Decimal(1),
        max_open_orders=1,
        daily_loss=Decimal(1),
    )
    desk.quote("5", "5")
    assert outcome(desk, "sell", "60", "6") == "working"
    assert outcome(desk, "sell", "40") == "filled"


def test_of_several_limits_the_strictest_holds() -> None:
    server = Limits(max_order_quantity=Decimal(10), max_open_orders=5, self_trade="cancel_both")
    account = Limits(max_order_quantity=Decimal(20), daily_loss=Decimal(7))
    key = Limits(max_open_orders=3, self_trade="cancel_oldest")
    assert strictest((server, account, key)) == Limits(
        max_order_quantity=Decimal(10),
        max_open_orders=3,
        daily_loss=Decimal(7),
        self_trade="cancel_oldest",
    )
    assert strictest(()) is NO_LIMITS
    assert strictest((NO_LIMITS, key)) is key
