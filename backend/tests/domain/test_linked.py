"""OCO, OTO and brackets: what a fill, an end or a change of one order means to the others."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests.domain.paper_desk import SESSION_MS, Desk, SaidMarket, figures, open_desk, refused
from trading_api.domain.commands import (
    CancelAllOrders,
    OrderGroup,
    PlaceOrder,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import Order, Side, Trail
from trading_api.domain.requests import first_answer


def bracket(
    desk: Desk, quantity: str = "100", limit: str | None = None, **more: Any
) -> tuple[OrderId, OrderId, OrderId]:
    """Entry, stop and target of a long; the exits at 9.85 and 10.45 unless told otherwise."""
    exits: dict[str, Any] = {
        "take_profit": TakeProfit(Decimal(more.pop("target", "10.45"))),
        "stop_loss": StopLoss(stop_price=Decimal(more.pop("stop", "9.85"))),
    }
    desk.place(more.pop("side", "buy"), quantity, limit, **exits, **more)
    last = desk.state.order_count
    entry, stop, target = (OrderId(f"acc-1-o{last - n}") for n in (2, 1, 0))
    return entry, stop, target


def leg(side: Side, quantity: str = "10", **how: Any) -> PlaceOrder:
    for name in ("limit_price", "stop_price"):
        if name in how:
            how[name] = Decimal(how[name])
    kind = how.pop("kind", "stop" if "stop_price" in how else "limit")
    return PlaceOrder(symbol="AAPL", side=side, kind=kind, quantity=Decimal(quantity), **how)


def oco(desk: Desk, quantity: str = "10") -> tuple[OrderId, OrderId]:
    """Two ways out of a long: a limit at 10.45, a stop at 9.85."""
    group = OrderGroup("oco", (leg("sell", quantity, stop_price="9.85"),))
    stop = desk.place("sell", quantity, "10.45", group=group)
    return stop, OrderId(f"acc-1-o{desk.state.order_count - 1}")


def status(desk: Desk, *orders: OrderId) -> list[tuple[str, str | None]]:
    return [(each.status, _code(each)) for each in map(desk.order, orders)]


def _code(order: Order) -> str | None:
    return None if order.status_reason is None else order.status_reason.code


def leaves(desk: Desk, *orders: OrderId) -> list[object]:
    return [desk.order(each).leaves for each in orders]


# --- brackets


def test_the_exits_wait_for_the_entry_and_know_it() -> None:
    desk = open_desk()
    entry, stop, target = bracket(desk, limit="9.90")
    assert status(desk, entry, stop, target) == [
        ("working", None),
        ("held", "waits_for_parent"),
        ("held", "waits_for_parent"),
    ]
    for each in (stop, target):
        order = desk.order(each)
        assert figures(order.parent_id, order.parent_type, order.group_type) == [
            entry,
            "order",
            "bracket",
        ]
        assert figures(order.side, order.reduce_only, order.quantity) == ["sell", True, 100]
    assert len({desk.order(each).group_id for each in (entry, stop, target)}) == 1
    assert not desk.state.exposures["AAPL"].sell_quantity
    desk.activate()
    assert desk.order(stop).status == "held"


@pytest.mark.parametrize(
    ("bid", "price", "done", "ended"), [("10.45", "10.45", 2, 1), ("9.80", "9.8", 1, 2)]
)
def test_one_exit_ends_the_other(bid: str, price: str, done: int, ended: int) -> None:
    desk = open_desk()
    orders = bracket(desk)
    assert status(desk, *orders) == [("filled", None), ("working", None), ("working", None)]
    desk.quote(f"{bid}x500", "10.50x500")
    assert desk.fills == ["100 @ 10.02", f"100 @ {price}"]
    assert status(desk, orders[done], orders[ended]) == [
        ("filled", None),
        ("canceled", "oco_filled"),
    ]
    assert desk.holding.quantity == 0
    assert not desk.state.groups


def test_exits_work_for_what_was_filled_and_grow_with_it() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    entry, stop, target = bracket(desk, limit="10.05")
    assert leaves(desk, entry, stop, target) == [40, 60, 60]
    desk.quote("10x500", "10.04x30")
    assert leaves(desk, entry, stop, target) == [10, 90, 90]
    desk.quote("10x500", "10.03x30")
    assert leaves(desk, entry, stop, target) == [0, 100, 100]


def test_a_partial_exit_takes_as_much_from_the_other_and_what_comes_later_is_added() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    entry, stop, target = bracket(desk, limit="10.05")
    desk.quote("10.45x20", "10.50x500")
    assert leaves(desk, entry, stop, target) == [40, 40, 40]
    desk.quote("10x500", "10.04x40")
    assert leaves(desk, entry, stop, target) == [0, 80, 80]
    assert desk.holding.quantity == 80
    desk.quote("9.80x500", "9.82x500")
    assert status(desk, stop, target) == [("filled", None), ("canceled", "oco_filled")]
    assert desk.holding.quantity == 0


def test_an_exit_that_is_filled_first_ends_the_rest_of_its_entry() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    entry, stop, target = bracket(desk, limit="10.05")
    desk.quote("10.45x60", "10.50x500")
    assert status(desk, entry, stop, target) == [
        ("canceled", "exit_filled"),
        ("canceled", "oco_filled"),
        ("filled", None),
    ]
    assert desk.order(entry).filled_quantity == 60


def test_a_canceled_entry_ends_exits_that_wait_and_leaves_those_that_protect() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x60")
    entry, stop, target = bracket(desk, limit="9.90")
    desk.cancel(entry)
    assert status(desk, stop, target) == [("canceled", "parent_ended")] * 2
    entry, stop, target = bracket(desk, limit="10.05")
    desk.cancel(entry)
    assert leaves(desk, entry, stop, target) == [0, 60, 60]


def test_in_full_mode_nothing_works_until_the_entry_is_filled() -> None:
    desk = Desk(SaidMarket(linked_mode="full"))
    desk.quote("10x500", "10.02x60")
    entry, stop, target = bracket(desk, limit="10.05")
    assert desk.order(stop).status == "held"
    other, other_stop, _ = bracket(desk, limit="10.05")
    desk.quote("10x500", "10.04x100")
    assert status(desk, entry, stop, target)[1:] == [("working", None)] * 2
    assert leaves(desk, stop, target) == [100, 100]
    desk.cancel(other)
    assert status(desk, other_stop) == [("canceled", "parent_ended")]
    reason = desk.order(other_stop).status_reason
    assert reason is not None
    assert "60 of 100 filled" in reason.message


def test_an_entry_that_expires_takes_its_exits_along() -> None:
    desk = open_desk()
    orders = bracket(desk, limit="9.90", tif="day")
    assert len({desk.order(each).expire_at for each in orders}) == 1
    desk.market.now += SESSION_MS
    desk.expire()
    assert {desk.order(each).status for each in orders} <= {"expired", "canceled"}
    assert not desk.state.tickets


def test_canceling_one_exit_leaves_the_other() -> None:
    desk = open_desk()
    _, stop, target = bracket(desk)
    desk.cancel(target)
    assert status(desk, stop) == [("working", None)]
    desk.quote("9.80x500", "9.82x500")
    assert desk.holding.quantity == 0


def test_cancel_all_ends_a_bracket_once() -> None:
    desk = open_desk()
    orders = bracket(desk, limit="9.90")
    desk.do(CancelAllOrders())
    assert {desk.order(each).status for each in orders} == {"canceled"}
    assert [desk.order(each).version for each in orders] == [2, 2, 2]


def test_the_exits_of_a_changed_entry_are_as_large_as_it() -> None:
    desk = open_desk()
    entry, stop, target = bracket(desk, limit="9.90")
    desk.modify(entry, quantity="40")
    assert [desk.order(each).quantity for each in (stop, target)] == [40, 40]
    desk.modify(stop, stop_price="9.50")
    assert desk.order(stop).stop_price == Decimal("9.5")
    assert refused(lambda: desk.modify(stop, quantity="5")).code == "immutable_field"


def test_a_stop_that_the_entry_jumped_over_acts_at_once() -> None:
    desk = open_desk()
    entry, stop, target = bracket(desk, limit="9.90")
    desk.market.say("AAPL", "9.50x500", "9.52x500", opening=True)
    desk.quote_again("AAPL")
    assert desk.fills == ["100 @ 9.52", "100 @ 9.5"]
    assert status(desk, entry, stop, target) == [
        ("filled", None),
        ("filled", None),
        ("canceled", "oco_filled"),
    ]


def test_a_bracket_may_trail_and_a_short_is_mirrored() -> None:
    desk = open_desk()
    stop = StopLoss(trail=Trail("absolute", Decimal("0.20")))
    desk.place("sell", "10", take_profit=TakeProfit(Decimal(9)), stop_loss=stop)
    trailing = desk.order(OrderId("acc-1-o2"))
    assert figures(trailing.kind, trailing.side, trailing.stop_price) == [
        "trailing_stop",
        "buy",
        Decimal("10.22"),
    ]
    desk.quote("9.50x500", "9.52x500")
    assert desk.order(OrderId("acc-1-o2")).stop_price == Decimal("9.72")


def test_exits_never_touch_what_was_there_before() -> None:
    desk = open_desk()
    desk.place("buy", "200")
    _entry, stop, target = bracket(desk)
    desk.quote("10.45x30", "10.50x500")
    assert leaves(desk, stop, target) == [70, 70]
    desk.quote("9.80x500", "9.82x500")
    assert desk.holding.quantity == 200


def test_the_exits_of_an_entry_that_flips_a_position_are_for_what_it_opened() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x500")
    desk.place("buy", "1")
    desk.quote("10x1", "10.02x500")
    entry, stop, target = bracket(desk, "2", "10", side="sell", stop="10.45", target="9.85")
    assert leaves(desk, entry, stop, target) == [1, 1, 1]
    assert status(desk, stop, target) == [("held", "waits_for_parent")] * 2
    desk.quote("10.01x500", "10.02x500")
    assert desk.holding.quantity == -1
    assert status(desk, entry, stop, target) == [("filled", None), *[("working", None)] * 2]
    assert leaves(desk, stop, target) == [1, 1]
    desk.quote("9.84x500", "9.85x500")
    assert status(desk, stop, target) == [("canceled", "oco_filled"), ("filled", None)]
    assert desk.holding.quantity == 0
    assert desk.folded_again() == desk.state


@pytest.mark.parametrize("mode", ["partial", "full"])
def test_an_entry_of_many_fills_protects_all_that_it_opened(mode: str) -> None:
    desk = Desk(SaidMarket(linked_mode=mode))
    desk.quote("10x500", "10.02x500")
    desk.place("buy", "4")
    desk.quote("10x3", "10.02x500")
    entry, stop, target = bracket(desk, "10", "10", side="sell", stop="10.45", target="9.85")
    desk.modify(entry, quantity="12")
    assert leaves(desk, stop, target) == [9, 9]
    desk.quote("10.01x3", "10.02x500")
    desk.quote("10.02x500", "10.03x500")
    assert figures(desk.order(entry).status, desk.holding.quantity) == ["filled", -8]
    assert leaves(desk, stop, target) == [8, 8]


def test_an_entry_that_only_closes_has_no_exits() -> None:
    desk = open_desk()
    desk.place("buy", "3")
    entry, stop, target = bracket(desk, "3", side="sell", stop="10.45", target="9.85")
    assert desk.holding.quantity == 0
    assert status(desk, entry, stop, target) == [
        ("filled", None),
        *[("canceled", "nothing_to_reduce")] * 2,
    ]
    assert not desk.state.tickets


# --- oco and oto


def test_a_partial_fill_of_one_takes_from_the_other_in_the_same_step() -> None:
    desk = open_desk()
    desk.place("buy", "10")
    stop, limit = oco(desk)
    desk.quote("10.45x4", "10.50x500")
    step = desk.decisions[-1]
    assert any(change.route == "executions" for change in step.changes)
    told = [c.value for c in step.changes if isinstance(c.value, Order)]
    assert {each.id for each in told} == {stop, limit}
    assert leaves(desk, stop, limit) == [6, 6]
    desk.quote("9.80x500", "9.82x500")
    assert status(desk, stop, limit) == [("filled", None), ("canceled", "oco_filled")]
    assert desk.holding.quantity == 0


def test_of_two_that_one_quote_could_fill_the_stop_goes_first() -> None:
    desk = Desk(SaidMarket(trigger_source="last"))
    desk.quote("10x500", "10.02x500")
    desk.place("buy", "10")
    stop, limit = oco(desk)
    desk.market.say("AAPL", "10.50x500", "10.52x500", last="9.80")
    desk.quote_again("AAPL")
    assert status(desk, stop, limit) == [("filled", None), ("canceled", "oco_filled")]
    assert desk.fills[1:] == ["10 @ 10.5"]


def test_an_oco_of_both_sides_catches_a_breakout_either_way() -> None:
    desk = open_desk()
    group = OrderGroup("oco", (leg("sell", stop_price="9.80"),))
    up = desk.place("buy", "10", stop_price="10.20", group=group)
    desk.quote("9.80x500", "9.82x500")
    assert desk.holding.quantity == -10
    assert status(desk, OrderId("acc-1-o1")) == [("canceled", "oco_filled")]
    assert up == "acc-1-o2"


def test_a_child_that_was_changed_while_it_waited_sets_its_margin_aside_once() -> None:
    desk = open_desk("150")
    group = OrderGroup("oto", (leg("buy", "10", limit_price="9.00"),))
    desk.place("buy", "1", "9.90", group=group)
    parent, child = OrderId("acc-1-o1"), OrderId("acc-1-o2")
    desk.modify(child, limit_price="9.50")
    assert desk.account.margin_reserved == Decimal("9.90")
    desk.quote("9.88x500", "9.90x500")
    assert status(desk, parent, child) == [("filled", None), ("working", None)]


def test_an_oto_child_works_for_its_share_of_what_its_parent_got() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x3")
    group = OrderGroup("oto", (leg("sell", "20", limit_price="11"),))
    desk.place("buy", "10", "10.05", group=group)
    parent, child = OrderId("acc-1-o1"), OrderId("acc-1-o2")
    assert figures(desk.order(child).status, desk.order(child).quantity) == ["working", 6]
    desk.quote("10x500", "10.03x500")
    assert figures(desk.order(parent).status, desk.order(child).quantity) == ["filled", 20]


def test_a_child_that_cannot_be_afforded_when_its_turn_comes_is_canceled() -> None:
    desk = open_desk("1000")
    group = OrderGroup("oto", (leg("buy", "90", limit_price="9.50"),))
    desk.place("buy", "90", "10.02", group=group)
    assert status(desk, OrderId("acc-1-o1"), OrderId("acc-1-o2")) == [
        ("filled", None),
        ("canceled", "insufficient_margin"),
    ]


def test_a_group_is_placed_as_a_whole_or_not_at_all() -> None:
    desk = open_desk("1000")
    group = OrderGroup(
        "oco", (leg("buy", "90", limit_price="10"), leg("buy", "90", limit_price="9"))
    )
    order = desk.order(desk.place("buy", "90", "9.9", group=group))
    assert figures(desk.state.order_count, order.status) == [1, "rejected"]
    assert order.status_reason is not None
    assert order.status_reason.message.startswith("group.orders[0]: the order would set aside")


def test_a_group_at_a_closed_market_is_held_and_acts_at_the_opening() -> None:
    desk = open_desk()
    desk.place("buy", "10")
    desk.quote("10", "10.02", open=False)
    stop, limit = oco(desk)
    assert status(desk, stop, limit) == [("held", "market_closed")] * 2
    desk.market.say("AAPL", "9.50x500", "9.52x500", opening=True)
    desk.activate()
    assert status(desk, stop, limit) == [("filled", None), ("canceled", "oco_filled")]


TP, SL = TakeProfit(Decimal("10.45")), StopLoss(stop_price=Decimal("9.85"))


@pytest.mark.parametrize(
    ("how", "field"),
    [
        pytest.param({"take_profit": TakeProfit(Decimal(10))}, "take_profit.limit_price", id="tp"),
        pytest.param(
            {"stop_loss": StopLoss(stop_price=Decimal(11))}, "stop_loss.stop_price", id="sl"
        ),
        pytest.param(
            {"limit": "9", "stop_loss": StopLoss(stop_price=Decimal(9))},
            "stop_loss.stop_price",
            id="sl at the limit",
        ),
        pytest.param(
            {"take_profit": TP, "stop_loss": StopLoss(stop_price=Decimal("10.45"))},
            "take_profit.limit_price",
            id="both at one price",
        ),
        pytest.param(
            {"take_profit": TakeProfit(Decimal("10.455"))}, "take_profit.limit_price", id="tick"
        ),
        pytest.param({"stop_loss": StopLoss()}, "stop_loss", id="no stop"),
        pytest.param(
            {"stop_loss": StopLoss(limit_price=Decimal(9), trail=Trail("absolute", Decimal(1)))},
            "stop_loss.limit_price",
            id="trail and limit",
        ),
        pytest.param(
            {"stop_loss": StopLoss(trail=Trail("percent", Decimal(0)))},
            "stop_loss.trail.value",
            id="trail",
        ),
        pytest.param({"take_profit": TP, "tif": "ioc"}, "time_in_force", id="ioc"),
        pytest.param({"stop_loss": SL, "reduce_only": True}, "reduce_only", id="reduce"),
        pytest.param(
            {"stop_loss": SL, "group": OrderGroup("oto", (leg("sell", limit_price="11"),))},
            "group",
            id="both forms",
        ),
        pytest.param({"limit": "9", "group": OrderGroup("oco", ())}, "group.orders", id="empty"),
        pytest.param(
            {"limit": "9", "group": OrderGroup("oco", (leg("buy", "2", limit_price="8"),))},
            "group.orders[0].quantity",
            id="another quantity",
        ),
        pytest.param(
            {"limit": "9", "group": OrderGroup("oco", (leg("buy", "1", limit_price="8.001"),))},
            "group.orders[0].limit_price",
            id="tick of a leg",
        ),
        pytest.param(
            {"limit": "9", "group": OrderGroup("oco", (leg("buy", "1", kind="market"),))},
            "group.orders[0].type",
            id="market leg",
        ),
        pytest.param(
            {
                "limit": "9",
                "group": OrderGroup("oto", (leg("buy", "1", kind="market", time_in_force="fok"),)),
            },
            "group.orders[0].time_in_force",
            id="fok leg",
        ),
    ],
)
def test_linked_orders_that_do_not_fit_are_named_and_leave_no_trace(
    how: dict[str, Any], field: str
) -> None:
    desk = open_desk()
    before = desk.state
    error = refused(lambda: desk.place("buy", "1", **how))
    assert [each.field for each in error.errors] == [field]
    assert desk.state is before


def test_client_order_ids_of_a_group_are_its_own() -> None:
    desk = open_desk()
    desk.place("buy", "1", "9", client_order_id="a")
    for other in ("a", "b"):
        group = OrderGroup("oco", (leg("buy", "1", limit_price="8", client_order_id=other),))
        place = partial(desk.place, "buy", "1", "9", client_order_id="b", group=group)
        assert refused(place).code == "duplicate_client_order_id"
    group = OrderGroup("oco", (leg("buy", "1", limit_price="8", client_order_id="c"),))
    desk.place("buy", "1", "9", client_order_id="b", group=group)
    assert desk.state.first_answers["c"].limit_price == 8


def test_a_bracket_that_comes_again_is_known() -> None:
    desk = open_desk()
    request = PlaceOrder(
        symbol="AAPL",
        side="buy",
        kind="market",
        quantity=Decimal(1),
        client_order_id="mine",
        stop_loss=SL,
    )
    desk.do(request)
    first = first_answer(desk.state, request)
    assert first is not None
    assert figures(first.status, first.id) == ["filled", "acc-1-o1"]
    plain = PlaceOrder(
        symbol="AAPL", side="buy", kind="market", quantity=Decimal(1), client_order_id="mine"
    )
    error = refused(lambda: first_answer(desk.state, plain))
    assert error.code == "duplicate_client_order_id"
