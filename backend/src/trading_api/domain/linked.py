"""Orders that belong together: what a request stands for besides its first order.

`oco`: a fill of one takes from the others. `oto`: the others wait for the first to be filled. A
bracket is an entry with one or two exits that wait for it and, once they work, are `oco` among
each other.
"""

from decimal import Decimal
from typing import Literal

from trading_api.domain import order_checks
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import OrderGroup, PlaceOrder, StopLoss, TakeProfit
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.fills import Book
from trading_api.domain.market import Instant, SymbolInfo
from trading_api.domain.orders import IMMEDIATE, OPEN, Order, OrderType, Side

MOST_ORDERS = 10
NOT_LINKED = "an order for extended hours cannot have others linked to it"
GroupType = Literal["oco", "oto", "bracket"]


def group_type(command: PlaceOrder) -> GroupType | None:
    """How the orders of a request belong together; None where there is only one."""
    if command.group is not None:
        return command.group.kind
    return "bracket" if command.take_profit or command.stop_loss else None


def others(command: PlaceOrder) -> tuple[PlaceOrder, ...]:
    """The orders of a request after its first; of two exits the stop comes first."""
    if command.group is not None:
        return command.group.orders
    return exits(command, command.take_profit, command.stop_loss)


def exits(
    entry: PlaceOrder, take_profit: TakeProfit | None, stop_loss: StopLoss | None
) -> tuple[PlaceOrder, ...]:
    """The orders that end what an entry began: as long as it, for as much, and never for more."""
    found: list[PlaceOrder] = []
    if stop_loss is not None:
        kind: OrderType = "stop" if stop_loss.limit_price is None else "stop_limit"
        if stop_loss.trail is not None:
            kind = "trailing_stop"
        found.append(_exit(entry, kind, stop_loss))
    if take_profit is not None:
        found.append(_exit(entry, "limit", StopLoss(limit_price=take_profit.limit_price)))
    return tuple(found)


def _exit(entry: PlaceOrder, kind: OrderType, prices: StopLoss) -> PlaceOrder:
    return PlaceOrder(
        symbol=entry.symbol,
        side=opposite(entry.side),
        kind=kind,
        quantity=entry.quantity,
        limit_price=prices.limit_price,
        stop_price=prices.stop_price,
        trail=prices.trail,
        time_in_force=entry.time_in_force,
        expire_at=entry.expire_at,
        reduce_only=True,
        tag=entry.tag,
    )


def opposite(side: Side) -> Side:
    """The other side."""
    return "sell" if side == "buy" else "buy"


# --- members of a group ---------------------------------------------------------------------------


def is_exclusive(order: Order) -> bool:
    """Whether a fill of the order takes from others of its group."""
    return order.group_type == "oco" or (order.group_type == "bracket" and _is_exit(order))


def _is_exit(order: Order) -> bool:
    return order.parent_id is not None


def members(state: AccountState, order: Order) -> list[Order]:
    """The other open orders of an order's group, oldest first."""
    if order.group_id is None:
        return []
    ids = state.groups.get(order.group_id, ())
    return [state.orders[each] for each in ids if each != order.id]


def rivals(state: AccountState, order: Order) -> list[Order]:
    """The open orders that a fill of this one takes from."""
    if not is_exclusive(order):
        return []
    return [each for each in members(state, order) if is_exclusive(each)]


def children(state: AccountState, order: Order) -> list[Order]:
    """The open orders that wait for this one, or work for what it has got."""
    return [each for each in members(state, order) if each.parent_id == order.id]


def open_parent(state: AccountState, order: Order) -> Order | None:
    """The entry of an exit, while it is open."""
    for each in members(state, order):
        if each.id == order.parent_id and each.status in OPEN:
            return each
    return None


# --- what is wrong with a request -----------------------------------------------------------------


def check(
    state: AccountState,
    instrument: SymbolInfo,
    command: PlaceOrder,
    book: Book | None,
    now: Instant,
) -> None:
    """Refuse linked orders that do not fit each other.

    Raises:
        InvalidPayload: names the member.
        TradingError: `duplicate_client_order_id`.
    """
    kind = group_type(command)
    if kind is None:
        return
    if command.time_in_force in IMMEDIATE:
        message = f"an order with others linked to it cannot be {command.time_in_force}"
        raise InvalidPayload("time_in_force", message)
    if command.session == "extended":
        raise InvalidPayload("session", NOT_LINKED)
    if command.group is None:
        if command.reduce_only:
            raise InvalidPayload("reduce_only", "an order with exits opens, it cannot reduce only")
        check_exits(instrument, command.side, command.take_profit, command.stop_loss)
        reference = _reference(command, book)
        check_around(command.side, command.take_profit, command.stop_loss, reference)
        return
    if command.take_profit or command.stop_loss:
        raise InvalidPayload("group", "take_profit and stop_loss do not go with a group")
    _check_group(state, instrument, command, command.group, now)


def check_exits(
    instrument: SymbolInfo,
    side: Side,
    take_profit: TakeProfit | None,
    stop_loss: StopLoss | None,
) -> None:
    """Refuse exits that are no prices, or of which the one cannot come before the other.

    `side` is that of the entry.

    Raises:
        InvalidPayload: names the member.
    """
    if take_profit is not None:
        order_checks.check_price(instrument, "take_profit.limit_price", take_profit.limit_price)
    if stop_loss is None:
        return
    if (stop_loss.stop_price is None) == (stop_loss.trail is None):
        raise InvalidPayload("stop_loss", "a stop_loss needs a stop_price or a trail, not both")
    if stop_loss.trail is not None:
        if stop_loss.limit_price is not None:
            message = "a stop_loss with a trail takes no limit_price"
            raise InvalidPayload("stop_loss.limit_price", message)
        order_checks.check_trail(instrument, stop_loss.trail, "stop_loss.trail.value")
    for field in ("stop_price", "limit_price"):
        price: Decimal | None = getattr(stop_loss, field)
        if price is not None:
            order_checks.check_price(instrument, f"stop_loss.{field}", price)
    if take_profit is not None and stop_loss.stop_price is not None:
        check_beyond("take_profit.limit_price", take_profit.limit_price, side, stop_loss.stop_price)


def check_beyond(field: str, price: Decimal, side: Side, reference: Decimal | None) -> None:
    """Refuse a price that is not better, for who entered on this side, than the reference.

    Raises:
        InvalidPayload: names the member.
    """
    if reference is None:
        return
    if price <= reference if side == "buy" else price >= reference:
        relation = "above" if side == "buy" else "below"
        raise InvalidPayload(field, f"{field} {price:f} is not {relation} {reference:f}")


def check_around(
    side: Side,
    take_profit: TakeProfit | None,
    stop_loss: StopLoss | None,
    reference: Decimal | None,
) -> None:
    """Refuse exits that do not lie on either side of the price of the entry.

    Raises:
        InvalidPayload: names the member.
    """
    if take_profit is not None:
        check_beyond("take_profit.limit_price", take_profit.limit_price, side, reference)
    if stop_loss is not None and stop_loss.stop_price is not None:
        check_beyond("stop_loss.stop_price", stop_loss.stop_price, opposite(side), reference)


def _reference(command: PlaceOrder, book: Book | None) -> Decimal | None:
    """What an entry may be filled at: its limit, its stop, or the market."""
    if command.limit_price is not None or command.stop_price is not None:
        return command.limit_price or command.stop_price
    offer = None if book is None or not book.tradable else book.opposite(command.side)
    return None if offer is None else offer.price


def _check_group(
    state: AccountState,
    instrument: SymbolInfo,
    command: PlaceOrder,
    group: OrderGroup,
    now: Instant,
) -> None:
    orders = group.orders
    if not 0 < len(orders) < MOST_ORDERS:
        message = f"a group has 2 to {MOST_ORDERS} orders, not {len(orders) + 1}"
        raise InvalidPayload("group.orders", message)
    names = {command.client_order_id}
    for number, leg in enumerate(orders):
        try:
            _check_leg(command, group, leg, instrument, now)
        except InvalidPayload as error:
            field = f"group.orders[{number}].{error.errors[0].field}"
            raise InvalidPayload(field, error.message, error.code) from None
        name = leg.client_order_id
        if name is not None and (name in names or name in state.first_answers):
            first = state.first_answers.get(name)
            raise TradingError(
                "duplicate_client_order_id",
                f"client_order_id {name!r} of group.orders[{number}] is another order's",
                order_id=None if first is None else first.id,
            )
        names.add(name)


def _check_leg(
    first: PlaceOrder, group: OrderGroup, leg: PlaceOrder, instrument: SymbolInfo, now: Instant
) -> None:
    if leg.symbol != first.symbol:
        message = f"symbol {leg.symbol[:40]!r} is not {first.symbol}, that of the first order"
        raise InvalidPayload("symbol", message)
    order_checks.check_place(instrument, leg, now)
    if leg.notional is not None:
        raise InvalidPayload("notional", "an order of a group takes a quantity, no notional")
    if leg.time_in_force in IMMEDIATE:
        message = f"an order of a group cannot be {leg.time_in_force}"
        raise InvalidPayload("time_in_force", message)
    if leg.session == "extended":
        raise InvalidPayload("session", NOT_LINKED)
    if group.kind != "oco":
        return
    if "market" in (first.kind, leg.kind):
        raise InvalidPayload("type", "a market order cannot be one of several: it fills at once")
    if leg.quantity != first.quantity:
        message = f"quantity {leg.quantity:f} is not {first.quantity:f}, that of the first order"
        raise InvalidPayload("quantity", message)
