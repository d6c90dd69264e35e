"""What positions and open orders set aside, without leverage: their full value.

    buying power = equity - used - reserved
    used         = sum of |quantity| x mark
    reserved     = per symbol, the larger of what its buys and what its sells would add

An order adds only what goes beyond closing: with Q held, orders of B against it can turn it into
B - Q the other way, so they add where that is more than Q was. The added part is valued at the
orders' average price.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from trading_api.domain.money import ZERO, divide
from trading_api.domain.orders import Side
from trading_api.domain.positions import Holding, unrealized


class Exposure(Struct, frozen=True):
    """What the open orders of a symbol could still trade, and its value, per side."""

    buy_quantity: Decimal = ZERO
    buy_value: Decimal = ZERO
    sell_quantity: Decimal = ZERO
    sell_value: Decimal = ZERO

    def changed(self, side: Side, quantity: Decimal, value: Decimal) -> "Exposure":
        """The exposure with more (or, negative, less) on one side."""
        if side == "buy":
            return replace(
                self,
                buy_quantity=self.buy_quantity + quantity,
                buy_value=self.buy_value + value,
            )
        return replace(
            self,
            sell_quantity=self.sell_quantity + quantity,
            sell_value=self.sell_value + value,
        )


NO_EXPOSURE = Exposure()


def reserved(exposure: Exposure, held: Decimal) -> Decimal:
    """What the open orders of a symbol set aside, given the signed quantity held."""
    return max(
        _added(exposure.buy_quantity, exposure.buy_value, held),
        _added(exposure.sell_quantity, exposure.sell_value, -held),
    )


def _added(quantity: Decimal, value: Decimal, held: Decimal) -> Decimal:
    """The value of the part that goes beyond closing and re-opening what is held against it."""
    if held >= 0:
        return value
    added = quantity + 2 * held
    return divide(value * added, quantity) if added > 0 else ZERO


class Valuation(NamedTuple):
    """What the holdings of an account are worth; `unmarked` names those without a market.

    Those are valued at their cost here; who shows figures must say that they are not known.
    """

    unrealized: Decimal
    used: Decimal
    unmarked: tuple[str, ...]


def value(holdings: Iterable[tuple[Holding, Decimal | None]]) -> Valuation:
    """Value holdings at their marks."""
    profit, used, unmarked = ZERO, ZERO, list[str]()
    for holding, mark in holdings:
        if not holding.quantity:
            continue
        if mark is None:
            unmarked.append(holding.symbol)
            used += abs(holding.cost)
        else:
            profit += unrealized(holding, mark)
            used += abs(holding.quantity) * mark
    return Valuation(profit, used, tuple(unmarked))
