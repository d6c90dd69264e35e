"""Leverage and margin: vector M1, reservations, buffers, and what a leverage may be."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures, refused, share
from trading_api.domain.commands import SetLeverage
from trading_api.domain.leverage import preview_leverage, view_leverage
from trading_api.domain.orders import Order


def reason_of(desk: Desk, order_id: Any) -> str | None:
    order: Order = desk.order(order_id)
    return None if order.status_reason is None else order.status_reason.code


def four_times(balance: str = "10000", **changes: Any) -> Desk:
    desk = Desk(SaidMarket(share(**changes)), balance, leverage=Decimal(4))
    desk.quote("30", "30")
    return desk


def test_m1_leverage_multiplies_what_can_be_bought() -> None:
    desk = four_times()
    desk.place("buy", "1000")
    account = desk.account
    assert figures(account.margin_used, account.buying_power) == [7_500, 10_000]
    assert figures(account.free_margin, account.leverage) == [2_500, 4]
    dear = desk.place("buy", "400")
    assert reason_of(desk, dear) == "insufficient_margin"
    reason = desk.order(dear).status_reason
    assert reason is not None
    assert "set aside 3000 USD, the free margin is 2500" in reason.message


def test_m1_a_flip_to_the_smaller_side_adds_nothing() -> None:
    desk = four_times()
    desk.place("buy", "1000")
    assert desk.order(desk.place("sell", "1500")).status == "filled"
    assert desk.holding.quantity == -500
    assert desk.account.margin_used == 3_750


def test_m1_a_flip_to_the_larger_side_adds_the_difference() -> None:
    desk = four_times()
    desk.place("buy", "1000")
    order = desk.place("sell", "2500", "30", "fok")
    assert reason_of(desk, order) == "insufficient_margin"
    reason = desk.order(order).status_reason
    assert reason is not None
    assert "set aside 3750 USD" in reason.message


def test_a_symbol_may_need_more_margin_than_others() -> None:
    desk = four_times(margin_rate=Decimal("1.5"))
    desk.place("buy", "100")
    assert desk.account.margin_used == Decimal("1125")


def test_leverage_that_does_not_divide_is_rounded_to_twelve_places() -> None:
    desk = Desk(balance="10000", leverage=Decimal(3))
    desk.quote("10", "10")
    desk.place("buy", "100")
    assert desk.account.margin_used == Decimal("333.333333333333")


def test_an_order_may_be_modified_within_the_margin_only() -> None:
    desk = four_times("750")
    order = desk.place("buy", "100", "29")
    assert refused(lambda: desk.modify(order, quantity="104")).code == "insufficient_margin"
    desk.modify(order, quantity="103")
    assert desk.account.free_margin == Decimal("3.25")


def test_the_rest_of_a_market_order_is_reserved_above_the_market() -> None:
    desk = Desk(balance="1000")
    desk.quote("10", "10x50")
    desk.place("buy", "60")
    assert desk.account.margin_reserved == 10 * Decimal("10.3")
    assert desk.order(desk.place("buy", "38")).status == "working"
    assert reason_of(desk, desk.place("buy", "1")) == "insufficient_margin"
    desk.quote("10.2", "10.3x1000")
    account = desk.account
    assert account.free_margin is not None
    assert account.free_margin >= 0
    assert desk.holding.quantity == 98


def test_what_is_there_for_all_of_a_market_order_needs_no_buffer() -> None:
    desk = Desk(balance="1000")
    desk.quote("10", "10x100")
    assert desk.order(desk.place("buy", "100")).status == "filled"


def test_a_short_that_rests_is_reserved_at_what_it_may_be_marked_at() -> None:
    desk = Desk(balance="10000")
    desk.quote("10", "10.02")
    desk.place("sell", "100", "10.10")
    assert desk.account.margin_reserved == 100 * Decimal("10.3206")


def test_a_level_below_the_warning_is_flagged() -> None:
    desk = four_times()
    desk.place("buy", "1300")
    assert desk.account.flags == ()
    assert desk.account.margin_level is not None
    desk.quote("29", "29")
    account = desk.account
    assert account.margin_level == Decimal("0.923076923077")
    assert account.flags == ("margin_warning",)


def test_leverage_is_set_per_symbol() -> None:
    market = SaidMarket(share(), share("MSFT"))
    desk = Desk(market, "10000")
    desk.quote("10", "10")
    desk.quote("20", "20", "MSFT")
    desk.do(SetLeverage("AAPL", Decimal(5)))
    desk.place("buy", "500")
    desk.place("buy", "100", symbol="MSFT")
    assert desk.account.margin_used == 1_000 + 2_000
    leverage = view_leverage(desk.state, "AAPL", market)
    assert figures(leverage.leverage, leverage.min, leverage.max) == [5, 1, 50]
    assert view_leverage(desk.state, "MSFT", market).leverage == 1
    assert desk.folded_again().leverages["AAPL"] == 5


def test_less_leverage_is_refused_while_positions_need_it() -> None:
    desk = four_times()
    desk.place("buy", "1000")
    before = desk.state
    error = refused(lambda: desk.do(SetLeverage("AAPL", Decimal(2))))
    assert error.code == "insufficient_margin"
    assert "7500 USD more, the free margin is 2500" in error.message
    assert desk.state is before
    preview = preview_leverage(desk.state, SetLeverage("AAPL", Decimal(2)), desk.market)
    assert [each.code for each in preview.errors] == ["insufficient_margin"]
    assert figures(preview.margin_used, preview.free_margin) == [15_000, -5_000]
    desk.do(SetLeverage("AAPL", Decimal(10)))
    assert desk.account.margin_used == 3_000


@pytest.mark.parametrize("leverage", ["0", "0.5", "51", "2.5", "-4"])
def test_a_leverage_that_cannot_be_is_named(leverage: str) -> None:
    desk = four_times()
    error = refused(lambda: desk.do(SetLeverage("AAPL", Decimal(leverage))))
    assert (error.code, error.errors[0].field) == ("invalid_payload", "leverage")
    assert f"leverage {leverage}" in error.message
    with pytest.raises(type(error)):
        Desk(leverage=Decimal(leverage))
