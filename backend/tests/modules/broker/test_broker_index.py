"""The index finds what a look at every order would find."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import MATCHABLE, OPEN, Order
from trading_api.modules.broker.index import OrderIndex

prices = st.integers(1, 40).map(lambda cents: Decimal(cents) / 100)
statuses = st.sampled_from(["held", "working", "partially_filled", "filled", "canceled"])
kinds = st.sampled_from(["market", "limit", "stop", "market_if_touched", "trailing_stop"])
orders = st.tuples(st.integers(1, 12), st.sampled_from(["buy", "sell"]), kinds, prices, statuses)


def make(number: int, side: Any, kind: Any, price: Decimal, status: Any) -> Order:
    mark = None
    if kind == "trailing_stop":
        mark = price + Decimal("0.05") * (1 if side == "sell" else -1)
    return Order(
        id=OrderId(f"o{number}"),
        client_order_id=f"o{number}",
        account_id=AccountId(f"a{number % 3}"),
        symbol="AAPL",
        side=side,
        kind=kind,
        quantity=Decimal(1),
        limit_price=price if kind == "limit" else None,
        stop_price=None if kind in ("market", "limit") else price,
        high_water_mark=mark,
        status=status,
        created_at=0,
        updated_at=0,
    )


def flat(found: Any) -> set[tuple[str, str]]:
    return {(account, order) for account, orders in found.items() for order in orders}


@given(st.lists(orders, max_size=40), prices, prices, st.booleans(), st.booleans())
def test_the_index_finds_what_a_look_at_every_order_finds(
    changes: list[tuple[int, Any, Any, Decimal, Any]],
    bid: Decimal,
    ask: Decimal,
    buys: bool,
    sells: bool,
) -> None:
    index, present = OrderIndex(), dict[str, Order]()
    for number, side, kind, price, status in changes:
        before = present.get(OrderId(f"o{number}"))
        if before is not None:
            side, kind = before.side, before.kind
        order = make(number, side, kind, price, status)
        present[order.id] = order
        index.put(order)

    def moved(order: Order) -> bool:
        price = ask if order.side == "buy" else bid
        assert order.stop_price is not None
        rising = order.triggers_on_rise
        reached = price >= order.stop_price if rising else price <= order.stop_price
        mark = order.high_water_mark
        follows = mark is not None and (price > mark if order.side == "sell" else price < mark)
        return reached or follows

    def wanted(order: Order) -> bool:
        if order.status not in MATCHABLE:
            return False
        if order.awaits_trigger:
            return moved(order)
        if order.side == "buy":
            return buys and (order.limit_price is None or order.limit_price >= ask)
        return sells and (order.limit_price is None or order.limit_price <= bid)

    offered = (float(ask) if buys else None, float(bid) if sells else None)
    found = index.for_quote("AAPL", *offered, (float(ask), float(bid)))
    assert flat(found) == {(o.account_id, o.id) for o in present.values() if wanted(o)}
    held = {(o.account_id, o.id) for o in present.values() if o.status in OPEN - MATCHABLE}
    assert flat(index.held("AAPL")) == held
    traded = {
        (o.account_id, o.id)
        for o in present.values()
        if o.status in MATCHABLE
        and o.limit_price is not None
        and (o.limit_price >= ask if o.side == "buy" else o.limit_price <= ask)
    }
    assert flat(index.for_trade("AAPL", float(ask), triggers=False)) == traded


def test_a_symbol_that_nobody_ordered_has_nothing() -> None:
    index = OrderIndex()
    assert index.for_quote("X", 1.0, 1.0, (1.0, 1.0)) == {}
    assert index.for_trade("X", 1.0, triggers=True) == index.held("X") == {}
