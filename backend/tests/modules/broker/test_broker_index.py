"""The index finds what a look at every order would find."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import MATCHABLE, OPEN, Order
from trading_api.modules.broker.index import OrderIndex

prices = st.integers(1, 40).map(lambda cents: Decimal(cents) / 100)
statuses = st.sampled_from(["held", "working", "partially_filled", "filled", "canceled"])
orders = st.tuples(
    st.integers(1, 12), st.sampled_from(["buy", "sell"]), st.one_of(st.none(), prices), statuses
)


def make(number: int, side: Any, price: Decimal | None, status: Any) -> Order:
    return Order(
        id=OrderId(f"o{number}"),
        client_order_id=f"o{number}",
        account_id=AccountId(f"a{number % 3}"),
        symbol="AAPL",
        side=side,
        kind="market" if price is None else "limit",
        quantity=Decimal(1),
        limit_price=price,
        status=status,
        created_at=0,
        updated_at=0,
    )


def flat(found: Any) -> set[tuple[str, str]]:
    return {(account, order) for account, orders in found.items() for order in orders}


@given(st.lists(orders, max_size=40), prices, prices, st.booleans(), st.booleans())
def test_the_index_finds_what_a_look_at_every_order_finds(
    changes: list[tuple[int, Any, Decimal | None, Any]],
    bid: Decimal,
    ask: Decimal,
    buys: bool,
    sells: bool,
) -> None:
    index, present = OrderIndex(), dict[str, Order]()
    for number, side, price, status in changes:
        order = make(number, side, price, status)
        before = present.get(order.id)
        if before is not None:
            order = replace(order, side=before.side)
        present[order.id] = order
        index.put(order)

    def wanted(order: Order) -> bool:
        if order.status not in MATCHABLE:
            return False
        if order.side == "buy":
            return buys and (order.limit_price is None or order.limit_price >= ask)
        return sells and (order.limit_price is None or order.limit_price <= bid)

    found = index.for_quote("AAPL", float(bid), float(ask), buys=buys, sells=sells)
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
    assert flat(index.for_trade("AAPL", float(ask))) == traded


def test_a_symbol_that_nobody_ordered_has_nothing() -> None:
    index = OrderIndex()
    assert index.for_quote("X", 1.0, 1.0, buys=True, sells=True) == {}
    assert index.for_trade("X", 1.0) == index.held("X") == {}
