"""Individual positions: what opens one, what closes which, and that the sums hold."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.paper_desk import Desk, SaidMarket, encoded, figures, refused, share
from tests.domain.test_accounts_properties import (
    EXTENDED_HOURS,
    actions_of_a_walk,
    exits_around,
    offsets,
    step,
)
from trading_api.domain import hedging, reducing
from trading_api.domain.commands import (
    ClosePosition,
    HaltAccount,
    ResetAccount,
    ReversePosition,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.errors import TradingError
from trading_api.domain.ids import PositionId
from trading_api.domain.money import ZERO, exact
from trading_api.domain.orders import MATCHABLE
from trading_api.domain.positions import net, view_position


def hedging_desk(balance: str = "100000", **opening: Any) -> Desk:
    desk = Desk(balance=balance, mode="hedging", **opening)
    desk.quote("10", "10")
    return desk


def held(desk: Desk) -> dict[str, Decimal]:
    """The quantity of each position, by the number in its id."""
    return {
        position_id.rpartition("-")[2]: holding.quantity
        for position_id, holding in sorted(desk.state.holdings.items())
    }


def test_each_opening_fill_makes_a_position() -> None:
    desk = hedging_desk()
    desk.place("buy", "100")
    desk.place("sell", "40")
    desk.quote("10", "10.5x60")
    desk.place("buy", "80")
    desk.quote("10", "10.6x60")
    assert held(desk) == {"p1": 100, "p2": -40, "p3": 60, "p4": 20}
    third = desk.state.holdings["acc-1-p3"]
    view = view_position(third, desk.state.account_id, Decimal(11))
    assert figures(view.id, view.average_price, view.unrealized_pnl) == [
        "acc-1-p3",
        Decimal("10.5"),
        30,
    ]
    assert figures(view.opened_at, view.opened_by) == [desk.market.now, "acc-1-o3"]
    assert desk.state.held("AAPL") == 140


def test_both_sides_set_margin_aside() -> None:
    desk = hedging_desk("3000")
    desk.place("buy", "100")
    desk.place("sell", "100")
    desk.place("buy", "50", "9")
    account = desk.account
    assert figures(account.margin_used, account.margin_reserved) == [2_000, 450]
    assert figures(account.unrealized_pnl, account.free_margin) == [0, 550]
    assert desk.order(desk.place("sell", "60")).status == "rejected"


def test_a_symbol_without_a_market_is_named_once() -> None:
    desk = hedging_desk()
    for _ in range(3):
        desk.place("buy", "10")
    desk.market.books.clear()
    assert desk.account.flags == ("no_market:AAPL",)


def test_a_position_is_closed_by_its_id_in_part_and_whole() -> None:
    desk = hedging_desk()
    desk.place("buy", "100")
    desk.place("buy", "100")
    desk.quote("12", "12")
    desk.do(ClosePosition("acc-1-p2", Decimal(40)))
    assert held(desk) == {"p1": 100, "p2": 60}
    assert figures(desk.state.realized, desk.state.holdings["acc-1-p2"].realized) == [80, 80]
    decision = desk.do(ClosePosition("acc-1-p2"))
    closed = [change.value for change in decision.changes if change.route == "positions"]
    assert [(each.id, each.quantity, each.realized) for each in closed] == [  # type: ignore[union-attr]
        ("acc-1-p2", 0, 200)
    ]
    assert held(desk) == {"p1": 100}
    assert refused(lambda: desk.do(ClosePosition("acc-1-p2"))).code == "not_found"
    assert refused(lambda: desk.do(ClosePosition("AAPL"))).code == "not_found"
    too_much = refused(lambda: desk.do(ClosePosition("acc-1-p1", Decimal(101))))
    assert too_much.code == "quantity_out_of_range"


def test_an_order_may_name_the_position_that_it_closes() -> None:
    desk = hedging_desk()
    desk.place("buy", "100")
    desk.place("buy", "100")
    target: dict[str, Any] = {"position_id": PositionId("acc-1-p2"), "reduce_only": True}
    desk.place("sell", "100", "11", **target)
    desk.quote("11", "11")
    assert held(desk) == {"p1": 100}
    again = refused(lambda: desk.place("sell", "1", **target))
    assert again.code == "not_found"
    first: dict[str, Any] = {"position_id": PositionId("acc-1-p1"), "reduce_only": True}
    wrong = refused(lambda: desk.place("buy", "1", **first))
    assert (wrong.code, wrong.errors[0].field) == ("invalid_payload", "side")


def test_what_may_only_reduce_takes_the_oldest_first() -> None:
    desk = hedging_desk()
    for _ in range(3):
        desk.place("buy", "10")
    desk.place("sell", "15", reduce_only=True)
    assert held(desk) == {"p2": 5, "p3": 10}
    desk.place("sell", "500", reduce_only=True)
    assert held(desk) == {}


def test_first_in_first_out_where_that_is_the_rule() -> None:
    desk = hedging_desk(fifo=True)
    desk.place("buy", "10")
    desk.place("buy", "10")
    error = refused(lambda: desk.do(ClosePosition("acc-1-p2")))
    assert (error.code, "acc-1-p1 is older" in error.message) == ("conflict", True)
    desk.do(ClosePosition("acc-1-p1"))
    desk.do(ClosePosition("acc-1-p2"))
    assert held(desk) == {}


def test_exits_of_an_order_close_what_it_opened() -> None:
    desk = hedging_desk()
    desk.place("buy", "10")
    desk.place("buy", "10", take_profit=TakeProfit(Decimal(11)), stop_loss=StopLoss(Decimal(9)))
    desk.quote("11", "11")
    assert held(desk) == {"p1": 10}
    assert not desk.state.tickets


def test_exits_of_a_position_close_that_one() -> None:
    desk = hedging_desk()
    desk.place("buy", "10")
    desk.place("buy", "10")
    desk.do(SetPositionExits("acc-1-p1", stop_loss=StopLoss(Decimal(9))))
    desk.quote("8.9", "8.9")
    assert held(desk) == {"p2": 10}


def test_a_net_view_takes_them_together() -> None:
    desk = hedging_desk()
    desk.place("buy", "100")
    desk.quote("12", "12")
    desk.place("sell", "40")
    together = net(desk.state.positions_of("AAPL"))
    view = view_position(together, desk.state.account_id, Decimal(12))
    assert figures(view.id, view.side, view.quantity) == ["AAPL", "long", 60]
    assert view.unrealized_pnl == 200


def test_halt_and_reset_end_every_position() -> None:
    for command in (HaltAccount(flatten=True), ResetAccount()):
        desk = hedging_desk()
        desk.place("buy", "10")
        desk.place("sell", "10")
        decision = desk.do(command)
        told = [change.value for change in decision.changes if change.route == "positions"]
        assert sorted(each.id for each in told) == ["acc-1-p1", "acc-1-p2"]  # type: ignore[union-attr]
        assert figures(held(desk), desk.account.margin_used) == [{}, 0]


def test_what_is_not_shortable_is_only_sold_to_close() -> None:
    desk = Desk(SaidMarket(share(shortable=False)), mode="hedging")
    desk.quote("10", "10")
    desk.place("buy", "10")
    refused_order = desk.order(desk.place("sell", "10"))
    assert refused_order.status_reason is not None
    assert refused_order.status_reason.code == "symbol_not_tradable"
    assert desk.order(desk.place("sell", "10", reduce_only=True)).status == "filled"


on_positions = st.tuples(
    st.sampled_from(["shut", "turn", "protect"]), st.integers(0, 9), offsets, offsets
)
hedged_walks = st.lists(st.one_of(actions_of_a_walk, actions_of_a_walk, on_positions), max_size=40)


def act_on_position(desk: Desk, action: tuple[Any, ...]) -> None:
    """Close, turn round or protect one of the positions that there are."""
    verb, number, profit, loss = action
    ids = sorted(desk.state.holdings, key=lambda each: int(each.rpartition("-p")[2]))
    if not ids:
        return
    position_id = ids[number % len(ids)]
    if verb == "shut":
        desk.do(ClosePosition(position_id))
    elif verb == "turn":
        desk.do(ReversePosition(position_id))
    else:
        holding = desk.state.holdings[position_id]
        side = "buy" if holding.quantity > 0 else "sell"
        around = exits_around(desk, holding.symbol, side, None, profit, loss)
        desk.do(SetPositionExits(position_id, **around))


def check_exits(desk: Desk) -> None:
    """No exit wants more than it protects, and none outlives that."""
    for order_id in desk.open_ids:
        order = desk.order(order_id)
        if order.reduce_only and order.status in MATCHABLE:
            assert ZERO < order.leaves <= reducing.room(desk.state, order), order


@settings(max_examples=150, deadline=None)
@given(hedged_walks, st.booleans())
def test_the_sums_hold_and_the_journal_tells_it_all(
    actions: list[tuple[Any, ...]], fifo: bool
) -> None:
    btc = {"quantity_step": Decimal("0.00000001"), "min_quantity": Decimal("0.00000001")}
    market = SaidMarket(share(**EXTENDED_HOURS), share("BTCUSD", **btc), fee_bps="3.7")
    desk = Desk(market, "5000", mode="hedging", fifo=fifo)
    for action in actions:
        before = desk.state
        try:
            if action[0] in ("shut", "turn", "protect"):
                act_on_position(desk, action)
            else:
                step(desk, action)
        except TradingError:
            assert desk.state is before
        check_exits(desk)
    state = desk.state
    assert encoded(desk.folded_again()) == encoded(state)

    @exact
    def check() -> None:
        cash = Decimal(5000)
        quantities = {"AAPL": ZERO, "BTCUSD": ZERO}
        for each in desk.executions:
            cash -= each.signed_quantity * each.price + each.fee
            quantities[each.symbol] += each.signed_quantity
        assert {symbol: state.held(symbol) for symbol in quantities} == quantities
        assert cash == state.balance - sum((h.cost for h in state.holdings.values()), ZERO)
        for position_id, holding in state.holdings.items():
            assert position_id == holding.id
            assert holding.quantity * holding.cost > 0
            assert hedging.age(holding) <= state.executions_seq

    check()


@pytest.mark.parametrize("members", [{"mode": "hedging"}, {"mode": "hedging", "fifo": True}])
def test_the_mode_of_an_account_is_shown(members: dict[str, Any]) -> None:
    account = Desk(**members).account
    assert figures(account.mode, account.fifo) == ["hedging", "fifo" in members]
