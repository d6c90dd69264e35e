"""What the module knows and does, without a word about HTTP or sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import Message
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleHealth
from trading_api.shared.ws.router import Snapshot


class WatchlistOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """`[modules.watchlist]` of the settings."""

    max_symbols: int = 100


class Watchlist(Struct, frozen=True):
    """The symbols that are watched, by name."""

    symbols: tuple[str, ...]


class WatchlistService:
    """Keeps the list, and tells the bus whenever it changes."""

    def __init__(self, context: AppContext, options: WatchlistOptions) -> None:
        self._context = context
        self._options = options
        self._symbols: set[str] = set()
        self._seq = 0
        self._running = False

    def current(self) -> Watchlist:
        """The list as it is."""
        return Watchlist(tuple(sorted(self._symbols)))

    def add(self, symbol: str) -> Watchlist:
        """Watch a symbol that the server knows."""
        if self._context.catalogue.get(symbol) is None:
            raise TradingError("unknown_symbol", f"symbol {symbol!r} is not known")
        limit = self._options.max_symbols
        if symbol not in self._symbols and len(self._symbols) >= limit:
            raise TradingError("conflict", f"{limit} symbols are watched, the limit is {limit}")
        self._symbols.add(symbol)
        return self._changed()

    def remove(self, symbol: str) -> Watchlist:
        """Watch a symbol no more."""
        self._symbols.discard(symbol)
        return self._changed()

    def snapshot(self, _topic: str) -> Snapshot:
        """The state of the only topic: the list, and the number of its last change."""
        return Snapshot(self._context.epoch, self._seq, self.current())

    def health(self) -> ModuleHealth:
        """Part of the answer of /api/v1/health."""
        return ModuleHealth("ok" if self._running else "degraded", f"{len(self._symbols)} symbols")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Entered when the server starts, left when it stops."""
        self._running = True
        yield
        self._running = False

    def _changed(self) -> Watchlist:
        self._seq += 1
        self._context.bus.publish(Message("watchlist", self._seq, self.current()))
        return self.current()
