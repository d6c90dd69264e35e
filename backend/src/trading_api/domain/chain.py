"""The hash chain of a stream: each record's hash covers the record and all before it.

SHA-256 over the previous record's hash (32 zero bytes for the first record), the stream's name in
UTF-8 with its length before it, the record's number and time, and its data; numbers are 8 bytes,
big-endian. The same inputs give the same head, so two journals are compared by one hash.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from struct import Struct

from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.ports import Record

FIRST = bytes(32)
LARGEST_BATCH = 1024
"""Records of one append at most, and so the longest tail that a torn append can leave."""


_numbers = Struct(">qqq").pack


def link(previous: bytes, stream: str, seq: int, time: int, data: bytes) -> bytes:
    """The hash of a record that follows one with hash `previous`."""
    name = stream.encode()
    return sha256(b"".join((previous, _numbers(len(name), seq, time), name, data))).digest()


def fits(record: Record, previous: bytes) -> bool:
    """Whether a record is as it was written, after one with hash `previous`."""
    return record.hash == link(previous, record.stream, record.seq, record.time, record.data)


class Chain:
    """One stream, record by record: its last number and hash."""

    def __init__(self, stream: str, seq: int = 0, head: bytes = FIRST) -> None:
        self.stream = stream
        self.seq = seq
        self.head = head

    def add(self, time: int, data: bytes) -> Record:
        """Make the next record."""
        self.seq += 1
        self.head = link(self.head, self.stream, self.seq, time, data)
        return Record(self.stream, self.seq, time, data, self.head)

    def follow(self, record: Record) -> None:
        """Take the next record.

        Raises:
            JournalCorrupt: it is not the next one, or not as it was written.
        """
        if record.seq != self.seq + 1:
            raise JournalCorrupt(
                f"record {record.seq} of {self.stream} does not follow {self.seq}: records are "
                "missing"
            )
        if not fits(record, self.head):
            raise JournalCorrupt(
                f"record {record.seq} of {self.stream} does not fit its hash: it was changed after "
                "it was written"
            )
        self.seq, self.head = record.seq, record.hash


def torn_tail(
    newest_first: Iterable[Record], hash_of: Callable[[str, int], bytes | None]
) -> list[Record]:
    """The records at the very end of a journal that do not fit their chain, newest first.

    They are what an append left that did not come to its end: nothing was acknowledged that rests
    on them. A record that does not fit but has a good one after it is no such thing, and is found
    by whoever reads it.

    Args:
        newest_first: the records of a journal from its end.
        hash_of: the stored hash of a record, by stream and number; None where there is none.

    Raises:
        JournalCorrupt: more do not fit than one append can leave.
    """
    torn: list[Record] = []
    for record in newest_first:
        previous = FIRST if record.seq == 1 else hash_of(record.stream, record.seq - 1)
        if previous is not None and fits(record, previous):
            return torn
        torn.append(record)
        if len(torn) > LARGEST_BATCH:
            raise JournalCorrupt(
                f"the last {len(torn)} records of the journal do not fit their hashes, down to "
                f"record {record.seq} of {record.stream}: that is no torn write"
            )
    return torn
