"""A position is turned round in one step, or not at all."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.paper_desk import Desk, SaidMarket, encoded, figures, refused, share
from trading_api.domain.commands import (
    ClosePosition,
    ReversePosition,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.limits import Limits
from trading_api.domain.orders import Order


def desk_of(balance: str = "100000", quote: str = "10", **opening: Any) -> Desk:
    desk = Desk(balance=balance, **opening)
    desk.quote(quote, quote)
    return desk


def positions(desk: Desk) -> dict[str, str]:
    """The quantity of each position that is not flat, by its id without the account's."""
    return {
        position_id.removeprefix("acc-1-"): f"{holding.quantity:f}"
        for position_id, holding in sorted(desk.state.holdings.items())
        if holding.quantity
    }


def test_a_net_position_takes_one_order_of_twice_its_size() -> None:
    desk = desk_of()
    desk.place("buy", "100")
    desk.quote("12", "12.02")
    decision = desk.do(ReversePosition("AAPL"))
    assert desk.fills == ["100 @ 10", "200 @ 12"]
    assert figures(desk.holding.quantity, desk.holding.cost, desk.state.realized) == [
        -100,
        -1_200,
        200,
    ]
    told = [change.value for change in decision.changes if change.route == "positions"]
    assert [each.quantity for each in told] == [0, -100]  # type: ignore[union-attr]
    desk.do(ReversePosition("AAPL"))
    assert figures(desk.holding.quantity, desk.holding.cost) == [100, 1_202]
    assert desk.folded_again() == desk.state


def test_the_exits_of_the_position_end_with_it_and_others_stay() -> None:
    desk = desk_of()
    desk.place("buy", "100")
    other = desk.place("buy", "5", "9")
    exits = SetPositionExits("AAPL", TakeProfit(Decimal("11")), StopLoss(Decimal("9")))
    desk.do(exits)
    desk.do(ReversePosition("AAPL"))
    assert desk.holding.quantity == -100
    ended = [desk.order(each) for each in ("acc-1-o3", "acc-1-o4")]  # type: ignore[arg-type]
    assert [order.status for order in ended] == ["canceled", "canceled"]
    assert desk.order(other).status == "working"


def test_what_is_not_to_be_had_at_once_stays() -> None:
    desk = desk_of()
    desk.place("buy", "100")
    desk.quote("10x150", "10.02")
    desk.do(ReversePosition("AAPL"))
    assert desk.holding.quantity == -50
    desk.quote("9x150", "9.02")
    assert desk.holding.quantity == -100


def test_without_the_margin_nothing_happens_but_the_refusal() -> None:
    desk = desk_of("1000", mode="hedging")
    desk.place("buy", "100")
    position = next(iter(desk.state.holdings))
    desk.quote("10", "100")
    before = positions(desk)
    desk.do(ReversePosition(position, "round"))
    order = desk.state.first_answers["round"]
    assert figures(order.status, order.status_reason and order.status_reason.code) == [
        "rejected",
        "insufficient_margin",
    ]
    assert positions(desk) == before
    assert len(desk.executions) == 1
    assert desk.folded_again() == desk.state


def test_an_individual_position_is_closed_and_the_other_side_opened() -> None:
    desk = desk_of(mode="hedging")
    desk.place("buy", "100")
    desk.place("buy", "30")
    desk.do(ReversePosition("acc-1-p1", "round"))
    assert positions(desk) == {"p2": "30", "p4": "-100"}
    closing, opening = desk.order("acc-1-o3"), desk.order("acc-1-o4")  # type: ignore[arg-type]
    assert figures(closing.reduce_only, closing.position_id) == [True, "acc-1-p1"]
    assert figures(opening.reduce_only, opening.client_order_id) == [False, "round"]


def test_margin_that_the_close_sets_free_is_there_for_the_opening() -> None:
    desk = desk_of("1000", mode="hedging")
    desk.place("buy", "100")
    desk.do(ReversePosition("acc-1-p1"))
    assert positions(desk) == {"p3": "-100"}


def test_out_of_session_both_orders_wait_and_act_in_turn() -> None:
    desk = desk_of(mode="hedging")
    desk.place("buy", "50")
    desk.quote("10", "10", open=False, fresh=False)
    desk.do(ReversePosition("acc-1-p1"))
    assert [desk.state.orders[each].status for each in desk.open_ids] == ["held", "held"]
    desk.quote("11", "11", opening=True)
    desk.activate()
    assert positions(desk) == {"p3": "-50"}


def test_what_cannot_be_turned_is_refused_and_nothing_is_kept() -> None:
    desk = desk_of()
    assert refused(lambda: desk.do(ReversePosition("AAPL"))).code == "not_found"
    desk.place("buy", "10")
    desk.quote("10x5", "10")
    desk.do(ClosePosition("AAPL"))
    conflict = refused(lambda: desk.do(ReversePosition("AAPL")))
    assert figures(conflict.code, conflict.order_id) == ["conflict", "acc-1-o2"]
    large = Desk(SaidMarket(share(max_quantity=Decimal("15"))))
    large.quote("10", "10")
    large.place("buy", "10")
    assert refused(lambda: large.do(ReversePosition("AAPL"))).code == "quantity_out_of_range"
    assert large.state.order_count == 1


def test_the_oldest_comes_first_where_that_is_the_rule() -> None:
    desk = desk_of(mode="hedging", fifo=True)
    desk.place("buy", "10")
    desk.place("buy", "10")
    assert refused(lambda: desk.do(ReversePosition("acc-1-p2"))).code == "conflict"


def test_limits_hold_for_a_reversal() -> None:
    desk = desk_of()
    desk.place("buy", "10")
    desk.market.limits = Limits(max_order_quantity=Decimal(15))
    desk.do(ReversePosition("AAPL", "round"))
    reason = desk.state.first_answers["round"].status_reason
    assert reason is not None
    assert reason.code == "max_order_size"


sizes = st.integers(1, 300)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.sampled_from(["netting", "hedging"]),
    st.lists(st.tuples(sizes, st.sampled_from(["buy", "sell"]), sizes), min_size=1, max_size=5),
    sizes,
)
def test_a_reversal_is_whole_or_not_at_all(
    mode: str, steps: list[tuple[int, str, int]], pool: int
) -> None:
    desk = Desk(balance="5000", mode=mode)
    for quantity, side, price in steps:
        desk.quote(f"{price}", f"{price + 1}")
        desk.place(side, str(quantity))
    desk.quote(f"{price}x{pool}", f"{price + 1}x{pool}")
    for position_id, holding in sorted(desk.state.holdings.items()):
        if not holding.quantity:
            continue
        before, cash = desk.state.held("AAPL"), desk.state.balance
        count = desk.state.order_count
        desk.do(ReversePosition(position_id))
        new = [desk.state.orders[each] for each in order_ids(desk, count)]
        if new[-1].status == "rejected":
            assert figures(len(new), desk.state.held("AAPL"), desk.state.balance) == [
                1,
                before,
                cash,
            ]
        else:
            wanted = sum(signed(order) for order in new)
            got = desk.state.held("AAPL") - before
            assert wanted == -2 * holding.quantity
            assert abs(got) <= abs(wanted)
    assert encoded(desk.folded_again()) == encoded(desk.state)


def order_ids(desk: Desk, count: int) -> list[Any]:
    return [f"acc-1-o{number}" for number in range(count + 1, desk.state.order_count + 1)]


def signed(order: Order) -> Any:
    return order.quantity if order.side == "buy" else -order.quantity
