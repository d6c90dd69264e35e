"""Limits that an operator sets for accounts and API keys: each is off until it is set."""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

SelfTrade = Literal["cancel_newest", "cancel_oldest", "cancel_both"]
Count = Annotated[int, Meta(ge=1)]


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account or a key may do; None does not limit.

    Attributes:
        max_order_quantity: units in one order.
        max_order_notional: value of one order, in the account's currency.
        price_collar_percent: how far a price may be from the market, in percent of it.
        max_position_quantity: units held of a symbol if every open order were filled.
        max_position_notional: their value, in the account's currency.
        max_open_orders: orders that are open at once.
        daily_loss: what an account may lose from 00:00 UTC on, open positions included.
        max_orders_per_minute: orders that may be placed in any minute.
        self_trade: what is canceled when an order would meet one of the same account.
    """

    max_order_quantity: Decimal | None = None
    max_order_notional: Decimal | None = None
    price_collar_percent: Decimal | None = None
    max_position_quantity: Decimal | None = None
    max_position_notional: Decimal | None = None
    max_open_orders: Count | None = None
    daily_loss: Decimal | None = None
    max_orders_per_minute: Count | None = None
    self_trade: SelfTrade | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and not value > 0:
                raise ValueError(f"{name} {value} is not above 0")


NO_LIMITS = Limits()


def strictest(several: Iterable[Limits]) -> Limits:
    """The limits that hold where several do; of self-trade policies, the last that is set."""
    return reduce(_stricter, several, NO_LIMITS)


def _stricter(one: Limits, other: Limits) -> Limits:
    if other is NO_LIMITS or one is NO_LIMITS:
        return one if other is NO_LIMITS else other
    before, after = asdict(one), asdict(other)
    policy = after.pop("self_trade") or before.pop("self_trade")
    least = {
        name: min((v for v in (before[name], value) if v is not None), default=None)
        for name, value in after.items()
    }
    return Limits(**least, self_trade=policy)
