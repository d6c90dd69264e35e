"""Money to the last digit: vector P1 with fees, every event of every walk, and a long run."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.paper_desk import Desk, SaidMarket, share
from tests.domain.test_accounts_properties import walked, walks
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import CancelAllOrders
from trading_api.domain.events import OrderFilled
from trading_api.domain.evolution import evolve
from trading_api.domain.money import ZERO, exact
from trading_api.domain.positions import unrealized, view_position
from trading_api.domain.rules import FlatFee

P1 = [
    # side, quantity, price; then quantity, average, realised profit, and cash with a fee of 1
    ("buy", "100", "10", "100", "10", "0", "-1001"),
    ("buy", "100", "12", "200", "11", "0", "-2202"),
    ("sell", "50", "13", "150", "11", "100", "-1553"),
    ("sell", "200", "10", "-50", "10", "-50", "446"),
    ("buy", "50", "9", "0", "0", "0", "-5"),
]


def test_p1_with_a_fee_of_one_the_balance_is_five_less_at_the_end() -> None:
    desk = Desk(SaidMarket(share(), fees=(FlatFee(amount=Decimal(1)),)), "1000000")
    cash = ZERO
    for side, quantity, price, held, average, realized, left in P1:
        desk.quote(price, price)
        desk.place(side, quantity)
        last = desk.executions[-1]
        assert last.fee == 1
        cash -= last.signed_quantity * last.price + last.fee
        holding = desk.holding
        view = view_position(holding, desk.state.account_id, None)
        figures = (holding.quantity, view.average_price, desk.state.realized, cash)
        assert figures == tuple(Decimal(text) for text in (held, average, realized, left))
        profit = unrealized(holding, Decimal(price))
        assert cash + holding.quantity * Decimal(price) == desk.state.balance - 1_000_000 + profit
    assert desk.state.balance == 999_995


@settings(max_examples=100, deadline=None)
@given(walks, st.decimals(1, 20, places=2))
def test_cash_and_positions_are_worth_balance_and_profit_after_every_event(
    actions: list[tuple[Any, ...]], mark: Decimal
) -> None:
    desk = walked(actions)

    @exact
    def check() -> None:
        state: AccountState | None = None
        cash = Decimal(5000)
        for decision in desk.decisions:
            for event in decision.events:
                state = evolve(state, event)
                if isinstance(event, OrderFilled):
                    fill = event.execution
                    cash -= fill.signed_quantity * fill.price + fill.fee
                holdings = state.holdings.values()
                worth = sum((each.quantity * mark for each in holdings), ZERO)
                profit = sum((unrealized(each, mark) for each in holdings), ZERO)
                assert cash + worth == state.balance + profit

    check()


def trade_at_random(orders: int, seed: int, mode: str) -> None:
    """Place so many orders and compare every sum with one kept in fractions."""
    chance = random.Random(seed)  # a repeatable walk, not a secret
    btc = {"quantity_step": Decimal("0.00000001"), "min_quantity": Decimal("0.00000001")}
    market = SaidMarket(share(), share("BTCUSD", **btc), fee_bps="3.7")
    desk = Desk(market, "10000000", mode=mode, leverage=Decimal(5))
    cash, seen = Fraction(10_000_000), 0
    held = {"AAPL": Fraction(0), "BTCUSD": Fraction(0)}
    realized_and_fees = Fraction(0)
    for number in range(orders):
        symbol = chance.choice(("AAPL", "BTCUSD"))
        if number % 3 == 0:
            cents = chance.randrange(900, 1100)
            size = chance.choice(("", "x50", "x700"))
            desk.quote(f"{Decimal(cents) / 100}{size}", f"{Decimal(cents + 2) / 100}{size}", symbol)
        lot = chance.randrange(1, 200)
        quantity = str(lot) if symbol == "AAPL" else f"{lot}.{lot:08d}"
        limit = None
        if chance.random() < 0.5:
            limit = str(Decimal(chance.randrange(900, 1100)) / 100)
        side = chance.choice(("buy", "sell"))
        reduce_only = mode == "hedging" and chance.random() < 0.5
        desk.place(side, quantity, limit, symbol=symbol, reduce_only=reduce_only)
        if number % 50 == 0:
            desk.do(CancelAllOrders())
            desk.decisions.clear()
        state = desk.state
        while seen < state.executions_seq:
            seen += 1
            fill = state.executions[seen]
            value = Fraction(fill.quantity) * Fraction(fill.price)
            cash -= (value if fill.side == "buy" else -value) + Fraction(fill.fee)
            realized_and_fees += Fraction(fill.fee)
            held[symbol_of(fill)] += Fraction(fill.signed_quantity)
        if number % 10 == 0:
            costs = sum((Fraction(each.cost) for each in state.holdings.values()), Fraction(0))
            assert Fraction(state.balance) - costs == cash
            assert Fraction(state.realized) - realized_and_fees == Fraction(state.balance) - 10**7
            assert {each: Fraction(state.held(each)) for each in held} == held
    assert desk.state.order_count == orders
    assert seen > orders // 4


def symbol_of(fill: Any) -> str:
    return str(fill.symbol)


@pytest.mark.parametrize("mode", ["netting", "hedging"])
def test_two_thousand_random_orders_leave_the_sums_exact(mode: str) -> None:
    trade_at_random(2_000, 1, mode)


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["netting", "hedging"])
def test_a_hundred_thousand_random_orders_leave_the_sums_exact(mode: str) -> None:
    trade_at_random(100_000, 2, mode)
