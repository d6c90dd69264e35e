"""The socket's channel: what may be subscribed to or asked, and what then arrives."""

from msgspec import Struct

from trading_api.shared.auth import Principal
from trading_api.shared.ws.router import Examples, Operation, WsRouter
from watchlist_module.service import Watchlist, WatchlistService


class WatchlistParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of `watchlist.subscribe`: nothing."""


class Watch(Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of `watchlist.add`."""

    symbol: str


def watchlist_router(service: WatchlistService) -> WsRouter:
    """One topic, of which only the newest value matters, and one request."""

    def add(_caller: Principal, asked: Watch) -> Watchlist:
        return service.add(asked.symbol)

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
        operations=[
            Operation(
                name="add",
                summary="Watch a symbol.",
                scope="orders:write",
                payload=Watch,
                reply=Watchlist,
                handler=add,
                example=(Watch("AAPL"), example),
            )
        ],
        examples=Examples(WatchlistParameters(), example, example),
    )
