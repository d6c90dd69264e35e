"""Parts of an account's state, kept so that a start need not fold the whole journal.

A snapshot holds what has changed since the one before it: of each map the items that are new, other
or gone, and all other members as they are. Whatever members the state has are found here by their
types, so that the state can grow without a line here.
"""

import asyncio
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from immutables import Map

from trading_api import __version__
from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import FIRST, link
from trading_api.domain.ids import OrderId
from trading_api.domain.ports import Snapshot

STATE_VERSION = 2
"""To be raised when events lead to another state although its members have not changed."""

# What may be done at once, about a millisecond of each, and the rest that orders get after it
ITEMS_PER_TURN = 5_000
ENCODED_PER_TURN = 300
BYTES_PER_TURN = 500_000
PAUSE_S = 0.002

_NOTHING = object()
_HINTS = get_type_hints(AccountState, include_extras=True)
_MAPS = frozenset(name for name, hint in _HINTS.items() if get_origin(hint) is Map)


def _part_type(name: str) -> Any:
    """A map's part: the items that are new or other, sorted by key, and the keys that are gone."""
    if name not in _MAPS:
        return _HINTS[name]
    key, value = get_args(_HINTS[name])
    return tuple[list[tuple[key, value]], list[key]]  # type: ignore[valid-type] # made at run time


_Part: Any = msgspec.defstruct("Part", [(name, _part_type(name)) for name in _HINTS], frozen=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Map):
        return _sorted(value.items())
    raise NotImplementedError(f"a state may not hold a {type(value).__name__}")


def _again(hint: Any, value: Any) -> Any:
    key, item = get_args(hint)
    return Map(msgspec.convert(value, list[tuple[key, item]], dec_hook=_again))  # type: ignore[valid-type]


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain, order="deterministic")
_decoder = msgspec.msgpack.Decoder(_Part, dec_hook=_again)


def _schema() -> str:
    """Names what a state means to this code; a snapshot of another is not to be used."""
    shape = msgspec.json.schema(_Part, schema_hook=lambda hint: {"title": repr(hint)})
    text = f"{__version__} {STATE_VERSION} {msgspec.json.encode(shape, order='sorted').decode()}"
    return sha256(text.encode()).hexdigest()[:16]


SCHEMA = _schema()


class Saved(NamedTuple):
    """What snapshots hold of an account so far.

    `seq` and `head` are number and hash of the last record that they cover, `hash` is that of the
    newest snapshot.
    """

    state: AccountState | None = None
    seq: int = 0
    head: bytes = FIRST
    hash: bytes = FIRST


async def take_snapshot(
    saved: Saved, state: AccountState, head: bytes, touched: Collection[OrderId] | None = None
) -> Snapshot:
    """What has changed since the last snapshot; others get their turn meanwhile.

    Args:
        saved: what there is already.
        state: the account after its entry number `state.entries`.
        head: the hash of that entry's record.
        touched: the orders to which something happened since, so that what an account gathers over
            the years need not be looked through; None looks at everything.
    """
    members: dict[str, Any] = {}
    for name in _HINTS:
        now = getattr(state, name)
        if name in _MAPS:
            before = Map() if saved.state is None else getattr(saved.state, name)
            keys = None if touched is None else _keys_of(name, saved.state, state, touched)
            members[name] = await _changes(before, now, keys)
        else:
            members[name] = now
    data = _encoder.encode(_Part(**members))
    digest = sha256()
    for start in range(0, len(data), BYTES_PER_TURN):
        digest.update(data[start : start + BYTES_PER_TURN])
        await asyncio.sleep(PAUSE_S)
    covered = (state.account_id, state.entries, head, SCHEMA)
    return Snapshot(*covered, data, _hash(saved.hash, *covered, digest.digest()))


def with_snapshot(saved: Saved, snapshot: Snapshot) -> Saved:
    """What there is with one snapshot more.

    Raises:
        ValueError: it is damaged, does not follow, or was taken by other code; says which.
    """
    covered = (snapshot.stream, snapshot.seq, snapshot.head, snapshot.schema)
    if snapshot.schema != SCHEMA:
        raise ValueError("another version of the server took it")
    if snapshot.hash != _hash(saved.hash, *covered, sha256(snapshot.data).digest()):
        raise ValueError("it does not fit its hash")
    part = _decoder.decode(snapshot.data)
    state: dict[str, Any] = {
        name: _merged(Map() if saved.state is None else getattr(saved.state, name), value)
        if name in _MAPS
        else value
        for name, value in msgspec.structs.asdict(part).items()
    }
    return Saved(AccountState(**state), snapshot.seq, snapshot.head, snapshot.hash)


def is_due(state: AccountState, saved: Saved, every: int) -> bool:
    """Whether it is time for the next snapshot.

    The distance grows with the account: the entries after the last snapshot cost a start little as
    long as they are few of all, and few snapshots are put together sooner than many.
    """
    return state.entries - saved.seq >= max(every, min(state.entries // 10, 5 * every))


def _keys_of(
    name: str, before: AccountState | None, now: AccountState, touched: Collection[OrderId]
) -> Collection[Any] | None:
    """The keys under which a map may have changed; None where that is not known.

    Known for the maps that only grow, and for that of the open orders.
    """
    match name:
        case "orders" | "tickets":
            return touched
        case "first_answers" | "requests":
            return [now.orders[each].client_order_id for each in touched]
        case "executions":
            first = 1 if before is None else before.executions_seq + 1
            return range(first, now.executions_seq + 1)
        case _:
            return None


async def _changes(
    before: "Map[Any, Any]", now: "Map[Any, Any]", keys: Collection[Any] | None
) -> Any:
    """A map's part, its items encoded already: all of them at once would take too long a turn.

    Only what is found under the keys may have changed.
    """
    if now is before:
        return [], []
    changed: list[tuple[Any, Any]] = []
    gone: list[Any] = []
    looked_at = sorted({*before, *now} if keys is None else keys)
    for start in range(0, len(looked_at), ITEMS_PER_TURN):
        for key in looked_at[start : start + ITEMS_PER_TURN]:
            value = now.get(key, _NOTHING)
            if value is _NOTHING:
                gone += [key] if key in before else []
            elif value is not before.get(key, _NOTHING):
                changed.append((key, value))
        await asyncio.sleep(PAUSE_S)
    encoded: list[msgspec.Raw] = []
    for start in range(0, len(changed), ENCODED_PER_TURN):
        some = changed[start : start + ENCODED_PER_TURN]
        encoded += [msgspec.Raw(_encoder.encode(item)) for item in some]
        await asyncio.sleep(PAUSE_S)
    return encoded, gone


def _merged(before: "Map[Any, Any]", part: Any) -> "Map[Any, Any]":
    changed, gone = part
    editing = before.mutate()
    for key in gone:
        del editing[key]
    for key, value in changed:
        editing[key] = value
    return editing.finish()


def _sorted(items: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """A map's own order depends on the process."""
    return sorted(items, key=lambda item: item[0])


def _hash(previous: bytes, stream: str, seq: int, head: bytes, schema: str, digest: bytes) -> bytes:
    return link(previous, stream, seq, 0, head + schema.encode() + digest)
