"""A preview tells what then happens."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.paper_desk import Desk, figures, open_desk, refused
from tests.domain.test_accounts_properties import places, quantity_of, walked, walks
from trading_api.domain.commands import PlaceOrder
from trading_api.domain.limits import Limits
from trading_api.domain.money import ZERO
from trading_api.domain.orders import Order
from trading_api.domain.preview import Preview, preview_order


def asked(side: str, quantity: str, limit: str | None = None, **more: Any) -> PlaceOrder:
    return PlaceOrder(
        symbol=more.pop("symbol", "AAPL"),
        side=side,  # type: ignore[arg-type] # buy or sell
        kind="market" if limit is None else "limit",
        quantity=Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
        **more,
    )


def preview(desk: Desk, command: PlaceOrder) -> Preview:
    return preview_order(desk.state, command, desk.market)


def codes(reasons: Any) -> list[str]:
    return [each.code for each in reasons]


def test_what_would_be_filled_at_once() -> None:
    desk = open_desk()
    desk.market.charge("5")
    before = desk.state
    shown = preview(desk, asked("buy", "100"))
    assert figures(shown.price, shown.notional, shown.fee) == [
        Decimal("10.02"),
        1002,
        Decimal("0.5"),
    ]
    assert figures(shown.margin, shown.position_after) == [1000, 100]
    assert shown.buying_power_after == Decimal("98997.5")
    assert figures(shown.warnings, shown.errors) == [(), ()]
    assert desk.state is before


def test_what_would_rest_is_valued_at_its_limit() -> None:
    shown = preview(open_desk(), asked("buy", "100", "9"))
    assert figures(shown.price, shown.notional, shown.position_after) == [9, 900, 0]
    assert figures(shown.margin, shown.buying_power_after) == [900, 99_100]


def test_what_would_only_partly_be_filled_is_warned_of() -> None:
    shown = preview(open_desk(), asked("buy", "400"))
    assert codes(shown.warnings) == ["partial_fill"]
    assert figures(shown.price, shown.position_after) == [Decimal("10.02"), 300]
    killed = preview(open_desk(), asked("buy", "400", time_in_force="fok"))
    assert codes(killed.warnings) == ["fok_unfilled"]
    assert figures(killed.notional, killed.margin) == [0, 0]


def test_a_closed_market_and_a_flip_are_warned_of() -> None:
    desk = open_desk()
    desk.place("buy", "100")
    assert codes(preview(desk, asked("sell", "150")).warnings) == ["position_flips"]
    desk.quote("10", "10.02", open=False)
    assert codes(preview(desk, asked("buy", "1")).warnings) == ["market_closed"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({}, "insufficient_margin"),
        ({"max_order_quantity": Decimal(5)}, "max_order_size"),
        ({"max_orders_per_minute": 1}, "order_rate_limit"),
    ],
)
def test_a_refusal_by_state_is_listed(limits: dict[str, Any], code: str) -> None:
    desk = open_desk()
    desk.place("buy", "100", "9")
    desk.market.limits = Limits(**limits)
    command = asked("buy", "10000" if not limits else "10")
    shown = preview(desk, command)
    assert codes(shown.errors) == [code]
    assert figures(shown.price, shown.margin) == [Decimal("10.02"), 0]
    assert shown.buying_power_after == desk.account.buying_power


def test_what_is_no_order_is_refused() -> None:
    desk = open_desk()
    assert refused(lambda: preview(desk, asked("buy", "1.5"))).code == "bad_lot"
    assert refused(lambda: preview(desk, asked("buy", "1", symbol="X"))).code == "unknown_symbol"


@settings(max_examples=150, deadline=None)
@given(walks, places, st.integers(1, 5))
def test_placing_does_what_the_preview_told(
    actions: list[tuple[Any, ...]], place: tuple[Any, ...], leverage: int
) -> None:
    desk = walked(actions)
    desk._state = replace(desk.state, leverage=Decimal(leverage))
    _, symbol, side, lot, limit, tif, *_ = place
    command = asked(
        side,
        quantity_of(symbol, lot),
        None if limit is None else str(limit),
        symbol=symbol,
        time_in_force=tif,
    )
    told = preview(desk, command)
    before, fills_before = desk.account, len(desk.executions)
    desk.do(command)
    order: Order = desk.state.orders[f"acc-1-o{desk.state.order_count}"]  # type: ignore[index]
    after, fills = desk.account, desk.executions[fills_before:]
    mine = [each for each in fills if each.order_id == order.id]
    if order.status == "rejected":
        assert order.status_reason is not None
        assert codes(told.errors) == [order.status_reason.code]
    else:
        assert told.errors == ()
    assert told.buying_power_after == after.buying_power
    assert told.position_after == desk.state.held(symbol)
    if told.margin is not None and None not in (before.margin_used, after.margin_used):
        assert before.margin_used is not None
        assert after.margin_used is not None
        assert before.margin_reserved is not None
        assert after.margin_reserved is not None
        tied_up = after.margin_used + after.margin_reserved
        assert told.margin == tied_up - before.margin_used - before.margin_reserved
    if mine and order.status == "filled":
        assert told.price == order.average_price
        assert told.fee == sum((each.fee for each in mine), ZERO)
        assert told.notional == sum((each.quantity * each.price for each in mine), ZERO)
