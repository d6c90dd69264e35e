"""What is wrong with a wish itself: it is raised, stores nothing and reserves nothing."""

from decimal import Decimal

from trading_api.domain.commands import PlaceOrder
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.market import SymbolInfo
from trading_api.domain.money import is_multiple


def check_quantity(instrument: SymbolInfo, quantity: Decimal) -> None:
    """Refuse a quantity that is out of range or off the step.

    Raises:
        InvalidPayload: `quantity_out_of_range` or `bad_lot`.
    """
    low, high, step = instrument.min_quantity, instrument.max_quantity, instrument.quantity_step
    relation = None
    if quantity < low:
        relation = f"below the minimum {low:f}"
    elif quantity > high:
        relation = f"above the maximum {high:f}"
    if relation is not None:
        message = f"quantity {quantity:f} is {relation} for {instrument.symbol}"
        raise InvalidPayload("quantity", message, "quantity_out_of_range")
    if not is_multiple(quantity, step):
        message = f"quantity {quantity:f} is not a multiple of {step:f} for {instrument.symbol}"
        raise InvalidPayload("quantity", message, "bad_lot")


def check_price(instrument: SymbolInfo, field: str, price: Decimal) -> None:
    """Refuse a price that is not above zero or off the tick.

    Raises:
        InvalidPayload: `invalid_payload` or `bad_tick`.
    """
    tick = instrument.tick_size
    if price <= 0:
        raise InvalidPayload(field, f"{field} {price:f} is not above 0 for {instrument.symbol}")
    if not is_multiple(price, tick):
        message = f"{field} {price:f} is not a multiple of {tick:f} for {instrument.symbol}"
        raise InvalidPayload(field, message, "bad_tick")


def check_place(instrument: SymbolInfo, command: PlaceOrder) -> None:
    """Refuse an order whose members do not fit each other or the instrument.

    Raises:
        InvalidPayload: names the member.
    """
    check_quantity(instrument, command.quantity)
    if command.kind == "limit":
        if command.limit_price is None:
            raise InvalidPayload("limit_price", "a limit order needs a limit_price")
        check_price(instrument, "limit_price", command.limit_price)
    elif command.limit_price is not None:
        raise InvalidPayload("limit_price", f"a {command.kind} order takes no limit_price")
