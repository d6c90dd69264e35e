"""When an order's time is over, and what it may reduce."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.domain.paper_desk import START, Desk, SaidMarket, figures, open_desk, refused
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.requests import first_answer


def reason(desk: Desk, order_id: Any) -> tuple[str, str | None]:
    order = desk.order(order_id)
    return order.status, None if order.status_reason is None else order.status_reason.code


def test_a_gtd_order_ends_at_its_instant() -> None:
    desk = open_desk()
    order = desk.place("buy", "1", "9", "gtd", expire_at=START + 5000)
    desk.market.now += 4999
    desk.expire()
    assert reason(desk, order) == ("working", None)
    desk.market.now += 1
    desk.quote("8", "8.5")
    assert reason(desk, order) == ("expired", "expire_at_reached")


def test_the_end_of_a_gtd_order_can_be_moved_into_the_future_only() -> None:
    desk = open_desk()
    order, other = (
        desk.place("buy", "1", "9", "gtd", expire_at=START + 5000),
        desk.place("buy", "1", "9"),
    )
    desk.modify(order, expire_at=START + 9000)
    assert figures(desk.order(order).expire_at, desk.order(order).version) == [START + 9000, 2]
    assert refused(lambda: desk.modify(order, expire_at=START)).code == "invalid_payload"
    assert refused(lambda: desk.modify(other, expire_at=START + 1)).code == "invalid_payload"


def test_a_gtc_order_may_have_a_greatest_age() -> None:
    desk = Desk(SaidMarket(gtc_max_age_ms=1000))
    desk.quote("10", "10.02")
    order = desk.place("buy", "1", "9")
    assert desk.order(order).expire_at == START + 1000
    desk.market.now += 1000
    desk.expire()
    assert reason(desk, order) == ("expired", "max_age_reached")


def test_reduce_only_without_a_position_ends_at_once_and_says_why() -> None:
    desk = open_desk()
    for side in ("buy", "sell"):
        order = desk.place(side, "1", reduce_only=True)
        assert reason(desk, order) == ("canceled", "nothing_to_reduce")
    assert desk.fills == []


def test_reduce_only_never_turns_the_position_around() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    order = desk.place("sell", "150", reduce_only=True)
    assert figures(desk.order(order).status, desk.order(order).quantity) == ["filled", 100]
    assert desk.holding.quantity == 0


def test_reduce_only_does_not_grow_what_it_points_away_from() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    assert reason(desk, desk.place("buy", "1", reduce_only=True))[1] == "nothing_to_reduce"


def test_the_quantity_of_reduce_only_orders_follows_the_position() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    limit = desk.place("sell", "100", "11", reduce_only=True)
    stop = desk.place("sell", "80", stop_price="9", reduce_only=True)
    desk.place("sell", "40")
    assert [desk.order(each).quantity for each in (limit, stop)] == [60, 60]
    desk.place("buy", "40")
    assert [desk.order(each).quantity for each in (limit, stop)] == [60, 60]
    desk.quote("11x100", "11.02x300")
    assert reason(desk, limit) == ("filled", None)
    assert desk.order(stop).quantity == 40
    desk.place("sell", "40")
    assert reason(desk, stop) == ("canceled", "nothing_to_reduce")
    assert not desk.state.reducing


def test_a_reduce_only_order_that_is_raised_is_cut_again() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    order = desk.place("sell", "50", "11", reduce_only=True)
    desk.modify(order, quantity="500")
    assert desk.order(order).quantity == 100


def test_a_held_reduce_only_order_is_judged_when_it_activates() -> None:
    desk = open_desk()
    desk.place("buy", "10")
    desk.quote("10", "10.02", open=False)
    order = desk.place("sell", "25", reduce_only=True)
    assert figures(desk.order(order).status, desk.order(order).quantity) == ["held", 25]
    desk.market.say("AAPL", "10", "10.02", opening=True)
    desk.activate()
    assert figures(desk.order(order).status, desk.order(order).quantity) == ["filled", 10]


def test_what_only_reduces_reserves_nothing() -> None:
    desk = open_desk("1002")
    desk.place("buy", "100")
    for _ in range(3):
        order = desk.place("sell", "100", "11", reduce_only=True)
        assert desk.order(order).status == "working"
    assert not desk.state.exposures


@pytest.mark.parametrize(
    "other",
    [
        {"reduce_only": False},
        {"stop_price": Decimal("10.6")},
        {"expire_at": START + 6000},
        {"quantity": Decimal(151)},
    ],
)
def test_the_same_request_is_known_again_whatever_became_of_the_order(
    other: dict[str, Any],
) -> None:
    desk = open_desk()
    desk.place("sell", "100")
    request = PlaceOrder(
        symbol="AAPL",
        side="buy",
        kind="stop",
        quantity=Decimal(150),
        stop_price=Decimal("10.5"),
        time_in_force="gtd",
        expire_at=START + 5000,
        reduce_only=True,
        client_order_id="mine",
    )
    desk.do(request)
    first = first_answer(desk.state, request)
    assert first is not None
    assert first.quantity == 100
    error = refused(lambda: first_answer(desk.state, replace(request, **other)))
    assert error.code == "duplicate_client_order_id"
