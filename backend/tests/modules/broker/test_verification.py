"""`verify` believes a whole journal and names the first place of a damaged one."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from msgspec.structs import replace

from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.domain.chain import Chain
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.ports import Record, Snapshot
from trading_api.modules.broker.service import default_account_id
from trading_api.modules.broker.snapshots import Saved, take_snapshot, with_snapshot
from trading_api.modules.broker.verification import Verified, verify
from trading_api.shared.auth import OWNER_ID
from trading_api.shared.memory import MemoryJournal
from trading_api.testing.suites.journal import damaged

ACCOUNT = default_account_id(OWNER_ID)

Parts = tuple[list[Record], list[Snapshot]]


async def place_some(server: PaperServer, count: int) -> None:
    server.quote()
    async with server.client() as client:
        for _ in range(count):
            assert (await client.post("/orders", json=order())).status_code == 201


def traded() -> Parts:
    """Six records of an account and one of somebody else; snapshots at 2, 4 and 6."""
    journal = MemoryJournal([Chain("notes").add(1, b"not an entry")])
    for count in (1, 2, 2):  # a snapshot is taken when a server stops
        run(partial(place_some, count=count), PaperServer(journal, snapshot_every=2))

    async def parts() -> Parts:
        records = [record async for record in journal.read()]
        return records, list(await journal.snapshots(ACCOUNT))

    return asyncio.run(parts())


def verified(parts: Parts) -> Sequence[Verified]:
    async def use() -> Sequence[Verified]:
        records, snapshots = parts
        journal, after = MemoryJournal(records), 0
        for snapshot in snapshots:
            await journal.save_snapshot(snapshot, after)
            after = snapshot.seq
        read = []
        found = [each async for each in verify(journal, lambda: read.append(1))]
        assert len(read) == len(records)
        return found

    return asyncio.run(use())


def test_a_whole_journal_is_believed_stream_by_stream() -> None:
    records, snapshots = traded()
    assert verified((records, snapshots)) == [
        Verified("notes", 1, records[0].hash, 0, 0),
        Verified(ACCOUNT, 6, records[-1].hash, 3, 0),
    ]


def test_snapshots_of_other_code_are_counted_and_left_alone() -> None:
    records, [first, *others] = traded()
    outdated = [first, *(replace(each, schema="older") for each in others)]
    assert verified((records, outdated))[-1] == Verified(ACCOUNT, 6, records[-1].hash, 1, 2)


def with_a_record_changed(parts: Parts) -> Parts:
    records, snapshots = parts
    return [*records[:3], damaged(records[3]), *records[4:]], snapshots


def without_a_record(parts: Parts) -> Parts:
    records, snapshots = parts
    return [*records[:3], *records[4:]], snapshots


def without_the_end(parts: Parts) -> Parts:
    records, snapshots = parts
    return records[:-1], snapshots


def with_a_snapshot_changed(parts: Parts) -> Parts:
    records, [first, second, third] = parts
    return records, [first, replace(second, data=second.data[:-1]), third]


def with_a_wrong_snapshot(parts: Parts) -> Parts:
    """One that is whole, and of another state."""
    records, [first, *_] = parts
    saved = with_snapshot(Saved(), first)
    assert saved.state is not None
    forged = replace(saved.state, balance=saved.state.balance + 1, entries=4)
    return records, [first, asyncio.run(take_snapshot(saved, forged, records[4].hash))]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (with_a_record_changed, f"record 3 of {ACCOUNT} does not fit its hash"),
        (without_a_record, f"record 4 of {ACCOUNT} does not follow 2"),
        (without_the_end, "snapshot of .* at record 6, but the journal ends at 5: records are"),
        (with_a_snapshot_changed, f"the snapshot of {ACCOUNT} at record 4 is damaged"),
        (with_a_wrong_snapshot, f"snapshot of {ACCOUNT} at record 4 is not what the journal leads"),
    ],
)
def test_the_first_damaged_place_is_named(damage: Callable[[Parts], Parts], message: str) -> None:
    with pytest.raises(JournalCorrupt, match=message):
        verified(damage(traded()))
