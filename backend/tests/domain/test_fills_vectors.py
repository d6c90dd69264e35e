"""The worked examples for market and limit orders: tick 0.01, no fees, `touch`, `wait`."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures


def test_q1_a_market_order_takes_the_opposite_best_price_and_uses_up_the_pool() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    order = desk.order(desk.place("buy", "100"))
    assert (order.status, desk.fills) == ("filled", ["100 @ 10.02"])
    assert desk.executions[0].explanation.size_after == 200
    assert desk.executions[0].liquidity == "taker"


def test_q2_what_a_market_order_does_not_get_waits_for_the_next_refill() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    desk.place("buy", "200")
    second = desk.place("buy", "200")
    assert desk.fills == ["200 @ 10.02", "100 @ 10.02"]
    assert figures(desk.order(second).status, desk.order(second).leaves) == [
        "partially_filled",
        100,
    ]
    desk.quote("10x500", "10.03x500")
    assert desk.fills[2:] == ["100 @ 10.03"]
    assert desk.order(second).status == "filled"
    assert desk.order(second).average_price == Decimal("10.025")


def test_q4_a_limit_takes_at_the_ask_and_rests_at_its_limit() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    order = desk.place("buy", "100", "10.05", "day")
    assert desk.fills == ["60 @ 10.02"]
    assert desk.order(order).status == "partially_filled"
    desk.quote("10x500", "10.04x100")
    assert desk.fills == ["60 @ 10.02", "40 @ 10.05"]
    assert desk.order(order).average_price == Decimal("10.032")
    assert [each.liquidity for each in desk.executions] == ["taker", "maker"]


def test_q5_an_ioc_keeps_what_it_got_and_loses_the_rest() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    order = desk.order(desk.place("buy", "100", "10.05", "ioc"))
    assert figures(order.status, order.filled_quantity, desk.fills) == [
        "canceled",
        60,
        ["60 @ 10.02"],
    ]
    assert order.status_reason is not None
    assert order.status_reason.code == "ioc_remainder"


def test_q6_a_fok_that_cannot_have_all_has_nothing() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    order = desk.order(desk.place("buy", "100", "10.05", "fok"))
    assert figures(order.status, order.filled_quantity, desk.fills) == ["canceled", 0, []]
    assert order.status_reason is not None
    assert order.status_reason.code == "fok_unfilled"


def test_q10_a_repeat_of_the_same_quote_does_not_refill() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    first = desk.place("buy", "300")
    desk.quote("10x500", "10.02x300")
    second = desk.place("buy", "100")
    assert desk.order(first).status == "filled"
    assert figures(desk.order(second).status, desk.order(second).filled_quantity) == ["working", 0]


def test_q11_an_opening_gap_benefits_the_limit() -> None:
    desk = Desk()
    desk.quote("9.9x500", "9.95x300")
    order = desk.place("sell", "50", "10.00")
    desk.quote("9.9x500", "9.95x300", open=False)
    desk.quote("10.40x500", "10.45x300", opening=True)
    assert desk.fills == ["50 @ 10.4"]
    assert desk.order(order).status == "filled"
    assert desk.executions[0].explanation.rule == "limit_opening"


def test_a_fok_that_can_have_all_has_it_in_one_fill() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x100")
    assert desk.order(desk.place("buy", "100", "10.05", "fok")).status == "filled"
    assert desk.fills == ["100 @ 10.02"]


def test_a_missing_size_is_without_end_and_labelled() -> None:
    desk = Desk()
    desk.quote("10", "10.02")
    desk.place("buy", "1000", tif="fok")
    explanation = desk.executions[0].explanation
    assert desk.fills == ["1000 @ 10.02"]
    assert explanation.size_unknown
    assert (explanation.size_before, explanation.size_after) == (None, None)


def test_the_size_that_comes_back_is_a_new_pool() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    desk.place("buy", "300")
    desk.quote("10x500", "10.03x300")
    desk.quote("10x500", "10.02x300")
    desk.place("buy", "100")
    assert desk.fills == ["300 @ 10.02", "100 @ 10.02"]


def test_a_change_of_one_side_leaves_the_pool_of_the_other() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    desk.place("buy", "300")
    desk.quote("9.99x500", "10.02x300")
    assert desk.order(desk.place("buy", "100")).filled_quantity == 0


def test_market_orders_go_first_then_limits_by_price_then_by_arrival() -> None:
    desk = Desk()
    desk.quote("10x500", "10.10x1")
    low = desk.place("buy", "10", "10.05")
    high = desk.place("buy", "10", "10.06")
    high_later = desk.place("buy", "10", "10.06")
    market = desk.place("buy", "11")
    desk.quote("10x500", "10.05x25")
    filled = [desk.order(each).filled_quantity for each in (market, high, high_later, low)]
    assert filled == [11, 10, 5, 0]


@pytest.mark.parametrize(
    ("side", "limit", "price", "filled"),
    [
        pytest.param("buy", "10.00", 9.99, 7, id="through a buy"),
        pytest.param("buy", "10.00", 10.00, 7, id="at a buy"),
        pytest.param("buy", "10.00", 10.01, 0, id="above a buy"),
        pytest.param("sell", "10.50", 10.51, 7, id="through a sell"),
        pytest.param("sell", "10.50", 10.50, 7, id="at a sell"),
        pytest.param("sell", "10.50", 10.49, 0, id="below a sell"),
    ],
)
def test_a_trade_fills_a_resting_limit_at_its_limit(
    side: str, limit: str, price: float, filled: int
) -> None:
    desk = Desk()
    desk.quote("10.10x500", "10.20x500")
    order = desk.place(side, "20", limit)
    desk.trade(price, 7)
    assert desk.order(order).filled_quantity == filled
    assert all(each.price == Decimal(limit) for each in desk.executions)


def test_what_a_trade_gave_to_one_order_the_next_does_not_get() -> None:
    desk = Desk()
    desk.quote("10.10x500", "10.20x500")
    first, second = desk.place("buy", "5", "10"), desk.place("buy", "5", "10")
    desk.trade(9.99, 7)
    assert [desk.order(each).filled_quantity for each in (first, second)] == [5, 2]
    last = desk.executions[-1].explanation
    assert figures(last.rule, last.size_before, last.size_after) == ["trade_print", 2, 0]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"open": False}, id="closed"),
        pytest.param({"fresh": False}, id="stale"),
    ],
)
def test_nothing_is_filled_from_a_market_that_is_closed_or_silent(how: dict[str, Any]) -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    order = desk.place("buy", "100", "10")
    desk.quote("9.90x500", "9.95x300", **how)
    desk.trade(9.90, 100)
    assert desk.order(order).filled_quantity == 0


def test_a_side_that_nobody_offers_fills_nothing() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    order = desk.place("buy", "400")
    desk.quote("10x500", "")
    assert desk.order(order).filled_quantity == 300
    desk.quote("10x500", "10.05x300")
    assert desk.order(order).status == "filled"


@pytest.mark.parametrize(
    ("bps", "quantity", "fee"),
    [
        pytest.param("5", "1000", "5", id="5 bps of 10,000"),
        pytest.param("0", "1000", "0", id="none"),
        pytest.param("1", "5", "0.01", id="half a cent is rounded up"),
        pytest.param("1", "4", "0", id="less is not"),
        pytest.param("2.5", "1000", "2.5", id="a part of a basis point"),
    ],
)
def test_fee_in_basis_points_is_rounded_half_up_and_taken_from_the_balance(
    bps: str, quantity: str, fee: str
) -> None:
    desk = Desk(SaidMarket(fee_bps=bps))
    desk.quote("10", "10")
    desk.place("buy", quantity)
    assert desk.executions[0].fee == Decimal(fee)
    assert desk.state.balance == 100_000 - Decimal(fee)
    assert desk.state.realized == 0
