"""The symbols that are served: each with its feed, and the one source that it comes from."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from trading_api.domain.errors import TradingError
from trading_api.domain.market import SymbolInfo
from trading_api.domain.ports import QuoteSource, RemoteSource
from trading_api.modules.datafeed.feed import SymbolFeed
from trading_api.modules.datafeed.schemas import DatafeedOptions
from trading_api.modules.datafeed.sources.chosen import chosen_sources
from trading_api.modules.datafeed.sources.packs import pack_sources, pack_symbols
from trading_api.modules.datafeed.sources.recorded import RecordedSource
from trading_api.modules.datafeed.sources.stocks import committed_source
from trading_api.modules.datafeed.sources.stored import StoredSource
from trading_api.shared.context import AppContext, OptionsError, committed_symbols

STORE_LOOKED_AT_MS = 1_000
ACTIONS_IMPORTED = "splits or dividends were imported"

_log = logging.getLogger(__name__)


class Universe:
    """What can be asked for: the first source that has a symbol serves it.

    `stored` serves what was imported, `remote` are reached over a network, and `recorded`, by
    name, are those whose bars are kept.
    """

    def __init__(self, context: AppContext, sources: Sequence[QuoteSource] | None) -> None:
        """Serve the sources given; without any, the committed set, packs and what was imported.

        Raises:
            OptionsError: a symbol or a source that the options name is not known.
        """
        self._context = context
        self._with_packs = sources is None
        self._options = context.options("datafeed", DatafeedOptions)
        self.stored = StoredSource(context.clock, context.market, context.catalogue)
        self.sources: list[QuoteSource] = []
        self.recorded: dict[str, RecordedSource] = {}
        self.feeds: dict[str, SymbolFeed] = {}
        self._served: dict[str, dict[str, SymbolFeed]] = defaultdict(dict)
        if sources is None:
            sources = self._configured()
        self.remote = [source for source in sources if isinstance(source, RemoteSource)]
        for source in sources:
            if source not in self.remote:
                self._add(source)

    def of(self, source: QuoteSource) -> Mapping[str, SymbolFeed]:
        """The feeds of a source by symbol, as they are now and will be."""
        return self._served[source.name]

    def find(self, name: str) -> SymbolFeed:
        """The feed of a symbol, given by name or `EXCHANGE:NAME`.

        Raises:
            TradingError: `unknown_symbol`.
        """
        feed = self.feeds.get(name) or self.feeds.get(name.rpartition(":")[2])
        if feed is None or name not in (feed.info.symbol, feed.info.full_name):
            raise TradingError("unknown_symbol", f"symbol {name[:40]!r} is not known")
        return feed

    async def complete(self) -> None:
        """Add what comes with the start: remote sources, which run by now, and packs.

        The catalogue gets to know what it does not have yet.
        """
        for source in self.remote:
            if source not in self.sources:
                self.stored.leave_out(source.symbol_names)
                self._add(source)
        if self._with_packs:
            self._with_packs = False
            clock, folder = self._context.clock, self._context.packs_dir
            wanted = self._options.symbols
            for pack in await asyncio.to_thread(pack_sources, clock, folder, wanted):
                self._add(pack)
            self.stored.refresh()
            self._add(self.stored)
        catalogue = self._context.catalogue
        infos = [feed.info for feed in self.feeds.values()]
        if new := [info for info in infos if catalogue.get(info.symbol) != info]:
            catalogue.save(new)

    def look_at(self, source: QuoteSource, now_ms: int, reason: str) -> None:
        """Take in symbols of a source that are new or have changed, and tell them why."""
        wanted = self._options.symbols
        for info in source.symbols():
            feed = self.feeds.get(info.symbol)
            if wanted is not None and info.symbol not in wanted:
                continue
            if feed is None:
                feed = self._add_feed(info, source)
            elif feed.source is not source or feed.info == info:
                continue
            if feed is not None:
                self._context.catalogue.save([info])
                feed.change(info, now_ms, reason)

    async def watch_store(self) -> None:
        """Take in what is imported beside the server, within a second."""
        clock, store = self._context.clock, self._context.market
        version = store.version()
        while True:
            await clock.sleep_until(clock.now_ms() + STORE_LOOKED_AT_MS)
            before, version = version, store.version()
            if self.stored in self.sources:
                for info in self.stored.refresh():
                    self._take_in(info)
            for source in self.recorded.values() if version != before else ():
                for symbol in await asyncio.to_thread(source.refresh):
                    if symbol in self.feeds:
                        self.feeds[symbol].jump(clock.now_ms(), ACTIONS_IMPORTED)

    def _configured(self) -> list[QuoteSource]:
        context, options = self._context, self._options
        chosen = list(chosen_sources(context, options))
        committed = [info.symbol for info in committed_symbols()]
        others = [name for source in chosen for name in _promised(source)]
        self._check_symbols([*committed, *pack_symbols(context.packs_dir), *others])
        return [committed_source(context.clock, options.symbols), *chosen]

    def _check_symbols(self, known: Collection[str]) -> None:
        """Refuse symbols that were asked for and are not there.

        Raises:
            OptionsError: names the symbol.
        """
        for name in self._options.symbols or ():
            if name not in known:
                raise OptionsError(
                    f"symbol {name!r} is not known; known are: {', '.join(sorted(known))}"
                )

    def _add(self, source: QuoteSource) -> None:
        wanted = self._options.symbols
        # Nothing is kept of a replay: its time has been, and comes again. Remote ones keep theirs.
        is_recorded = getattr(source, "is_recorded", False) and source not in self.remote
        if is_recorded and self._context.replay is None:
            source = RecordedSource(source, self._context.clock, self._context.market)
            self.stored.leave_out(info.symbol for info in source.symbols())
        served = [info for info in source.symbols() if wanted is None or info.symbol in wanted]
        for info in served:
            self._add_feed(info, source)
        if served or source is self.stored or source in self.remote:
            self.sources.append(source)
            if isinstance(source, RecordedSource):
                self.recorded[source.name] = source

    def _add_feed(self, info: SymbolInfo, source: QuoteSource) -> SymbolFeed | None:
        """A feed for the symbol; None where another source has it already."""
        other = self.feeds.get(info.symbol)
        if other is not None:
            _log.warning(
                "%s is served by %s: what %s has of it is left out",
                info.symbol,
                other.source.name,
                source.name,
            )
            return None
        feed = SymbolFeed(info, source, self._context.bus, self._context.epoch)
        self.feeds[info.symbol] = self._served[source.name][info.symbol] = feed
        return feed

    def _take_in(self, info: SymbolInfo) -> None:
        now = self._context.clock.now_ms()
        feed = self.feeds.get(info.symbol)
        if feed is None:
            feed = self._add_feed(info, self.stored)
        elif feed.source.name != self.stored.name:
            return
        if feed is not None:
            self._context.catalogue.save([info])
            feed.change(info, now, "history was imported")


def _promised(source: QuoteSource) -> list[str]:
    """The names of the symbols that a source has or will have."""
    if isinstance(source, RemoteSource):
        return list(source.symbol_names)
    return [info.symbol for info in source.symbols()]
