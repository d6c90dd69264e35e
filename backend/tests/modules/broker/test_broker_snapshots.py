"""A start reads the newest snapshot and what came after; a bad snapshot costs time, not truth."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest
from msgspec.structs import replace

from tests.domain.paper_desk import encoded
from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.ports import Record, Snapshot
from trading_api.modules.broker.service import default_account_id
from trading_api.shared.auth import OWNER_ID
from trading_api.shared.memory import MemoryJournal

ACCOUNT = default_account_id(OWNER_ID)


class CountingJournal(MemoryJournal):
    """A journal that knows which records were read since it was last asked."""

    def __init__(self, records: Sequence[Record] = ()) -> None:
        super().__init__(records)
        self.read_seqs: list[int] = []

    async def read(self, stream: str | None = None, after: int = 0) -> AsyncIterator[Record]:
        async for record in super().read(stream, after):
            self.read_seqs.append(record.seq)
            yield record

    async def replace_snapshot(self, number: int, **changes: object) -> None:
        """Damage one of the snapshots, and keep the others."""
        kept = await self.snapshots(ACCOUNT)
        after = 0
        for position, snapshot in enumerate(kept):
            changed = replace(snapshot, **changes) if position == number else snapshot
            await self.save_snapshot(changed, after)
            after = snapshot.seq

    def kept(self) -> Sequence[Snapshot]:
        return asyncio.run(self.snapshots(ACCOUNT))


async def place_some(server: PaperServer, numbers: Sequence[int]) -> bytes:
    server.quote(size=1000)
    async with server.client() as client:
        for number in numbers:
            body = order(limit=None if number % 2 else "9", client_order_id=f"c{number}")
            assert (await client.post("/orders", json=body)).status_code in (200, 201)
    return state_of(server)


async def look(server: PaperServer) -> bytes:
    return state_of(server)


def state_of(server: PaperServer) -> bytes:
    cell = server.service.engine.cell(ACCOUNT)
    assert cell is not None
    assert cell.committed is not None
    return encoded(cell.committed)


def filled() -> tuple[CountingJournal, bytes]:
    """A journal of six records with snapshots at 2, 4 and 6, and the state that it leads to.

    Each is taken when a server stops.
    """
    journal = CountingJournal()
    state = b""
    for numbers in ((1,), (2, 3), (4, 5)):
        server = PaperServer(journal, snapshot_every=2)
        state = run(partial(place_some, numbers=numbers), server)
    assert [each.seq for each in journal.kept()] == [2, 4, 6]
    journal.read_seqs.clear()
    return journal, state


def test_a_start_reads_no_more_than_the_last_record_that_is_covered() -> None:
    journal, state = filled()
    assert run(look, PaperServer(journal)) == state
    assert journal.read_seqs == [6]


def test_what_came_after_the_last_snapshot_is_read() -> None:
    journal, _ = filled()
    asyncio.run(journal.replace_snapshot(2, data=b""))

    async def place_one(server: PaperServer) -> bytes:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order("sell"))
        return state_of(server)

    after = run(place_one, PaperServer(journal, snapshot_every=50))
    journal.read_seqs.clear()
    assert run(look, PaperServer(journal)) == after
    assert journal.read_seqs == [4, 5, 6, 7]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": b"\x00"}, "it does not fit its hash"),
        ({"hash": bytes(32)}, "it does not fit its hash"),
        ({"schema": "older"}, "another version of the server took it"),
    ],
)
def test_a_broken_snapshot_is_said_and_records_are_read_instead(
    change: dict[str, object], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    journal, state = filled()
    asyncio.run(journal.replace_snapshot(1, **change))
    server = PaperServer(journal, snapshot_every=1)
    assert run(look, server) == state
    assert journal.read_seqs == [2, 3, 4, 5, 6]
    assert [each.getMessage() for each in caplog.records] == [
        f"the snapshot of account {ACCOUNT} at record 4 is not used, records are read instead: "
        f"{reason}"
    ]
    assert [each.seq for each in journal.kept()] == [2, 6], "a good one is in its place"
    journal.read_seqs.clear()
    assert run(look, PaperServer(journal)) == state
    assert journal.read_seqs == [6]


def test_records_that_a_snapshot_covers_may_not_vanish() -> None:
    journal, _ = filled()

    async def shortened() -> CountingJournal:
        records = [record async for record in journal.read()]
        short = CountingJournal(records[:-1])
        after = 0
        for snapshot in await journal.snapshots(ACCOUNT):
            await short.save_snapshot(snapshot, after)
            after = snapshot.seq
        return short

    with pytest.raises(JournalCorrupt, match=f"record 6 of {ACCOUNT} is not there any more"):
        run(look, PaperServer(asyncio.run(shortened())))
