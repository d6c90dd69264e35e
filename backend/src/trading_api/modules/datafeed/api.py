"""The datafeed's REST addresses."""

from collections.abc import Iterable
from enum import Enum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from trading_api.domain.errors import InvalidPayload
from trading_api.domain.market import RESOLUTIONS, Resolution, SymbolInfo
from trading_api.modules.datafeed import examples
from trading_api.modules.datafeed.schemas import (
    LEVELS,
    BarSeries,
    Choice,
    CurrentTime,
    DatafeedConfiguration,
    DepthList,
    QuoteList,
    SymbolList,
    TradeList,
    levels_of,
    resolution_of,
)
from trading_api.modules.datafeed.search import search
from trading_api.modules.datafeed.service import MOST_BARS, DatafeedService
from trading_api.shared.auth import MarketReader
from trading_api.shared.conditional import NOT_MODIFIED, unless_known
from trading_api.shared.http_errors import answers
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit, Moment
from trading_api.shared.schema import Wire, json_response

MOST_SYMBOLS = 1000

SymbolName = Annotated[
    str, Query(min_length=1, max_length=64, description="Name or EXCHANGE:NAME", examples=["AAPL"])
]
Filter = Annotated[str, Query(max_length=64)]


class DatafeedApi(APIRouter):
    """Configuration, symbols, bars, quotes, trades, depth and the time."""

    def __init__(
        self, service: DatafeedService, prefix: str = "", tags: list[str | Enum] | None = None
    ) -> None:
        super().__init__(prefix=prefix, tags=tags)
        self._service = service
        self._add_configuration()
        self._add_symbols()
        self._add_bars()
        self._add_quotes()
        self._add_trades()
        self._add_depth()

    def _add_configuration(self) -> None:
        service = self._service

        @self.get(
            "/config",
            operation_id="getDatafeedConfiguration",
            summary="What this datafeed can do",
            response_model=Annotated[DatafeedConfiguration, Wire()],
            responses=answers(configuration([examples.SYMBOL]), 401, 403),
        )
        async def get_configuration(_: MarketReader) -> Response:
            return json_response(configuration(service.symbols()))

        @self.get(
            "/time",
            operation_id="getTime",
            summary="The server's clock",
            response_model=Annotated[CurrentTime, Wire()],
            responses=answers(CurrentTime(examples.QUOTE.time), 401, 403),
        )
        async def get_time(_: MarketReader) -> Response:
            return json_response(CurrentTime(service.now_ms()))

    def _add_symbols(self) -> None:
        service = self._service

        @self.get(
            "/symbols",
            operation_id="searchSymbols",
            summary="Find symbols",
            description="An empty query lists all. An exact name comes first, then names that "
            "begin with the query, then descriptions with a word that does.",
            response_model=Annotated[SymbolList, Wire()],
            responses=answers(SymbolList([examples.SYMBOL], None), 401, 403, 422),
        )
        async def search_symbols(
            _: MarketReader,
            query: Filter = "",
            kind: Annotated[str, Query(alias="type", max_length=64)] = "",
            exchange: Filter = "",
            limit: Limit = DEFAULT_LIMIT,
            cursor: Cursor = None,
        ) -> Response:
            found = search(service.symbols(), query, kind, exchange)
            start = _offset(cursor)
            end = start + limit
            following = str(end) if end < len(found) else None
            return json_response(SymbolList(found[start:end], following))

        @self.get(
            "/symbols/{symbol}",
            operation_id="getSymbol",
            summary="One symbol",
            response_model=Annotated[SymbolInfo, Wire()],
            responses=answers(examples.SYMBOL, 401, 403, 404, 422),
        )
        async def get_symbol(
            _: MarketReader,
            symbol: Annotated[str, Path(max_length=64, description="Name or EXCHANGE:NAME")],
        ) -> Response:
            return json_response(service.symbol(symbol))

    def _add_bars(self) -> None:
        service = self._service

        @self.get(
            "/bars",
            operation_id="getBars",
            summary="History",
            description="Bars with `from` ≤ time < `to`, ascending; at most "
            f"{MOST_BARS}, the newest. `to` is now when it is left out or lies in the future; "
            "`count_back` asks for so many bars before `to`, whatever `from` says. Prices "
            "before a split or a dividend are adjusted for it, as those are that are streamed; "
            "`adjusted=false` gives those that were printed. The same bars have the same `ETag`.",
            response_model=Annotated[BarSeries, Wire()],
            responses=answers(examples.BARS, 401, 403, 404, 422) | NOT_MODIFIED,
        )
        async def get_bars(
            _: MarketReader,
            request: Request,
            symbol: SymbolName,
            resolution: Annotated[str, Query(json_schema_extra={"enum": [*RESOLUTIONS]})],
            from_ms: Annotated[Moment, Query(alias="from")] = None,
            to_ms: Annotated[Moment, Query(alias="to")] = None,
            count_back: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
            adjusted: Annotated[bool, Query(description="For splits and dividends")] = True,
        ) -> Response:
            info = service.symbol(symbol)
            known = resolution_of(resolution, info)
            if count_back is not None:
                from_ms = None
            await service.fetch(info, known, from_ms, to_ms, count_back or MOST_BARS)
            asked = partial(series, service, info, known, from_ms, to_ms, count_back, adjusted)
            return unless_known(request, json_response(await service.answer(info, asked)))

    def _add_quotes(self) -> None:
        service = self._service

        @self.get(
            "/quotes",
            operation_id="getQuotes",
            summary="Present quotes",
            response_model=Annotated[QuoteList, Wire()],
            responses=answers(QuoteList([examples.QUOTE], None), 401, 403, 404, 422),
        )
        async def get_quotes(
            _: MarketReader,
            symbols: Annotated[
                str,
                Query(
                    max_length=16_384,
                    description=f"At most {MOST_SYMBOLS} names, separated by commas",
                    examples=["AAPL,MSFT"],
                ),
            ],
        ) -> Response:
            quotes = {name: service.quote(name) for name in _names(symbols)}
            once = {quote.symbol: quote for quote in quotes.values()}
            return json_response(QuoteList([*once.values()], None))

    def _add_trades(self) -> None:
        service = self._service

        @self.get(
            "/trades",
            operation_id="getTrades",
            summary="Trades, newest first",
            description="Those with `from` ≤ time < `to`, page by page. Where the last remembered "
            "one has been given, `next_cursor` is null. A cursor that is not remembered any more "
            "is `invalid_payload`: begin again. How many a source remembers, docs/sources.md says.",
            response_model=Annotated[TradeList, Wire()],
            responses=answers(TradeList([examples.TRADE], None), 401, 403, 404, 422),
        )
        async def get_trades(
            _: MarketReader,
            symbol: SymbolName,
            from_ms: Annotated[Moment, Query(alias="from")] = None,
            to_ms: Annotated[Moment, Query(alias="to")] = None,
            limit: Limit = DEFAULT_LIMIT,
            cursor: Cursor = None,
        ) -> Response:
            info = service.symbol(symbol)
            try:
                asked = partial(service.trades, info, cursor, limit, from_ms, to_ms)
                trades = await service.answer(info, asked)
            except ValueError as error:
                raise InvalidPayload("cursor", f"cursor: {error}") from None
            following = trades[0].id if len(trades) == limit else None
            return json_response(TradeList([*reversed(trades)], following))

    def _add_depth(self) -> None:
        service = self._service

        @self.get(
            "/depth",
            operation_id="getDepth",
            summary="The best price levels, best first",
            description="The ladder as it stands. `not_found` for a symbol whose `has_depth` is "
            "false. What the checksum is of is said in docs/depth.md.",
            response_model=Annotated[DepthList, Wire()],
            responses=answers(DepthList([examples.DEPTH], None), 401, 403, 404, 422),
        )
        async def get_depth(
            _: MarketReader,
            symbol: SymbolName,
            levels: Annotated[int, Query(json_schema_extra={"enum": [*LEVELS]})] = 10,
        ) -> Response:
            wanted = levels_of(levels)
            return json_response(DepthList([service.depth_feed(symbol).depth(wanted)], None))


def configuration(symbols: Iterable[SymbolInfo]) -> DatafeedConfiguration:
    """What the datafeed can do with these symbols."""
    symbols = list(symbols)
    exchanges = sorted({info.exchange for info in symbols})
    kinds = sorted({info.kind for info in symbols})
    return DatafeedConfiguration(
        exchanges=(Choice("", "All", ""), *(Choice(name, name, name) for name in exchanges)),
        symbols_types=(
            Choice("", "All", ""),
            *(Choice(kind, kind.capitalize(), kind) for kind in kinds),
        ),
        currency_codes=tuple(sorted({info.currency for info in symbols})),
    )


def series(
    service: DatafeedService,
    info: SymbolInfo,
    resolution: Resolution,
    from_ms: int | None,
    to_ms: int | None,
    count_back: int | None,
    adjusted: bool = True,
) -> BarSeries:
    """The bars of a range, or where the nearest earlier one is when there are none."""
    most = count_back or MOST_BARS
    bars = service.bars(info, resolution, from_ms, to_ms, most, adjusted=adjusted)
    next_time = None
    bounds = [bound for bound in (from_ms, to_ms) if bound is not None]
    if not bars and bounds:
        earlier = service.bars(info, resolution, None, min(bounds), 1)
        next_time = earlier[0].time if earlier else None
    return BarSeries(info.symbol, resolution, list(bars), next_time)


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidPayload("cursor", f"cursor {cursor[:40]!r} is not one that was handed out")
    return int(cursor)


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))
    if not 1 <= len(names) <= MOST_SYMBOLS:
        raise InvalidPayload(
            "symbols", f"symbols names {len(names)} symbols, not 1 to {MOST_SYMBOLS}"
        )
    return names
