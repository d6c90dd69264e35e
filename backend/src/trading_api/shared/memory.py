"""Every port for one process, in memory: the readable meaning of each."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence

from msgspec.structs import replace

from trading_api.domain.chain import torn_tail
from trading_api.domain.equity import (
    INTERVALS_MS,
    KEPT_MS,
    CurveInterval,
    EquityPoint,
    Sample,
    bucket,
)
from trading_api.domain.errors import JournalConflict, TradingError
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import ApiKey, Handler, Message, Record, Session, Snapshot
from trading_api.domain.symbols import SymbolTable
from trading_api.domain.topics import route_of


class MemoryBus:
    """Calls the handlers of a route one after the other."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)

    def publish(self, message: Message) -> None:
        """Hand the message to every handler of its route, in the order they subscribed."""
        for handler in tuple(self._handlers.get(route_of(message.topic), ())):
            handler(message)

    def subscribe(self, route: str, handler: Handler) -> Callable[[], None]:
        """Call the handler with every message of a route until the result is called."""
        handlers = self._handlers[route]
        handlers.append(handler)
        return lambda: handlers.remove(handler)


class MemoryJournal:
    """Records in a list; they last as long as the object."""

    def __init__(self, records: Sequence[Record] = ()) -> None:
        self._records: list[Record] = list(records)
        self._heads = {record.stream: record.seq for record in records}
        self._snapshots: dict[str, list[Snapshot]] = defaultdict(list)

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records or none."""
        self.store(records)

    def store(self, records: Sequence[Record]) -> None:
        """Store all records or none, at once."""
        heads = dict(self._heads)
        for record in records:
            head = heads.get(record.stream, 0)
            if record.seq != head + 1:
                raise JournalConflict(
                    f"record {record.seq} of stream {record.stream} does not follow {head}"
                )
            heads[record.stream] = record.seq
        self._heads = heads
        self._records.extend(records)

    async def read(self, stream: str | None = None, after: int = 0) -> AsyncIterator[Record]:
        """The records of one stream, or of all, as they were when reading began."""
        for record in tuple(self._records):
            if stream is None or (record.stream == stream and record.seq > after):
                yield record

    async def streams(self) -> Sequence[str]:
        """The names of all streams, in the order in which they were begun."""
        return list(self._heads)

    async def cut_torn_tail(self) -> Sequence[Record]:
        """Take away what an append left that did not come to its end."""
        hashes = {(record.stream, record.seq): record.hash for record in self._records}
        torn = torn_tail(reversed(self._records), lambda *key: hashes.get(key))
        for record in torn:
            self._records.pop()
            self._heads[record.stream] -= 1
        self._heads = {stream: head for stream, head in self._heads.items() if head}
        return torn

    async def save_snapshot(self, snapshot: Snapshot, after: int) -> None:
        """Keep a snapshot after that of record `after`; those in between are forgotten."""
        kept = [each for each in self._snapshots[snapshot.stream] if each.seq <= after]
        self._snapshots[snapshot.stream] = [*kept, snapshot]

    async def snapshots(self, stream: str) -> Sequence[Snapshot]:
        """The snapshots of a stream, oldest first."""
        return tuple(self._snapshots[stream])


class MemoryCatalogue(SymbolTable):
    """Instruments that last as long as the object."""

    def refresh(self) -> None:
        """Nothing: no other process knows of them."""


class MemoryCredentials:
    """Keys, sessions and codes in dictionaries."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._sessions: dict[str, Session] = {}
        self._codes: dict[str, int] = {}

    def add_key(self, key: ApiKey) -> None:
        """Store a key whose name has not been used."""
        if key.name in self._keys:
            raise TradingError("conflict", f"the key name {key.name!r} has been used")
        self._keys[key.name] = key

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key that was ever made, oldest first."""
        return list(self._keys.values())

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key with this hash."""
        return next((key for key in self._keys.values() if key.key_hash == key_hash), None)

    def key_by_name(self, name: str) -> ApiKey | None:
        """The key with this name."""
        return self._keys.get(name)

    def revoke_key(self, name: str, time_ms: int) -> bool:
        """Revoke a key; false when there is none of that name."""
        key = self._keys.get(name)
        if key is None:
            return False
        self._keys[name] = replace(key, revoked_at=key.revoked_at or time_ms)
        return True

    def add_session(self, session: Session) -> None:
        """Remember a session."""
        self._sessions[session.token_hash] = session

    def session_by_hash(self, token_hash: str) -> Session | None:
        """The session with this hash."""
        return self._sessions.get(token_hash)

    def remove_session(self, token_hash: str) -> None:
        """Forget a session."""
        self._sessions.pop(token_hash, None)

    def add_login_code(self, code_hash: str, expires_at: int) -> None:
        """Remember a one-time code."""
        self._codes[code_hash] = expires_at

    def take_login_code(self, code_hash: str, time_ms: int) -> bool:
        """Use up a code; false when it is unknown, used or expired."""
        return self._codes.pop(code_hash, 0) > time_ms


class MemoryEquityStore:
    """Curves in dictionaries: per account and interval, the last point of each bucket."""

    def __init__(self) -> None:
        self._curves: dict[tuple[AccountId, CurveInterval], dict[int, EquityPoint]] = {}

    async def record(self, samples: Sequence[Sample]) -> None:
        """Keep the points, and drop those whose time is over."""
        for account_id, point in ((sample.account_id, sample.point) for sample in samples):
            for interval in INTERVALS_MS:
                curve = self._curves.setdefault((account_id, interval), {})
                curve[bucket(point.time, interval)] = point
                kept = KEPT_MS[interval]
                while kept is not None and (first := next(iter(curve))) < point.time - kept:
                    del curve[first]

    async def read(
        self,
        account_id: AccountId,
        interval: CurveInterval,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[EquityPoint]:
        """The oldest points of a span, ascending."""
        points = self._curves.get((account_id, interval), {}).values()
        found = [
            point
            for point in points
            if (from_ms is None or from_ms <= point.time) and (to_ms is None or point.time < to_ms)
        ]
        return found[:limit]
