"""Trading before the opening and after the close: when it is, and which orders take part."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.paper_desk import EXTENDED_MS, Desk, SaidMarket, figures, refused, share
from trading_api.domain.extended_hours import extended_session, has_extended_hours, phase_session
from trading_api.domain.market import SymbolInfo
from trading_api.domain.orders import Order
from trading_api.domain.preview import preview_order
from trading_api.domain.sessions import SessionError, TradingSession, epoch_ms
from trading_api.shared.calendars import with_calendar

NEW_YORK = ZoneInfo("America/New_York")
HOURS = {"session_premarket": "0400-0930", "session_postmarket": "1600-2000"}
CLOSED: dict[str, Any] = {"open": False, "fresh": False}
EXTENDED: dict[str, Any] = {"open": False, "extended": True}


def listed(**changes: Any) -> SymbolInfo:
    return with_calendar(share(calendar="XNYS", **{**HOURS, **changes}))


def local(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK))


# --- when it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        pytest.param("2024-11-27T03:59:59", "closed", id="night"),
        pytest.param("2024-11-27T04:00", "pre", id="pre-market"),
        pytest.param("2024-11-27T09:29:59", "pre", id="to the opening"),
        pytest.param("2024-11-27T09:30", "open", id="regular"),
        pytest.param("2024-11-27T16:00", "post", id="post-market"),
        pytest.param("2024-11-27T20:00", "closed", id="evening"),
        pytest.param("2024-11-28T05:00", "closed", id="a holiday has none"),
        pytest.param("2024-11-29T12:59:59", "open", id="half day"),
        pytest.param("2024-11-29T13:00", "post", id="after an early close"),
        pytest.param("2024-11-29T16:59:59", "post", id="as long as ever"),
        pytest.param("2024-11-29T17:00", "closed", id="and no longer"),
        pytest.param("2024-11-30T10:00", "closed", id="saturday"),
    ],
)
def test_the_hours_of_new_york(moment: str, phase: str) -> None:
    assert extended_session(listed()).phase(local(moment)) == phase


def test_an_extended_day_ends_with_its_post_market_and_begins_with_its_pre_market() -> None:
    session = extended_session(listed())
    evening = local("2024-11-27T20:00")
    assert session.end_of_session(local("2024-11-27T05:00")) == evening
    assert session.end_of_session(local("2024-11-27T17:00")) == evening
    assert session.end_of_session(evening) == local("2024-11-29T17:00")
    assert session.next_open(evening) == local("2024-11-29T04:00")
    assert not session.has_day(date(2024, 11, 28))
    assert session.holidays == TradingSession.of(listed()).holidays


def test_an_instrument_may_have_one_of_the_two_or_none() -> None:
    early = extended_session(listed(session_postmarket=""))
    assert early.phase(local("2024-11-27T05:00")) == "pre"
    assert early.phase(local("2024-11-27T17:00")) == "closed"
    plain = share()
    assert not has_extended_hours(plain)
    assert extended_session(plain) is TradingSession.of(plain)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"session_premarket": "0400"}, "0400"),
        ({"session": "24x7", "calendar": None}, "AAPL is always open and has no extended hours"),
    ],
)
def test_hours_that_cannot_be_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SessionError, match=message):
        extended_session(share(**{**HOURS, **changes}))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(local("2024-01-01T00:00"), local("2025-12-31T00:00")))
def test_the_phases_part_all_time_between_them(moment: int) -> None:
    info = listed()
    parts = {
        "open": TradingSession.of(info),
        "pre": phase_session(info, "pre"),
        "post": phase_session(info, "post"),
    }
    holding = [name for name, session in parts.items() if session.is_open(moment)]
    whole = extended_session(info)
    assert holding == ([] if whole.phase(moment) == "closed" else [whole.phase(moment)])
    assert whole.is_open(moment) == bool(holding)


# --- which orders take part -----------------------------------------------------------------------


def open_desk(**how: Any) -> Desk:
    desk = Desk(SaidMarket(listed()))
    desk.quote("10x1000", "10.02x300", **how)
    return desk


def reason_of(order: Order) -> str | None:
    return None if order.status_reason is None else order.status_reason.code


def test_a_regular_order_waits_in_extended_hours_and_one_for_them_trades() -> None:
    desk = open_desk(**EXTENDED)
    regular = desk.place("buy", "100", "10.05")
    extended = desk.place("buy", "100", "10.05", session="extended")
    assert figures(desk.order(regular).status, reason_of(desk.order(regular))) == [
        "held",
        "market_closed",
    ]
    assert "in extended hours" in str(desk.order(regular).status_reason)
    assert desk.order(extended).status == "filled"
    assert desk.fills == ["100 @ 10.02"]
    desk.quote("10x1000", "10.03x300", opening=True)
    desk.activate()
    assert desk.fills == ["100 @ 10.02", "100 @ 10.03"]
    assert desk.folded_again() == desk.state


def test_what_rests_from_the_session_is_left_alone_in_extended_hours() -> None:
    desk = open_desk()
    regular = desk.place("buy", "100", "9.90")
    stop = desk.place("sell", "50", stop_price="9.95")
    trail = desk.place("sell", "50", trail="0.50")
    extended = desk.place("buy", "60", "9.90", session="extended")
    mark = desk.order(trail).high_water_mark
    desk.quote("9.80x1000", "9.85x100", **EXTENDED)
    desk.trade(9.80, 500)
    desk.quote("10.90x1000", "10.95x100", **EXTENDED)
    assert desk.fills == ["60 @ 9.9"]
    assert desk.order(extended).status == "filled"
    assert [desk.order(each).status for each in (regular, stop, trail)] == ["working"] * 3
    assert figures(desk.order(stop).triggered_at, desk.order(trail).high_water_mark) == [None, mark]


def test_a_trade_of_extended_hours_fills_what_is_for_them() -> None:
    desk = open_desk(**EXTENDED)
    desk.place("buy", "100", "9.90", session="extended")
    desk.place("buy", "100", "9.95")
    desk.trade(9.89, 30)
    assert desk.fills == ["30 @ 9.9"]


def test_an_order_for_extended_hours_trades_in_the_session_too() -> None:
    desk = open_desk()
    desk.place("buy", "100", "10.05", session="extended")
    assert desk.fills == ["100 @ 10.02"]


def test_it_waits_while_everything_is_closed() -> None:
    desk = open_desk(**CLOSED)
    order = desk.place("buy", "100", "10.05", session="extended", tif="day")
    assert figures(desk.order(order).status, reason_of(desk.order(order))) == [
        "held",
        "market_closed",
    ]
    desk.quote("10x1000", "10.01x300", extended_opening=True, **EXTENDED)
    desk.activate()
    assert desk.fills == ["100 @ 10.01"]


def test_the_first_quote_of_extended_hours_gives_the_better_price_to_what_is_for_them() -> None:
    desk = open_desk(**EXTENDED)
    desk.place("buy", "10", "9.90", session="extended")
    desk.place("buy", "10", "9.80", session="extended")
    desk.quote("9.84x100", "9.85x100", extended_opening=True, **EXTENDED)
    assert desk.fills == ["10 @ 9.85"], "it was waiting over night"
    desk.quote("9.70x100", "9.75x100", opening=True)
    assert desk.fills == ["10 @ 9.85", "10 @ 9.8"], "nothing had interrupted it"


def test_a_day_order_for_extended_hours_ends_with_them() -> None:
    desk = open_desk()
    regular = desk.place("buy", "1", "9", tif="day")
    extended = desk.place("buy", "1", "9", tif="day", session="extended")
    ends = desk.market.end_of_session("AAPL")
    desk.market.now = ends
    desk.expire()
    assert [desk.order(each).status for each in (regular, extended)] == ["expired", "working"]
    desk.market.now = ends + EXTENDED_MS
    desk.expire()
    assert figures(desk.order(extended).status, reason_of(desk.order(extended))) == [
        "expired",
        "session_ended",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limit": None}, "a market order that is gtc cannot be for extended hours"),
        ({"stop_price": "10.5"}, "a stop_limit order that is gtc cannot be for extended hours"),
        ({"tif": "ioc"}, "a limit order that is ioc cannot be for extended hours"),
        ({"tif": "gtd", "expire_at": 2**42}, "a limit order that is gtd cannot be for"),
        ({"take_profit": {"limit_price": "12"}}, "cannot have others linked to it"),
    ],
)
def test_only_a_plain_limit_may_be_for_extended_hours(
    changes: dict[str, Any], message: str
) -> None:
    desk = open_desk()
    members = {"limit": "10", "session": "extended", **changes}
    error = refused(lambda: desk.place("buy", "10", **members))
    assert figures(error.code, error.errors[0].field) == ["invalid_payload", "session"]
    assert message in error.message
    assert desk.state.order_count == 0


def test_an_order_of_a_group_cannot_be_for_extended_hours() -> None:
    desk = open_desk()
    leg = {"symbol": "AAPL", "side": "sell", "kind": "limit", "quantity": "10"}
    group = {
        "kind": "oto",
        "orders": [{**leg, "limit_price": "12", "session": "extended"}],
    }
    error = refused(lambda: desk.place("buy", "10", "10", group=group))
    assert error.errors[0].field == "group.orders[0].session"


def test_a_symbol_without_extended_hours_takes_no_order_for_them() -> None:
    desk = Desk()
    desk.quote("10x1000", "10.02x300")
    error = refused(lambda: desk.place("buy", "10", "10", session="extended"))
    assert error.message == "AAPL has no extended hours"


def test_post_only_is_judged_in_extended_hours() -> None:
    desk = open_desk(**EXTENDED)
    order = desk.place("buy", "10", "10.02", session="extended", post_only=True)
    assert figures(desk.order(order).status, reason_of(desk.order(order))) == [
        "rejected",
        "would_take",
    ]


def test_with_a_latency_it_arrives_in_extended_hours() -> None:
    desk = Desk(SaidMarket(listed(), latency_ms=50))
    desk.quote("10x1000", "10.02x300", **EXTENDED)
    order = desk.place("buy", "10", "10.05", session="extended")
    assert desk.order(order).status == "pending_new"
    desk.market.now += 50
    desk.market.say("AAPL", "10x1000", "10.03x300", **EXTENDED)
    desk.quote_again("AAPL")
    assert desk.fills == ["10 @ 10.03"]


def test_a_preview_in_extended_hours_is_what_then_happens() -> None:
    desk = open_desk(**EXTENDED)
    placed = desk.place("buy", "10", "10.05", session="extended")
    seen = preview_order(desk.state, desk.command("buy", "10", "10.05"), desk.market)
    assert [each.code for each in seen.warnings] == ["market_closed"]
    extended = desk.command("buy", "10", "10.05", session="extended")
    seen = preview_order(desk.state, extended, desk.market)
    assert figures(seen.price, seen.position_after, seen.warnings) == [
        desk.order(placed).average_price,
        2 * desk.order(placed).filled_quantity,
        (),
    ]
