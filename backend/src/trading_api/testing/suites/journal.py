"""What every journal must do."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache

import pytest
from msgspec.structs import replace

from trading_api.domain.chain import FIRST, LARGEST_BATCH, Chain
from trading_api.domain.errors import JournalConflict, JournalCorrupt
from trading_api.domain.ports import Journal, Record, Snapshot


@cache
def record(stream: str, seq: int) -> Record:
    """A record whose content tells where it belongs, linked to those before it."""
    head = record(stream, seq - 1).hash if seq > 1 else FIRST
    chain = Chain(stream, seq - 1, head)
    return chain.add(1_700_000_000_000 + seq, f"{stream}/{seq} \0 ü".encode())


def damaged(whole: Record) -> Record:
    """The record with one bit of its data changed."""
    return replace(whole, data=bytes([whole.data[0] ^ 1]) + whole.data[1:])


def snapshot(stream: str, seq: int) -> Snapshot:
    """A snapshot whose content tells where it belongs."""
    data = f"{stream} up to {seq} \0 ü".encode() * 100
    return Snapshot(stream, seq, bytes(32), "schema", data, bytes([seq]) * 32)


class JournalSuite:
    """Inherit, and give `opened`."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[Journal]:
        """An empty journal the first time; what was stored in it is there the next time."""

    def run(self, *batches: Sequence[Record]) -> list[Record]:
        """Append batches; the result is all that can be read afterwards."""

        async def append_and_read() -> list[Record]:
            with self.opened() as journal:
                for batch in batches:
                    await journal.append(batch)
                return [found async for found in journal.read()]

        return asyncio.run(append_and_read())

    def test_what_was_appended_is_read_in_order(self) -> None:
        first, second = [record("a", 1), record("b", 1)], [record("a", 2)]
        assert self.run(first, second) == [*first, *second]

    def test_no_records_store_nothing(self) -> None:
        assert self.run([], [record("a", 1)], []) == [record("a", 1)]

    def test_one_stream_is_read_alone(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                await journal.append([record("a", 1), record("b", 1), record("a", 2)])
                return [found async for found in journal.read("a")]

        assert asyncio.run(use()) == [record("a", 1), record("a", 2)]

    def test_a_stream_is_read_from_a_number_on(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                await journal.append([record("a", 1), record("b", 1), record("a", 2)])
                await journal.append([record("a", 3)])
                return [found async for found in journal.read("a", after=1)]

        assert asyncio.run(use()) == [record("a", 2), record("a", 3)]

    def test_streams_are_named_in_the_order_in_which_they_were_begun(self) -> None:
        async def use() -> tuple[Sequence[str], Sequence[str]]:
            with self.opened() as journal:
                none = await journal.streams()
                await journal.append([record("b", 1), record("a", 1), record("b", 2)])
                await journal.append([record("A", 1), record("a", 2)])
                return none, await journal.streams()

        assert asyncio.run(use()) == ([], ["b", "a", "A"])

    def test_an_unknown_stream_is_empty(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                return [found async for found in journal.read("nobody")]

        assert asyncio.run(use()) == []

    def test_a_taken_number_is_refused_with_the_whole_batch(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                await journal.append([record("a", 1)])
                with pytest.raises(JournalConflict):
                    await journal.append([record("b", 1), record("a", 1)])
                return [found async for found in journal.read()]

        assert asyncio.run(use()) == [record("a", 1)]

    def test_many_records_are_read_whole(self) -> None:
        batch = [record("a", seq) for seq in range(1, 12_001)]
        assert self.run(batch) == batch

    def test_concurrent_appends_are_each_stored_once(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                await asyncio.gather(
                    *(journal.append([record(f"s{number}", 1)]) for number in range(50))
                )
                return [found async for found in journal.read()]

        assert sorted(found.stream for found in asyncio.run(use())) == sorted(
            f"s{number}" for number in range(50)
        )

    def cut(self, *batches: Sequence[Record]) -> tuple[list[Record], list[Record]]:
        """Append batches, cut a torn tail; gives what was cut and what is left."""

        async def use() -> tuple[list[Record], list[Record]]:
            with self.opened() as journal:
                for batch in batches:
                    await journal.append(batch)
                cut = await journal.cut_torn_tail()
                return list(cut), [found async for found in journal.read()]

        return asyncio.run(use())

    def test_a_whole_journal_has_no_torn_tail(self) -> None:
        whole = [record("a", 1), record("b", 1), record("a", 2)]
        assert self.cut(whole) == ([], whole)

    def test_an_empty_journal_has_no_torn_tail(self) -> None:
        assert self.cut() == ([], [])

    def test_a_torn_tail_is_cut_and_the_streams_go_on(self) -> None:
        whole = [record("a", 1), record("b", 1)]
        torn = [damaged(record("b", 2)), damaged(record("c", 1)), damaged(record("a", 2))]

        async def use() -> tuple[Sequence[Record], list[Record]]:
            with self.opened() as journal:
                await journal.append(whole)
                await journal.append(torn)
                cut = await journal.cut_torn_tail()
                await journal.append([record("a", 2), record("c", 1)])
                return cut, [found async for found in journal.read()]

        left = [*whole, record("a", 2), record("c", 1)]
        assert asyncio.run(use()) == (torn[::-1], left)

    def test_what_is_damaged_before_the_end_is_not_cut(self) -> None:
        damaged_first = [damaged(record("a", 1)), record("b", 1)]
        assert self.cut(damaged_first) == ([], damaged_first)

    def test_more_than_one_append_can_leave_is_no_torn_tail(self) -> None:
        torn = [damaged(record("a", number)) for number in range(1, LARGEST_BATCH + 2)]
        with pytest.raises(JournalCorrupt, match="record 1 of a: that is no torn write"):
            self.cut(torn)

    def kept(self, *saves: tuple[Snapshot, int]) -> dict[str, list[Snapshot]]:
        """Save snapshots, each after a number; gives what is there then."""

        async def use() -> dict[str, list[Snapshot]]:
            with self.opened() as journal:
                for snapshot, after in saves:
                    await journal.save_snapshot(snapshot, after)
                return {stream: list(await journal.snapshots(stream)) for stream in ("a", "b")}

        return asyncio.run(use())

    def test_snapshots_are_read_oldest_first(self) -> None:
        saves = [(snapshot("a", 10), 0), (snapshot("b", 7), 0), (snapshot("a", 20), 10)]
        assert self.kept(*saves) == {
            "a": [snapshot("a", 10), snapshot("a", 20)],
            "b": [snapshot("b", 7)],
        }

    def test_a_snapshot_takes_the_place_of_those_after_its_predecessor(self) -> None:
        saves = [(snapshot("a", 10), 0), (snapshot("a", 20), 10), (snapshot("a", 30), 20)]
        assert self.kept(*saves, (snapshot("a", 25), 10))["a"] == [
            snapshot("a", 10),
            snapshot("a", 25),
        ]
