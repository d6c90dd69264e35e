"""Brings every account back from the journal, and finds out whether that can be believed."""

import logging
from collections.abc import AsyncIterator, Callable

from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import Chain
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.events import IllegalTransition
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import Journal, Record
from trading_api.domain.progress import Decision, fold
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.entries import decode_entry
from trading_api.modules.broker.snapshots import Saved, with_snapshot

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
    """One account: its newest usable snapshot and the records after it.

    Raises:
        JournalCorrupt: names the first record that cannot be believed.
    """
    cell = Cell(account_id)
    cell.saved = await usable_snapshots(journal, account_id)
    cell.working = cell.committed = cell.saved.state
    cell.chain = Chain(account_id, cell.saved.seq, cell.saved.head)
    async for record, decision in folded(journal, account_id, cell.saved):
        cell.chain = Chain(account_id, record.seq, record.hash)
        cell.working = decision.state
        cell.commit(decision, record.hash)
    return cell


async def usable_snapshots(
    journal: Journal,
    account_id: AccountId,
    wanted: Callable[[AccountState], bool] = lambda _: True,
) -> Saved:
    """What the snapshots of an account hold, up to the first that is damaged or not wanted."""
    saved = Saved()
    for snapshot in await journal.snapshots(account_id):
        try:
            following = with_snapshot(saved, snapshot)
        except (ValueError, ArithmeticError) as error:
            _log.warning(
                "the snapshot of account %s at record %s is not used, records are read instead: %s",
                account_id,
                snapshot.seq,
                error,
            )
            break
        if following.state is None or not wanted(following.state):
            break
        saved = following
    return saved


async def folded(
    journal: Journal, account_id: AccountId, saved: Saved
) -> AsyncIterator[tuple[Record, Decision]]:
    """The records of an account after its snapshots, with what each did.

    Raises:
        JournalCorrupt: names the first record that cannot be believed.
    """
    state, chain = saved.state, Chain(account_id, saved.seq, saved.head)
    covered = saved.seq == 0
    async for record in journal.read(account_id, after=max(saved.seq - 1, 0)):
        if not covered:
            covered = (record.seq, record.hash) == (saved.seq, saved.head)
            if covered:
                continue
            break
        chain.follow(record)
        decision = refold(state, record)
        state = decision.state
        yield record, decision
    if not covered:
        raise JournalCorrupt(
            f"record {saved.seq} of {account_id} is not there any more as it was when a snapshot "
            "was taken"
        )


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
