"""Net positions: vector P1, exact cost, flips, and that nothing is lost to the last digit."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.paper_desk import figures
from trading_api.domain.ids import AccountId
from trading_api.domain.money import ZERO, divide, exact
from trading_api.domain.positions import Holding, filled, told, unrealized, view_position

P1 = [
    # quantity and price of the fill; then quantity, average, realised profit, and cash
    ("100", "10", "100", "10", "0", "-1000"),
    ("100", "12", "200", "11", "0", "-2200"),
    ("-50", "13", "150", "11", "100", "-1550"),
    ("-200", "10", "-50", "10", "-50", "450"),
    ("50", "9", "0", "0", "0", "0"),
]


@exact
def play(fills: list[tuple[Decimal, Decimal]]) -> list[tuple[Holding, Decimal]]:
    """The holding after each fill, with the profit realised so far."""
    holding, realized, seen = None, ZERO, []
    for quantity, price in fills:
        holding, profit = filled(holding, "AAPL", quantity, price, 1)
        realized += profit
        seen.append((holding, realized))
    return seen


def test_p1_quantity_average_profit_and_cash() -> None:
    fills = [(Decimal(quantity), Decimal(price)) for quantity, price, *_ in P1]
    cash = ZERO
    for (holding, realized), fill, expected in zip(play(fills), fills, P1, strict=True):
        cash -= fill[0] * fill[1]
        view = view_position(holding, AccountId("acc-1"), None)
        figures = (holding.quantity, view.average_price, realized, cash)
        assert figures == tuple(Decimal(text) for text in expected[2:])
        assert holding.realized == realized


def test_a_flip_is_told_as_a_close_and_an_opening() -> None:
    (long, _), (short, _) = play([(Decimal(100), Decimal(10)), (Decimal(-150), Decimal(12))])
    closed, opened = (view_position(each, AccountId("acc-1"), None) for each in told(long, short))
    assert figures(closed.quantity, closed.side, closed.realized_pnl) == [0, "long", 200]
    assert figures(closed.average_price, closed.cost) == [0, 0]
    assert figures(opened.quantity, opened.side, opened.realized_pnl) == [50, "short", 200]
    assert opened.average_price == 12


def test_a_partial_close_takes_exactly_what_it_released_from_the_cost() -> None:
    bought = [(Decimal(1), Decimal("0.01")), (Decimal(2), Decimal("0.02"))]
    (holding, _) = play([*bought, (Decimal(-1), Decimal("0.02"))])[-1]
    assert holding.cost == Decimal("0.033333333333")
    assert holding.realized == Decimal("0.003333333333")
    assert holding.cost - holding.realized == Decimal("0.05") - Decimal("0.02")


def test_a_flat_position_has_no_mark() -> None:
    fills = [(Decimal(1), Decimal(10)), (Decimal(-1), Decimal(11))]
    view = view_position(play(fills)[-1][0], AccountId("acc-1"), Decimal(12))
    assert figures(view.quantity, view.mark_price, view.unrealized_pnl) == [0, None, None]


def test_unrealized_profit_of_long_and_short() -> None:
    [(long, _)] = play([(Decimal(10), Decimal(10))])
    [(short, _)] = play([(Decimal(-10), Decimal(10))])
    assert unrealized(long, Decimal(9)) == -10
    assert unrealized(short, Decimal(9)) == 10
    assert view_position(long, AccountId("a"), None).unrealized_pnl is None


def test_a_finer_cost_than_the_wire_has_is_rounded_when_shown() -> None:
    fine = Decimal("0.0000000001")
    [(holding, _)] = play([(fine, Decimal("1.23456789"))])
    view = view_position(holding, AccountId("a"), None)
    assert holding.cost == Decimal("0.000000000123456789")
    assert view.cost == Decimal("0.000000000123")


quantities = st.decimals(-1000, 1000, places=8).filter(bool)
prices = st.decimals(Decimal("0.01"), 1_000_000, places=2)


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=30))
def test_cash_and_positions_are_conserved_to_the_last_digit(
    fills: list[tuple[Decimal, Decimal]],
) -> None:
    seen = play(fills)

    @exact
    def check() -> None:
        cash = quantity = ZERO
        for (holding, realized), (bought, price) in zip(seen, fills, strict=True):
            cash -= bought * price
            quantity += bought
            assert holding.quantity == quantity
            assert cash == realized - holding.cost
            mark = price + 1
            assert cash + quantity * mark == realized + unrealized(holding, mark)

    check()


@given(st.lists(st.tuples(quantities.map(abs), prices), min_size=1, max_size=20))
def test_the_average_lies_between_the_prices(fills: list[tuple[Decimal, Decimal]]) -> None:
    holding, _ = play(fills)[-1]
    bought = [price for _, price in fills]
    assert min(bought) <= divide(holding.cost, holding.quantity) <= max(bought)
