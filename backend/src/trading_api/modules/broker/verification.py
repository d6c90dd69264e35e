"""Reads a journal from its first record to its last and says whether all of it can be believed."""

from collections.abc import AsyncIterator, Callable
from itertools import takewhile
from typing import NamedTuple

from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import Chain
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.ports import Journal, Snapshot
from trading_api.modules.broker.recovery import ACCOUNT_PREFIX, refold
from trading_api.modules.broker.snapshots import SCHEMA, Saved, with_snapshot


class Verified(NamedTuple):
    """A stream that is whole: its records, its last hash, and how many snapshots agree with it.

    `outdated` counts snapshots that another version of the server took: they are not used.
    """

    stream: str
    records: int
    head: bytes
    snapshots: int
    outdated: int


async def verify(
    journal: Journal, on_record: Callable[[], None] = lambda: None
) -> AsyncIterator[Verified]:
    """Follow the chain of every stream, fold every account, compare its snapshots.

    Works beside a server that appends meanwhile.

    Raises:
        JournalCorrupt: names the first place that is damaged.
    """
    for stream in await journal.streams():
        yield await _verify_stream(journal, stream, on_record)


async def _verify_stream(journal: Journal, stream: str, on_record: Callable[[], None]) -> Verified:
    chain, state = Chain(stream), None
    snapshots = await journal.snapshots(stream)
    present = list(takewhile(lambda each: each.schema == SCHEMA, snapshots))
    saved, waiting = Saved(), list(present)
    async for record in journal.read(stream):
        chain.follow(record)
        if stream.startswith(ACCOUNT_PREFIX):
            state = refold(state, record).state
            while waiting and waiting[0].seq == record.seq:
                saved = _compared(saved, waiting.pop(0), state, record.hash)
        on_record()
    if waiting:
        raise JournalCorrupt(
            f"there is a snapshot of {stream} at record {waiting[0].seq}, but the journal ends at "
            f"{chain.seq}: records are missing"
        )
    outdated = len(snapshots) - len(present)
    return Verified(stream, chain.seq, chain.head, len(present), outdated)


def _compared(saved: Saved, snapshot: Snapshot, state: AccountState, head: bytes) -> Saved:
    try:
        following = with_snapshot(saved, snapshot)
    except (ValueError, ArithmeticError) as error:
        raise JournalCorrupt(
            f"the snapshot of {snapshot.stream} at record {snapshot.seq} is damaged: {error}"
        ) from error
    if following.head != head or following.state != state:
        raise JournalCorrupt(
            f"the snapshot of {snapshot.stream} at record {snapshot.seq} is not what the journal "
            "leads to"
        )
    return following
