"""Fills by other rules than the default: walking, queues, chance, slippage."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, encoded, figures
from trading_api.domain.chance import draw
from trading_api.domain.rules import (
    BasisPointSlippage,
    ChanceSlippage,
    SizeSlippage,
    SlippageModel,
    TickSlippage,
)


def ruled(bid: str = "10x500", ask: str = "10.02x300", **rules: Any) -> Desk:
    desk = Desk(SaidMarket(**rules))
    desk.quote(bid, ask)
    return desk


# --- more than is displayed


def test_q3_an_order_that_walks_goes_on_at_the_next_price() -> None:
    desk = ruled(liquidity="walk")
    desk.place("buy", "200")
    second = desk.order(desk.place("buy", "200"))
    assert desk.fills == ["200 @ 10.02", "100 @ 10.02", "100 @ 10.03"]
    assert figures(second.status, second.average_price) == ["filled", Decimal("10.025")]


def test_what_was_walked_through_is_gone_until_the_market_displays_anew() -> None:
    desk = ruled(liquidity="walk")
    desk.place("buy", "400")
    desk.place("buy", "300")
    assert desk.fills[2:] == ["200 @ 10.03", "100 @ 10.04"]
    desk.quote("10x500", "10.01x300")
    desk.place("buy", "10")
    assert desk.fills[-1] == "10 @ 10.01"


def test_a_walk_ends_after_so_many_prices_and_never_passes_the_limit() -> None:
    desk = ruled(liquidity="walk", walk_levels=2)
    order = desk.order(desk.place("buy", "2000"))
    assert figures(order.filled_quantity, desk.fills[-1]) == [900, "300 @ 10.04"]
    desk = ruled(liquidity="walk")
    limit = desk.order(desk.place("buy", "900", "10.03"))
    assert figures(limit.filled_quantity, desk.fills[-1]) == [600, "300 @ 10.03"]


def test_a_walk_takes_the_depth_where_it_is_known() -> None:
    desk = ruled(liquidity="walk")
    desk.quote("10x500", "10.02x300", asks="10.02x300 10.10x50 10.40x1000")
    desk.place("buy", "400")
    assert desk.fills == ["300 @ 10.02", "50 @ 10.1", "50 @ 10.4"]
    desk.place("sell", "700")
    assert desk.fills[3:] == ["500 @ 10", "200 @ 9.99"]


def test_a_fok_order_counts_all_that_it_can_reach() -> None:
    desk = ruled(liquidity="walk", walk_levels=1)
    assert desk.order(desk.place("buy", "601", tif="fok")).status == "canceled"
    assert desk.order(desk.place("buy", "301", "10.02", tif="fok")).status == "canceled"
    assert desk.order(desk.place("buy", "600", tif="fok")).status == "filled"
    assert desk.fills == ["300 @ 10.02", "300 @ 10.03"]


def test_where_size_is_ignored_everything_is_filled_at_the_best_price() -> None:
    desk = ruled(liquidity="ignore_size")
    desk.place("buy", "2000")
    desk.place("buy", "50", "9")
    desk.quote("8.9x1", "9x1")
    assert desk.fills == ["2000 @ 10.02", "50 @ 9"]
    assert desk.executions[0].explanation.size_before is None


# --- resting limits


@pytest.mark.parametrize(
    ("policy", "at", "through", "trade_at", "trade_through"),
    [
        ("touch", 10, 10, 7, 7),
        ("cross", 0, 10, 0, 7),
        ("queue", 0, 10, 7, 7),
    ],
)
def test_when_a_resting_limit_is_filled(
    policy: str, at: int, through: int, trade_at: int, trade_through: int
) -> None:
    def filled(event: Any) -> object:
        desk = ruled(limit_fill=policy)
        order = desk.place("buy", "10", "10.01")
        event(desk)
        return desk.order(order).filled_quantity

    assert filled(lambda desk: desk.quote("9.99x500", "10.01x500")) == at
    assert filled(lambda desk: desk.quote("9.98x500", "10x500")) == through
    assert filled(lambda desk: desk.trade(10.01, 7)) == trade_at
    assert filled(lambda desk: desk.trade(10.00, 7)) == trade_through


def test_with_a_probability_some_touches_fill_and_the_draw_can_be_repeated() -> None:
    def run(seed: int) -> Desk:
        desk = ruled(limit_fill="probability", fill_probability=0.5, seed=seed)
        for _ in range(40):
            desk.place("buy", "1", "9")
        desk.quote("8.9x500", "9x500")
        return desk

    first, again, other = run(1), run(1), run(2)
    assert 8 < len(first.fills) < 32
    assert encoded(first.state) == encoded(again.state)
    assert [each.order_id for each in first.executions] != [e.order_id for e in other.executions]
    for execution in first.executions:
        seed = execution.explanation.seed
        assert seed == f"1:{execution.order_id}:{execution.explanation.market_seq}"
        assert draw(seed) < 0.5


def test_trades_use_up_what_stood_before_an_order() -> None:
    desk = ruled(limit_fill="queue")
    order = desk.place("buy", "10", "10")
    desk.trade(10.00, 300)
    desk.trade(10.00, 195)
    assert desk.order(order).filled_quantity == 0
    desk.trade(10.00, 9)
    assert desk.order(order).filled_quantity == 4
    desk.trade(10.00, 9)
    assert desk.order(order).status == "filled"


def test_a_queue_is_joined_at_the_back_again_after_a_change_that_loses_the_turn() -> None:
    desk = ruled(limit_fill="queue")
    order = desk.place("buy", "10", "10")
    desk.trade(10.00, 500)
    desk.modify(order, quantity="8")
    desk.trade(10.00, 1)
    assert desk.order(order).filled_quantity == 1
    desk.modify(order, quantity="9")
    desk.trade(10.00, 400)
    assert desk.order(order).filled_quantity == 1


def test_behind_the_best_price_the_queue_is_the_depth_or_what_the_market_shows_later() -> None:
    desk = ruled(limit_fill="queue")
    desk.quote("10x500", "10.02x300", bids="10x500 9.99x40")
    known, unknown = desk.place("buy", "10", "9.99"), desk.place("buy", "10", "9.98")
    assert figures(*(desk.state.tickets[each].ahead for each in (known, unknown))) == [40, None]
    desk.quote("9.98x30", "10.02x300")
    desk.trade(9.98, 35)
    assert figures(*(desk.order(each).filled_quantity for each in (known, unknown))) == [10, 0]
    desk.trade(9.98, 5)
    assert desk.order(unknown).filled_quantity == 5


def test_inside_the_spread_nobody_stands_before_an_order() -> None:
    desk = ruled(bid="9.98x500", limit_fill="queue")
    order = desk.place("buy", "10", "10")
    desk.trade(10.00, 4)
    assert desk.order(order).filled_quantity == 4


# --- slippage


@pytest.mark.parametrize(
    ("model", "buy", "sell"),
    [
        pytest.param(TickSlippage(ticks=3), "10.05", "9.97", id="ticks"),
        pytest.param(BasisPointSlippage(bps=Decimal(50)), "10.07", "9.95", id="bps"),
        pytest.param(BasisPointSlippage(bps=Decimal(1)), "10.02", "10", id="less than half a tick"),
        pytest.param(SizeSlippage(factor=Decimal(3)), "10.04", "9.99", id="size"),
        pytest.param(ChanceSlippage(probability=1.0), "10.03", "9.99", id="certain"),
        pytest.param(ChanceSlippage(probability=0.0), "10.02", "10", id="impossible"),
    ],
)
def test_what_is_taken_may_cost_more_than_was_displayed(
    model: SlippageModel, buy: str, sell: str
) -> None:
    desk = ruled(slippage=model)
    desk.place("buy", "100")
    desk.place("sell", "100")
    bought, sold = desk.executions
    assert (bought.price, sold.price) == (Decimal(buy), Decimal(sell))
    assert bought.explanation.slippage == Decimal(buy) - Decimal("10.02")
    assert sold.explanation.slippage == 10 - Decimal(sell)


def test_slippage_never_passes_a_limit_and_never_meets_who_rests() -> None:
    desk = ruled(slippage=TickSlippage(ticks=5))
    desk.place("buy", "10", "10.04")
    assert desk.fills == ["10 @ 10.04"]
    assert desk.executions[0].explanation.slippage == Decimal("0.02")
    desk.place("buy", "10", "9.50")
    desk.quote("9.4x500", "9.45x500")
    assert desk.fills[1:] == ["10 @ 9.5"]


def test_slippage_by_chance_tells_its_seed() -> None:
    desk = ruled(slippage=ChanceSlippage(probability=0.5), seed=3)
    for _ in range(40):
        desk.place("buy", "1")
    prices = {f"{each.price:f}" for each in desk.executions}
    assert prices == {"10.02", "10.03"}
    for each in desk.executions:
        assert each.explanation.seed is not None
        assert (draw(each.explanation.seed) < 0.5) is bool(each.explanation.slippage)
