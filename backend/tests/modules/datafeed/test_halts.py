"""A halt within a session: told everywhere, nothing fills, and trading goes on afterwards."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.app_factory import build_app
from trading_api.modules.datafeed.sources.synthetic import synthetic_source
from trading_api.shared.context import AppContext
from trading_api.testing.client import make_client
from trading_api.testing.clock import ManualClock

MINUTE = 60_000
BROKER = "/api/v1/broker"


def halt_of(symbol: str) -> tuple[int, int]:
    """When the first halt after a Monday begins and ends."""
    clock = ManualClock(utc("2026-02-02T14:30"))
    source = synthetic_source(clock)
    moment = clock.now_ms()
    while not source.is_halted(symbol, moment):
        moment += MINUTE
    begins = moment
    while source.is_halted(symbol, moment):
        moment += MINUTE
    return begins, moment


class Desk:
    """A server with the made-up share, just before it is halted."""

    def __init__(self, client: httpx.AsyncClient, clock: ManualClock, context: AppContext) -> None:
        self.client = client
        self.clock = clock
        self.statuses: list[str] = []
        context.bus.subscribe("quotes", self._hear)

    def _hear(self, message: Any) -> None:
        if message.value.symbol == "SIMSHARE":
            self.statuses.append(message.value.status)

    async def place(self, **order: str) -> httpx.Response:
        body = {"symbol": "SIMSHARE", "side": "buy", "type": "market", "quantity": "1", **order}
        return await self.client.post(f"{BROKER}/orders", json=body)

    async def order(self, order_id: str) -> dict[str, Any]:
        body: dict[str, Any] = (await self.client.get(f"{BROKER}/orders/{order_id}")).json()
        return body

    async def status(self) -> tuple[str, str]:
        """What the symbol and its quote say."""
        symbol = (await self.client.get("/api/v1/datafeed/symbols/SIMSHARE")).json()
        query = {"symbols": "SIMSHARE"}
        quotes = (await self.client.get("/api/v1/datafeed/quotes", params=query)).json()
        return symbol["status"], quotes["items"][0]["status"]


@pytest.mark.parametrize("time_in_force", ["day", "gtc", "ioc"])
def test_a_halt_is_told_and_orders_wait_or_are_refused(time_in_force: str) -> None:
    begins, ends = halt_of("SIMSHARE")

    async def main() -> None:
        clock = ManualClock(begins - 2_000)
        context = AppContext.in_memory(clock=clock)
        context.module_options = {
            "datafeed": {"sources": ["synthetic"], "symbols": ["SIMSHARE"]},
        }
        app, _ = build_app(context, ["broker", "datafeed"])
        async with make_client(app, context.auth.owner_token) as client:
            desk = Desk(client, clock, context)
            await clock.advance(1_000)
            assert await desk.status() == ("open", "open")
            assert (await desk.place()).json()["status"] == "filled"
            await clock.advance_to(begins)
            assert await desk.status() == ("halted", "halted")
            assert desk.statuses[-1] == "halted"
            placed = await desk.place(time_in_force=time_in_force)
            if time_in_force == "ioc":
                assert placed.status_code == 422
                assert placed.json()["code"] == "market_closed"
                return
            assert placed.json()["status"] == "held"
            count = len(desk.statuses)
            await clock.advance_to(ends - 1)
            assert (await desk.order(placed.json()["id"]))["status"] == "held"
            assert len(desk.statuses) == count, "nothing happens in a halt"
            await clock.advance(5_000)
            assert await desk.status() == ("open", "open")
            assert desk.statuses[-1] == "open"
            assert (await desk.order(placed.json()["id"]))["status"] == "filled"
            bars = await client.get(
                "/api/v1/datafeed/bars",
                params={"symbol": "SIMSHARE", "resolution": "1", "from": begins, "to": ends},
            )
            assert bars.json()["bars"] == []

    asyncio.run(main())
