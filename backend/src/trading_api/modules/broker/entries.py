"""One entry of an account's journal: the events of one decision, as bytes and back."""

import msgspec
from msgspec import Struct

from trading_api.domain.errors import JournalCorrupt
from trading_api.domain.events import Event
from trading_api.domain.ports import Record
from trading_api.modules.broker.upcasters import UPCASTERS, VERSION, Plain, upcast


class Entry(Struct, frozen=True):
    """What one decision did, and the number of the quote or trade that it was made on."""

    version: int
    market_seq: int | None
    events: tuple[Event, ...]


class _Version(Struct, frozen=True):
    version: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)
_version_decoder = msgspec.json.Decoder(_Version)
_plain_decoder = msgspec.json.Decoder(Plain)
_PRESENT = b'{"version":%d,' % VERSION


def encode_entry(events: tuple[Event, ...], market_seq: int | None) -> bytes:
    """The bytes of an entry."""
    return _encoder.encode(Entry(VERSION, market_seq, events))


def decode_entry(record: Record) -> Entry:
    """The entry of a record, lifted to the present version where it is older.

    Raises:
        JournalCorrupt: the bytes are not an entry, or one of a version that is not known here.
    """
    try:
        if record.data.startswith(_PRESENT):
            return _decoder.decode(record.data)
        return _decode_older(record)
    except msgspec.MsgspecError as error:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} is not an entry: {error}"
        ) from error


def _decode_older(record: Record) -> Entry:
    version = _version_decoder.decode(record.data).version
    if version > VERSION:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} has version {version}: a newer server "
            f"wrote it, this one reads up to {VERSION}"
        )
    if version != VERSION and version not in UPCASTERS:
        raise JournalCorrupt(
            f"record {record.seq} of account {record.stream} has version {version}, which never was"
        )
    return msgspec.convert(upcast(_plain_decoder.decode(record.data), version), Entry)
