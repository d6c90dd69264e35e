"""What a module is given: ports, limits and options, and the life that its tasks belong to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from trading_api.domain.market import SymbolInfo
from trading_api.domain.ports import (
    Bus,
    Clock,
    DepthReader,
    EquityStore,
    ExecutionReader,
    Ids,
    Journal,
    MarketStore,
    SymbolCatalogue,
)
from trading_api.shared.auth import Auth
from trading_api.shared.calendars import with_calendar
from trading_api.shared.clock import SystemClock, SystemIds
from trading_api.shared.memory import (
    MemoryBus,
    MemoryCatalogue,
    MemoryCredentials,
    MemoryEquityStore,
    MemoryJournal,
)
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.shared.metrics import Metrics
from trading_api.shared.readiness import Readiness
from trading_api.shared.replay import ReplayClock
from trading_api.shared.sources import SourceLoader
from trading_api.shared.ws.census import Census
from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.shared.ws.twins import Twin, choose

Declared = TypeVar("Declared", bound=msgspec.Struct)
Runner = Callable[[], AbstractAsyncContextManager[object]]


class OptionsError(ValueError):
    """The options given for a module do not fit the struct that it declares."""


def committed_symbols() -> list[SymbolInfo]:
    """The instruments of the data set that lies in this package."""
    text = resources.files("trading_api").joinpath("data/symbols.json").read_bytes()
    return [with_calendar(info) for info in msgspec.json.decode(text, type=list[SymbolInfo])]


@dataclass(kw_only=True)
class AppContext:
    """Everything that modules share within one application.

    Attributes:
        limit_counts: how often the limits of sockets were reached.
        census: how many connections each caller and each address holds.
        epoch: names this life of the server: the epoch of every topic that starts with it.
        twin: how the sockets' frames are written out; the compiled one where it was built.
        equity: keeps the curves of accounts.
        packs_dir: where optional data packs lie; None when there is no data directory.
        module_options: a table of options per module name, as the settings hold it.
        services: the service of each enabled module, by module name.
        offered_sources: sources of market data that other packages offer, by name.
        depth: who knows the ladders of this moment, for other modules; set by the datafeed.
        wall: the real time, by which connections and credentials live; `clock` is another one in a
            replay.
        replay: the clock of the server when it was started as a replay.
        executions: who knows the fills of a caller, for other modules; set by the broker.
    """

    clock: Clock
    ids: Ids
    bus: Bus
    journal: Journal
    catalogue: SymbolCatalogue
    market: MarketStore
    auth: Auth
    limits: WsLimits = field(default_factory=WsLimits)
    twin: Twin = field(default_factory=choose)
    limit_counts: LimitCounts = field(default_factory=LimitCounts)
    metrics: Metrics = field(default_factory=Metrics)
    census: Census = field(default_factory=Census)
    equity: EquityStore = field(default_factory=MemoryEquityStore)
    packs_dir: Path | None = None
    module_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    services: dict[str, object] = field(default_factory=dict)
    offered_sources: Mapping[str, SourceLoader] = field(default_factory=dict)
    depth: DepthReader | None = None
    executions: ExecutionReader | None = None
    wall: Clock = field(default_factory=SystemClock)
    replay: ReplayClock | None = None
    epoch: str = ""

    def __post_init__(self) -> None:
        self.epoch = self.epoch or self.ids.new_id()
        self._runners: list[Runner] = []
        self._failure_handlers: list[Callable[[BaseException], None]] = []
        self._settle_handlers: list[Callable[[], Awaitable[None]]] = []
        self.failure: BaseException | None = None
        self.readiness = Readiness(self.journal)

    @classmethod
    def in_memory(cls, *, clock: Clock | None = None, ids: Ids | None = None) -> Self:
        """A context that reads no environment and writes no file, with the committed symbols."""
        clock, ids = clock or SystemClock(), ids or SystemIds()
        return cls(
            clock=clock,
            wall=clock,
            ids=ids,
            bus=MemoryBus(),
            journal=MemoryJournal(),
            catalogue=MemoryCatalogue(committed_symbols()),
            market=MemoryMarketStore(),
            auth=Auth(
                clock=clock, ids=ids, store=MemoryCredentials(), owner_token=ids.new_secret()
            ),
        )

    def options(self, module: str, declared: type[Declared]) -> Declared:
        """The options of a module as the struct that it declares.

        Raises:
            OptionsError: a name is unknown or a value has the wrong type.
        """
        try:
            return msgspec.convert(
                dict(self.module_options.get(module, {})), declared, strict=False
            )
        except msgspec.ValidationError as error:
            raise OptionsError(f"[modules.{module}]: {error}") from error

    def add_runner(self, runner: Runner) -> None:
        """Enter a context manager when the application starts, after those added before."""
        self._runners.append(runner)

    def on_settle(self, handler: Callable[[], Awaitable[None]]) -> None:
        """Await the handler when somebody wants all that has been decided to be shown."""
        self._settle_handlers.append(handler)

    async def settle(self) -> None:
        """Return when everything that has been decided is durable and shown."""
        for handler in self._settle_handlers:
            await handler()

    def on_failure(self, handler: Callable[[BaseException], None]) -> None:
        """Call the handler when a part of the server fails so that the process must end."""
        self._failure_handlers.append(handler)

    def fail(self, error: BaseException) -> None:
        """Say that the process must end: the record of truth or a task that owns one failed."""
        self.failure = self.failure or error
        for handler in self._failure_handlers:
            handler(error)

    def _note_failure(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Remember what ended the life of the application, a start that failed included."""
        if isinstance(error, Exception):
            self.failure = self.failure or error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Start what was added, in order; stop it in reverse."""
        async with AsyncExitStack() as stack:
            stack.push(self._note_failure)
            for runner in self._runners:
                await stack.enter_async_context(runner())
            await stack.enter_async_context(self.readiness.running())
            yield self
