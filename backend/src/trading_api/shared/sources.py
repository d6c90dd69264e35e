"""What a source of market data is given, and how other packages offer theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trading_api.domain.ports import Clock, QuoteSource

ENTRY_POINTS = "trading_api.sources"


@dataclass(frozen=True, kw_only=True)
class SourceContext:
    """Everything that a source may use.

    Attributes:
        clock: the only source of time; in a replay it is not the real one.
        options: the table `[modules.datafeed.source_options.NAME]` of the settings.
        packs_dir: where data packs lie; None when there is no data directory.
    """

    clock: Clock
    options: Mapping[str, Any] = field(default_factory=dict)
    packs_dir: Path | None = None


SourceFactory = Callable[[SourceContext], QuoteSource]
SourceLoader = Callable[[], SourceFactory]
"""Imports what makes a source; called only for a source that is asked for."""
