"""A broker without a datafeed: a test says what the market does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from trading_api.domain.market import Quote, Trade
from trading_api.domain.ports import Journal, Message
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker.service import BrokerService
from trading_api.shared import http_errors
from trading_api.shared.context import AppContext
from trading_api.testing.clock import ManualClock

T = TypeVar("T")

# Tuesday 14 November 2023, 15:00 in New York: an hour before the close
IN_SESSION = 1_699_992_000_000
CLOSE = IN_SESSION + 3_600_000
ROUTES = ("orders", "executions", "positions", "equity", "connection")


class CountingIds:
    """A double of the port `Ids`: names and secrets that count."""

    def __init__(self) -> None:
        self._count = 0

    def new_id(self) -> str:
        self._count += 1
        return f"id{self._count}"

    def new_secret(self) -> str:
        return f"secret-{self.new_id()}"


class PaperServer:
    """A context, a broker on it, and a market that a test speaks for."""

    def __init__(
        self,
        journal: Journal | None = None,
        now: int = IN_SESSION,
        *,
        faced: bool = True,
        **options: Any,
    ) -> None:
        self.clock = ManualClock(now)
        self.context = AppContext.in_memory(clock=self.clock, ids=CountingIds())
        self.context.module_options = {"broker": options}
        if journal is not None:
            self.context.journal = journal
        self.told: list[Message] = []
        self.module = BrokerModule(self.context)
        self.service: BrokerService = self.module.service
        for route in ROUTES:
            self.context.bus.subscribe(route, self.told.append)
        self._seqs: dict[str, int] = {}
        if faced:
            self._add_face()

    def _add_face(self) -> None:
        self.app = FastAPI()
        self.app.state.context = self.context
        http_errors.install(self.app)
        for router in self.module.get_api_routers():
            self.app.include_router(router)

    def quote(
        self,
        bid: float | None = 10.0,
        ask: float | None = 10.02,
        size: float | None = None,
        symbol: str = "AAPL",
        status: Any = "open",
    ) -> None:
        none = (None,) * 8
        quote = Quote(symbol, self.clock.now_ms(), bid, ask, size, size, *none, status, "daily")
        self._publish("quotes", symbol, quote)

    def quote_sides(
        self,
        bid: float,
        ask: float,
        bid_size: float | None,
        ask_size: float | None,
        status: Any = "open",
    ) -> None:
        """A quote of AAPL whose sides display different sizes."""
        none = (None,) * 8
        now = self.clock.now_ms()
        quote = Quote("AAPL", now, bid, ask, bid_size, ask_size, *none, status, "daily")
        self._publish("quotes", "AAPL", quote)

    def trade(self, price: float, size: float, symbol: str = "AAPL") -> None:
        self._publish("trades", symbol, Trade("t", symbol, 0, price, size, "buy"))

    def _publish(self, route: str, symbol: str, value: Any) -> None:
        name = f"{route}:{symbol}"
        self._seqs[name] = self._seqs.get(name, 0) + 1
        self.context.bus.publish(Message(name, self._seqs[name], value))

    def key(self, name: str, *scopes: str, **more: Any) -> str:
        scopes = scopes or ("account:read", "orders:write")
        return self.context.auth.make_key(name, scopes, **more)

    @asynccontextmanager
    async def client(self, token: str | None = "") -> AsyncIterator[httpx.AsyncClient]:
        """Someone who calls: the owner, unless another token (or None) is given."""
        token = self.context.auth.owner_token if token == "" else token
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver/broker", headers=headers
        ) as client:
            yield client

    def values(self, route: str) -> list[Any]:
        """What was published on a route, in order."""
        return [m.value for m in self.told if m.topic.partition(":")[0] == route]

    async def settle(self) -> None:
        """Let what is under way come to its end; time stands still."""
        await self.clock.advance(0)


def run(scenario: Callable[[PaperServer], Awaitable[T]], server: PaperServer | None = None) -> T:
    """Run a scenario on a server that has started and is stopped afterwards."""
    paper = server or PaperServer()

    async def whole() -> T:
        async with paper.service.running():
            return await scenario(paper)

    return asyncio.run(whole())


def order(side: str = "buy", quantity: Any = "1", limit: str | None = None, **more: Any) -> Any:
    """The body of an order."""
    body = {"symbol": "AAPL", "side": side, "type": "market", "quantity": quantity, **more}
    return body if limit is None else {**body, "type": "limit", "limit_price": limit}
