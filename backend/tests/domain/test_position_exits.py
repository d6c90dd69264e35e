"""Exits of a position: as large as it, gone with it, and nobody else's business."""

from decimal import Decimal
from functools import partial

from tests.domain.paper_desk import Desk, figures, open_desk, refused
from trading_api.domain.commands import SetPositionExits, StopLoss, TakeProfit
from trading_api.domain.orders import Order
from trading_api.domain.position_exits import of


def set_exits(desk: Desk, target: str | None = None, stop: str | None = None) -> None:
    take_profit = None if target is None else TakeProfit(Decimal(target))
    stop_loss = None if stop is None else StopLoss(stop_price=Decimal(stop))
    desk.do(SetPositionExits("AAPL", take_profit, stop_loss))


def exits(desk: Desk) -> list[Order]:
    return of(desk.state, "AAPL")


def sizes(desk: Desk) -> list[object]:
    return [order.leaves for order in exits(desk)]


def test_exits_are_as_large_as_the_position_whoever_changes_it() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    set_exits(desk, "10.50", "9.50")
    assert sizes(desk) == [100, 100]
    desk.place("buy", "50")
    assert sizes(desk) == [150, 150]
    desk.place("sell", "120")
    assert sizes(desk) == [30, 30]
    first = exits(desk)[0]
    assert figures(first.parent_id, first.parent_type, first.group_type, first.reduce_only) == [
        "AAPL",
        "position",
        "bracket",
        True,
    ]


def test_one_exit_closes_the_position_and_ends_the_other() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    set_exits(desk, "10.50", "9.50")
    desk.quote("10.50x40", "10.52x500")
    assert sizes(desk) == [60, 60]
    desk.quote("9.40x500", "9.42x500")
    assert desk.holding.quantity == 0
    assert exits(desk) == []


def test_exits_end_when_the_position_is_closed_or_turned_around() -> None:
    for quantity in ("100", "150"):
        desk = open_desk()
        desk.place("buy", "100")
        set_exits(desk, "10.50", "9.50")
        ids = [order.id for order in exits(desk)]
        desk.place("sell", quantity)
        assert exits(desk) == []
        assert [desk.order(each).status for each in ids] == ["canceled", "canceled"]


def test_setting_exits_keeps_what_is_the_same_and_takes_away_what_is_left_out() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    set_exits(desk, "10.50", "9.50")
    stop, target = exits(desk)
    set_exits(desk, "10.50", "9.60")
    assert desk.order(stop.id).status == "canceled"
    assert next(each.id for each in exits(desk)) == target.id
    set_exits(desk, stop="9.60")
    assert [each.kind for each in exits(desk)] == ["stop"]
    set_exits(desk)
    assert exits(desk) == []


def test_other_orders_of_the_symbol_are_left_alone() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    mine = desk.place("sell", "30", "10.60")
    set_exits(desk, "10.50", "9.50")
    set_exits(desk)
    desk.place("sell", "100")
    assert figures(desk.order(mine).status, desk.order(mine).quantity) == ["working", 30]


def test_exits_need_a_position_and_prices_around_the_market() -> None:
    desk = open_desk()
    assert refused(lambda: set_exits(desk, "11")).code == "not_found"
    desk.place("buy", "100")
    before = desk.state
    for target, stop, field in (
        ("9.90", None, "take_profit.limit_price"),
        (None, "10.50", "stop_loss.stop_price"),
        ("10.505", None, "take_profit.limit_price"),
    ):
        error = refused(partial(set_exits, desk, target, stop))
        assert [each.field for each in error.errors] == [field]
    assert desk.state is before


def test_exits_set_while_the_market_is_closed_act_at_the_opening() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    desk.quote("10", "10.02", open=False)
    set_exits(desk, "10.50", "9.50")
    assert [order.status for order in exits(desk)] == ["held", "held"]
    desk.market.say("AAPL", "9.20x500", "9.22x500", opening=True)
    desk.activate()
    assert figures(desk.holding.quantity, exits(desk), desk.fills[1:]) == [0, [], ["100 @ 9.2"]]


def test_a_short_has_its_exits_the_other_way_round() -> None:
    desk = open_desk()
    desk.place("sell", "100")
    set_exits(desk, "9.50", "10.50")
    assert [(order.side, order.kind) for order in exits(desk)] == [
        ("buy", "stop"),
        ("buy", "limit"),
    ]
    desk.quote("10.48x500", "10.50x500")
    assert desk.holding.quantity == 0
