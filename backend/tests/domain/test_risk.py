"""What is refused before it is an order, and what the buying power admits."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures, share
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.money import exact
from trading_api.domain.orders import Order
from trading_api.domain.valuation import worth


def trading_desk(balance: str = "100000", **changes: Any) -> Desk:
    desk = Desk(SaidMarket(share(**changes)), balance)
    desk.quote("10", "10")
    return desk


def power(desk: Desk) -> Decimal:
    return exact(worth)(desk.state, desk.market).free


def reason_of(order: Order) -> str | None:
    return None if order.status_reason is None else order.status_reason.code


@pytest.mark.parametrize(
    ("quantity", "limit", "code", "message"),
    [
        pytest.param("0", "10", "quantity_out_of_range", "below the minimum 1", id="zero"),
        pytest.param("-1", "10", "quantity_out_of_range", "-1 is below", id="negative"),
        pytest.param("1000001", "10", "quantity_out_of_range", "above the maximum", id="huge"),
        pytest.param("1.5", "10", "bad_lot", "1.5 is not a multiple of 1 for AAPL", id="step"),
        pytest.param("1", "10.005", "bad_tick", "not a multiple of 0.01 for AAPL", id="tick"),
        pytest.param("1", "0", "invalid_payload", "limit_price 0 is not above 0", id="price zero"),
        pytest.param("1", "-10", "invalid_payload", "is not above 0", id="price negative"),
    ],
)
def test_bad_shape_is_refused_by_name_and_leaves_no_trace(
    quantity: str, limit: str, code: str, message: str
) -> None:
    desk = trading_desk()
    before = desk.state
    with pytest.raises(InvalidPayload, match=message) as caught:
        desk.place("buy", quantity, limit, client_order_id="mine")
    assert caught.value.code == code
    assert desk.state is before
    desk.place("buy", "1", "10", client_order_id="mine")


def test_a_limit_needs_a_price_and_a_market_order_takes_none() -> None:
    desk = trading_desk()
    with pytest.raises(InvalidPayload, match="needs a limit_price"):
        desk.place("buy", "1", kind="limit")
    with pytest.raises(InvalidPayload, match="takes no limit_price"):
        desk.place("buy", "1", "10", kind="market")


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(TradingError) as caught:
        trading_desk().place("buy", "1", symbol="NOPE")
    assert caught.value.code == "unknown_symbol"


@pytest.mark.parametrize(
    ("how", "tif", "limit", "status", "code"),
    [
        pytest.param(None, "gtc", None, "held", "no_market", id="no market, market gtc"),
        pytest.param(None, "day", "10", "held", "no_market", id="no market, limit day"),
        pytest.param(None, "ioc", "10", "rejected", "no_market", id="no market, ioc"),
        pytest.param(None, "fok", None, "rejected", "no_market", id="no market, fok"),
        pytest.param({"open": False}, "gtc", "10", "held", "market_closed", id="closed, gtc"),
        pytest.param({"open": False}, "day", None, "held", "market_closed", id="closed, day"),
        pytest.param({"open": False}, "ioc", None, "rejected", "market_closed", id="closed, ioc"),
        pytest.param({"open": False}, "fok", "10", "rejected", "market_closed", id="closed, fok"),
        pytest.param({"fresh": False}, "gtc", None, "rejected", "stale_quote", id="stale, market"),
        pytest.param({"fresh": False}, "ioc", "10", "rejected", "stale_quote", id="stale, ioc"),
        pytest.param({"fresh": False}, "fok", "10", "rejected", "stale_quote", id="stale, fok"),
        pytest.param({"fresh": False}, "day", "10", "working", None, id="stale, limit day"),
        pytest.param({"fresh": False}, "gtc", "10", "working", None, id="stale, limit gtc"),
    ],
)
def test_what_becomes_of_an_order_without_a_market_to_trade_on(
    how: dict[str, Any] | None, tif: str, limit: str | None, status: str, code: str | None
) -> None:
    desk = Desk()
    if how is not None:
        desk.quote("10", "10", **how)
    order = desk.order(desk.place("buy", "1", limit, tif))
    assert figures(order.status, reason_of(order), desk.fills) == [status, code, []]


def test_a_market_order_is_rejected_where_nobody_offers() -> None:
    desk = Desk()
    desk.quote("10", "")
    order = desk.order(desk.place("buy", "1"))
    assert figures(order.status, reason_of(order)) == ["rejected", "no_market"]
    assert desk.order(desk.place("sell", "1")).status == "filled"


def test_what_is_not_shortable_can_be_sold_but_not_short() -> None:
    desk = trading_desk(shortable=False)
    desk.place("buy", "10")
    assert desk.order(desk.place("sell", "6", "11")).status == "working"
    short = desk.order(desk.place("sell", "5"))
    assert figures(short.status, reason_of(short)) == ["rejected", "symbol_not_tradable"]
    assert desk.order(desk.place("sell", "4")).status == "filled"


def test_m_without_leverage_the_buying_power_is_spent_once() -> None:
    desk = trading_desk("10000")
    desk.quote("30", "30")
    desk.place("buy", "300")
    assert power(desk) == 1000
    short_of = desk.order(desk.place("buy", "40"))
    assert reason_of(short_of) == "insufficient_margin"
    assert short_of.status_reason is not None
    assert "set aside 1200 USD, the free margin is 1000" in short_of.status_reason.message
    dear = desk.order(desk.place("buy", "40", "30.5"))
    assert dear.status_reason is not None
    assert "set aside 1220 USD, the" in dear.status_reason.message  # no zeros after the point
    assert desk.order(desk.place("buy", "33")).status == "filled"
    assert power(desk) == 10


def test_m_a_flip_adds_only_what_goes_beyond_what_was_held() -> None:
    desk = trading_desk("10000")
    desk.quote("30", "30")
    desk.place("buy", "300")
    assert reason_of(desk.order(desk.place("sell", "700", "30", "fok"))) == "insufficient_margin"
    assert desk.order(desk.place("sell", "600")).status == "filled"
    assert desk.holding.quantity == -300
    assert power(desk) == 1000


def test_orders_that_only_reduce_are_always_allowed() -> None:
    desk = trading_desk("1000")
    desk.place("buy", "100")
    desk.quote("5", "5")
    assert power(desk) == 0
    desk.quote("4", "6")
    assert desk.order(desk.place("sell", "60", "7")).status == "working"
    assert desk.order(desk.place("sell", "40")).status == "filled"


def test_a_short_sets_aside_its_full_value() -> None:
    desk = trading_desk("1000")
    assert desk.order(desk.place("sell", "100")).status == "filled"
    assert power(desk) == 0
    assert reason_of(desk.order(desk.place("sell", "1"))) == "insufficient_margin"
    assert desk.order(desk.place("buy", "100")).status == "filled"


def test_a_sell_below_the_market_sets_aside_what_the_market_would_pay() -> None:
    desk = trading_desk("1000")
    assert reason_of(desk.order(desk.place("sell", "200", "1", "fok"))) == "insufficient_margin"


def test_open_orders_reserve_the_larger_of_the_two_sides() -> None:
    desk = trading_desk("1000")
    desk.place("buy", "50", "9")
    assert power(desk) == 550
    desk.place("sell", "40", "11")
    assert power(desk) == 550
    desk.place("sell", "10", "11")
    assert power(desk) == 450
    assert reason_of(desk.order(desk.place("buy", "64", "9"))) == "insufficient_margin"
    assert desk.order(desk.place("buy", "61", "9")).status == "working"


def test_what_ends_gives_back_what_it_reserved() -> None:
    desk = trading_desk("1000")
    order = desk.place("buy", "50", "9")
    assert power(desk) == 550
    desk.cancel(order)
    assert power(desk) == 1000
    assert not desk.state.exposures


def test_a_market_order_without_a_market_reserves_nothing_until_it_is_known() -> None:
    desk = Desk(balance="1000")
    rich, poor = desk.place("buy", "90"), desk.place("buy", "20")
    assert power(desk) == 1000
    desk.quote("10", "10")
    desk.activate()
    assert desk.order(rich).status == "filled"
    assert figures(desk.order(poor).status, reason_of(desk.order(poor))) == [
        "canceled",
        "insufficient_margin",
    ]


def test_a_modify_that_costs_more_than_there_is_changes_nothing() -> None:
    desk = trading_desk("1000")
    order = desk.place("buy", "50", "9")
    with pytest.raises(TradingError) as caught:
        desk.modify(order, quantity="112")
    assert figures(caught.value.code, caught.value.order_id) == ["insufficient_margin", order]
    assert desk.order(order).version == 1
    desk.modify(order, quantity="111")
    assert power(desk) == 1


def test_the_account_shows_what_it_is_worth() -> None:
    desk = trading_desk()
    desk.place("buy", "100")
    desk.place("buy", "10", "9")
    desk.quote("12", "12.5")
    account = desk.account
    shown = figures(account.balance, account.unrealized_pnl, account.equity)
    assert shown == [100_000, 200, 100_200]
    assert figures(account.margin_used, account.margin_reserved) == [1200, 90]
    assert figures(account.buying_power, account.realized_pnl) == [98_910, 0]
    assert account.flags == ()


def test_a_position_without_a_market_is_said_to_be_unknown_never_zero() -> None:
    desk = trading_desk()
    desk.place("buy", "100")
    desk.market.books.clear()
    account = desk.account
    assert account.flags == ("no_market:AAPL",)
    assert (account.equity, account.unrealized_pnl, account.buying_power) == (None, None, None)
    assert account.balance == 100_000
    assert power(desk) == 99_000
