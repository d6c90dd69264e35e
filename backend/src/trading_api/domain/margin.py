"""What the open orders of a symbol would add to what the account has of it.

Buys and sells cannot both be filled at the other's expense, so the larger of the two counts. An
order adds only what goes beyond closing: with Q held, orders of B against it can turn it into
B - Q the other way, so they add where that is more than Q was. The added part is valued at the
orders' average price; `valuation` makes margin of it.
"""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from trading_api.domain.money import ZERO, divide
from trading_api.domain.orders import Side


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


def reserved(exposure: Exposure, held: Decimal, *, hedging: bool = False) -> Decimal:
    """The value that open orders of a symbol would add, given the signed quantity held.

    Where positions are individual every order opens one, so that both sides count.
    """
    if hedging:
        return exposure.buy_value + exposure.sell_value
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
