"""A source, or a whole application, beside the fake exchange; a clock that stands until moved."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

from tests.modules.datafeed.fake_exchange import SIZES, FakeBinance
from trading_api.app_factory import build_app
from trading_api.domain.backoff import Backoff
from trading_api.domain.market import Bar
from trading_api.domain.ports import MarketStore, Message
from trading_api.infra.ccxt_exchange import CcxtExchange
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.exchange import ExchangeSource
from trading_api.shared.context import AppContext
from trading_api.shared.memory import MemoryCatalogue
from trading_api.shared.memory_market import MemoryMarketStore
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

SYMBOL, COIN = "BTC-USDT", "BTCUSDT"
STREAMS = ("btcusdt@aggTrade", "btcusdt@depth@100ms")
PATIENT_S = 20.0
"""Nothing is silent for so long in a test, unless it means to be."""
TIMEFRAMES = {"1": "1m", "60": "1h", "1D": "1d"}


class SourceWorld(NamedTuple):
    """A source that is connected to the exchange beside it."""

    clock: ManualClock
    fake: FakeBinance
    source: ExchangeSource


@asynccontextmanager
async def fake_binance(clock: ManualClock) -> AsyncIterator[FakeBinance]:
    """An exchange that has a book, and at which nothing has been traded yet."""
    fake = FakeBinance(clock.now_ms)
    async with fake.running():
        fake.set_book({5_999_900: 100}, {6_000_100: 200})
        yield fake


@asynccontextmanager
async def source_world(now_ms: int) -> AsyncIterator[SourceWorld]:
    """A source without the rest."""
    clock = ManualClock(now_ms)
    async with fake_binance(clock) as fake:
        markets = {SYMBOL: "BTC/USDT"}
        exchange = CcxtExchange(
            "binance", markets, fake.settings, with_depth=True, silent_after_s=PATIENT_S
        )
        store, catalogue, backoff = MemoryMarketStore(), MemoryCatalogue(()), Backoff(lambda: 0.0)
        source = ExchangeSource(exchange, list(markets), clock, store, catalogue, backoff)
        async with source.running(lambda: None):
            assert source.status().state == "live", source.status().detail
            await fake.subscribed(*STREAMS)
            yield SourceWorld(clock, fake, source)


class AppWorld:
    """A server with its datafeed on the exchange, and a broker beside it."""

    def __init__(
        self, client: httpx.AsyncClient, context: AppContext, clock: ManualClock, fake: FakeBinance
    ) -> None:
        self.client, self.context, self.clock, self.fake = client, context, clock, fake
        self.messages: list[Message] = []
        self._account: str | None = None
        for route in ("quotes", "trades", "bars", "gap", "connection"):
            context.bus.subscribe(route, self.messages.append)

    @property
    def datafeed(self) -> DatafeedService:
        service = self.context.services["datafeed"]
        assert isinstance(service, DatafeedService)
        return service

    def told(self, route: str) -> list[Any]:
        return [found.value for found in self.messages if found.topic.startswith(route)]

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def bars(self, resolution: str = "1", **query: Any) -> list[Bar]:
        """What the server answers."""
        found = await self.get("/datafeed/bars", symbol=SYMBOL, resolution=resolution, **query)
        return [Bar(**bar) for bar in found["bars"]]

    def truth(self, resolution: str = "1", since: int = 0) -> list[Bar]:
        """What was traded, by the exchange's own books."""
        size = SIZES[TIMEFRAMES[resolution]]
        return [
            Bar(*candle)
            for candle in self.fake.coins[COIN].candles(size, since, self.clock.now_ms() + 1)
        ]

    async def trade(self, cents: int, lots: int) -> None:
        """A trade a little later, which is waited for."""
        await self.clock.advance(7)
        before = len(self.told("trades"))
        self.fake.trade(cents, lots)
        await self.until(lambda: len(self.told("trades")) > before)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when it is so: what was sent needs a moment to arrive."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - it comes over a real network
                await asyncio.sleep(0.002)

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = self.context.metrics.text().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    async def order(self) -> tuple[int, str]:
        """Status and code, or the order's own status, of a market order in the coin's currency."""
        if self._account is None:
            account = {"name": "coins", "currency": "USDT", "balance": "100000"}
            made = await self.client.post("/api/v1/broker/accounts", json=account)
            self._account = str(made.json()["id"])
        answer = await self.client.post(
            "/api/v1/broker/orders",
            params={"account_id": self._account},
            json={"symbol": SYMBOL, "side": "buy", "type": "market", "quantity": "0.0001"},
        )
        body = answer.json()
        return answer.status_code, str(body.get("code") or body["status"])

    async def until_live(self) -> None:
        """Let the waits between attempts pass until the exchange is heard again."""
        await pressed_on(self, lambda: self.datafeed.health().status == "ok")
        await self.fake.subscribed(*STREAMS)
        await self.until(lambda: self.datafeed.symbol(SYMBOL).status != "stale")


@asynccontextmanager
async def app_world(
    now_ms: int,
    market: MarketStore | None = None,
    silent_after_s: float = PATIENT_S,
    depth: bool = True,
    has: Mapping[str, bool] | None = None,
    **fake_attributes: Any,
) -> AsyncIterator[AppWorld]:
    """An application that has been started; the exchange may misbehave from the beginning."""
    clock = ManualClock(now_ms)
    async with fake_binance(clock) as fake:
        for name, value in fake_attributes.items():
            setattr(fake, name, value)
        context = AppContext.in_memory(clock=clock)
        if market is not None:
            context.market = market
        options = {
            "symbols": ["BTC/USDT"],
            "silent_after_s": silent_after_s,
            "depth": depth,
            "settings": {**fake.settings, "has": dict(has or {})},
        }
        context.module_options = {
            "datafeed": {
                "symbols": [SYMBOL],
                "sources": ["ccxt"],
                "source_options": {"ccxt": {"binance": options}},
            }
        }
        app, _ = build_app(context, ["broker", "datafeed"])
        async with make_client(app, context.auth.owner_token) as client:
            yield AppWorld(client, context, clock, fake)


async def pressed_on(world: AppWorld, condition: Callable[[], bool], step_ms: int = 500) -> None:
    """Let time pass until it is so, with a moment for the network after each step."""
    async with asyncio.timeout(20):
        while not condition():
            await world.clock.advance(step_ms)
            await asyncio.sleep(0.005)
