"""Brings every account back from the journal, and finds out whether that can be believed."""

import logging
from collections.abc import AsyncIterator

from trading_api.domain.accounts import AccountState
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.events import IllegalTransition
from trading_api.domain.evolution import Decision, fold
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Journal, Record
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.entries import decode_entry

ACCOUNT_PREFIX = "acc-"

_log = logging.getLogger(__name__)


async def recover_accounts(journal: Journal) -> AsyncIterator[Cell]:
    """Every account as its journal leaves it, in the order in which they were opened.

    Raises:
        JournalCorrupt: names the first record that cannot be believed.
    """
    for torn in await journal.cut_torn_tail():
        _log.warning(
            "record %s of %s, %s bytes, was not written whole and is cut off",
            torn.seq,
            torn.stream,
            len(torn.data),
        )
    for stream in await journal.streams():
        if stream.startswith(ACCOUNT_PREFIX):
            yield await recover_account(journal, AccountId(stream))


async def recover_account(journal: Journal, account_id: AccountId) -> Cell:
    """One account as its journal leaves it.

    Raises:
        JournalCorrupt: names the first record that cannot be believed.
    """
    cell = Cell(account_id)
    async for record in journal.read(account_id):
        cell.chain.follow(record)
        decision = refold(cell.working, record)
        cell.working = decision.state
        cell.commit(decision.state, decision.changes)
    return cell


def refold(state: AccountState | None, record: Record) -> Decision:
    """What a record of the journal did to an account.

    Raises:
        JournalCorrupt: it is not an entry, or does not fit the state.
    """
    entry = decode_entry(record)
    try:
        return fold(state, entry.events)
    except (IllegalTransition, LookupError, ArithmeticError) as error:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} does not fit what came before: {error}"
        ) from error
