"""Linked orders of an account whose positions are individual."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures
from tests.domain.test_hedging import check_exits, hedging_desk, held
from trading_api.domain.commands import (
    CancelOrder,
    ClosePosition,
    OrderGroup,
    PlaceOrder,
    ReversePosition,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.ids import OrderId, PositionId
from trading_api.domain.orders import OrderType

EXITS: dict[str, Any] = {
    "take_profit": TakeProfit(Decimal(11)),
    "stop_loss": StopLoss(Decimal(9)),
}


def states(desk: Desk) -> list[tuple[str, str, str]]:
    """Status, quantity and reason of every order, oldest first."""
    orders = (desk.order(OrderId(f"acc-1-o{n}")) for n in range(1, desk.state.order_count + 1))
    return [
        (
            order.status,
            f"{order.quantity:f}",
            order.status_reason.code if order.status_reason else "",
        )
        for order in orders
    ]


def leg(side: Any, quantity: int, **prices: Any) -> PlaceOrder:
    kind: OrderType = "limit" if "limit_price" in prices else "stop"
    return PlaceOrder(symbol="AAPL", side=side, kind=kind, quantity=Decimal(quantity), **prices)


def test_exits_grow_over_the_positions_that_their_entry_opens() -> None:
    desk = hedging_desk()
    desk.place("buy", "7")
    desk.quote("10", "10x60")
    desk.place("buy", "100", **EXITS)
    assert states(desk)[2:] == [("working", "60", ""), ("working", "60", "")]
    desk.quote("10", "10.01x40")
    assert held(desk) == {"p1": 7, "p2": 60, "p3": 40}
    assert states(desk)[2:] == [("working", "100", ""), ("working", "100", "")]
    desk.quote("11x70", "11.01")
    assert held(desk) == {"p1": 7, "p3": 30}
    assert states(desk)[2:] == [("working", "30", ""), ("partially_filled", "100", "")]
    desk.quote("8.9", "8.91")
    assert held(desk) == {"p1": 7}
    assert states(desk)[2:] == [("filled", "30", ""), ("canceled", "100", "oco_filled")]


def test_two_brackets_of_one_symbol_do_not_touch_each_other() -> None:
    desk = hedging_desk()
    desk.place("buy", "10", **EXITS)
    desk.place("sell", "20", take_profit=TakeProfit(Decimal(9)), stop_loss=StopLoss(Decimal(12)))
    desk.quote("11", "11.01")
    assert held(desk) == {"p2": -20}
    assert [status for status, _, _ in states(desk)] == [
        "filled",
        "canceled",
        "filled",
        "filled",
        "working",
        "working",
    ]


def test_a_part_that_is_closed_by_hand_takes_its_exits_along() -> None:
    desk = hedging_desk()
    desk.quote("10", "10x60")
    desk.place("buy", "100", **EXITS)
    desk.quote("10", "10.01x40")
    desk.do(ClosePosition("acc-1-p1"))
    assert held(desk) == {"p2": 40}
    assert states(desk)[1:3] == [("working", "40", ""), ("working", "40", "")]
    desk.do(ClosePosition("acc-1-p2", Decimal(15)))
    assert states(desk)[1:3] == [("working", "25", ""), ("working", "25", "")]
    desk.do(ClosePosition("acc-1-p2"))
    assert [reason for _, _, reason in states(desk)[1:3]] == ["nothing_to_reduce"] * 2


def test_exits_of_single_positions_live_and_end_with_them() -> None:
    desk = hedging_desk()
    desk.place("buy", "10")
    desk.place("buy", "20")
    for number in (1, 2):
        desk.do(SetPositionExits(f"acc-1-p{number}", **EXITS))
    desk.place("buy", "5")
    assert [quantity for _, quantity, _ in states(desk)[2:6]] == ["10", "10", "20", "20"]
    desk.do(ClosePosition("acc-1-p1", Decimal(4)))
    assert [quantity for _, quantity, _ in states(desk)[2:6]] == ["6", "6", "20", "20"]
    desk.do(ReversePosition("acc-1-p1"))
    assert [status for status, _, _ in states(desk)[2:6]] == ["canceled"] * 2 + ["working"] * 2
    desk.quote("11", "11.01")
    assert held(desk)["p3"] == 5
    assert "p2" not in held(desk)
    check_exits(desk)


def test_exits_may_be_set_on_what_a_bracket_opened() -> None:
    desk = hedging_desk()
    desk.place("buy", "10", **EXITS)
    desk.do(SetPositionExits("acc-1-p1", take_profit=TakeProfit(Decimal("10.5"))))
    desk.quote("10.5", "10.51")
    assert held(desk) == {}
    assert not desk.state.tickets, "the exits of the entry found nothing left"


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_nothing_is_bought_any_more_once_the_exits_ended_with_the_position(mode: str) -> None:
    desk = Desk(SaidMarket(), mode=mode)
    desk.quote("10", "10x60")
    desk.place("buy", "100", "10", **EXITS)
    position = next(iter(desk.state.holdings))
    desk.do(ClosePosition(position))
    assert states(desk)[:3] == [
        ("canceled", "100", "exits_ended"),
        ("canceled", "60", "nothing_to_reduce"),
        ("canceled", "60", "nothing_to_reduce"),
    ]
    desk.quote("9.9", "9.9x40")
    assert not any(held(desk).values()) if mode == "hedging" else not desk.holding.quantity
    assert desk.folded_again() == desk.state


def test_a_child_of_an_oto_opens_a_position_of_its_own() -> None:
    desk = hedging_desk()
    group = OrderGroup("oto", (leg("sell", 50, limit_price=Decimal(11)),))
    desk.quote("10", "10x60")
    desk.place("buy", "100", group=group)
    assert states(desk)[1] == ("working", "30", "")
    desk.quote("10", "10.01x40")
    assert states(desk)[1] == ("working", "50", "")
    desk.quote("11", "11.01")
    assert held(desk) == {"p1": 60, "p2": 40, "p3": -50}


def test_a_child_that_may_only_reduce_closes_what_its_parent_opened() -> None:
    desk = hedging_desk()
    desk.place("buy", "30")
    child = leg("sell", 100, limit_price=Decimal(11), reduce_only=True)
    desk.place("buy", "100", group=OrderGroup("oto", (child,)))
    desk.quote("11", "11.01")
    assert held(desk) == {"p1": 30}


def test_an_oco_that_names_a_position_closes_that_one_once() -> None:
    desk = hedging_desk()
    desk.place("buy", "10")
    desk.place("buy", "10")
    target: dict[str, Any] = {"position_id": PositionId("acc-1-p2"), "reduce_only": True}
    group = OrderGroup("oco", (leg("sell", 10, stop_price=Decimal(9), **target),))
    desk.place("sell", "10", "11", group=group, **target)
    desk.quote("11x4", "11.01")
    assert held(desk) == {"p1": 10, "p2": 6}
    assert states(desk)[2:] == [("partially_filled", "10", ""), ("working", "6", "")]
    desk.quote("8.9", "8.91")
    assert held(desk) == {"p1": 10}
    assert not desk.state.tickets


def test_a_canceled_entry_leaves_the_exits_of_what_it_got() -> None:
    desk = hedging_desk()
    desk.quote("10", "10x60")
    desk.place("buy", "100", "10", **EXITS)
    desk.do(CancelOrder(OrderId("acc-1-o1")))
    assert states(desk)[1:] == [("working", "60", ""), ("working", "60", "")]
    desk.quote("11", "11.01")
    assert figures(held(desk), len(desk.state.tickets)) == [{}, 0]
