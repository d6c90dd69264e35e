"""What fills cost: the worked examples, and what is charged once per order."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.paper_desk import Desk, SaidMarket
from trading_api.domain.fees import fee_of
from trading_api.domain.orders import Liquidity
from trading_api.domain.rules import BasisPointFee, FeeModel, FlatFee, PerUnitFee, Rules

CENT = Decimal("0.01")


def bps(maker: str, taker: str) -> FeeModel:
    return BasisPointFee(maker=Decimal(maker), taker=Decimal(taker))


def per_unit(amount: str, **bounds: str) -> FeeModel:
    return PerUnitFee(amount=Decimal(amount), **{k: Decimal(v) for k, v in bounds.items()})


def flat(amount: str) -> FeeModel:
    return FlatFee(amount=Decimal(amount))


@pytest.mark.parametrize(
    ("models", "liquidity", "quantity", "price", "fee"),
    [
        pytest.param([bps("5", "5")], "taker", "1000", "10", "5", id="5 bps of 10,000"),
        pytest.param([per_unit("0.005", minimum="1")], "taker", "100", "10", "1", id="the minimum"),
        pytest.param(
            [per_unit("0.005", minimum="1")], "taker", "1000", "10", "5", id="above the minimum"
        ),
        pytest.param(
            [per_unit("0.005", maximum="3")], "taker", "1000", "10", "3", id="the maximum"
        ),
        pytest.param([bps("1", "5")], "maker", "1000", "10", "1", id="maker"),
        pytest.param([flat("0.99")], "maker", "1", "10", "0.99", id="flat"),
        pytest.param([bps("1", "1"), flat("1")], "taker", "1000", "10", "2", id="a sum"),
        pytest.param([bps("1", "1")], "taker", "5", "10", "0.01", id="half a cent up"),
        pytest.param([], "taker", "1000", "10", "0", id="none"),
    ],
)
def test_fee_examples(
    models: list[FeeModel], liquidity: Liquidity, quantity: str, price: str, fee: str
) -> None:
    rules = Rules(fees=tuple(models))
    assert fee_of(rules, liquidity, Decimal(quantity), Decimal(price), CENT) == Decimal(fee)


def test_what_is_charged_per_order_is_charged_once() -> None:
    desk = Desk(SaidMarket(fees=(per_unit("0.005", minimum="1"), flat("0.5"))))
    desk.quote("10x500", "10.02x100")
    desk.place("buy", "300")
    desk.quote("10x500", "10.03x100")
    desk.quote("10x500", "10.04x100")
    fees: list[Any] = [each.fee for each in desk.executions]
    assert fees == [Decimal("1.5"), 0, Decimal("0.5")]
    assert desk.state.balance == 100_000 - 2


def test_a_fee_is_rounded_to_the_unit_of_its_currency() -> None:
    rules = Rules(fees=(bps("5", "5"),))
    assert fee_of(rules, "taker", Decimal(3), Decimal(333), Decimal(1)) == 0
    assert fee_of(rules, "taker", Decimal(3), Decimal(334), Decimal(1)) == 1
