"""Net positions: signed quantity and exact cost, from which average and profit are derived.

A holding never forgets its symbol: what was realised stays when it is flat, so that the profit of
a symbol is the sum of everything the account ever traded in it.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from trading_api.domain.ids import AccountId, PositionId
from trading_api.domain.market import Instant
from trading_api.domain.money import ONE, ZERO, canonical, divide, exact


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
    updated_at: Instant


class Holding(Struct, frozen=True, kw_only=True):
    """What an account has of a symbol.

    `quantity` and `cost` are negative when short; `cost` is what the quantity was bought (or, when
    short, sold) for. `side` is the last that was not flat.
    """

    symbol: str
    side: Literal["long", "short"]
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    updated_at: Instant


def filled(
    holding: Holding | None, symbol: str, quantity: Decimal, price: Decimal, time: Instant
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
    after = Holding(
        symbol=symbol,
        side=side,
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


def emptied(holding: Holding, time: Instant) -> Holding:
    """The same holding without anything in it."""
    return Holding(symbol=holding.symbol, side=holding.side, updated_at=time)


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
        id=PositionId(holding.symbol),
        account_id=account_id,
        symbol=holding.symbol,
        side=holding.side,
        quantity=quantity,
        average_price=divide(abs(holding.cost), quantity) if quantity else ZERO,
        cost=shown(abs(holding.cost)),
        mark_price=mark,
        unrealized_pnl=profit,
        realized_pnl=shown(holding.realized),
        updated_at=holding.updated_at,
    )


def shown(value: Decimal) -> Decimal:
    """A figure in the form of the wire: the exact one unless it has more than 12 places."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        return divide(value, ONE)
    return canonical(value)
