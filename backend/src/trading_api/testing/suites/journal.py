"""What every journal must do."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager

import pytest

from trading_api.domain.errors import JournalConflict
from trading_api.domain.ports import Journal, Record


def record(stream: str, seq: int) -> Record:
    """A record whose content tells where it belongs."""
    return Record(stream, seq, 1_700_000_000_000 + seq, f"{stream}/{seq} \0 ü".encode())


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

    def test_one_stream_is_read_alone(self) -> None:
        async def use() -> list[Record]:
            with self.opened() as journal:
                await journal.append([record("a", 1), record("b", 1), record("a", 2)])
                return [found async for found in journal.read("a")]

        assert asyncio.run(use()) == [record("a", 1), record("a", 2)]

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
