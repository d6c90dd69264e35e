"""What the UDF addresses answer with; times are in seconds, as everywhere in that dialect."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Seconds = Annotated[int, Meta(description="Epoch seconds, UTC")]


def _dashed(name: str) -> str:
    return name.replace("_", "-")


class UdfError(Struct, frozen=True):
    """Why nothing else is answered; the HTTP status is 200 all the same."""

    errmsg: str
    s: Literal["error"] = "error"


class UdfExchange(Struct, frozen=True):
    """One entry of the search form's list of exchanges; the empty value stands for all."""

    value: str
    name: str
    desc: str


class UdfSymbolType(Struct, frozen=True):
    """One entry of the search form's list of types; the empty value stands for all."""

    name: str
    value: str


class UdfConfiguration(Struct, frozen=True, kw_only=True):
    """What the UDF addresses can do."""

    supports_search: bool = True
    supports_group_request: bool = False
    supports_marks: bool = True
    supports_timescale_marks: bool = True
    supports_time: bool = True
    supported_resolutions: tuple[str, ...]
    exchanges: tuple[UdfExchange, ...]
    symbols_types: tuple[UdfSymbolType, ...]
    currency_codes: tuple[str, ...]


class UdfSymbol(Struct, frozen=True, kw_only=True):
    """An instrument; it has no member `s`, which would mean that it is unknown."""

    name: str
    ticker: str
    full_name: str
    description: str
    type: str
    exchange: str
    listed_exchange: str
    timezone: str
    session: str
    session_holidays: str
    corrections: str
    minmov: int
    minmove2: int = 0
    pricescale: int
    fractional: bool = False
    has_intraday: bool
    has_daily: bool = True
    has_weekly_and_monthly: bool = True
    has_empty_bars: bool = False
    has_seconds: bool
    has_ticks: bool = False
    intraday_multipliers: tuple[str, ...]
    seconds_multipliers: tuple[str, ...]
    supported_resolutions: tuple[str, ...]
    volume_precision: int
    visible_plots_set: Literal["ohlcv", "ohlc", "c"] = "ohlcv"
    currency_code: str
    original_currency_code: str
    format: Literal["price", "volume"] = "price"
    data_status: Literal["streaming", "endofday", "delayed_streaming"] = "streaming"


class UdfSymbolTable(Struct, frozen=True, kw_only=True, rename=_dashed):
    """Every instrument of a group, in columns; a single value is that of all."""

    symbol: list[str]
    ticker: list[str]
    description: list[str]
    exchange_listed: list[str]
    exchange_traded: list[str]
    type: list[str]
    timezone: list[str]
    session_regular: list[str]
    session_holidays: list[str]
    corrections: list[str]
    minmovement: list[int]
    minmovement2: int = 0
    pricescale: list[int]
    fractional: bool = False
    has_intraday: list[bool]
    has_daily: bool = True
    has_weekly_and_monthly: bool = True
    has_empty_bars: bool = False
    visible_plots_set: str = "ohlcv"
    supported_resolutions: list[tuple[str, ...]]
    intraday_multipliers: list[tuple[str, ...]]
    volume_precision: list[int]
    currency_code: list[str]


class UdfFound(Struct, frozen=True):
    """One instrument that a search has found."""

    symbol: str
    full_name: str
    description: str
    exchange: str
    ticker: str
    type: str


class UdfBars(Struct, frozen=True):
    """Bars in columns of equal length, ascending in time."""

    t: list[Seconds]
    o: list[float]
    h: list[float]
    l: list[float]  # noqa: E741 - the dialect's name
    c: list[float]
    v: list[float]
    s: Literal["ok"] = "ok"


class UdfNoData(Struct, frozen=True):
    """There are no bars in the range; without `nextTime` there are no older ones either."""

    nextTime: Annotated[  # noqa: N815 - the dialect's name
        int | UnsetType,
        Meta(description="Time of the nearest earlier bar, in the unit of the settings"),
    ] = UNSET
    s: Literal["no_data"] = "no_data"


class UdfQuoteValues(Struct, frozen=True, kw_only=True):
    """The figures of a quote; none of an unknown symbol."""

    ch: float | UnsetType | None = UNSET
    chp: float | UnsetType | None = UNSET
    short_name: str | UnsetType = UNSET
    exchange: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    lp: float | UnsetType | None = UNSET
    ask: float | UnsetType | None = UNSET
    bid: float | UnsetType | None = UNSET
    spread: float | UnsetType | None = UNSET
    open_price: float | UnsetType | None = UNSET
    high_price: float | UnsetType | None = UNSET
    low_price: float | UnsetType | None = UNSET
    prev_close_price: float | UnsetType | None = UNSET
    volume: float | UnsetType | None = UNSET
    original_name: str | UnsetType = UNSET


class UdfQuote(Struct, frozen=True):
    """A quote under the very name that was asked for; without figures where it is unknown."""

    s: Literal["ok", "error"]
    n: str
    v: UdfQuoteValues


class UdfQuotes(Struct, frozen=True):
    """Quotes in the order in which they were asked for."""

    d: list[UdfQuote]
    s: Literal["ok"] = "ok"


class UdfMarks(Struct, frozen=True):
    """Marks on bars, in columns of equal length."""

    id: list[str]
    time: list[Seconds]
    color: list[str]
    text: list[str]
    label: list[str]
    labelFontColor: list[str]  # noqa: N815 - the dialect's name
    minSize: list[int]  # noqa: N815 - the dialect's name


class UdfTimescaleMark(Struct, frozen=True):
    """A mark under the chart."""

    id: str
    time: Seconds
    color: str
    label: str
    tooltip: list[str]
    shape: Literal["circle", "earning", "earningUp", "earningDown"] = "circle"
