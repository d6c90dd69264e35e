"""Before the opening: an order that is for extended hours is filled, another one waits."""

import asyncio
from typing import Any

import httpx

from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

MINUTE = 60_000
OPENING = 1_795_185_000_000  # 2026-11-20 14:30 UTC, 09:30 in New York
POST_MARKET_END = OPENING + 10 * 3_600_000 + 30 * MINUTE


def test_an_order_for_extended_hours_trades_before_the_opening() -> None:
    async def journey() -> None:
        clock = ManualClock(OPENING - MINUTE)
        context = AppContext.in_memory(clock=clock)
        context.module_options = {"datafeed": {"sources": ["synthetic"]}}
        app, _ = build_app(context)
        async with serve(app) as server:
            headers = bearer(context.auth.owner_token)
            base = f"{server.url}/api/v1"
            async with httpx.AsyncClient(base_url=base, headers=headers) as client:
                await story(client, server.ws_url, context, clock)

    async def story(
        client: httpx.AsyncClient, ws_url: str, context: AppContext, clock: ManualClock
    ) -> None:
        info = (await client.get("/datafeed/symbols/SIMSHARE")).json()
        assert (info["session_premarket"], info["session_postmarket"]) == (
            "0400-0930",
            "1600-2000",
        )
        assert info["status"] == "pre"
        quote = (await client.get("/datafeed/quotes?symbols=SIMSHARE")).json()["items"][0]
        assert quote["status"] == "pre"
        limit = f"{quote['ask'] + 1:.2f}"

        async def place(**members: Any) -> Any:
            order = {"symbol": "SIMSHARE", "side": "buy", "type": "limit", "limit_price": limit}
            body = {**order, "quantity": "3", "time_in_force": "day", **members}
            return (await client.post("/broker/orders", json=body)).json()

        extended = await place(session="extended")
        assert (extended["status"], extended["average_price"]) == ("filled", str(quote["ask"]))
        assert (extended["session"], extended["expire_at"]) == ("extended", POST_MARKET_END)
        regular = await place()
        assert (regular["status"], regular["status_reason"]["code"]) == ("held", "market_closed")
        async with open_socket(f"{ws_url}/api/v1/broker/ws", context.auth.owner_token) as socket:
            body = {"symbol": "SIMSHARE", "side": "sell", "type": "limit", "quantity": "1"}
            body |= {"limit_price": "1", "session": "extended"}
            answer = await socket.request("orders.place", body)
            assert answer["status"] == "filled"
        preview = await client.post("/broker/orders/preview", json=body)
        assert preview.json()["warnings"] == []
        await clock.advance(2 * MINUTE)
        found = (await client.get(f"/broker/orders/{regular['id']}")).json()
        assert (found["status"], found["filled_quantity"]) == ("filled", "3")

    asyncio.run(journey())
