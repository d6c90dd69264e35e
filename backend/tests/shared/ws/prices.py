"""A small module for the tests of the socket kit: prices (latest), prints (every), ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvloop
from fastapi import Depends, FastAPI
from msgspec import Struct

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import Message
from trading_api.domain.topics import topic
from trading_api.shared import http_errors
from trading_api.shared.auth import Principal
from trading_api.shared.context import AppContext
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.client import Client
from trading_api.shared.ws.router import Examples, Snapshot, WsRouter
from trading_api.shared.ws.twins import Twin
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient, open_socket

PATH = "/api/v1/prices/ws"
S1 = {"symbols": ["S1"]}
SYMBOLS = tuple(f"S{number}" for number in range(2000))

twin: Twin | None = None  # of the present test; None: whichever a server would choose


class PricesParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """What to watch."""

    symbols: list[str]


class LedgerParameters(Struct, frozen=True):
    """Whose ledger; left out: the caller's."""

    account_id: str | None = None


class Price(Struct, frozen=True):
    """A price; `lane` is what newer prices replace older ones by."""

    symbol: str
    price: float
    lane: int = 0
    note: str = ""


class PriceService:
    """Numbers and publishes; remembers everything, so that `ledger` outlives any ring."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.values: dict[str, list[Price]] = {}
        self.replays: list[tuple[str, int, int]] = []
        self.publishes_while_replaying = False
        self.epochs: dict[str, str] = {}
        self.reads: asyncio.Queue[str] = asyncio.Queue()

    def publish(
        self, route: str, symbol: str, price: float = 1.0, lane: int = 0, note: str = ""
    ) -> int:
        """Publish one value; the result is its number."""
        name = topic(route, symbol)
        values = self.values.setdefault(name, [])
        values.append(Price(symbol, price, lane, note))
        self.context.bus.publish(Message(name, len(values), values[-1]))
        return len(values)

    def read(self, name: str) -> Snapshot:
        """The last value."""
        self.reads.put_nowait(name)
        values = self.values.get(name, [])
        return Snapshot(self.epochs.get(name, "e1"), len(values), values[-1] if values else None)

    async def replay(
        self, name: str, epoch: str, after: int, until: int
    ) -> Sequence[tuple[int, Any]] | None:
        """Values from what stands for the journal."""
        self.replays.append((name, after, until))
        if self.publishes_while_replaying:
            route, symbol = name.split(":")
            self.publish(route, symbol)
        return list(enumerate(self.values[name][after:until], after + 1))

    def routers(self) -> list[WsRouter]:
        """The three channels."""
        example = Price("S1", 1.5)
        examples = Examples(PricesParameters(["S1"]), example, example)
        return [
            WsRouter(
                name="prices",
                summary="Prices as they change.",
                scope="market:read",
                parameters=PricesParameters,
                update=Price,
                snapshot=Price | None,
                delivery="latest",
                topics=lambda _, asked: [self._known("prices", symbol) for symbol in asked.symbols],
                read=self.read,
                key=lambda price: price.lane,
                examples=examples,
            ),
            WsRouter(
                name="prints",
                summary="Every trade.",
                scope="market:read",
                parameters=PricesParameters,
                update=Price,
                snapshot=Price | None,
                delivery="every",
                topics=lambda _, asked: [self._known("prints", symbol) for symbol in asked.symbols],
                read=self.read,
                examples=examples,
            ),
            WsRouter(
                name="ledger",
                summary="What was booked.",
                scope="account:read",
                parameters=LedgerParameters,
                update=Price,
                snapshot=Price | None,
                delivery="every",
                topics=_own_ledger,
                read=self.read,
                replay=self.replay,
            ),
        ]

    def _known(self, route: str, symbol: str) -> str:
        if symbol not in SYMBOLS:
            raise TradingError("unknown_symbol", f"{symbol!r} is not known")
        return topic(route, symbol)


def _own_ledger(principal: Principal, asked: LedgerParameters) -> list[str]:
    if asked.account_id not in (None, principal.id):
        raise TradingError("unknown_account", f"{asked.account_id!r} is not known")
    return [topic("ledger", principal.id)]


LOOPS = (asyncio.new_event_loop, uvloop.new_event_loop)


def run(
    main: Coroutine[Any, Any, None],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
) -> None:
    """Run a test's coroutine in a loop of its own, with a limit of time."""

    async def limited() -> None:
        async with asyncio.timeout(30):
            await main

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(limited())


class Prices:
    """An application with the module's socket at /api/v1/prices/ws.

    `ended` gets the id of each connection whose endpoint has returned.
    """

    def __init__(self, context: AppContext | None = None, **adapter: Any) -> None:
        self.context = context or AppContext.in_memory()
        if twin is not None:
            self.context.twin = twin
        self.service = PriceService(self.context)
        self.app = FastAPI()
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.app.state.context = self.context
        http_errors.install(self.app)
        self.adapter = self.mount("prices", self.service.routers(), **adapter)

    @property
    def token(self) -> str:
        """The owner's token."""
        return self.context.auth.owner_token

    def mount(self, name: str, routers: Sequence[WsRouter], **options: Any) -> FastWSAdapter:
        """Add a socket at /api/v1/{name}/ws."""
        ws_app = FastWSAdapter(
            title=f"{name.capitalize()} WebSockets",
            description="For tests",
            asyncapi_url=f"/api/v1/{name}/ws/asyncapi.json",
            asyncapi_docs_url=f"/api/v1/{name}/ws/asyncapi",
            **options,
        )
        for router in routers:
            ws_app.include_router(router)
        ws_app.bind(self.context)
        ws_app.setup(self.app)

        @self.app.websocket(f"/api/v1/{name}/ws")
        async def endpoint(client: Annotated[Client, Depends(ws_app.manage)]) -> None:
            try:
                await ws_app.serve(client)
            finally:
                self.ended.put_nowait(client.id)

        return ws_app


@asynccontextmanager
async def connected(prices: Prices) -> AsyncIterator[SocketClient]:
    """The owner's connection to the application on a server of its own."""
    async with (
        serve(prices.app) as server,
        open_socket(server.ws_url + PATH, prices.token) as client,
    ):
        yield client


async def seqs(client: SocketClient, count: int) -> list[int]:
    """The numbers of the next updates."""
    return [(await client.receive())["seq"] for _ in range(count)]
