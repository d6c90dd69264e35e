"""A module for `trading_api`: one list of symbols that everybody watches."""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws.router import WsRouter
from watchlist_module.api import WatchlistApi
from watchlist_module.service import WatchlistOptions, WatchlistService
from watchlist_module.ws import watchlist_router


class WatchlistModule(ModuleBase[WatchlistService]):
    """Symbols to watch, over REST and over a socket."""

    name = "watchlist"
    title = "Watchlist"
    summary = "Which symbols are watched"
    description = "Real-time changes of the watchlist"
    heartbeat_interval = 10.0
    max_connection_lifespan = 600.0

    def __init__(self, context: AppContext) -> None:
        options = context.options(self.name, WatchlistOptions)
        super().__init__(context, WatchlistService(context, options))

    def get_api_routers(self) -> Sequence[APIRouter]:
        return [WatchlistApi(self.service, prefix=f"/{self.name}", tags=[self.name])]

    def get_ws_routers(self) -> Sequence[WsRouter]:
        return [watchlist_router(self.service)]
