"""Market nouns: symbols, quotes, trades, depth and bars.

Prices and sizes are floats, already rounded to the symbol's steps; instants are epoch milliseconds
UTC. These structs are the wire format of the datafeed: one definition per noun.
"""

from decimal import Decimal
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

Fidelity = Literal["tick", "bar", "daily"]
TradingStatus = Literal["open", "closed", "break", "halted", "stale", "pre", "post"]
AssetType = Literal["stock", "crypto", "forex", "index", "futures"]
Aggressor = Literal["buy", "sell"]
Resolution = Literal[
    "1S", "5S", "15S", "30S",
    "1", "3", "5", "15", "30", "60", "120", "180", "240",
    "1D", "1W", "1M", "12M",
]  # fmt: skip

RESOLUTIONS: tuple[Resolution, ...] = get_args(Resolution)
"""From fine to coarse: seconds, minutes, then a day, a week, a month and a year."""

Instant = Annotated[int, Meta(description="Epoch milliseconds, UTC")]


class SymbolInfo(Struct, frozen=True, kw_only=True, rename={"kind": "type"}):
    """An instrument and the grid that its orders must lie on."""

    symbol: str
    full_name: Annotated[str, Meta(description="EXCHANGE:NAME")]
    description: str
    kind: AssetType
    exchange: str
    currency: str
    base_currency: str | None = None
    timezone: Annotated[str, Meta(description="IANA name of the zone that the session is in")]
    session: Annotated[str, Meta(description="TradingView session text: 0930-1600 or 24x7")]
    calendar: Annotated[
        str | None,
        Meta(description="Where holidays and special hours are from: XNYS, XLON, XETR, XTKS or FX"),
    ] = None
    session_holidays: Annotated[str, Meta(description="Days without trading: YYYYMMDD,…")] = ""
    corrections: Annotated[
        str, Meta(description="Special hours of days: 0930-1300:YYYYMMDD,…, joined by ;")
    ] = ""
    session_premarket: Annotated[
        str, Meta(description="Extended hours before the session: 0400-0930; empty without any")
    ] = ""
    session_postmarket: Annotated[
        str, Meta(description="Extended hours after the session: 1600-2000; empty without any")
    ] = ""
    earlier_sessions: Annotated[
        str, Meta(description="Sessions that held before a day: 0900-1500<YYYYMMDD, joined by ;")
    ] = ""
    price_scale: int
    min_move: int
    tick_size: Decimal
    lot_size: Decimal
    min_quantity: Decimal
    max_quantity: Decimal
    quantity_step: Decimal
    supported_resolutions: tuple[Resolution, ...] = RESOLUTIONS
    has_depth: bool = False
    has_trades: bool = True
    fidelity: Fidelity
    status: TradingStatus = "closed"
    shortable: bool = True
    margin_rate: Decimal = Decimal(1)


class TopOfBook(Struct, frozen=True):
    """What a source says of the best bid and ask; a missing size means that none is displayed.

    `None` for a price means that this side of the book is empty.
    """

    symbol: str
    time: Instant
    bid: float | None
    ask: float | None
    bid_size: float | None = None
    ask_size: float | None = None


class Quote(Struct, frozen=True):
    """The best bid and ask of a symbol with the figures of its trading day."""

    symbol: str
    time: Instant
    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None
    last: float | None
    change: float | None
    change_percent: float | None
    open: float | None
    high: float | None
    low: float | None
    previous_close: float | None
    volume: float | None
    status: TradingStatus
    fidelity: Fidelity


class Trade(Struct, frozen=True):
    """One print; `side` is the aggressor's."""

    id: str
    symbol: str
    time: Instant
    price: float
    size: float
    side: Aggressor


Level = Annotated[tuple[float, float], Meta(description="Price, then the size that stands at it")]


class BookChange(Struct, frozen=True):
    """Price levels that changed at one instant: the size that stands at each now, 0 for none.

    `whole` says that these are all levels there are: those not named are gone.
    """

    symbol: str
    time: Instant
    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()
    whole: bool = False


class Depth(Struct, frozen=True):
    """The best price levels of both sides, best first: always the whole ladder."""

    symbol: str
    time: Annotated[Instant, Meta(description="When the book changed last")]
    bids: list[Level]
    asks: list[Level]
    checksum: Annotated[
        int, Meta(description="CRC-32 of the levels as whole ticks and steps, see docs/depth.md")
    ]


class Bar(Struct, frozen=True):
    """Prices and volume of one bucket of time; `time` is when the bucket opens."""

    time: Instant
    open: float
    high: float
    low: float
    close: float
    volume: float
