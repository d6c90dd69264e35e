"""The REST face; every route declares what it answers with."""

from enum import Enum
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from trading_api.shared.auth import MarketReader, Trader
from trading_api.shared.http_errors import problems
from trading_api.shared.schema import Wire, json_response
from watchlist_module.service import Watchlist, WatchlistService

Answer = Annotated[Watchlist, Wire()]


class WatchlistApi(APIRouter):
    """Read the list; add to it; take from it."""

    def __init__(self, service: WatchlistService, prefix: str, tags: list[str | Enum]) -> None:
        super().__init__(prefix=prefix, tags=tags)

        @self.get("/symbols", operation_id="getWatchlist", response_model=Answer)
        async def get_watchlist(_caller: MarketReader) -> Response:
            return json_response(service.current())

        @self.put(
            "/symbols/{symbol}",
            operation_id="watchSymbol",
            response_model=Answer,
            responses=problems(401, 403, 404, 409),
        )
        async def watch(symbol: str, _caller: Trader) -> Response:
            return json_response(service.add(symbol))

        @self.delete(
            "/symbols/{symbol}",
            operation_id="unwatchSymbol",
            response_model=Answer,
            responses=problems(401, 403),
        )
        async def unwatch(symbol: str, _caller: Trader) -> Response:
            return json_response(service.remove(symbol))
