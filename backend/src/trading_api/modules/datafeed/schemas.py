"""What the datafeed's addresses answer with and its socket asks for."""

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from trading_api.domain.errors import InvalidPayload
from trading_api.domain.market import (
    RESOLUTIONS,
    Bar,
    Depth,
    Instant,
    Quote,
    Resolution,
    SymbolInfo,
    Trade,
)

ResolutionText = Annotated[
    str,
    Meta(
        description="Minutes as a number; a day, a week or a month",
        extra_json_schema={"enum": list(RESOLUTIONS)},
    ),
]
LevelCount = Literal[5, 10, 25, 50]
LEVELS: tuple[LevelCount, ...] = get_args(LevelCount)
NextCursor = Annotated[str | None, Meta(description="`cursor` of the next page; null on the last")]


class DatafeedOptions(Struct, frozen=True):
    """What can be set in `[modules.datafeed]`."""

    udf_next_time: Literal["s", "ms"] = "s"
    symbols: tuple[str, ...] | None = None
    sources: tuple[str, ...] = ()
    source_options: dict[str, dict[str, Any]] = {}


class Choice(Struct, frozen=True):
    """One entry of a search form's list; the empty value stands for all."""

    value: str
    name: str
    desc: str


class DatafeedConfiguration(Struct, frozen=True, kw_only=True):
    """What this datafeed can do, in the members of a UDF configuration."""

    supports_search: bool = True
    supports_group_request: bool = False
    supports_marks: bool = False
    supports_timescale_marks: bool = False
    supports_time: bool = True
    supported_resolutions: tuple[Resolution, ...] = RESOLUTIONS
    exchanges: tuple[Choice, ...]
    symbols_types: tuple[Choice, ...]
    currency_codes: tuple[str, ...]


class SymbolList(Struct, frozen=True):
    """Instruments, best match first."""

    items: list[SymbolInfo]
    next_cursor: NextCursor


class BarSeries(Struct, frozen=True):
    """Bars of one symbol, ascending in time."""

    symbol: str
    resolution: Resolution
    bars: list[Bar]
    next_time: Annotated[
        Instant | None,
        Meta(description="Where `bars` is empty: time of the nearest earlier bar, if any"),
    ]


class QuoteList(Struct, frozen=True):
    """Quotes in the order in which they were asked for."""

    items: list[Quote]
    next_cursor: NextCursor


class TradeList(Struct, frozen=True):
    """Trades, newest first."""

    items: list[Trade]
    next_cursor: NextCursor


class DepthList(Struct, frozen=True):
    """The ladder that was asked for."""

    items: list[Depth]
    next_cursor: NextCursor


class CurrentTime(Struct, frozen=True):
    """The server's clock."""

    time: Instant


class BarsParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Which bars to subscribe to."""

    symbol: Annotated[str, Meta(description="Name or EXCHANGE:NAME")]
    resolution: ResolutionText


class DepthParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Which ladder to subscribe to."""

    symbol: Annotated[str, Meta(description="Name or EXCHANGE:NAME")]
    levels: Annotated[LevelCount, Meta(description="How many price levels of each side")]


class SymbolsParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Which symbols to subscribe to."""

    symbols: Annotated[
        list[str], Meta(min_length=1, max_length=1000, description="Names or EXCHANGE:NAME")
    ]


def levels_of(count: int) -> LevelCount:
    """A number of levels that a ladder is told with.

    Raises:
        InvalidPayload: it is another number; names those that there are.
    """
    for levels in LEVELS:
        if levels == count:
            return levels
    known = ", ".join(map(str, LEVELS))
    raise InvalidPayload("levels", f"levels {count} is not one of {known}")


def resolution_of(text: str, info: SymbolInfo) -> Resolution:
    """The resolution that a text names.

    Raises:
        InvalidPayload: `unsupported_resolution`, naming those that the symbol has.
    """
    for resolution in info.supported_resolutions:
        if resolution == text:
            return resolution
    raise InvalidPayload(
        "resolution",
        f"resolution {text[:20]!r} is not one of {', '.join(info.supported_resolutions)}",
        "unsupported_resolution",
    )
