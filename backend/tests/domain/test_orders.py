"""The life of an order: every transition, what may be changed, what is answered again."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.domain.paper_desk import SESSION_MS, START, Desk, figures, open_desk, refused
from trading_api.domain.changing import known_order
from trading_api.domain.commands import CancelAllOrders, ClosePosition
from trading_api.domain.events import (
    Event,
    IllegalTransition,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderChangeRefused,
    OrderExpired,
    OrderFilled,
    OrderPended,
    OrderQueued,
    OrderReplaced,
    OrderTrailed,
    OrderTriggered,
)
from trading_api.domain.ids import OrderId
from trading_api.domain.money import ZERO
from trading_api.domain.orders import Order, StatusReason
from trading_api.domain.progress import fold
from trading_api.domain.rules import Rules


def held(desk: Desk) -> OrderId:
    desk.quote("10x1000", "10.02x300", open=False)
    return desk.place("buy", "10", "10.05", "day")


def working(desk: Desk) -> OrderId:
    return desk.place("buy", "10", "9", "day")


def partially_filled(desk: Desk) -> OrderId:
    return desk.place("buy", "400", "10.05", "day")


def filled(desk: Desk) -> OrderId:
    return desk.place("buy", "10")


def canceled(desk: Desk) -> OrderId:
    order = working(desk)
    desk.cancel(order)
    return order


def expired(desk: Desk) -> OrderId:
    order = working(desk)
    desk.market.now += SESSION_MS
    desk.expire()
    return order


def rejected(desk: Desk) -> OrderId:
    return desk.place("buy", "900000")


def waiting(desk: Desk) -> OrderId:
    return desk.place("sell", "10", tif="day", stop_price="9")


def trailing(desk: Desk) -> OrderId:
    return desk.place("sell", "10", tif="day", trail="0.5")


def triggered(desk: Desk) -> OrderId:
    order = desk.place("sell", "10", "9.95", "day", stop_price="9.90")
    desk.quote("9.9x1000", "10.02x300")
    return order


def pending_new(desk: Desk) -> OrderId:
    desk.market.rules = Rules(latency_ms=100)
    return working(desk)


def pending_cancel(desk: Desk) -> OrderId:
    order = working(desk)
    desk.market.rules = Rules(latency_ms=100)
    desk.cancel(order)
    return order


def pending_replace(desk: Desk) -> OrderId:
    order = working(desk)
    desk.market.rules = Rules(latency_ms=100)
    desk.modify(order, quantity="5")
    return order


OPEN = [held, working, partially_filled]
PENDING = [pending_new, pending_cancel, pending_replace]
FINAL = [filled, canceled, expired, rejected]


@pytest.mark.parametrize("reach", OPEN + PENDING + FINAL)
def test_every_status_is_reached_and_named(reach: Callable[[Desk], OrderId]) -> None:
    desk = open_desk()
    order = desk.order(reach(desk))
    assert order.status == reach.__name__
    assert (order.leaves == 0) == (reach in FINAL)


@pytest.mark.parametrize("reach", OPEN)
def test_an_open_order_can_be_canceled_and_keeps_what_was_filled(
    reach: Callable[[Desk], OrderId],
) -> None:
    desk = open_desk()
    order_id = reach(desk)
    before = desk.order(order_id)
    desk.cancel(order_id)
    after = desk.order(order_id)
    assert figures(after.status, after.version) == ["canceled", before.version + 1]
    assert figures(after.filled_quantity, after.leaves) == [before.filled_quantity, 0]
    assert after.status_reason is None


@pytest.mark.parametrize("reach", OPEN)
def test_an_open_order_can_be_modified_and_stays_what_it_is(
    reach: Callable[[Desk], OrderId],
) -> None:
    desk = open_desk()
    order_id = reach(desk)
    before = desk.order(order_id)
    desk.modify(order_id, quantity="500", version=before.version)
    after = desk.order(order_id)
    assert figures(after.id, after.status, after.quantity) == [before.id, before.status, 500]
    assert after.version == before.version + 1


@pytest.mark.parametrize("reach", FINAL)
def test_a_final_order_can_be_neither_canceled_nor_modified(
    reach: Callable[[Desk], OrderId],
) -> None:
    desk = open_desk()
    order_id = reach(desk)
    for action in (lambda: desk.cancel(order_id), lambda: desk.modify(order_id, quantity="5")):
        error = refused(action)
        assert figures(error.code, error.order_id) == ["order_final", order_id]


def _events(order: Order) -> list[Event]:
    desk = open_desk()
    execution = desk.executions[0] if desk.fills else None
    if execution is None:
        filled(desk)
        execution = desk.executions[0]
    reason = StatusReason("session_ended", "over")
    return [
        OrderActivated(order_id=order.id, time=START, expire_at=None, reserve_price=ZERO),
        OrderTrailed(
            order_id=order.id,
            time=START,
            high_water_mark=Decimal(11),
            stop_price=Decimal(10),
            limit_price=None,
        ),
        OrderTriggered(order_id=order.id, time=START),
        OrderQueued(order_id=order.id, ahead=Decimal(1)),
        OrderPended(order_id=order.id, time=START, acts_at=START),
        OrderChangeRefused(order_id=order.id, time=START, reason=reason),
        OrderFilled(execution=replace(execution, order_id=order.id), pool=None),
        OrderReplaced(
            order_id=order.id,
            time=START,
            quantity=Decimal(5),
            limit_price=None,
            reserve_price=None,
        ),
        OrderCanceled(order_id=order.id, time=START, reason=None),
        OrderExpired(order_id=order.id, time=START, reason=reason),
    ]


CHANGES: set[type] = {OrderReplaced, OrderCanceled, OrderExpired}
TRADES: set[type] = {OrderFilled, OrderQueued}
LEGAL: dict[Callable[[Desk], OrderId], set[type]] = {
    held: CHANGES | {OrderActivated},
    working: CHANGES | TRADES | {OrderPended},
    partially_filled: CHANGES | TRADES | {OrderPended},
    waiting: CHANGES | {OrderTriggered, OrderPended},
    trailing: CHANGES | {OrderTriggered, OrderTrailed, OrderPended},
    triggered: CHANGES | TRADES | {OrderPended},
    pending_new: CHANGES | {OrderActivated, OrderPended},
    pending_cancel: CHANGES | TRADES,
    pending_replace: CHANGES | TRADES | {OrderPended, OrderChangeRefused},
    **{reach: set() for reach in FINAL},
}


@pytest.mark.parametrize("reach", LEGAL)
def test_the_transitions_are_those_of_the_table_and_no_other(
    reach: Callable[[Desk], OrderId],
) -> None:
    desk = open_desk()
    order = desk.order(reach(desk))
    for event in _events(order):
        if type(event) in LEGAL[reach]:
            after = fold(desk.state, [event]).state.orders[order.id]
            assert after.version == order.version + (type(event) is not OrderQueued)
        else:
            with pytest.raises(IllegalTransition, match=f"order {order.id} "):
                fold(desk.state, [event])


def test_nothing_happens_to_an_account_or_order_that_does_not_exist() -> None:
    desk = open_desk()
    order = desk.order(working(desk))
    with pytest.raises(IllegalTransition, match="before the account was opened"):
        fold(None, [OrderAccepted(order=order, reserve_price=ZERO)])
    with pytest.raises(IllegalTransition, match="there is no order"):
        fold(desk.state, [OrderCanceled(order_id=OrderId("x"), time=START, reason=None)])
    with pytest.raises(IllegalTransition, match="is open already"):
        fold(desk.state, desk.decisions[0].events)


def test_a_held_order_works_when_its_market_opens_and_takes_what_is_there() -> None:
    desk = open_desk()
    order = held(desk)
    desk.quote("10x1000", "10.03x300", opening=True)
    desk.activate()
    assert figures(desk.order(order).status, desk.fills) == ["filled", ["10 @ 10.03"]]
    assert desk.order(order).expire_at == desk.market.end_of_session("AAPL")
    assert desk.order(order).status_reason is None


def test_a_held_order_stays_held_while_its_market_is_closed_or_empty() -> None:
    desk = open_desk()
    desk.quote("10", "10.02", open=False)
    order = desk.place("buy", "10")
    desk.activate()
    desk.quote("10", "")
    desk.activate()
    assert desk.order(order).status == "held"


def test_a_day_order_ends_with_its_session_before_anything_is_matched() -> None:
    desk = open_desk()
    order = desk.place("buy", "10", "9", "day")
    assert desk.order(order).expire_at == desk.market.end_of_session("AAPL")
    desk.market.now = desk.market.end_of_session("AAPL")
    desk.quote("8x10", "8.5x10")
    assert figures(desk.order(order).status, desk.fills) == ["expired", []]


def test_a_held_day_order_whose_session_is_over_does_not_work_in_the_next() -> None:
    desk = open_desk()
    desk.quote("10", "10.02", open=False)
    order = desk.place("buy", "10", "11", "day")
    ends = desk.market.end_of_session("AAPL")
    assert figures(desk.order(order).status, desk.order(order).expire_at) == ["held", ends]
    desk.market.now = ends
    desk.market.say("AAPL", "10x10", "10.02x10", opening=True)
    desk.activate()
    assert figures(desk.order(order).status, desk.fills) == ["expired", []]


def test_expiry_leaves_alone_what_has_time() -> None:
    desk = open_desk()
    good, day = desk.place("buy", "1", "9"), desk.place("buy", "1", "9", "day")
    desk.expire()
    assert [desk.order(each).status for each in (good, day)] == ["working", "working"]


def test_a_new_version_is_needed_when_one_is_named() -> None:
    desk = open_desk()
    order = working(desk)
    desk.modify(order, quantity="20", version=1)
    error = refused(lambda: desk.modify(order, quantity="30", version=1))
    assert figures(error.code, error.order_id) == ["version_conflict", order]
    assert "has version 2, not 1" in error.message


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"symbol": "MSFT"}, id="symbol"),
        pytest.param({"side": "sell"}, id="side"),
        pytest.param({"kind": "market"}, id="type"),
        pytest.param({"time_in_force": "gtc"}, id="time_in_force"),
    ],
)
def test_what_an_order_is_cannot_be_changed(change: dict[str, str]) -> None:
    desk = open_desk()
    order = working(desk)
    assert refused(lambda: desk.modify(order, **change)).code == "immutable_field"
    same = {"symbol": "AAPL", "side": "buy", "kind": "limit", "time_in_force": "day"}
    assert desk.modify(order, **same).events == ()


def test_less_than_was_filled_cannot_be_wanted() -> None:
    desk = open_desk()
    order = partially_filled(desk)
    assert refused(lambda: desk.modify(order, quantity="300")).code == "quantity_below_filled"
    desk.modify(order, quantity="301")
    assert desk.order(order).leaves == 1


def test_a_modify_is_checked_like_a_new_order() -> None:
    desk = open_desk()
    order, market = working(desk), desk.place("buy", "400")
    assert refused(lambda: desk.modify(order, quantity="1.5")).code == "bad_lot"
    assert refused(lambda: desk.modify(order, limit_price="9.001")).code == "bad_tick"
    assert refused(lambda: desk.modify(market, limit_price="9")).code == "invalid_payload"
    assert refused(lambda: desk.modify(OrderId("x"), quantity="1")).code == "not_found"


def test_a_better_price_takes_at_once() -> None:
    desk = open_desk()
    order = working(desk)
    desk.modify(order, limit_price="10.02")
    assert figures(desk.order(order).status, desk.fills) == ["filled", ["10 @ 10.02"]]


def test_a_held_order_with_a_better_price_stays_held() -> None:
    desk = open_desk()
    order = held(desk)
    desk.modify(order, limit_price="11")
    assert figures(desk.order(order).status, desk.fills) == ["held", []]


@pytest.mark.parametrize(
    ("change", "first_filled"),
    [
        pytest.param({"quantity": "8"}, True, id="less keeps the turn"),
        pytest.param({"quantity": "12"}, False, id="more loses it"),
        pytest.param({"limit_price": "9.01"}, True, id="a better price goes first"),
        pytest.param({"limit_price": "8.99"}, False, id="a worse price goes last"),
    ],
)
def test_which_change_keeps_the_turn(change: dict[str, str], first_filled: bool) -> None:
    desk = open_desk()
    first, second = desk.place("buy", "10", "9"), desk.place("buy", "10", "9")
    desk.modify(first, **change)
    desk.trade(8.5, 1)
    assert (desk.order(first).filled_quantity == 1) is first_filled
    assert (desk.order(second).filled_quantity == 1) is not first_filled


def test_cancel_all_ends_every_open_order_or_those_of_a_symbol() -> None:
    desk = open_desk()
    first, second, done = working(desk), partially_filled(desk), filled(desk)
    desk.do(CancelAllOrders("MSFT"))
    assert desk.order(first).status == "working"
    decision = desk.do(CancelAllOrders())
    assert [type(event) for event in decision.events[:2]] == [OrderCanceled, OrderCanceled]
    assert {desk.order(each).status for each in (first, second)} == {"canceled"}
    assert desk.order(done).status in ("filled", "canceled")
    assert desk.do(CancelAllOrders()).events == ()


def test_closing_trades_against_the_position() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    desk.do(ClosePosition("AAPL", Decimal(40)))
    desk.do(ClosePosition("AAPL"))
    assert desk.fills == ["100 @ 10.02", "40 @ 10", "60 @ 10"]
    assert desk.holding.quantity == 0
    assert refused(lambda: desk.do(ClosePosition("AAPL"))).code == "not_found"


def test_closing_a_short_buys() -> None:
    desk = open_desk()
    desk.place("sell", "50")
    desk.do(ClosePosition("AAPL"))
    assert desk.fills == ["50 @ 10", "50 @ 10.02"]


def test_a_position_is_not_closed_twice() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    desk.quote("10", "10.02", open=False)
    desk.do(ClosePosition("AAPL", Decimal(60)))
    closing = desk.open_ids[0]
    desk.do(ClosePosition("AAPL", Decimal(40)))
    error = refused(lambda: desk.do(ClosePosition("AAPL")))
    assert figures(error.code, error.order_id) == ["conflict", closing]


def test_more_than_the_position_cannot_be_closed() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    error = refused(lambda: desk.do(ClosePosition("AAPL", Decimal(101))))
    assert error.code == "quantity_out_of_range"
    assert refused(lambda: desk.do(ClosePosition("AAPL", Decimal(0)))).code == error.code


def test_a_position_above_the_largest_order_can_be_closed_as_a_whole() -> None:
    desk = open_desk("100000000")
    desk.quote("10", "10")
    desk.place("buy", "1000000")
    desk.place("buy", "1000000")
    desk.do(ClosePosition("AAPL"))
    assert desk.holding.quantity == 0


def test_an_unknown_order_is_not_found() -> None:
    desk = open_desk()
    assert refused(lambda: known_order(desk.state, OrderId("x"))).code == "not_found"
    assert refused(lambda: desk.cancel(OrderId("x"))).code == "not_found"
