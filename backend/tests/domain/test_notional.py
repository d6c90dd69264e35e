"""Orders for a sum of money: converted at the price of the fill, down to the step."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures, refused, share
from trading_api.domain.commands import StopLoss
from trading_api.domain.ids import OrderId
from trading_api.domain.rules import TickSlippage

FINE: dict[str, Any] = {"quantity_step": Decimal("0.001"), "min_quantity": Decimal("0.001")}


def desk_of(ask: str = "10.02x300", **rules: Any) -> Desk:
    desk = Desk(SaidMarket(**rules))
    desk.quote("10x500", ask)
    return desk


def buy(desk: Desk, notional: str, limit: str | None = None, **more: Any) -> OrderId:
    return desk.place("buy", "0", limit, notional=Decimal(notional), **more)


def test_a_sum_buys_whole_steps_and_the_rest_is_left_over() -> None:
    desk = desk_of()
    order = desk.order(buy(desk, "1000"))
    assert figures(order.status, order.quantity, desk.fills) == ["filled", 99, ["99 @ 10.02"]]
    assert order.notional == 1000
    desk = Desk(SaidMarket(share(**FINE)))
    desk.quote("10", "10.02")
    buy(desk, "1000")
    assert desk.fills == ["99.8 @ 10.02"]


def test_every_fill_is_converted_at_its_own_price() -> None:
    desk = desk_of("10x60")
    order = buy(desk, "1000")
    assert figures(desk.order(order).filled_quantity, desk.order(order).quantity) == [60, 100]
    desk.quote("10x500", "12x500")
    after = desk.order(order)
    assert figures(after.status, after.quantity, desk.fills[1:]) == ["filled", 93, ["33 @ 12"]]


def test_a_rest_that_buys_nothing_more_is_left_over() -> None:
    desk = desk_of("10x99")
    order = buy(desk, "1000")
    desk.quote("10x500", "12x500")
    after = desk.order(order)
    assert figures(after.status, after.filled_quantity) == ["canceled", 99]
    assert after.status_reason is not None
    assert after.status_reason.code == "notional_remainder"


def test_a_walk_and_slippage_never_spend_more_than_the_sum() -> None:
    desk = desk_of("10x40", liquidity="walk", slippage=TickSlippage(ticks=3))
    order = desk.order(buy(desk, "1000"))
    spent = sum(each.quantity * each.price for each in desk.executions)
    assert order.status == "filled"
    assert Decimal(989) < spent <= 1000
    desk = desk_of("10x40", liquidity="walk")
    assert desk.order(buy(desk, "1000", tif="fok")).status == "filled"


def test_a_limit_is_converted_at_its_limit_and_gains_from_a_gap() -> None:
    desk = desk_of()
    order = buy(desk, "1000", "9.50")
    assert desk.order(order).quantity == 105
    desk.market.say("AAPL", "8.9", "9", opening=True)
    desk.quote_again("AAPL")
    assert figures(desk.order(order).quantity, desk.fills) == [111, ["111 @ 9"]]


def test_a_changed_limit_changes_what_the_sum_comes_to() -> None:
    desk = desk_of()
    order = buy(desk, "1000", "9.50")
    desk.modify(order, limit_price="9")
    assert desk.order(order).quantity == 111
    assert refused(lambda: desk.modify(order, quantity="5")).code == "immutable_field"


def test_a_sum_without_a_market_is_converted_when_there_is_one() -> None:
    desk = Desk()
    order = buy(desk, "1000")
    assert figures(desk.order(order).status, desk.order(order).quantity) == ["held", 0]
    desk.quote("10", "10.02")
    desk.activate()
    assert figures(desk.order(order).status, desk.order(order).quantity) == ["filled", 99]


def test_a_sum_that_turns_out_too_small_ends_when_its_market_opens() -> None:
    desk = Desk()
    order = buy(desk, "10")
    desk.quote("10", "10.02")
    desk.activate()
    after = desk.order(order)
    assert after.status_reason is not None
    assert figures(after.status, after.status_reason.code) == ["canceled", "min_notional"]


def test_the_exits_of_a_sum_are_as_large_as_what_it_bought() -> None:
    desk = desk_of("10x60")
    entry = buy(desk, "1000", stop_loss=StopLoss(stop_price=Decimal(9)))
    stop = OrderId("acc-1-o2")
    assert entry == stop
    assert desk.order(stop).leaves == 60
    desk.quote("10x500", "12x500")
    assert figures(desk.order(OrderId("acc-1-o1")).quantity, desk.order(stop).leaves) == [93, 93]


def test_a_sum_reserves_and_spends_what_it_says() -> None:
    desk = Desk(balance="1000")
    desk.quote("10", "10.02")
    assert desk.order(buy(desk, "1100", "10")).status == "rejected"
    assert desk.order(buy(desk, "1000", "10")).status == "working"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        pytest.param({"notional": "0"}, "invalid_payload", id="nothing"),
        pytest.param({"notional": "0.001"}, "invalid_payload", id="less than a cent"),
        pytest.param({"notional": "10"}, "min_notional", id="less than a share"),
        pytest.param({"notional": "999999999"}, "quantity_out_of_range", id="too many shares"),
        pytest.param({"notional": "100", "stop_price": "11"}, "invalid_payload", id="stop"),
        pytest.param({"notional": "100", "reduce_only": True}, "invalid_payload", id="reduce"),
    ],
)
def test_what_no_sum_can_be_is_named(how: dict[str, Any], code: str) -> None:
    desk = desk_of()
    error = refused(lambda: buy(desk, **how))
    assert figures(error.code, error.errors[0].field) == [code, "notional"]
