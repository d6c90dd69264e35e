"""The UDF dialect: GET only, seconds, HTTP 200 with an error body for what is refused."""

from collections.abc import Callable, Coroutine, Sequence
from enum import Enum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from trading_api.domain.errors import TradingError
from trading_api.domain.market import Resolution, SymbolInfo
from trading_api.domain.orders import Execution
from trading_api.domain.ports import ExecutionReader
from trading_api.modules.datafeed import examples
from trading_api.modules.datafeed.schemas import resolution_of
from trading_api.modules.datafeed.search import search
from trading_api.modules.datafeed.service import MOST_BARS, DatafeedService
from trading_api.modules.datafeed.udf_nouns import (
    action_marks_of,
    bars_of,
    found_of,
    marks_of,
    quote_of,
    symbol_of,
    table_of,
    timescale_marks_of,
)
from trading_api.modules.datafeed.udf_schemas import (
    UdfBars,
    UdfConfiguration,
    UdfError,
    UdfExchange,
    UdfFound,
    UdfMarks,
    UdfNoData,
    UdfQuote,
    UdfQuotes,
    UdfQuoteValues,
    UdfSymbol,
    UdfSymbolTable,
    UdfSymbolType,
    UdfTimescaleMark,
)
from trading_api.shared.auth import MarketReader, Principal
from trading_api.shared.conditional import NOT_MODIFIED, unless_known
from trading_api.shared.http_errors import answers
from trading_api.shared.schema import Wire, json_response

MOST_FOUND = 1000
_LAST_SECOND = 2**53 // 1000
_SHORT_NAMES = {"D": "1D", "W": "1W", "M": "1M"}
_CREDENTIAL_STATUSES = (401, 403)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Refused = Annotated[UdfError, Wire()]
Name = Annotated[str, Query(max_length=64, description="Name, ticker or EXCHANGE:NAME")]
Text = Annotated[str, Query(max_length=64)]
ResolutionName = Annotated[str, Query(max_length=20, examples=["60", "D"])]
Second = Annotated[int, Query(description="Epoch seconds, UTC")]


class UdfRoute(APIRoute):
    """Answers what is refused as UDF does; a wrong credential stays 401, as elsewhere."""

    def get_route_handler(self) -> Handler:
        """The handler with refusals turned into bodies."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                item = error.errors()[0]
                return json_response(UdfError(f"{item['loc'][-1]}: {item['msg']}"))
            except TradingError as error:
                if error.status in _CREDENTIAL_STATUSES:
                    raise
                message = error.code if error.code == "unknown_symbol" else error.message
                return json_response(UdfError(message))

        return answer


class UdfApi(APIRouter):
    """Everything that a UDF client asks for, from the same service as the native addresses.

    Args:
        service: where the data come from.
        executions: gives the reader of fills, if there is one by then; marks show the caller's.
        next_time_unit: how many milliseconds the unit of `nextTime` has.
    """

    def __init__(
        self,
        service: DatafeedService,
        executions: Callable[[], ExecutionReader | None],
        next_time_unit: int = 1000,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
    ) -> None:
        super().__init__(prefix=prefix, tags=tags, route_class=UdfRoute)
        self._service = service
        self._executions = executions
        self._next_time_unit = next_time_unit
        self._add_configuration()
        self._add_symbols()
        self._add_history()
        self._add_quotes()
        self._add_marks()

    def _add_configuration(self) -> None:
        service = self._service

        @self.get(
            "/config",
            operation_id="getUdfConfiguration",
            summary="What a UDF client may ask for",
            response_model=Annotated[UdfConfiguration, Wire()],
            responses=answers(_configuration([examples.SYMBOL]), 401, 403),
        )
        async def get_configuration(_: MarketReader) -> Response:
            return json_response(_configuration(service.symbols()))

        @self.get(
            "/time",
            operation_id="getUdfTime",
            summary="The server's clock in seconds",
            response_model=int,
            responses=answers(examples.QUOTE.time // 1000, 401, 403),
        )
        async def get_time(_: MarketReader) -> Response:
            return json_response(service.now_ms() // 1000)

    def _add_symbols(self) -> None:
        service = self._service

        @self.get(
            "/symbols",
            operation_id="getUdfSymbol",
            summary="One symbol",
            response_model=Annotated[UdfSymbol, Wire()] | Refused,
            responses=answers(symbol_of(examples.SYMBOL), 401, 403),
        )
        async def get_symbol(_: MarketReader, symbol: Name) -> Response:
            return json_response(symbol_of(service.symbol(symbol)))

        @self.get(
            "/symbol_info",
            operation_id="getUdfSymbolTable",
            summary="Every symbol of an exchange, in columns",
            response_model=Annotated[UdfSymbolTable, Wire()] | Refused,
            responses=answers(table_of([examples.SYMBOL]), 401, 403),
        )
        async def get_symbol_table(_: MarketReader, group: Text = "") -> Response:
            return json_response(table_of(search(service.symbols(), "", "", group)))

        @self.get(
            "/search",
            operation_id="searchUdfSymbols",
            summary="Find symbols",
            response_model=list[Annotated[UdfFound, Wire()]] | Refused,
            responses=answers([found_of(examples.SYMBOL)], 401, 403),
        )
        async def search_symbols(
            _: MarketReader,
            query: Text = "",
            kind: Annotated[str, Query(alias="type", max_length=64)] = "",
            exchange: Text = "",
            limit: Annotated[int, Query(ge=1)] = 30,
        ) -> Response:
            found = search(service.symbols(), query, kind, exchange)
            return json_response([found_of(info) for info in found[: min(limit, MOST_FOUND)]])

    def _add_history(self) -> None:
        service = self._service

        @self.get(
            "/history",
            operation_id="getUdfHistory",
            summary="Bars in columns",
            description="Bars with `from` ≤ time < `to`; with `countback`, so many before `to`, "
            f"whatever `from` says. At most {MOST_BARS}, the newest. The same bars have the same "
            "`ETag`.",
            response_model=Annotated[UdfBars, Wire()] | Annotated[UdfNoData, Wire()] | Refused,
            responses=answers(bars_of(examples.BARS.bars), 401, 403) | NOT_MODIFIED,
        )
        async def get_history(
            _: MarketReader,
            request: Request,
            symbol: Name,
            resolution: ResolutionName,
            to: Second = _LAST_SECOND,
            since: Annotated[Second, Query(alias="from")] = 0,
            countback: Annotated[int | None, Query()] = None,
        ) -> Response:
            info = service.symbol(symbol)
            known = _resolution(resolution, info)
            from_ms, to_ms = _milliseconds(since), _milliseconds(to)
            if countback is not None and countback > 0:
                await service.fetch(info, known, None, to_ms, countback)
                asked = partial(service.bars, info, known, None, to_ms, countback)
                earliest = to_ms
            else:
                await service.fetch(info, known, from_ms, to_ms)
                asked = partial(service.bars, info, known, from_ms, to_ms)
                earliest = min(from_ms, to_ms)
            if bars := await service.answer(info, asked):
                return unless_known(request, json_response(bars_of(bars)))
            nothing = partial(self._no_data, info, known, earliest)
            return unless_known(request, json_response(await service.answer(info, nothing)))

    def _no_data(self, info: SymbolInfo, resolution: Resolution, before_ms: int) -> UdfNoData:
        earlier = self._service.bars(info, resolution, None, before_ms, 1)
        return UdfNoData(earlier[0].time // self._next_time_unit) if earlier else UdfNoData()

    def _add_quotes(self) -> None:
        service = self._service

        @self.get(
            "/quotes",
            operation_id="getUdfQuotes",
            summary="Present quotes",
            response_model=Annotated[UdfQuotes, Wire()] | Refused,
            responses=answers(
                UdfQuotes([quote_of("BTCUSD", examples.QUOTE, examples.SYMBOL)]), 401, 403
            ),
        )
        async def get_quotes(
            _: MarketReader, symbols: Annotated[str, Query(max_length=16_384)]
        ) -> Response:
            names = dict.fromkeys(filter(None, symbols.split(",")))
            return json_response(UdfQuotes([_quote(service, name) for name in names]))

    def _add_marks(self) -> None:
        @self.get(
            "/marks",
            operation_id="getUdfMarks",
            summary="The caller's own fills, on the bars that they fall into",
            description="Empty for a caller without a credential of scope `account:read`.",
            response_model=Annotated[UdfMarks, Wire()] | Refused,
            responses=answers(UdfMarks([], [], [], [], [], [], []), 401, 403),
        )
        async def get_marks(
            principal: MarketReader,
            symbol: Name,
            resolution: ResolutionName,
            to: Second = _LAST_SECOND,
            since: Annotated[Second, Query(alias="from")] = 0,
        ) -> Response:
            info = self._service.symbol(symbol)
            known = _resolution(resolution, info)
            return json_response(marks_of(self._fills(principal, info, since, to), info, known))

        @self.get(
            "/timescale_marks",
            operation_id="getUdfTimescaleMarks",
            summary="Splits, dividends and the caller's days with fills, under the chart",
            description="Fills are those of a credential with scope `account:read`.",
            response_model=list[Annotated[UdfTimescaleMark, Wire()]] | Refused,
            responses=answers([], 401, 403),
        )
        async def get_timescale_marks(
            principal: MarketReader,
            symbol: Name,
            resolution: ResolutionName = "1D",
            to: Second = _LAST_SECOND,
            since: Annotated[Second, Query(alias="from")] = 0,
        ) -> Response:
            info = self._service.symbol(symbol)
            _resolution(resolution, info)
            from_ms, to_ms = _milliseconds(since), _milliseconds(to)
            marks = action_marks_of(self._service.actions(info), info, from_ms, to_ms)
            fills = self._fills(principal, info, since, to)
            return json_response([*marks, *timescale_marks_of(fills, info)])

    def _fills(
        self, principal: Principal, info: SymbolInfo, since: int, to: int
    ) -> Sequence[Execution]:
        reader = self._executions()
        if reader is None or "account:read" not in principal.scopes:
            return ()
        return reader.executions_of(
            principal.id,
            principal.account_id,
            info.symbol,
            _milliseconds(since),
            _milliseconds(to) + 1000,  # the dialect's range of marks has its last second
        )


def _configuration(infos: Sequence[SymbolInfo]) -> UdfConfiguration:
    exchanges = sorted({info.exchange for info in infos})
    kinds = sorted({info.kind for info in infos})
    resolutions = dict.fromkeys(name for info in infos for name in info.supported_resolutions)
    return UdfConfiguration(
        supported_resolutions=tuple(resolutions),
        exchanges=(UdfExchange("", "All", ""), *(UdfExchange(e, e, e) for e in exchanges)),
        symbols_types=(
            UdfSymbolType("All", ""),
            *(UdfSymbolType(kind.capitalize(), kind) for kind in kinds),
        ),
        currency_codes=tuple(sorted({info.currency for info in infos})),
    )


def _resolution(text: str, info: SymbolInfo) -> Resolution:
    return resolution_of(_SHORT_NAMES.get(text, text), info)


def _milliseconds(seconds: int) -> int:
    """Clients ask for instants long before the epoch and long after the present."""
    return min(max(seconds, 0), _LAST_SECOND) * 1000


def _quote(service: DatafeedService, name: str) -> UdfQuote:
    try:
        return quote_of(name, service.quote(name), service.symbol(name))
    except TradingError:
        return UdfQuote("error", name, UdfQuoteValues())
