"""What the system needs from the world: each port is implemented in memory and by a driver."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.equity import CurveInterval, EquityPoint, Sample
from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.intervals import Interval
from trading_api.domain.market import (
    Bar,
    BookChange,
    Depth,
    Resolution,
    SymbolInfo,
    TopOfBook,
    Trade,
)
from trading_api.domain.orders import Execution
from trading_api.domain.series import Columns, Saved, SeriesKey, StoredSeries


class Clock(Protocol):
    """The only source of time."""

    def now_ms(self) -> int:
        """The present instant in epoch milliseconds UTC."""

    async def sleep_until(self, time_ms: int) -> None:
        """Return at or after the instant; at once when it has passed."""


class Ids(Protocol):
    """The only source of chance for names and secrets."""

    def new_id(self) -> str:
        """A short unique name: lower-case letters and digits."""

    def new_secret(self) -> str:
        """A secret of at least 256 bits, safe in an address and in a header."""


class Message(Struct, frozen=True):
    """One value on the bus. `seq` counts the messages of its topic, without a hole."""

    topic: str
    seq: int
    value: Any


Handler = Callable[[Message], None]


class Bus(Protocol):
    """Carries messages from services to whoever subscribed to their route."""

    def publish(self, message: Message) -> None:
        """Hand the message to every handler of its route, in the order they subscribed.

        Synchronous: when it returns, every handler of this process has seen the message.
        """

    def subscribe(self, route: str, handler: Handler) -> Callable[[], None]:
        """Call the handler with every message of a route; the result ends the subscription."""


class Record(Struct, frozen=True):
    """One line of the journal: `seq` counts within its stream from 1, without a hole.

    `hash` covers the record and all before it in its stream, see `chain`.
    """

    stream: str
    seq: int
    time: int
    data: bytes
    hash: bytes


class Snapshot(Struct, frozen=True):
    """A part of what a stream leads to up to its record `seq`; the rest is in earlier ones.

    Attributes:
        head: hash of that record.
        schema: names the code that understands `data`.
        hash: covers this and all earlier snapshots of the stream.
    """

    stream: str
    seq: int
    head: bytes
    schema: str
    data: bytes
    hash: bytes


class Journal(Protocol):
    """The append-only record of truth, and snapshots that spare its reader work.

    It stores hashes and does not make them: whoever appends links its records, see `chain`.
    """

    async def append(self, records: Sequence[Record]) -> None:
        """Store all records or none; durable when it returns.

        No records at all store nothing, but fail where some would for want of a writable journal.

        Raises:
            JournalConflict: a record's stream and number are taken.
            JournalError: they could not be made durable; the caller must stop.
        """

    def read(self, stream: str | None = None, after: int = 0) -> AsyncIterator[Record]:
        """The records of one stream, or of all, in the order in which they were appended.

        Args:
            stream: None for all streams.
            after: leave out the records of that stream up to this number.

        Raises:
            JournalCorrupt: they cannot be read back.
        """

    async def streams(self) -> Sequence[str]:
        """The names of all streams, in the order in which they were begun."""

    async def cut_torn_tail(self) -> Sequence[Record]:
        """Take away what an append left that did not come to its end, see `chain.torn_tail`.

        To be called before the first append. Gives what was taken away, newest first.

        Raises:
            JournalCorrupt: the journal's end is damaged in another way.
        """

    async def save_snapshot(self, snapshot: Snapshot, after: int) -> None:
        """Keep a snapshot after that of record `after`; those in between are forgotten.

        Raises:
            JournalError: it could not be made durable; the caller must stop.
        """

    async def snapshots(self, stream: str) -> Sequence[Snapshot]:
        """The snapshots of a stream, oldest first; a damaged one may have other data or none."""


class SymbolCatalogue(Protocol):
    """The instruments that this server knows, kept over restarts."""

    def get(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name or `EXCHANGE:NAME`."""

    def all(self) -> Sequence[SymbolInfo]:
        """Every instrument, by name."""

    def save(self, symbols: Sequence[SymbolInfo]) -> Sequence[SymbolInfo]:
        """Add instruments or replace those of the same name; gives those new or changed."""

    def refresh(self) -> None:
        """Take in what other processes have added or changed meanwhile."""


class Correction(Struct, frozen=True):
    """Trades of a stretch of time have been changed, added or removed, some time after it.

    The source's own history has them already; the bars are to be read again and told.
    """

    symbol: str
    from_ms: int
    to_ms: int


MarketEvent = TopOfBook | BookChange | Trade | Correction


class MarketStore(Protocol):
    """Market data that were imported or recorded; other processes write to it as well.

    A reader sees all of a `save` or nothing of it, and never waits for a writer. What cannot be
    written is a `TradingError` of code `unavailable`; nothing has changed then.
    """

    def series(self) -> Sequence[StoredSeries]:
        """Every series, by its key."""

    def read(self, key: SeriesKey, from_ms: int | None, to_ms: int | None, limit: int) -> Columns:
        """The newest `limit` rows with `from_ms` ≤ time < `to_ms`; None is no bound."""

    def scan(self, key: SeriesKey, from_ms: int | None, to_ms: int | None) -> Iterator[Columns]:
        """The rows with `from_ms` ≤ time < `to_ms`, oldest first, in parts of moderate size."""

    def save(self, key: SeriesKey, rows: Columns, *, derived: bool = False) -> Saved:
        """Store rows: those of an instant that is among them replace what is stored for it.

        Rows are in order of time; the same rows again change nothing.
        """

    def remove(self, key: SeriesKey) -> None:
        """Forget a series; nothing happens when there is none."""

    def remove_rows(self, key: SeriesKey, times: Collection[int]) -> int:
        """Forget the rows of some instants; gives how many there were."""

    def known(self, key: SeriesKey) -> Sequence[Interval]:
        """The stretches whose every row is stored, also where there is none, in order."""

    def note_known(self, key: SeriesKey, interval: Interval) -> None:
        """Remember that every row of a stretch is stored."""

    def actions(self, symbol: str) -> Sequence[CorporateAction]:
        """The splits and dividends of a symbol, oldest first."""

    def save_actions(self, symbol: str, actions: Sequence[CorporateAction]) -> None:
        """Store splits and dividends; those of the same day and kind are replaced."""

    def version(self) -> int:
        """A number that is another one after anybody has changed anything."""


class MarketTick(Struct, frozen=True):
    """What a source has to say of one instant, in the order in which it happened.

    With a tick everything up to and including its time has been handed out; one without events
    says only that. `after_gap` says that events between the tick before and this one are missing.
    """

    time: int
    events: tuple[MarketEvent, ...] = ()
    after_gap: bool = False


class SourceStatus(Struct, frozen=True):
    """Whether a source can say anything at present, and if not, why.

    A source that is live may have a complaint nevertheless, in `detail`.
    """

    state: Literal["live", "down"] = "live"
    detail: str | None = None


SILENT_AFTER_MS = 15_000
"""A source that has said nothing for so long is silent."""

BEAT_MS = 5_000
"""A source that is alive says something at least so often."""


class QuoteSource(Protocol):
    """Where market data comes from: what is happening now, and what has been.

    The past and the present are the same function: folding the trades of `stream` gives the bars
    of `bars`. Every answer is as of the newest tick that was handed out, or as of the present while
    nobody streams.

    A source that cannot keep that over a restart has an attribute `is_recorded` that is true: its
    bars are then kept by the datafeed, and `bars` is asked only for what it remembers by itself of
    seconds and minutes that were not heard: at the start, after a gap and for a `Correction`.
    """

    name: str

    def symbols(self) -> Sequence[SymbolInfo]:
        """The instruments that this source serves."""

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Whether the symbol is in session, on a day that is not a holiday to the source."""

    def is_halted(self, symbol: str, time_ms: int) -> bool:
        """Whether trading is interrupted within a session; the symbol is not open then."""

    def stream(self, since_ms: int) -> AsyncGenerator[MarketTick]:
        """Every tick after the instant, in order of time, each when its time has come.

        There is a tick at every whole minute, so that bars and sessions end by the clock, and one
        at least every `BEAT_MS` as long as the source is alive. From the call on, answers are as
        of what has been handed out. What happens at the tick's time bears it; a trade that comes
        late bears its own. A source that has lost its line does not end: it says nothing,
        and once it is back, a tick `after_gap` if events are missing.
        """

    def status(self) -> SourceStatus:
        """Whether the source is alive; `down` is told at once, silence after 15 seconds."""

    def top(self, symbol: str) -> TopOfBook | None:
        """The best bid and ask that stand; None before the first."""

    def depth(self, symbol: str) -> BookChange | None:
        """All price levels that stand; None where they are not known."""

    def trades(
        self,
        symbol: str,
        before: str | None,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[Trade]:
        """The newest `limit` trades with `from_ms` ≤ time < `to_ms`, oldest first.

        None is no bound. With `before`, only those before the trade with that id.

        Raises:
            ValueError: there is no trade with that id.
        """

    def bars(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        """The newest `limit` bars with `from_ms` ≤ time < `to_ms`, ascending; None is no bound.

        A bar that is still open holds what has been traded. Unless `adjusted`, prices before a
        split or a dividend are those that were printed, where the source knows them; what is
        streamed is adjusted.
        """


@runtime_checkable
class RemoteSource(QuoteSource, Protocol):
    """A source whose data lie on a network: it is connected, and fetches what is asked for.

    Its symbols may become more, or others, when it was connected anew: they are looked at again
    after a gap.
    """

    symbol_names: Sequence[str]
    """The symbols that it will give once it has been reached."""
    outages: Mapping[str, int]
    """How often it was lost or refused to answer, by reason."""

    def running(self, on_down: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Stay connected until the end of the block, and come back by itself when it is lost.

        Returns after a while also when it cannot be reached: its status is `down` then. Calls
        `on_down` each time that becomes so, however soon it is live again.

        Raises:
            ValueError: it was reached and cannot serve what it was made for.
        """

    async def fetch(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> None:
        """Fetch what `bars` would miss of an answer, as far as possible within some seconds."""


class DepthReader(Protocol):
    """Tells what stands at the best prices of a symbol at this moment."""

    def depth(self, symbol: str, levels: int) -> Depth | None:
        """So many of the best levels of each side, best first; None where depth is not known.

        Whoever hears a quote or a trade on the bus reads the ladder as it was at that event: its
        best bid and ask are the quote's.
        """


class ExecutionReader(Protocol):
    """Tells the fills of a caller, who has been allowed to read accounts."""

    def executions_of(
        self,
        principal_id: PrincipalId,
        account_id: AccountId | None,
        symbol: str,
        from_ms: int,
        to_ms: int,
    ) -> Sequence[Execution]:
        """Fills of a symbol with `from_ms` ≤ time < `to_ms`, oldest first.

        Those of every account of the principal, or of the one account that it was given.
        """


class ApiKey(Struct, frozen=True, kw_only=True):
    """A credential of a program; only the SHA-256 of the key itself is known."""

    name: str
    key_hash: str
    scopes: tuple[str, ...]
    account_id: str | None = None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None


class Session(Struct, frozen=True, kw_only=True):
    """A browser that is logged in; only the SHA-256 of its cookie is known."""

    token_hash: str
    principal: str
    created_at: int
    expires_at: int


class CredentialStore(Protocol):
    """Keys, sessions and login codes; shared with a command line that runs beside the server."""

    def add_key(self, key: ApiKey) -> None:
        """Store a key.

        Raises:
            TradingError: `conflict` when the name has been used.
        """

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key that was ever made, oldest first."""

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key with this hash, revoked and expired ones included."""

    def key_by_name(self, name: str) -> ApiKey | None:
        """The key with this name, revoked and expired ones included."""

    def revoke_key(self, name: str, time_ms: int) -> bool:
        """Revoke a key; false when there is none of that name."""

    def add_session(self, session: Session) -> None:
        """Remember a session."""

    def session_by_hash(self, token_hash: str) -> Session | None:
        """The session with this hash, an expired one included."""

    def remove_session(self, token_hash: str) -> None:
        """Forget a session; nothing happens when there is none."""

    def add_login_code(self, code_hash: str, expires_at: int) -> None:
        """Remember a one-time code."""

    def take_login_code(self, code_hash: str, time_ms: int) -> bool:
        """Use up a code; false when it is unknown, used or expired."""


class EquityStore(Protocol):
    """Keeps the curves of accounts: the last point of each minute, hour and day.

    Points of minutes and hours are dropped when `domain.equity.KEPT_MS` is over, so that a curve
    has a bounded size. What is recorded may be lost with the machine's power, not with the process.
    """

    async def record(self, samples: Sequence[Sample]) -> None:
        """Keep points, in order of time; a later one of the same minute, hour, day replaces."""

    async def read(
        self,
        account_id: AccountId,
        interval: CurveInterval,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[EquityPoint]:
        """The oldest `limit` points with `from_ms` ≤ time < `to_ms`, ascending; None: no bound."""
