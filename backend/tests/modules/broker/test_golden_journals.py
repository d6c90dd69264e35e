"""What any released version wrote, this one reads, and shows as that version did."""

import asyncio
from collections import Counter
from typing import Any, get_args

import msgspec
import pytest

from tests.modules.broker.golden_journal import FOLDER, golden_server, read_golden, seen
from tests.modules.broker.paper_server import run
from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.events import Event
from trading_api.domain.ports import Record
from trading_api.modules.broker.entries import decode_entry
from trading_api.modules.broker.upcasters import UPCASTERS, VERSION
from trading_api.shared.memory import MemoryJournal

VERSIONS = sorted(int(path.stem.rpartition("_")[2]) for path in FOLDER.glob("version_*.json"))


def missing(expected: Any, found: Any, where: str = "") -> list[str]:
    """Where `found` lacks or changes a member of `expected`; it may have more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            place
            for name, value in expected.items()
            for place in missing(value, found.get(name, "nothing"), f"{where}.{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            place
            for number, (one, other) in enumerate(zip(expected, found, strict=True))
            for place in missing(one, other, f"{where}[{number}]")
        ]
    return [] if expected == found else [f"{where}: {expected!r} is now {found!r}"]


def test_there_is_a_journal_of_every_older_version() -> None:
    assert set(UPCASTERS) == set(range(1, VERSION))
    assert set(UPCASTERS) <= set(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_journal_of_a_released_version_leads_to_the_same_accounts(version: int) -> None:
    records, now, expected = read_golden(version)
    journal = MemoryJournal()
    asyncio.run(journal.append(records))
    assert missing(expected, run(seen, golden_server(journal, now))) == []

    async def count() -> int:
        return len([record async for record in journal.read()])

    assert asyncio.run(count()) == len(records), "reading it has changed something"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_entry_of_a_released_version_becomes_one_of_the_present(version: int) -> None:
    records, _, _ = read_golden(version)
    assert {msgspec.json.decode(each.data)["version"] for each in records} == {version}
    assert {decode_entry(each).version for each in records} == {VERSION}


def test_everything_that_can_happen_happens_in_the_journal_of_this_version() -> None:
    records, _, _ = read_golden(VERSION)
    happened = Counter(type(event) for each in records for event in decode_entry(each).events)
    assert set(happened) == set(get_args(Event))


@pytest.mark.parametrize(
    ("version", "message"),
    [(VERSION + 1, f"newer server wrote it, this one reads up to {VERSION}"), (0, "never was")],
)
def test_an_unknown_version_is_refused_with_a_sentence(version: int, message: str) -> None:
    data = b'{"version":%d,"market_seq":null,"events":[]}' % version
    with pytest.raises(JournalCorrupt, match=message) as refusal:
        decode_entry(Record("acc-1", 7, 0, data, b""))
    assert "record 7 of account acc-1" in str(refusal.value)
