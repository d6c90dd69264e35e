"""What is wrong with a wish itself: it is raised, stores nothing and reserves nothing."""

from collections.abc import Mapping
from decimal import Decimal

from trading_api.domain.commands import PlaceOrder
from trading_api.domain.currencies import unit_of
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.extended_hours import has_extended_hours
from trading_api.domain.market import Instant, SymbolInfo
from trading_api.domain.money import is_multiple
from trading_api.domain.orders import CONDITIONAL, IMMEDIATE, OrderType, TimeInForce, Trail

HUNDRED = Decimal(100)
EXTENDED: frozenset[TimeInForce] = frozenset({"day", "gtc"})
"""What an order for extended hours may be in force for."""
NEEDED: Mapping[OrderType, frozenset[str]] = {
    "market": frozenset(),
    "limit": frozenset({"limit_price"}),
    "stop": frozenset({"stop_price"}),
    "stop_limit": frozenset({"stop_price", "limit_price"}),
    "trailing_stop": frozenset({"trail"}),
    "trailing_stop_limit": frozenset({"trail", "limit_price"}),
    "market_if_touched": frozenset({"stop_price"}),
    "limit_if_touched": frozenset({"stop_price", "limit_price"}),
}


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


def check_trail(instrument: SymbolInfo, trail: Trail, field: str = "trail.value") -> None:
    """Refuse a trail that is not above zero, off the tick, or as wide as the price.

    Raises:
        InvalidPayload: `invalid_payload` or `bad_tick`.
    """
    if trail.kind == "absolute":
        check_price(instrument, field, trail.value)
    elif not 0 < trail.value < HUNDRED:
        message = f"{field} {trail.value:f} is not between 0 and 100 percent"
        raise InvalidPayload(field, message)


def check_place(instrument: SymbolInfo, command: PlaceOrder, now: Instant) -> None:
    """Refuse an order whose members do not fit each other or the instrument.

    Raises:
        InvalidPayload: names the member.
    """
    if command.notional is None:
        check_quantity(instrument, command.quantity)
    else:
        _check_notional(instrument, command, command.notional)
    needed = NEEDED[command.kind]
    for field, value in (
        ("limit_price", command.limit_price),
        ("stop_price", command.stop_price),
        ("trail", command.trail),
    ):
        if value is None and field in needed:
            raise InvalidPayload(field, f"a {command.kind} order needs a {field}")
        if value is not None and field not in needed:
            raise InvalidPayload(field, f"a {command.kind} order takes no {field}")
    if command.limit_price is not None:
        check_price(instrument, "limit_price", command.limit_price)
    if command.stop_price is not None:
        check_price(instrument, "stop_price", command.stop_price)
    if command.trail is not None:
        check_trail(instrument, command.trail)
    _check_life(command, now)
    if command.session == "extended":
        _check_extended(instrument, command)


def _check_extended(instrument: SymbolInfo, command: PlaceOrder) -> None:
    """Outside regular hours there is no auction and little depth: a price is asked for."""
    if not has_extended_hours(instrument):
        raise InvalidPayload("session", f"{instrument.symbol} has no extended hours")
    life = command.time_in_force
    if command.kind != "limit" or life not in EXTENDED:
        message = f"a {command.kind} order that is {life} cannot be for extended hours"
        raise InvalidPayload("session", f"{message}, only a limit that is day or gtc")


def _check_notional(instrument: SymbolInfo, command: PlaceOrder, notional: Decimal) -> None:
    unit = unit_of(instrument.currency)
    if notional <= 0:
        raise InvalidPayload("notional", f"notional {notional:f} is not above 0")
    if not is_multiple(notional, unit):
        message = f"notional {notional:f} is not a multiple of {unit:f} {instrument.currency}"
        raise InvalidPayload("notional", message)
    if command.kind not in ("market", "limit"):
        raise InvalidPayload("notional", f"a {command.kind} order takes a quantity, no notional")
    if command.reduce_only:
        raise InvalidPayload("notional", "a reduce_only order takes a quantity, no notional")
    if command.group is not None:
        raise InvalidPayload("notional", "an order of a group takes a quantity, no notional")


def check_estimate(instrument: SymbolInfo, notional: Decimal, quantity: Decimal) -> None:
    """Refuse a sum that comes to a quantity out of range.

    Raises:
        InvalidPayload: `min_notional` or `quantity_out_of_range`.
    """
    name, low, high = instrument.symbol, instrument.min_quantity, instrument.max_quantity
    if quantity < low:
        message = f"notional {notional:f} is worth {quantity:f}, the minimum is {low:f} {name}"
        raise InvalidPayload("notional", message, "min_notional")
    if quantity > high:
        message = f"notional {notional:f} is worth {quantity:f}, the maximum is {high:f} {name}"
        raise InvalidPayload("notional", message, "quantity_out_of_range")


def _check_life(command: PlaceOrder, now: Instant) -> None:
    life = command.time_in_force
    if life in IMMEDIATE and command.kind in CONDITIONAL:
        message = f"a {command.kind} order waits for its stop and cannot be {life}"
        raise InvalidPayload("time_in_force", message)
    if command.post_only and (command.kind != "limit" or life in IMMEDIATE):
        message = f"a {command.kind} order that is {life} cannot be post_only"
        raise InvalidPayload("post_only", message)
    if life != "gtd":
        if command.expire_at is not None:
            raise InvalidPayload("expire_at", f"an order that is {life} takes no expire_at")
    elif command.expire_at is None:
        raise InvalidPayload("expire_at", "an order that is gtd needs an expire_at")
    else:
        check_end(command.expire_at, now)


def check_end(expire_at: Instant, now: Instant) -> None:
    """Refuse an end that is not in the future.

    Raises:
        InvalidPayload: `invalid_payload`.
    """
    if expire_at <= now:
        raise InvalidPayload("expire_at", f"expire_at {expire_at} is not after now, {now}")
