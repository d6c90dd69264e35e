"""What holds for every sequence of orders, quotes and trades."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.paper_desk import Desk, SaidMarket, encoded, share
from trading_api.domain import position_exits
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    CancelAllOrders,
    ClosePosition,
    OrderGroup,
    PlaceOrder,
    ReversePosition,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.errors import TradingError
from trading_api.domain.events import order_of
from trading_api.domain.ids import OrderId
from trading_api.domain.money import ZERO, canonical, divide, exact
from trading_api.domain.orders import CONDITIONAL, LIMITED, OPEN, Order
from trading_api.domain.ports import Record
from trading_api.domain.positions import unrealized, view_position
from trading_api.domain.progress import Decision, fold
from trading_api.domain.rules import BasisPointSlippage, ChanceSlippage, SizeSlippage, TickSlippage
from trading_api.domain.valuation import mark_of, worth
from trading_api.modules.broker.entries import decode_entry, encode_entry
from trading_api.modules.broker.snapshots import Saved, take_snapshot, with_snapshot

SYMBOLS = ("AAPL", "BTCUSD")
EXTENDED_HOURS = {"session_premarket": "0400-0930"}
FINAL = {"filled", "canceled", "expired", "rejected"}

ticks = st.integers(900, 1100).map(lambda cents: Decimal(cents) / 100)
sizes = st.one_of(st.none(), st.integers(0, 300))
symbols = st.sampled_from(SYMBOLS)
lots = st.integers(1, 400)

places = st.tuples(
    st.just("place"),
    symbols,
    st.sampled_from(["buy", "sell"]),
    lots,
    st.one_of(st.none(), ticks),
    st.sampled_from(["gtc", "day", "ioc", "fok"]),
    st.booleans(),
)
conditionals = st.tuples(
    st.just("conditional"),
    symbols,
    st.sampled_from(["buy", "sell"]),
    lots,
    st.sampled_from(sorted(CONDITIONAL)),
    ticks,
    ticks,
    st.booleans(),
)
sums = st.tuples(
    st.just("sum"),
    symbols,
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 500_000),
    st.one_of(st.none(), ticks),
    st.sampled_from(["gtc", "ioc", "fok"]),
)
extendeds = st.tuples(
    st.just("extended"),
    st.sampled_from(["buy", "sell"]),
    lots,
    ticks,
    st.sampled_from(["gtc", "day"]),
)
offsets = st.one_of(st.none(), st.integers(1, 60).map(lambda cents: Decimal(cents) / 100))
brackets = st.tuples(
    st.just("bracket"),
    symbols,
    st.sampled_from(["buy", "sell"]),
    lots,
    st.one_of(st.none(), ticks),
    offsets,
    offsets,
)
groups = st.tuples(
    st.just("group"),
    st.sampled_from(["oco", "oto"]),
    symbols,
    lots,
    st.lists(
        st.tuples(st.sampled_from(["buy", "sell"]), st.sampled_from(["limit", "stop"]), ticks),
        min_size=2,
        max_size=3,
    ),
)
exits = st.tuples(st.just("exits"), symbols, offsets, offsets)
quotes = st.tuples(
    st.just("quote"),
    symbols,
    ticks,
    st.integers(0, 5),
    sizes,
    sizes,
    st.sampled_from(["open", "open", "open", "closed", "stale", "opening", "extended"]),
)
trades = st.tuples(st.just("trade"), symbols, ticks, st.integers(1, 300))
changes = st.tuples(st.just("modify"), st.integers(0, 20), lots, st.one_of(st.none(), ticks))
cancels = st.tuples(st.just("cancel"), st.integers(0, 20))
others = st.sampled_from([("cancel all",), ("close",), ("reverse",), ("later",)])
actions_of_a_walk = st.one_of(
    places,
    sums,
    conditionals,
    extendeds,
    brackets,
    groups,
    exits,
    quotes,
    quotes,
    trades,
    changes,
    cancels,
    others,
)
walks = st.lists(actions_of_a_walk, max_size=50)


policies = st.fixed_dictionaries(
    {
        "liquidity": st.sampled_from(["wait", "walk", "ignore_size"]),
        "limit_fill": st.sampled_from(["touch", "cross", "probability", "queue"]),
        "trigger_source": st.sampled_from(["quote", "last", "mark"]),
        "stop_policy": st.sampled_from(["reject", "trigger_now"]),
        "linked_mode": st.sampled_from(["partial", "full"]),
        "latency_ms": st.sampled_from([0, 0, 0, 5]),
        "slippage": st.sampled_from(
            [
                None,
                TickSlippage(ticks=2),
                ChanceSlippage(probability=0.5),
                BasisPointSlippage(bps=Decimal(7)),
                SizeSlippage(factor=Decimal(2)),
            ]
        ),
    }
)


def step(desk: Desk, action: tuple[Any, ...]) -> None:
    match action:
        case ("place", symbol, side, lot, limit, tif, reduce_only):
            quantity = quantity_of(symbol, lot)
            price = None if limit is None else str(limit)
            desk.place(side, quantity, price, tif, symbol=symbol, reduce_only=reduce_only)
        case ("conditional", symbol, side, lot, kind, stop, limit, reduce_only):
            prices: dict[str, Any] = {}
            if "trailing" in kind:
                prices["trail"] = str(stop / 20) if lot % 2 else "3.3%"
            else:
                prices["stop_price"] = str(stop)
            if kind in LIMITED:
                prices["limit"] = str(limit)
            desk.place(
                side,
                quantity_of(symbol, lot),
                kind=kind,
                symbol=symbol,
                reduce_only=reduce_only,
                **prices,
            )
        case ("sum", symbol, side, cents, limit, tif):
            price = None if limit is None else str(limit)
            desk.place(side, "0", price, tif, symbol=symbol, notional=Decimal(cents) / 100)
        case ("extended", side, lot, limit, tif):
            desk.place(side, str(lot), str(limit), tif, session="extended")
        case ("bracket", symbol, side, lot, limit, profit, loss):
            quantity = quantity_of(symbol, lot)
            price = None if limit is None else str(limit)
            around = exits_around(desk, symbol, side, limit, profit, loss)
            desk.place(side, quantity, price, symbol=symbol, **around)
        case ("group", kind, symbol, lot, legs):
            quantity = quantity_of(symbol, lot)
            first, *rest = (_leg(symbol, Decimal(quantity), *leg) for leg in legs)
            desk.do(replace(first, group=OrderGroup(kind, tuple(rest))))
        case ("exits", symbol, profit, loss):
            side = "buy" if desk.state.held(symbol) > 0 else "sell"
            around = exits_around(desk, symbol, side, None, profit, loss)
            desk.do(SetPositionExits(symbol, **around))
        case ("quote", symbol, bid, spread, bid_size, ask_size, how):
            desk.market.say(
                symbol,
                shown(symbol, bid, bid_size),
                shown(symbol, bid + Decimal(spread) / 100, ask_size),
                open=how not in ("closed", "extended"),
                extended=how == "extended",
                fresh=how != "stale",
                opening=how == "opening",
            )
            desk.market.now += 2
            desk.quote_again(symbol)
        case ("trade", symbol, price, lot):
            desk.trade(float(price), float(quantity_of(symbol, lot)), symbol)
        case ("modify", number, lot, limit):
            order = nth(desk, number)
            named = "limit_price" if order.limit_price is not None else "stop_price"
            change = {} if limit is None else {named: str(limit)}
            desk.modify(order.id, quantity=quantity_of(order.symbol, lot), **change)
        case ("cancel", number):
            desk.cancel(nth(desk, number).id)
        case ("cancel all",):
            desk.do(CancelAllOrders())
        case ("close",):
            desk.do(ClosePosition("AAPL"))
        case ("reverse",):
            desk.do(ReversePosition("AAPL"))
        case ("later",):
            desk.market.now += 1_000_000
            desk.expire()


def exits_around(
    desk: Desk,
    symbol: str,
    side: str,
    limit: Decimal | None,
    profit: Decimal | None,
    loss: Decimal | None,
) -> dict[str, Any]:
    """Exits so far from the limit or the market."""
    book = desk.market.book(symbol)
    offer = None if book is None else book.ask
    price = limit or (Decimal(10) if offer is None else offer.price)
    sign = 1 if side == "buy" else -1
    take = None if profit is None else TakeProfit(canonical(price + sign * profit))
    stop = None if loss is None else StopLoss(stop_price=canonical(price - sign * loss))
    return {"take_profit": take, "stop_loss": stop}


def _leg(symbol: str, quantity: Decimal, side: Any, kind: Any, price: Decimal) -> PlaceOrder:
    named = {"limit_price" if kind == "limit" else "stop_price": canonical(price)}
    return PlaceOrder(
        symbol=symbol,
        side=side,
        kind=kind,
        quantity=canonical(quantity),
        limit_price=named.get("limit_price"),
        stop_price=named.get("stop_price"),
    )


def quantity_of(symbol: str, lot: int) -> str:
    return str(lot) if symbol == "AAPL" else f"{lot}.{lot:08d}"


def shown(symbol: str, price: Decimal, size: int | None) -> str:
    return f"{price}" if size is None else f"{price}x{size}"


def nth(desk: Desk, number: int) -> Order:
    count = desk.state.order_count
    if not count:
        raise TradingError("not_found", "there is no order yet")
    return desk.state.orders[f"acc-1-o{number % count + 1}"]  # type: ignore[index] # an order id


def walked(actions: list[tuple[Any, ...]], **rules: Any) -> Desk:
    step_of_btc = {"quantity_step": Decimal("0.00000001"), "min_quantity": Decimal("0.00000001")}
    shares = share(**EXTENDED_HOURS), share("BTCUSD", **step_of_btc)
    desk = Desk(SaidMarket(*shares, fee_bps="3.7", **rules), "5000")
    for action in actions:
        before = desk.state
        try:
            step(desk, action)
        except TradingError:
            assert desk.state is before
    return desk


@settings(max_examples=150, deadline=None)
@given(walks, policies)
def test_cash_and_positions_are_conserved_to_the_last_digit(
    actions: list[tuple[Any, ...]],
    rules: dict[str, Any],
) -> None:
    desk = walked(actions, **rules)

    @exact
    def check() -> None:
        cash, quantities = Decimal(5000), dict.fromkeys(SYMBOLS, ZERO)
        for each in desk.executions:
            cash -= each.signed_quantity * each.price + each.fee
            quantities[each.symbol] += each.signed_quantity
        holdings = [(h, Decimal("12.34")) for h in desk.state.holdings.values()]
        held = sum((h.quantity * mark for h, mark in holdings), ZERO)
        assert {s: desk.state.held(s) for s in SYMBOLS} == quantities
        profit = sum((unrealized(h, mark) for h, mark in holdings), ZERO)
        assert cash + held == desk.state.balance + profit

    check()


@settings(max_examples=150, deadline=None)
@given(walks, policies)
def test_replaying_the_journal_gives_the_same_state(
    actions: list[tuple[Any, ...]], rules: dict[str, Any]
) -> None:
    desk = walked(actions, **rules)
    assert encoded(desk.folded_again()) == encoded(desk.state)
    state: AccountState | None = None
    for number, decision in enumerate(desk.decisions, start=1):
        record = Record("acc-1", number, 0, encode_entry(decision.events, None), b"")
        again = fold(state, decode_entry(record).events)
        assert again.changes == decision.changes
        state = again.state
    assert state is not None
    assert encoded(state) == encoded(desk.state)


def touched_by(decisions: list[Decision]) -> set[OrderId]:
    found = (order_of(event) for each in decisions for event in each.events)
    return {order_id for order_id in found if order_id is not None}


@settings(max_examples=150, deadline=None)
@given(walks, policies, st.data())
def test_snapshots_and_the_rest_of_the_journal_give_the_same_state(
    actions: list[tuple[Any, ...]], rules: dict[str, Any], data: st.DataObject
) -> None:
    decisions = walked(actions, **rules).decisions
    places = data.draw(st.sets(st.sampled_from(range(1, len(decisions) + 1))))
    kept = read = Saved()
    for place in sorted(places):
        state = decisions[place - 1].state
        touched = touched_by(decisions[kept.seq : place])
        snapshot = asyncio.run(take_snapshot(kept, state, bytes([place]), touched))
        assert snapshot == asyncio.run(take_snapshot(kept, state, bytes([place])))
        kept = Saved(state, place, bytes([place]), snapshot.hash)
        read = with_snapshot(read, snapshot)
        assert read == kept
    assert read.state is None or encoded(read.state) == encoded(decisions[read.seq - 1].state)
    state_after = read.state
    for decision in decisions[read.seq :]:
        state_after = fold(state_after, decision.events).state
    assert state_after == decisions[-1].state


@settings(max_examples=50, deadline=None)
@given(walks)
def test_equal_states_have_equal_snapshots(actions: list[tuple[Any, ...]]) -> None:
    """However their maps came about: one grew event by event, the other was read back."""
    state = walked(actions).state
    first = asyncio.run(take_snapshot(Saved(), state, b""))
    read = with_snapshot(Saved(), first).state
    assert read is not None
    assert asyncio.run(take_snapshot(Saved(), read, b"")) == first


@settings(max_examples=150, deadline=None)
@given(walks, policies)
def test_an_order_adds_up(actions: list[tuple[Any, ...]], rules: dict[str, Any]) -> None:
    desk = walked(actions, **rules)

    @exact
    def check() -> None:
        for order in desk.state.orders.values():
            mine = [each for each in desk.executions if each.order_id == order.id]
            total = sum((each.quantity for each in mine), ZERO)
            assert total == order.filled_quantity <= order.quantity
            assert (order.status == "filled") == (total == order.quantity != 0)
            paid = sum((each.quantity * each.price for each in mine), ZERO)
            assert order.notional is None or paid <= order.notional
            if mine:
                assert order.average_price == divide(paid, total)
            for each in mine:
                assert each.quantity > 0
            assert (order.id in desk.state.tickets) == (order.status in OPEN)

    check()


@settings(max_examples=100, deadline=None)
@given(walks, policies)
def test_every_figure_that_goes_out_has_its_one_spelling(
    actions: list[tuple[Any, ...]], rules: dict[str, Any]
) -> None:
    desk = walked(actions, **rules)
    nouns: list[Any] = [
        *desk.executions,
        *(each.explanation for each in desk.executions),
        *desk.state.orders.values(),
        *(
            view_position(
                holding, desk.state.account_id, mark_of(desk.market, symbol, holding.quantity)
            )
            for symbol, holding in desk.state.holdings.items()
        ),
        desk.account,
    ]
    for noun in nouns:
        for figure in msgspec.structs.astuple(noun):
            if isinstance(figure, Decimal):
                assert str(figure) == str(canonical(figure))
                assert "." not in f"{figure:f}" or len(f"{figure:f}".partition(".")[2]) <= 12


@settings(max_examples=100, deadline=None)
@given(walks, policies)
def test_no_execution_is_worse_than_the_limit_it_was_made_under(
    actions: list[tuple[Any, ...]],
    rules: dict[str, Any],
) -> None:
    desk = walked(actions, **rules)
    limits: dict[str, Decimal | None] = {}
    for decision in desk.decisions:
        for change in decision.changes:
            if change.route == "orders":
                assert isinstance(change.value, Order)
                limits[change.value.id] = change.value.limit_price
            elif change.route == "executions":
                limit = limits[change.value.order_id]  # type: ignore[union-attr] # an execution
                each = desk.state.executions[change.seq]
                if limit is not None:
                    assert each.price <= limit if each.side == "buy" else each.price >= limit


@settings(max_examples=150, deadline=None)
@given(walks, policies)
def test_one_final_status_and_numbers_without_a_hole(
    actions: list[tuple[Any, ...]], rules: dict[str, Any]
) -> None:
    desk = walked(actions, **rules)
    told = [change for decision in desk.decisions for change in decision.changes]
    for route, count in (
        ("orders", desk.state.orders_seq),
        ("executions", desk.state.executions_seq),
    ):
        numbers = [change.seq for change in told if change.route == route]
        assert numbers == list(range(1, count + 1))
    history: dict[str, list[Order]] = {}
    for change in told:
        if isinstance(change.value, Order):
            history.setdefault(change.value.id, []).append(change.value)
    for order_id, versions in history.items():
        assert [each.version for each in versions] == list(range(1, len(versions) + 1))
        assert all(each.status not in FINAL for each in versions[:-1])
        assert desk.state.orders[order_id] == versions[-1]  # type: ignore[index] # an order id


@settings(max_examples=100, deadline=None)
@given(walks)
def test_what_is_reserved_is_what_the_open_orders_reserve(actions: list[tuple[Any, ...]]) -> None:
    desk = walked(actions)
    state = desk.state

    @exact
    def check() -> None:
        for symbol in SYMBOLS:
            exposure = state.exposures.get(symbol)
            orders = [state.orders[i] for i in state.tickets if state.orders[i].symbol == symbol]
            priced = [o for o in orders if state.tickets[o.id].reserve_price is not None]
            bought = sum((o.leaves for o in priced if o.side == "buy"), ZERO)
            sold = sum((o.leaves for o in priced if o.side == "sell"), ZERO)
            assert bought == (ZERO if exposure is None else exposure.buy_quantity)
            assert sold == (ZERO if exposure is None else exposure.sell_quantity)
        assert worth(state, desk.market).reserved >= 0

    check()
    account = desk.account
    if not state.tickets:
        assert account.margin_reserved == 0


@settings(max_examples=100, deadline=None)
@given(walks, policies)
def test_what_only_reduces_never_grows_a_position(
    actions: list[tuple[Any, ...]], rules: dict[str, Any]
) -> None:
    desk = walked(actions, **rules)
    held = dict.fromkeys(SYMBOLS, ZERO)
    for each in desk.executions:
        before = held[each.symbol]
        held[each.symbol] += each.signed_quantity
        if desk.order(each.order_id).reduce_only:
            assert abs(held[each.symbol]) < abs(before)
            assert before * held[each.symbol] >= 0
    for symbol, listed in desk.state.reducing.items():
        for order_id in listed:
            assert desk.order(order_id).leaves <= abs(desk.state.held(symbol))


@settings(max_examples=100, deadline=None)
@given(walks)
def test_nothing_is_filled_before_its_stop_and_a_trail_never_turns_back(
    actions: list[tuple[Any, ...]],
) -> None:
    desk = walked(actions)
    seen: dict[str, Order] = {}
    for decision in desk.decisions:
        for change in decision.changes:
            if not isinstance(change.value, Order):
                continue
            order, before = change.value, seen.get(change.value.id)
            seen[order.id] = order
            assert not (order.filled_quantity and order.awaits_trigger)
            if before is None or before.high_water_mark is None or order.high_water_mark is None:
                continue
            assert before.stop_price is not None
            assert order.stop_price is not None
            turn = 1 if order.side == "sell" else -1
            assert (order.high_water_mark - before.high_water_mark) * turn >= 0
            assert (order.stop_price - before.stop_price) * turn >= 0


@settings(max_examples=150, deadline=None)
@given(walks, policies)
def test_linked_orders_never_get_more_than_is_due(
    actions: list[tuple[Any, ...]], rules: dict[str, Any]
) -> None:
    desk = walked(actions, **rules)
    orders = desk.state.orders
    groups: dict[str, list[Order]] = {}
    for order in orders.values():
        if order.group_id is not None:
            groups.setdefault(order.group_id, []).append(order)
    for group_id, members in groups.items():
        kind = members[0].group_type
        first = min(members, key=lambda order: int(order.id.rpartition("o")[2]))
        got = sum((order.filled_quantity for order in members), ZERO)
        if kind == "oco":
            assert got <= max(order.quantity for order in members)
        if kind == "bracket" and first.parent_id is None:
            assert got - first.filled_quantity <= first.filled_quantity
        for order in members:
            if order.waits_for_parent:
                assert orders[first.id].status in OPEN
                assert not order.filled_quantity
        opened = {order.id for order in members if order.status in OPEN}
        assert set(desk.state.groups.get(group_id, ())) == opened


@settings(max_examples=100, deadline=None)
@given(walks)
def test_exits_of_a_position_are_as_large_as_it(actions: list[tuple[Any, ...]]) -> None:
    desk = walked(actions)
    for symbol in SYMBOLS:
        held = desk.state.held(symbol)
        for order in position_exits.of(desk.state, symbol):
            if order.status != "held":
                assert order.leaves == (held if order.side == "sell" else -held)
