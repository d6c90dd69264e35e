"""What a fill costs."""

from decimal import Decimal
from typing import assert_never

from trading_api.domain.money import ZERO, round_half_up
from trading_api.domain.orders import Liquidity
from trading_api.domain.rules import BasisPointFee, FeeModel, FlatFee, PerUnitFee, Rules

BASIS_POINT = Decimal("0.0001")


def fee_of(
    rules: Rules,
    liquidity: Liquidity,
    quantity: Decimal,
    price: Decimal,
    unit: Decimal,
    filled_before: Decimal = ZERO,
) -> Decimal:
    """The fee of a fill, rounded half-up to the unit of its currency.

    `filled_before` is what the order had got already: a minimum, a maximum and a flat fee are
    charged once per order.
    """
    fees = (_fee(model, liquidity, quantity, price, filled_before) for model in rules.fees)
    return round_half_up(sum(fees, ZERO), unit)


def _fee(
    model: FeeModel, liquidity: Liquidity, quantity: Decimal, price: Decimal, before: Decimal
) -> Decimal:
    match model:
        case BasisPointFee():
            rate = model.maker if liquidity == "maker" else model.taker
            return quantity * price * rate * BASIS_POINT
        case PerUnitFee():
            return _per_unit(model, before + quantity) - _per_unit(model, before)
        case FlatFee():
            return ZERO if before else model.amount
        case _:
            assert_never(model)


def _per_unit(model: PerUnitFee, quantity: Decimal) -> Decimal:
    """What so many units of one order cost."""
    if not quantity:
        return ZERO
    fee = max(model.amount * quantity, model.minimum)
    return fee if model.maximum is None else min(fee, model.maximum)
