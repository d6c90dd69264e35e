"""The same client order id: the first answer again, or a refusal."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.domain.paper_desk import figures, open_desk, refused
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.requests import first_answer

PLACE = PlaceOrder(
    symbol="AAPL",
    side="buy",
    kind="limit",
    quantity=Decimal(400),
    limit_price=Decimal("10.05"),
    client_order_id="mine",
)


def test_the_same_request_gets_the_first_answer_whatever_happened_since() -> None:
    desk = open_desk()
    assert first_answer(desk.state, PLACE) is None
    desk.do(PLACE)
    first = first_answer(desk.state, PLACE)
    assert first is not None
    assert figures(first.status, first.filled_quantity) == ["partially_filled", 300]
    desk.quote("10", "10.03")
    assert desk.order(first.id).status == "filled"
    assert first_answer(desk.state, PLACE) == first


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(PLACE, quantity=Decimal(401)), id="quantity"),
        pytest.param(replace(PLACE, limit_price=Decimal(10)), id="price"),
        pytest.param(replace(PLACE, side="sell"), id="side"),
        pytest.param(replace(PLACE, time_in_force="day"), id="time in force"),
        pytest.param(replace(PLACE, kind="market", limit_price=None), id="type"),
        pytest.param(replace(PLACE, tag="x"), id="tag"),
    ],
)
def test_another_request_with_the_same_id_is_refused(other: PlaceOrder) -> None:
    desk = open_desk()
    desk.do(PLACE)
    error = refused(lambda: first_answer(desk.state, other))
    assert figures(error.code, error.order_id) == ["duplicate_client_order_id", "acc-1-o1"]


def test_a_rejected_order_keeps_its_id() -> None:
    desk = open_desk("100")
    desk.do(PLACE)
    first = first_answer(desk.state, PLACE)
    assert first is not None
    assert first.status == "rejected"


def test_an_id_that_is_made_up_is_new() -> None:
    desk = open_desk()
    desk.place("buy", "1", client_order_id="acc-1-o2")
    assert desk.order(desk.place("buy", "1")).client_order_id == "acc-1-o2-"
    assert desk.order(desk.place("buy", "1")).client_order_id == "acc-1-o3"
