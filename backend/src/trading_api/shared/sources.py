"""What a source of market data is given, and how other packages offer theirs."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from trading_api.domain.ports import Clock, MarketStore, QuoteSource, SymbolCatalogue
from trading_api.shared.memory import MemoryCatalogue
from trading_api.shared.memory_market import MemoryMarketStore

ENTRY_POINTS = "trading_api.sources"


@dataclass(frozen=True, kw_only=True)
class SourceContext:
    """Everything that a source may use.

    Attributes:
        clock: the only source of time; in a replay it is not the real one.
        options: the table `[modules.datafeed.source_options.NAME]` of the settings.
        packs_dir: where data packs lie; None when there is no data directory.
        market: where a source may keep what it has fetched; open once the source is `running`.
        catalogue: the symbols that are known from earlier lives; open as `market` is.
        chance: the only source of chance, such as for how long to wait before the next try.
    """

    clock: Clock
    options: Mapping[str, Any] = field(default_factory=dict)
    packs_dir: Path | None = None
    market: MarketStore = field(default_factory=MemoryMarketStore)
    catalogue: SymbolCatalogue = field(default_factory=partial(MemoryCatalogue, ()))
    chance: Callable[[], float] = random.Random(0).random  # noqa: S311 - keeps no secret


SourceFactory = Callable[[SourceContext], QuoteSource | Sequence[QuoteSource]]
SourceLoader = Callable[[], SourceFactory]
"""Imports what makes a source; called only for a source that is asked for."""
