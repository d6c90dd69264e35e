"""Profit arises in the currency of the symbol and is worth what the rates say now."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket, figures, share
from trading_api.domain.commands import ResetAccount
from trading_api.domain.currencies import unit_of
from trading_api.domain.rates import rate


def pair(base: str, quote: str) -> Any:
    return share(base + quote, base_currency=base, currency=quote, kind="forex")


def desk_of(currency: str = "USD", fee_bps: str = "0", **changes: Any) -> Desk:
    market = SaidMarket(
        share("SAP", currency="EUR"),
        share("TM", currency="JPY", tick_size=Decimal(1)),
        pair("EUR", "USD"),
        pair("USD", "JPY"),
        fee_bps=fee_bps,
    )
    desk = Desk(market, "100000", currency=currency, **changes)
    market.say("EURUSD", "1.09", "1.11")
    market.say("USDJPY", "149", "151")
    market.say("SAP", "100", "100")
    market.say("TM", "2000", "2000")
    return desk


def test_margin_and_profit_are_converted_at_the_middle() -> None:
    desk = desk_of()
    desk.place("buy", "10", symbol="SAP")
    assert desk.account.margin_used == 1_100
    desk.market.say("SAP", "110", "110")
    account = desk.account
    assert figures(account.unrealized_pnl, account.margin_used) == [110, 1_210]
    assert figures(account.balance, account.equity) == [100_000, 100_110]


def test_realised_profit_stays_in_its_currency() -> None:
    desk = desk_of()
    desk.place("buy", "10", symbol="SAP")
    desk.market.say("SAP", "110", "110")
    desk.place("sell", "10", symbol="SAP")
    assert figures(desk.state.balance, desk.state.foreign["EUR"].balance) == [100_000, 100]
    assert figures(desk.account.realized_pnl, desk.account.balance) == [110, 100_110]
    desk.market.say("EURUSD", "1.2", "1.2")
    account = desk.account
    assert figures(account.realized_pnl, account.balance, account.equity) == [120, 100_120, 100_120]
    desk.do(ResetAccount())
    assert figures(desk.account.balance, desk.account.realized_pnl) == [100_000, 0]


def test_fees_are_in_the_currency_of_the_symbol_to_its_smallest_unit() -> None:
    desk = desk_of(fee_bps="7")
    desk.place("buy", "1", symbol="TM")
    desk.place("buy", "1", symbol="SAP")
    fees = [(each.fee, each.fee_currency) for each in desk.executions]
    assert fees == [(Decimal(1), "JPY"), (Decimal("0.07"), "EUR")]
    assert desk.state.balance == 100_000


def test_a_missing_rate_makes_figures_null_never_zero() -> None:
    desk = desk_of()
    desk.place("buy", "10", symbol="SAP")
    desk.market.say("SAP", "110", "110")
    desk.place("sell", "5", symbol="SAP")
    desk.place("buy", "1", "90", symbol="SAP")
    desk.market.books.pop("EURUSD")
    account = desk.account
    assert account.flags == ("no_rate:EUR",)
    for name in ("balance", "equity", "unrealized_pnl", "realized_pnl", "margin_used"):
        assert getattr(account, name) is None, name
    for name in ("margin_reserved", "free_margin", "buying_power", "margin_level"):
        assert getattr(account, name) is None, name


def test_nothing_is_opened_without_a_rate_but_closed() -> None:
    desk = desk_of()
    desk.place("buy", "10", symbol="SAP")
    desk.market.books.pop("EURUSD")
    order = desk.order(desk.place("buy", "1", symbol="SAP"))
    assert order.status_reason is not None
    assert (order.status, order.status_reason.code) == ("rejected", "no_market")
    assert order.status_reason.message == "no rate converts EUR to USD"
    assert desk.order(desk.place("sell", "10", symbol="SAP")).status == "filled"


def test_a_euro_account_trades_in_yen_by_way_of_the_dollar() -> None:
    desk = desk_of("EUR")
    desk.place("buy", "330", symbol="TM")
    euros = 660_000 * Decimal("0.006666666667") * Decimal("0.909090909091")
    assert desk.account.margin_used == euros.quantize(Decimal("0.000000000001"))


@pytest.mark.parametrize(
    ("base", "quote", "worth"),
    [
        pytest.param("EUR", "EUR", "1", id="itself"),
        pytest.param("EUR", "USD", "1.1", id="direct"),
        pytest.param("USD", "EUR", "0.909090909091", id="inverse"),
        pytest.param("EUR", "JPY", "165", id="by way of the dollar"),
        pytest.param("GBP", "USD", None, id="not quoted"),
        pytest.param("GBP", "JPY", None, id="half quoted"),
    ],
)
def test_rates(base: str, quote: str, worth: str | None) -> None:
    quoted = {("EUR", "USD"): Decimal("1.1"), ("USD", "JPY"): Decimal(150)}
    found = rate(base, quote, lambda one, other: quoted.get((one, other)))
    assert found == (None if worth is None else Decimal(worth))


def test_units_of_currencies() -> None:
    units = [unit_of(each) for each in ("USD", "JPY", "KWD", "BTC", "XYZ")]
    assert units == [Decimal(text) for text in ("0.01", "1", "0.001", "0.00000001", "0.01")]
