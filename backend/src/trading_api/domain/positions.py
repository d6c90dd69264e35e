"""Net positions: signed quantity and exact cost, from which average and profit are derived.

A holding never forgets its symbol: what was realised stays when it is flat, so that the profit of
a symbol is the sum of everything the account ever traded in it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from trading_api.domain.ids import AccountId, OrderId, PositionId
from trading_api.domain.market import Instant
from trading_api.domain.money import ONE, ZERO, canonical, divide, exact

AccountMode = Literal["netting", "hedging"]
"""Whether a symbol has one position, or each opening fill makes one."""


class Position(Struct, frozen=True, kw_only=True):
    """A net position as it is shown; one that was closed has quantity 0 and average 0."""

    id: PositionId
    account_id: AccountId
    symbol: str
    side: Literal["long", "short"]
    quantity: Decimal
    average_price: Annotated[Decimal, Meta(description="Half-even to 12 places")]
    cost: Annotated[Decimal, Meta(description="Quantity times average, before it was rounded")]
    mark_price: Annotated[
        Decimal | None, Meta(description="Bid for a long, ask for a short; null without a market")
    ] = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Annotated[
        Decimal, Meta(description="Of everything the account traded in the symbol, without fees")
    ]
    currency: Annotated[str, Meta(description="Of the symbol: what the figures are in")]
    opened_at: Annotated[
        Instant | None, Meta(description="When an individual position was opened")
    ] = None
    opened_by: Annotated[
        OrderId | None, Meta(description="The order that opened an individual position")
    ] = None
    updated_at: Instant


class Holding(Struct, frozen=True, kw_only=True):
    """What an account has of a symbol, or one of several positions that it has in it.

    `quantity` and `cost` are negative when short; `cost` is what the quantity was bought (or, when
    short, sold) for. `side` is the last that was not flat. An individual position has an `id` and
    knows the order that opened it; a net one goes by its symbol.
    """

    symbol: str
    side: Literal["long", "short"]
    id: str = ""
    opened_by: OrderId | None = None
    opened_at: Instant | None = None
    currency: str = ""
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    updated_at: Instant


def filled(
    holding: Holding | None,
    symbol: str,
    quantity: Decimal,
    price: Decimal,
    time: Instant,
    currency: str = "",
) -> tuple[Holding, Decimal]:
    """The holding after a fill of a signed quantity, and the profit that it realised.

    A part that is closed releases its share of the cost, rounded once to 12 places; the same
    figure is taken from what remains, so nothing is lost.
    """
    held, cost, realized = ZERO, ZERO, ZERO
    if holding is not None:
        held, cost, realized = holding.quantity, holding.cost, holding.realized
    closing = min(abs(held), abs(quantity)) if held * quantity < 0 else ZERO
    profit = ZERO
    if closing:
        signed = closing if held > 0 else -closing
        released = cost if closing == abs(held) else divide(cost * closing, abs(held))
        profit = signed * price - released
        held, cost, quantity = held - signed, cost - released, quantity + signed
    held, cost = held + quantity, cost + quantity * price
    side: Literal["long", "short"] = "long"
    if held < 0 or (not held and holding is not None and holding.side == "short"):
        side = "short"
    after = replace(
        holding or Holding(symbol=symbol, side=side, updated_at=time),
        side=side,
        currency=currency,
        quantity=canonical(held),
        cost=canonical(cost),
        realized=canonical(realized + profit),
        updated_at=time,
    )
    return after, profit


def told(before: Holding | None, after: Holding) -> tuple[Holding, ...]:
    """The holdings that a change is told as: a flip through zero is a close, then an opening."""
    if before is None or before.quantity * after.quantity >= 0:
        return (after,)
    return (replace(emptied(before, after.updated_at), realized=after.realized), after)


@exact
def net(positions: Sequence[Holding]) -> Holding:
    """Positions of one symbol taken together; their average is where they break even."""
    quantity = sum((each.quantity for each in positions), ZERO)
    newest = max(positions, key=lambda each: each.updated_at)
    return Holding(
        symbol=newest.symbol,
        side="short" if quantity < 0 else "long",
        currency=newest.currency,
        quantity=canonical(quantity),
        cost=canonical(sum((each.cost for each in positions), ZERO)),
        realized=canonical(sum((each.realized for each in positions), ZERO)),
        updated_at=newest.updated_at,
    )


def emptied(holding: Holding, time: Instant) -> Holding:
    """The same holding without anything in it."""
    return replace(holding, quantity=ZERO, cost=ZERO, realized=ZERO, updated_at=time)


def unrealized(holding: Holding, mark: Decimal) -> Decimal:
    """What closing at the mark would realise."""
    return holding.quantity * mark - holding.cost


@exact
def view_position(holding: Holding, account_id: AccountId, mark: Decimal | None) -> Position:
    """The holding as it is shown, valued at the mark if there is one."""
    quantity = abs(holding.quantity)
    profit = None
    if not quantity:
        mark = None
    elif mark is not None:
        profit = shown(unrealized(holding, mark))
    return Position(
        id=PositionId(holding.id or holding.symbol),
        account_id=account_id,
        symbol=holding.symbol,
        side=holding.side,
        quantity=quantity,
        average_price=divide(abs(holding.cost), quantity) if quantity else ZERO,
        cost=shown(abs(holding.cost)),
        mark_price=mark,
        unrealized_pnl=profit,
        realized_pnl=shown(holding.realized),
        currency=holding.currency,
        opened_at=holding.opened_at,
        opened_by=holding.opened_by,
        updated_at=holding.updated_at,
    )


def shown(value: Decimal) -> Decimal:
    """A figure in the form of the wire: the exact one unless it has more than 12 places."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        return divide(value, ONE)
    return canonical(value)
