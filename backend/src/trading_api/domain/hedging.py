"""Individual positions: each fill that opens makes one, each that closes has its targets.

An order closes when it may only reduce. It then takes from the position that it names; else from
those that its parent opened; else from all of its symbol on the other side. Of several the oldest
goes first. Any other order opens.
"""

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from trading_api.domain.accounts import AccountState, position_id
from trading_api.domain.money import canonical
from trading_api.domain.orders import Execution, Order
from trading_api.domain.positions import Holding, filled


class Hedged(NamedTuple):
    """What a fill made of positions, and the profit that it realised.

    A position that was closed is among them, with quantity 0.
    """

    holdings: tuple[Holding, ...]
    profit: Decimal


def targets(state: AccountState, order: Order) -> list[Holding]:
    """The positions that an order takes from, the oldest first; none for one that opens."""
    if not order.reduce_only:
        return []
    wanted = order.position_id
    if wanted is None and order.parent_type == "position":
        wanted = order.parent_id  # type: ignore[assignment] # the id of a position then
    return sorted(
        (
            holding
            for holding in state.holdings.values()
            if holding.symbol == order.symbol
            and (holding.quantity > 0) == (order.side == "sell")
            and wanted in (None, holding.id)
            and (
                wanted is not None
                or order.parent_type != "order"
                or holding.opened_by == order.parent_id
            )
        ),
        key=age,
    )


def age(holding: Holding) -> int:
    """What positions are sorted by so that the oldest comes first."""
    return int(holding.id.rpartition("-p")[2])


def after_fill(state: AccountState, order: Order, execution: Execution) -> Hedged:
    """The positions that a fill changes, as they are after it."""
    if not order.reduce_only:
        return _opened(state, order, execution)
    left, profit, changed = execution.quantity, Decimal(0), list[Holding]()
    for holding in targets(state, order):
        if not left:
            break
        part = min(left, abs(holding.quantity))
        after, gained = filled(
            holding,
            execution.symbol,
            part if execution.side == "buy" else -part,
            execution.price,
            execution.time,
            execution.fee_currency,
        )
        changed.append(after)
        left, profit = canonical(left - part), profit + gained
    if left:
        raise LookupError(f"execution {execution.id} closes {left:f} more than there is")
    return Hedged(tuple(changed), profit)


def _opened(state: AccountState, order: Order, execution: Execution) -> Hedged:
    after, profit = filled(
        None,
        execution.symbol,
        execution.signed_quantity,
        execution.price,
        execution.time,
        execution.fee_currency,
    )
    made = replace(
        after,
        id=position_id(state.account_id, state.executions_seq + 1),
        opened_by=order.id,
        opened_at=execution.time,
    )
    return Hedged((made,), profit)
