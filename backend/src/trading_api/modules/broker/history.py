"""What the topics that outlive the server told before: from memory where it is recent."""

import asyncio
from collections.abc import Sequence

from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Journal
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.publisher import epoch_of
from trading_api.modules.broker.recovery import folded, usable_snapshots

FOLDS_PER_TURN = 100

Numbered = Sequence[tuple[int, object]]


async def replay(
    journal: Journal, cell: Cell, route: str, epoch: str, after: int, until: int
) -> Numbered | None:
    """What topic `orders` or `executions` told, numbered `after + 1` to `until`.

    None when the epoch is not the topic's.
    """
    state = cell.committed
    if state is None or epoch_of(state) != epoch:
        return None
    if route == "executions":
        return [(number, state.executions[number]) for number in range(after + 1, until + 1)]
    if cell.recent and cell.recent[0][0] <= after + 1:
        return [(seq, order) for seq, order in cell.recent if after < seq <= until]
    return await _reread(journal, cell.account_id, after, until)


async def _reread(journal: Journal, account_id: AccountId, after: int, until: int) -> Numbered:
    """Updates of `orders` that only the journal has; others get their turn meanwhile."""
    saved = await usable_snapshots(journal, account_id, lambda state: state.orders_seq <= after)
    found: list[tuple[int, object]] = []
    async for record, decision in folded(journal, account_id, saved):
        found += [
            (change.seq, change.value)
            for change in decision.changes
            if change.route == "orders" and after < change.seq <= until
        ]
        if decision.state.orders_seq >= until:
            break
        if not record.seq % FOLDS_PER_TURN:
            await asyncio.sleep(0)
    return found
