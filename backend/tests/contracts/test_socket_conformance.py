"""The sockets of our modules, and of a stranger's, keep what the protocol promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.modules.datafeed.recordings import (
    LONGEST_LIFE_MS,
    synthetic_recording,
    write_pack,
)
from trading_api.app_factory import build_app
from trading_api.domain.market import Quote
from trading_api.domain.ports import Message
from trading_api.domain.sessions import epoch_ms
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.suites.sockets import SocketModule, SocketSuite
from watchlist_module.service import WatchlistService

IN_SESSION = epoch_ms(datetime(2026, 11, 20, 15, 58, 30, tzinfo=UTC))
LONG_SILENCE_MS = 120_000


class TestDatafeed(SocketSuite):
    @asynccontextmanager
    async def opened(self) -> AsyncIterator[SocketModule]:
        clock = ManualClock(IN_SESSION)
        context = AppContext.in_memory(clock=clock)
        app, [ws_app] = build_app(context, ["datafeed"])

        async def publish(route: str) -> None:
            await clock.advance(LONGEST_LIFE_MS if route == "depth" else 1000)

        with TemporaryDirectory() as folder:
            context.packs_dir = Path(folder)
            write_pack(context.packs_dir, *synthetic_recording())
            yield SocketModule(
                app=app,
                ws_app=ws_app,
                parameters={
                    "bars": {"symbol": "AAPL", "resolution": "1"},
                    "quotes": {"symbols": ["AAPL", "IBM"]},
                    "trades": {"symbols": ["AAPL", "IBM"]},
                    "depth": {"symbol": "BTCUSD", "levels": 10},
                },
                publish=publish,
            )


class TestBroker(SocketSuite):
    @asynccontextmanager
    async def opened(self) -> AsyncIterator[SocketModule]:
        clock = ManualClock(IN_SESSION)
        context = AppContext.in_memory(clock=clock)
        app, [ws_app] = build_app(context, ["broker"])
        quotes = 0
        is_live = False

        def quote() -> None:
            nonlocal quotes
            quotes += 1
            none = (None,) * 8
            value = Quote("AAPL", clock.now_ms(), 10.0, 10.02, None, None, *none, "open", "daily")
            context.bus.publish(Message("quotes:AAPL", quotes, value))

        async def buy() -> None:
            order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://testserver",
                headers=bearer(context.auth.owner_token),
            ) as client:
                answer = await client.post("/api/v1/broker/orders", json=order)
            assert answer.json()["status"] == "filled", answer.text

        async def publish(route: str) -> None:
            nonlocal is_live
            if route == "connection" and is_live:
                await clock.advance(LONG_SILENCE_MS)
                is_live = False
                return
            quote()
            is_live = True
            if route != "connection":
                await buy()

        routes = ("orders", "executions", "positions", "equity", "connection")
        yield SocketModule(
            app=app,
            ws_app=ws_app,
            parameters={route: {} for route in routes},
            publish=publish,
        )


class TestWatchlist(SocketSuite):
    @asynccontextmanager
    async def opened(self) -> AsyncIterator[SocketModule]:
        context = AppContext.in_memory(clock=ManualClock(IN_SESSION))
        app, [ws_app] = build_app(context, ["watchlist"])
        service = context.services["watchlist"]
        assert isinstance(service, WatchlistService)

        async def publish(_route: str) -> None:
            if "AAPL" in service.current().symbols:
                service.remove("AAPL")
            else:
                service.add("AAPL")

        yield SocketModule(app=app, ws_app=ws_app, parameters={"watchlist": {}}, publish=publish)
