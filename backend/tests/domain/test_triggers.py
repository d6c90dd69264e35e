"""Stops, trailing stops and if-touched orders: when they begin to trade, and at which price."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures, open_desk, refused
from trading_api.domain.commands import MatchQuote
from trading_api.domain.orders import Order


def ruled_desk(**rules: Any) -> Desk:
    desk = Desk(SaidMarket(**rules))
    desk.quote("10x1000", "10.02x300")
    return desk


def code_of(order: Order) -> str | None:
    return None if order.status_reason is None else order.status_reason.code


def test_q7_a_stop_is_a_market_order_from_its_trigger_on_so_a_gap_is_paid() -> None:
    desk = Desk()
    desk.quote("10.06x500", "10.08x500")
    stop = desk.place("buy", "100", stop_price="10.10")
    assert figures(desk.order(stop).status, desk.order(stop).triggered_at, desk.fills) == [
        "working",
        None,
        [],
    ]
    desk.quote("10.23x500", "10.25x500")
    assert figures(desk.order(stop).triggered_at, desk.fills) == [
        desk.market.now,
        ["100 @ 10.25"],
    ]
    assert figures(desk.executions[0].explanation.rule, desk.executions[0].liquidity) == [
        "triggered",
        "taker",
    ]


def test_q8_a_stop_limit_is_a_limit_from_its_trigger_on_and_rests() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x500")
    stop = desk.place("buy", "100", "10.15", stop_price="10.10")
    desk.quote("10.23x500", "10.25x500")
    assert figures(desk.order(stop).triggered_at, desk.fills) == [desk.market.now, []]
    desk.quote("10.12x500", "10.14x500")
    assert desk.fills == ["100 @ 10.15"]


def test_q9_a_trailing_stop_follows_the_best_price_and_never_turns_back() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x500")
    desk.place("buy", "100")
    stop = desk.place("sell", "100", trail="0.50")
    seen = [desk.order(stop).stop_price]
    for bid in ("10.40", "10.10"):
        desk.quote(f"{bid}x500", "10.50x500")
        seen.append(desk.order(stop).stop_price)
    assert seen == [Decimal("9.5"), Decimal("9.9"), Decimal("9.9")]
    assert desk.order(stop).high_water_mark == Decimal("10.4")
    desk.quote("9.88x500", "9.90x500")
    assert desk.fills[1:] == ["100 @ 9.88"]
    assert desk.order(stop).status == "filled"


def test_q12_a_post_only_order_that_would_take_is_rejected() -> None:
    desk = Desk()
    desk.quote("10x500", "10.02x300")
    order = desk.order(desk.place("buy", "100", "10.02", post_only=True))
    assert figures(order.status, code_of(order), desk.fills) == ["rejected", "would_take", []]
    resting = desk.order(desk.place("buy", "100", "10.01", post_only=True))
    assert resting.status == "working"


@pytest.mark.parametrize(
    ("side", "kind", "stop", "quiet", "reached"),
    [
        pytest.param("buy", "stop", "10.10", ("10", "10.09"), ("10", "10.10"), id="buy stop"),
        pytest.param("sell", "stop", "9.90", ("9.91", "10"), ("9.90", "10"), id="sell stop"),
        pytest.param(
            "buy", "market_if_touched", "9.90", ("9.89", "9.91"), ("9.8", "9.90"), id="buy touched"
        ),
        pytest.param(
            "sell",
            "market_if_touched",
            "10.1",
            ("10.09", "10.2"),
            ("10.1", "11"),
            id="sell touched",
        ),
    ],
)
def test_a_stop_listens_to_the_side_that_it_would_take(
    side: str, kind: str, stop: str, quiet: tuple[str, str], reached: tuple[str, str]
) -> None:
    desk = open_desk()
    order = desk.place(side, "5", kind=kind, stop_price=stop)
    desk.quote(*quiet)
    assert desk.order(order).triggered_at is None
    desk.quote(*reached)
    price = Decimal(reached[1] if side == "buy" else reached[0])
    assert figures(desk.order(order).status, desk.order(order).average_price) == ["filled", price]


def test_a_limit_if_touched_becomes_a_limit() -> None:
    desk = open_desk()
    order = desk.place("buy", "5", "9.80", kind="limit_if_touched", stop_price="9.90")
    desk.quote("9.88", "9.90")
    assert figures(desk.order(order).triggered_at, desk.fills) == [desk.market.now, []]
    desk.quote("9.70", "9.80")
    assert desk.fills == ["5 @ 9.8"]


@pytest.mark.parametrize(
    ("source", "by_quote", "by_trade"),
    [("quote", True, False), ("last", False, True), ("mark", False, False)],
)
def test_what_a_stop_listens_to_is_a_rule(source: str, by_quote: bool, by_trade: bool) -> None:
    for happens, expected in (("quote", by_quote), ("trade", by_trade)):
        desk = ruled_desk(trigger_source=source)
        stop = desk.place("buy", "5", stop_price="10.10")
        if happens == "quote":
            desk.quote("10.00", "10.10")
        else:
            desk.trade(10.10, 1)
        assert (desk.order(stop).triggered_at is not None) is expected
        if expected:
            assert desk.fills == ["5 @ 10.1" if happens == "quote" else "5 @ 10.02"]


def test_the_mark_is_the_middle_of_bid_and_ask() -> None:
    desk = ruled_desk(trigger_source="mark")
    stop = desk.place("buy", "5", stop_price="10.11")
    desk.quote("10.10", "10.11")
    assert desk.order(stop).triggered_at is None
    desk.quote("10.10", "10.12")
    assert desk.order(stop).status == "filled"


def test_prices_that_follow_the_market_have_their_one_spelling() -> None:
    desk = ruled_desk(trigger_source="mark")
    desk.place("buy", "10")
    stop = desk.place("sell", "10", "9.8", trail="0.50")
    desk.quote("10.45x500", "10.55x500")
    order = desk.order(stop)
    assert [str(order.high_water_mark), str(order.stop_price)] == ["10.5", "10"]
    desk.quote("11.20x500", "11.22x500")
    order = desk.order(stop)
    assert [str(order.high_water_mark), str(order.limit_price)] == ["11.21", "11"]


@pytest.mark.parametrize(
    ("side", "stop", "kind"),
    [
        ("buy", "10.02", "stop"),
        ("sell", "10", "stop"),
        ("buy", "10.02", "market_if_touched"),
        ("sell", "10", "market_if_touched"),
    ],
)
def test_a_stop_that_the_market_has_passed_is_refused_or_acts_at_once(
    side: str, stop: str, kind: str
) -> None:
    desk = ruled_desk()
    order = desk.order(desk.place(side, "5", kind=kind, stop_price=stop))
    assert figures(order.status, code_of(order)) == ["rejected", "stop_would_trigger"]
    desk = ruled_desk(stop_policy="trigger_now")
    order = desk.order(desk.place(side, "5", kind=kind, stop_price=stop))
    assert figures(order.status, order.triggered_at) == ["filled", desk.market.now]


def test_a_stop_that_the_opening_passed_acts_at_the_opening() -> None:
    desk = Desk()
    desk.quote("10", "10.02", open=False)
    stop = desk.place("sell", "5", stop_price="9.85")
    assert desk.order(stop).status == "held"
    desk.market.say("AAPL", "9.60", "9.62", opening=True)
    desk.activate()
    assert figures(desk.order(stop).status, desk.fills) == ["filled", ["5 @ 9.6"]]


@pytest.mark.parametrize("how", [{"open": False}, {"fresh": False}])
def test_stops_neither_follow_nor_trigger_while_nothing_trades(how: dict[str, Any]) -> None:
    desk = open_desk()
    fixed = desk.place("sell", "5", stop_price="9.90")
    trailing = desk.place("sell", "5", trail="0.50")
    desk.quote("11", "11.02", **how)
    desk.quote("9", "9.02", **how)
    assert desk.order(trailing).stop_price == Decimal("9.5")
    assert desk.order(fixed).triggered_at is None


def test_a_held_trailing_stop_begins_to_follow_at_the_opening() -> None:
    desk = Desk()
    desk.quote("10", "10.02", open=False)
    stop = desk.place("buy", "5", trail="0.50")
    assert figures(desk.order(stop).status, desk.order(stop).stop_price) == ["held", None]
    desk.market.say("AAPL", "9", "9.02", opening=True)
    desk.activate()
    assert figures(desk.order(stop).high_water_mark, desk.order(stop).stop_price) == [
        Decimal("9.02"),
        Decimal("9.52"),
    ]


def test_a_percent_trail_is_rounded_away_from_the_market() -> None:
    desk = open_desk()
    sell = desk.order(desk.place("sell", "5", trail="1.25%"))
    buy = desk.order(desk.place("buy", "5", trail="1.25%"))
    assert (sell.stop_price, buy.stop_price) == (Decimal("9.87"), Decimal("10.15"))


def test_a_trailing_stop_limit_keeps_its_limit_at_one_distance_from_the_stop() -> None:
    desk = open_desk()
    order = desk.place("sell", "5", "9.40", trail="0.50")
    assert desk.order(order).kind == "trailing_stop_limit"
    desk.quote("11", "11.02")
    after = desk.order(order)
    assert (after.stop_price, after.limit_price) == (Decimal("10.5"), Decimal("10.4"))
    desk.quote("10.30", "10.32")
    assert figures(desk.order(order).status, desk.fills) == ["working", []]
    desk.quote("10.40", "10.42")
    assert desk.fills == ["5 @ 10.4"]


def test_a_changed_trail_keeps_the_mark() -> None:
    desk = open_desk()
    stop = desk.place("sell", "5", trail="0.50")
    desk.quote("10.40", "10.42")
    desk.quote("10.20", "10.22")
    desk.modify(stop, trail="0.25")
    after = desk.order(stop)
    assert (after.high_water_mark, after.stop_price) == (Decimal("10.4"), Decimal("10.15"))
    error = refused(lambda: desk.modify(stop, trail="0.10"))
    assert error.code == "stop_would_trigger"


def test_a_trail_wider_than_the_price_stays_above_zero() -> None:
    desk = open_desk()
    assert desk.order(desk.place("sell", "5", trail="50")).stop_price == Decimal("0.01")


def test_stops_reached_by_one_quote_come_after_the_limits_nearest_first() -> None:
    desk = open_desk()
    far = desk.place("sell", "10", stop_price="9.70")
    near = desk.place("sell", "10", stop_price="9.80")
    near_later = desk.place("sell", "10", stop_price="9.80")
    waiting = desk.place("sell", "10", "9.60", kind="stop_limit", stop_price="9.90")
    desk.quote("9.55x5", "9.57x500")
    assert desk.order(waiting).triggered_at is not None
    desk.quote("9.60x25", "9.62x500")
    filled = [desk.order(each).filled_quantity for each in (waiting, near, near_later, far)]
    # the triggered limit rested; the market orders of the stops go before it from then on
    assert filled == [0, 10, 10, 10]


def test_a_stop_reached_now_comes_after_limits_that_were_there() -> None:
    desk = open_desk()
    stop = desk.place("sell", "10", stop_price="9.80")
    desk.quote("9.90x10", "9.92x500")
    desk.place("sell", "10", "9.85")
    limit = desk.place("sell", "10", "9.75")
    desk.quote("9.80x15", "9.82x500")
    assert figures(desk.order(limit).filled_quantity, desk.order(stop).filled_quantity) == [10, 5]


def test_triggered_at_is_kept_and_the_stop_is_history() -> None:
    desk = open_desk()
    order = desk.place("sell", "10", "9.95", stop_price="9.90")
    desk.quote("9.90", "9.92")
    triggered = desk.order(order).triggered_at
    desk.modify(order, limit_price="9.96")
    assert figures(desk.order(order).triggered_at, desk.order(order).status) == [
        triggered,
        "working",
    ]
    error = refused(lambda: desk.modify(order, stop_price="9.80"))
    assert error.code == "immutable_field"


def test_a_stop_moved_beyond_the_market_is_refused_or_acts() -> None:
    desk = open_desk()
    stop = desk.place("sell", "10", stop_price="9.90")
    error = refused(lambda: desk.modify(stop, stop_price="10"))
    assert figures(error.code, error.order_id) == ["stop_would_trigger", stop]
    assert desk.order(stop).version == 1
    desk.modify(stop, stop_price="9.95")
    assert desk.order(stop).stop_price == Decimal("9.95")
    desk = ruled_desk(stop_policy="trigger_now")
    stop = desk.place("sell", "10", stop_price="9.90")
    desk.modify(stop, stop_price="10")
    assert desk.order(stop).status == "filled"


def test_a_post_only_order_is_not_moved_into_the_market() -> None:
    desk = open_desk()
    order = desk.place("buy", "10", "9", post_only=True)
    assert refused(lambda: desk.modify(order, limit_price="10.02")).code == "would_take"
    assert desk.order(order).limit_price == 9


def test_a_held_post_only_order_that_would_take_at_the_opening_ends() -> None:
    desk = Desk()
    desk.quote("10", "10.02", open=False)
    order = desk.place("buy", "10", "10", post_only=True)
    desk.market.say("AAPL", "9.9", "9.95", opening=True)
    desk.activate()
    after = desk.order(order)
    assert figures(after.status, code_of(after), desk.fills) == ["canceled", "would_take", []]


@pytest.mark.parametrize(
    ("how", "field"),
    [
        pytest.param({"kind": "stop"}, "stop_price", id="stop without a stop"),
        pytest.param({"kind": "stop_limit", "stop_price": "11"}, "limit_price", id="no limit"),
        pytest.param({"kind": "trailing_stop"}, "trail", id="no trail"),
        pytest.param({"kind": "market", "stop_price": "11"}, "stop_price", id="market with stop"),
        pytest.param({"kind": "stop", "stop_price": "11", "trail": "1"}, "trail", id="both"),
        pytest.param({"trail": "0"}, "trail.value", id="no width"),
        pytest.param({"trail": "0.001"}, "trail.value", id="off the tick"),
        pytest.param({"trail": "100%"}, "trail.value", id="all of it"),
        pytest.param({"stop_price": "11.001"}, "stop_price", id="stop off the tick"),
        pytest.param({"stop_price": "11", "tif": "ioc"}, "time_in_force", id="stop ioc"),
        pytest.param({"trail": "1", "tif": "fok"}, "time_in_force", id="trail fok"),
        pytest.param({"tif": "gtd"}, "expire_at", id="gtd without an end"),
        pytest.param({"tif": "gtd", "expire_at": 1}, "expire_at", id="gtd in the past"),
        pytest.param({"tif": "day", "expire_at": 2**42}, "expire_at", id="day with an end"),
        pytest.param({"post_only": True}, "post_only", id="market post-only"),
        pytest.param({"limit": "9", "tif": "ioc", "post_only": True}, "post_only", id="ioc post"),
        pytest.param({"stop_price": "11", "post_only": True}, "post_only", id="stop post-only"),
    ],
)
def test_members_that_do_not_fit_are_named_and_leave_no_trace(
    how: dict[str, Any], field: str
) -> None:
    desk = open_desk()
    before = desk.state
    error = refused(lambda: desk.place("buy", "1", **how))
    assert [each.field for each in error.errors] == [field]
    assert desk.state is before


def test_stops_follow_in_the_turn_of_their_arrival_however_they_are_found() -> None:
    """After a restart an index has another order; the events are the same, bit by bit."""
    found: list[object] = []
    for reverse in (False, True):
        desk = ruled_desk()
        placed = [desk.place("sell", "10", trail=trail) for trail in ("0.50", "0.60", "0.70")]
        desk.market.say("AAPL", "10.30x500", "10.32x500")
        ids = tuple(reversed(placed) if reverse else placed)
        found.append(desk.do(MatchQuote("AAPL", ids)).events)
    assert found[0] == found[1]


def test_a_trail_that_is_too_wide_for_the_wire_stays_on_it() -> None:
    desk = ruled_desk()
    wide = desk.place("buy", "10", trail="999999999999999999")
    assert desk.order(wide).stop_price == Decimal("999999999999999999.99")
