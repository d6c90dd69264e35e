"""Our nouns in the words of UDF."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.bars import bucket_at
from trading_api.domain.market import Bar, Quote, Resolution, SymbolInfo
from trading_api.domain.orders import Execution
from trading_api.domain.sessions import TradingSession, day_stamp
from trading_api.modules.datafeed.udf_schemas import (
    UdfBars,
    UdfFound,
    UdfMarks,
    UdfQuote,
    UdfQuoteValues,
    UdfSymbol,
    UdfSymbolTable,
    UdfTimescaleMark,
)

SMALLEST_MARK = 14
_COLORS = {"buy": "green", "sell": "red"}
_DONE = {"buy": "bought", "sell": "sold"}


def symbol_of(info: SymbolInfo) -> UdfSymbol:
    """An instrument as `/symbols` has it."""
    intraday = tuple(name for name in info.supported_resolutions if name.isdigit())
    seconds = tuple(name[:-1] for name in info.supported_resolutions if name.endswith("S"))
    return UdfSymbol(
        name=info.symbol,
        ticker=info.symbol,
        full_name=info.full_name,
        description=info.description,
        type=info.kind,
        exchange=info.exchange,
        listed_exchange=info.exchange,
        timezone=info.timezone,
        session=info.session,
        session_holidays=info.session_holidays,
        corrections=info.corrections,
        minmov=info.min_move,
        pricescale=info.price_scale,
        has_intraday=bool(intraday),
        has_seconds=bool(seconds),
        intraday_multipliers=intraday,
        seconds_multipliers=seconds,
        supported_resolutions=info.supported_resolutions,
        volume_precision=_places(info),
        currency_code=info.currency,
        original_currency_code=info.currency,
    )


def table_of(infos: Sequence[SymbolInfo]) -> UdfSymbolTable:
    """Instruments as `/symbol_info` has them."""
    symbols = [symbol_of(info) for info in infos]
    return UdfSymbolTable(
        symbol=[symbol.name for symbol in symbols],
        ticker=[symbol.ticker for symbol in symbols],
        description=[symbol.description for symbol in symbols],
        exchange_listed=[symbol.listed_exchange for symbol in symbols],
        exchange_traded=[symbol.exchange for symbol in symbols],
        type=[symbol.type for symbol in symbols],
        timezone=[symbol.timezone for symbol in symbols],
        session_regular=[symbol.session for symbol in symbols],
        session_holidays=[symbol.session_holidays for symbol in symbols],
        corrections=[symbol.corrections for symbol in symbols],
        minmovement=[symbol.minmov for symbol in symbols],
        pricescale=[symbol.pricescale for symbol in symbols],
        has_intraday=[symbol.has_intraday for symbol in symbols],
        supported_resolutions=[symbol.supported_resolutions for symbol in symbols],
        intraday_multipliers=[symbol.intraday_multipliers for symbol in symbols],
        volume_precision=[symbol.volume_precision for symbol in symbols],
        currency_code=[symbol.currency_code for symbol in symbols],
    )


def _places(info: SymbolInfo) -> int:
    """Decimal places of a volume."""
    exponent = info.quantity_step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def found_of(info: SymbolInfo) -> UdfFound:
    """An instrument as `/search` has it."""
    return UdfFound(
        info.symbol, info.full_name, info.description, info.exchange, info.symbol, info.kind
    )


def bars_of(bars: Sequence[Bar]) -> UdfBars:
    """Bars in columns."""
    return UdfBars(
        [bar.time // 1000 for bar in bars],
        [bar.open for bar in bars],
        [bar.high for bar in bars],
        [bar.low for bar in bars],
        [bar.close for bar in bars],
        [bar.volume for bar in bars],
    )


def quote_of(name: str, quote: Quote, info: SymbolInfo) -> UdfQuote:
    """A quote under the name that was asked for."""
    spread = None
    if quote.bid is not None and quote.ask is not None:
        spread = round(quote.ask - quote.bid, 12)
    values = UdfQuoteValues(
        ch=quote.change,
        chp=quote.change_percent,
        short_name=info.symbol,
        exchange=info.exchange,
        description=info.description,
        lp=quote.last,
        ask=quote.ask,
        bid=quote.bid,
        spread=spread,
        open_price=quote.open,
        high_price=quote.high,
        low_price=quote.low,
        prev_close_price=quote.previous_close,
        volume=quote.volume,
        original_name=info.full_name,
    )
    return UdfQuote("ok", name, values)


def marks_of(fills: Iterable[Execution], info: SymbolInfo, resolution: Resolution) -> UdfMarks:
    """A mark for each fill, on the bar that it falls into."""
    session = TradingSession.of(info)
    marks = UdfMarks([], [], [], [], [], [], [])
    for fill in fills:
        bucket = bucket_at(session, resolution, fill.time)
        marks.id.append(fill.id)
        marks.time.append((bucket.time if bucket else fill.time) // 1000)
        marks.color.append(_COLORS[fill.side])
        marks.text.append(_sentence(fill))
        marks.label.append(fill.side[0].upper())
        marks.labelFontColor.append("white")
        marks.minSize.append(SMALLEST_MARK)
    return marks


def action_marks_of(
    actions: Iterable[CorporateAction], info: SymbolInfo, from_ms: int, to_ms: int
) -> list[UdfTimescaleMark]:
    """A mark for each split and dividend from one instant to another, both included."""
    return [
        UdfTimescaleMark(
            f"{action.kind}-{action.day:%Y%m%d}",
            day_stamp(action.day) // 1000,
            "blue" if action.kind == "split" else "green",
            action.kind[0].upper(),
            [_told(action, info)],
        )
        for action in actions
        if from_ms <= day_stamp(action.day) <= to_ms
    ]


def _told(action: CorporateAction, info: SymbolInfo) -> str:
    if action.kind == "split":
        return f"{info.symbol}: split, {action.value:g} for 1"
    return f"{info.symbol}: dividend of {action.value:g} {info.currency}"


def timescale_marks_of(fills: Iterable[Execution], info: SymbolInfo) -> list[UdfTimescaleMark]:
    """A mark for each trading day with fills, which tells them all."""
    session = TradingSession.of(info)
    by_day = groupby(fills, key=lambda fill: session.trading_day(fill.time))
    return [
        UdfTimescaleMark(
            f"{day:%Y%m%d}",
            day_stamp(day) // 1000,
            "blue",
            "F",
            [f"{info.symbol}, {day}", *map(_sentence, fills_of_day)],
        )
        for day, fills_of_day in by_day
    ]


def _sentence(fill: Execution) -> str:
    return f"{_DONE[fill.side]} {fill.quantity:f} {fill.symbol} at {fill.price:f}"
