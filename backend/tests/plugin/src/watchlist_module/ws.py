"""The socket's channel: what may be subscribed to, and what then arrives."""

from msgspec import Struct

from trading_api.shared.ws.router import Examples, WsRouter
from watchlist_module.service import Watchlist, WatchlistService


class WatchlistParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of `watchlist.subscribe`: nothing."""


def watchlist_router(service: WatchlistService) -> WsRouter:
    """One topic, of which only the newest value matters."""
    example = Watchlist(("AAPL", "BTCUSD"))
    return WsRouter(
        name="watchlist",
        summary="The whole list, whenever it changes",
        scope="market:read",
        parameters=WatchlistParameters,
        update=Watchlist,
        snapshot=Watchlist,
        delivery="latest",
        topics=lambda _principal, _parameters: ["watchlist"],
        read=service.snapshot,
        examples=Examples(WatchlistParameters(), example, example),
    )
