"""One entry of an account's journal: the events of one decision, as bytes and back."""

import msgspec
from msgspec import Struct

from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.events import Event
from trading_api.domain.ports import Record

VERSION = 1


class Entry(Struct, frozen=True):
    """What one decision did, and the number of the quote or trade that it was made on."""

    version: int
    market_seq: int | None
    events: tuple[Event, ...]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


def encode_entry(events: tuple[Event, ...], market_seq: int | None) -> bytes:
    """The bytes of an entry."""
    return _encoder.encode(Entry(VERSION, market_seq, events))


def decode_entry(record: Record) -> Entry:
    """The entry of a record.

    Raises:
        JournalCorrupt: the bytes are not an entry, or one of a version that is not known here.
    """
    try:
        entry = _decoder.decode(record.data)
    except msgspec.MsgspecError as error:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} is not an entry: {error}"
        ) from error
    if entry.version != VERSION:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} has version {entry.version}, "
            f"this server reads {VERSION}"
        )
    return entry
