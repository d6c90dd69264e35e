"""Journey 2: an order is filled from the replayed market and every face tells it."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

OPENING = 1_767_105_000_000  # 2025-12-30 14:30 UTC, 09:30 in New York; AAPL trades that day
NIGHT = OPENING - 6 * 3_600_000
MINUTE = 60_000
ROUTES = ("orders", "executions", "positions", "equity")


class World:
    """A server with both modules on a manual clock, and its owner."""

    def __init__(self, server: RunningServer, context: AppContext, clock: ManualClock) -> None:
        self.server = server
        self.context = context
        self.clock = clock
        self.http = httpx.AsyncClient(base_url=f"{server.url}/api/v1")
        self.token = context.auth.owner_token

    async def ask(self, method: str, path: str, token: str | None = None, **body: Any) -> Any:
        """The status and the body of an answer."""
        headers = bearer(token or self.token)
        answer = await self.http.request(method, path, headers=headers, json=body or None)
        return answer.status_code, answer.json()

    async def place(self, **changes: str) -> Any:
        """Place a market order for ten AAPL, with changes."""
        order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10", **changes}
        return await self.ask("POST", "/broker/orders", **order)

    def socket(self, token: str) -> Any:
        """A connection to the broker's socket."""
        return open_socket(f"{self.server.ws_url}/api/v1/broker/ws", token)


def in_world(act: Callable[[World], Awaitable[None]], start: int = OPENING + MINUTE) -> None:
    async def run() -> None:
        clock = ManualClock(start)
        context = AppContext.in_memory(clock=clock)
        app, _ = build_app(context)
        async with serve(app) as server:
            world = World(server, context, clock)
            async with world.http:
                await act(world)

    asyncio.run(run())


async def subscribe_all(client: SocketClient) -> dict[str, Any]:
    return {
        route: (await client.request(f"{route}.subscribe"))["subscriptions"][0]["snapshot"]
        for route in ROUTES
    }


async def arrived(client: SocketClient) -> list[dict[str, Any]]:
    """Every update that was sent before now."""
    await client.send({"type": "system.ping", "id": "end", "payload": {}})
    found = []
    while (message := await client.receive()).get("id") != "end":
        found.append(message)
    return found


def test_in_session_a_market_order_fills_at_the_quoted_price() -> None:
    async def act(world: World) -> None:
        _, quotes = await world.ask("GET", "/datafeed/quotes?symbols=AAPL")
        quote = quotes["items"][0]
        assert quote["status"] == "open"
        status, order = await world.place()
        assert (status, order["status"], order["filled_quantity"]) == (201, "filled", "10")
        assert Decimal(order["average_price"]) == Decimal(str(quote["ask"]))
        _, executions = await world.ask("GET", f"/broker/executions?order_id={order['id']}")
        [execution] = executions["items"]
        explanation = execution["explanation"]
        assert execution["fidelity"] == "daily"
        assert Decimal(explanation["ask"]) == Decimal(str(quote["ask"]))
        assert explanation["market_seq"] > 0

    in_world(act)


def test_the_sockets_of_the_account_show_order_execution_position_and_equity() -> None:
    async def act(world: World) -> None:
        stranger = world.context.auth.make_key("other", ["account:read", "orders:write"])
        async with world.socket(world.token) as mine, world.socket(stranger) as others:
            before = await subscribe_all(mine)
            assert before["orders"] == before["executions"] == before["positions"] == []
            assert before["equity"]["balance"] == "100000"
            await subscribe_all(others)
            _, order = await world.place()
            updates = await arrived(mine)
            by_route = {item["type"]: item["payload"] for item in updates}
            assert by_route["orders.update"] == order
            assert by_route["executions.update"]["order_id"] == order["id"]
            assert by_route["positions.update"]["quantity"] == "10"
            assert by_route["equity.update"]["id"] == order["account_id"]
            assert all(item["topic"].endswith(order["account_id"]) for item in updates)
            assert await arrived(others) == []
            refusal = await others.refusal("orders.subscribe", {"account_id": order["account_id"]})
            assert refusal["code"] == "unknown_account"

    in_world(act)


def test_the_position_is_marked_as_the_market_moves_and_closes_to_nothing() -> None:
    async def act(world: World) -> None:
        async with world.socket(world.token) as client:
            await subscribe_all(client)
            await world.place(symbol="IBM")
            await arrived(client)
            await world.clock.advance(20 * MINUTE)
            marks = {
                item["payload"]["unrealized_pnl"]
                for item in await arrived(client)
                if item["type"] == "positions.update"
            }
            assert len(marks) > 1
            status, closing = await world.ask("DELETE", "/broker/positions/IBM")
            assert (status, closing["side"], closing["status"]) == (201, "sell", "filled")
            last = [item for item in await arrived(client) if item["type"] == "positions.update"]
            assert last[-1]["payload"]["quantity"] == "0"
            _, account = await world.ask("GET", f"/broker/accounts/{closing['account_id']}")
            assert account["equity"] == account["balance"]
            assert Decimal(account["balance"]) == 100_000 + Decimal(account["realized_pnl"])

    in_world(act)


def test_out_of_session_an_order_is_held_and_fills_at_the_opening() -> None:
    async def act(world: World) -> None:
        async with world.socket(world.token) as client:
            await subscribe_all(client)
            for time_in_force in ("day", "gtc"):
                status, order = await world.place(time_in_force=time_in_force)
                assert (status, order["status"]) == (201, "held")
                assert order["status_reason"]["code"] == "market_closed"
            for time_in_force in ("ioc", "fok"):
                status, problem = await world.place(time_in_force=time_in_force)
                assert (status, problem["code"]) == (422, "market_closed")
                assert problem["order_id"]
            await arrived(client)
            await world.clock.advance_to(OPENING + MINUTE)
            _, orders = await world.ask("GET", "/broker/orders?status=closed")
            assert [item["status"] for item in orders["items"]] == [
                "rejected",
                "rejected",
                "filled",
                "filled",
            ]

    in_world(act, start=NIGHT)


def test_a_day_order_that_rests_expires_at_the_close() -> None:
    async def act(world: World) -> None:
        _, order = await world.place(type="limit", limit_price="0.01", time_in_force="day")
        assert order["status"] == "working"
        assert order["expire_at"] == OPENING + 390 * MINUTE
        await world.clock.advance_to(OPENING + 391 * MINUTE)
        _, order = await world.ask("GET", f"/broker/orders/{order['id']}")
        assert order["status"] == "expired"

    in_world(act, start=OPENING + 380 * MINUTE)


def test_the_market_is_told_as_live_and_an_outage_as_stale() -> None:
    async def act(world: World) -> None:
        async with world.socket(world.token) as client:
            reply = await client.request("connection.subscribe")
            snapshot = reply["subscriptions"][0]["snapshot"]
            assert snapshot == {"market_data": "live", "journal": "ok"}

    in_world(act)


def test_orders_resume_across_a_restart_of_the_server() -> None:
    async def run() -> None:
        clock = ManualClock(OPENING + MINUTE)
        first = AppContext.in_memory(clock=clock)
        token = first.auth.owner_token
        async with serve(build_app(first)[0]) as server:
            world = World(server, first, clock)
            async with world.http, world.socket(token) as client:
                reply = await client.request("orders.subscribe")
                start = reply["subscriptions"][0]
                for _ in range(3):
                    await world.place()
                seen = await arrived(client)
        second = AppContext.in_memory(clock=clock)
        second.journal, second.auth = first.journal, first.auth
        async with serve(build_app(second)[0]) as server:
            world = World(server, second, clock)
            async with world.http, world.socket(token) as client:
                position = {"epoch": start["epoch"], "seq": start["seq"]}
                reply = await client.request(
                    "orders.subscribe", {"recover": {start["topic"]: position}}
                )
                assert reply["subscriptions"][0]["recovered"] is True
                again = await arrived(client)
                assert again == seen
                await world.place()
                assert (await arrived(client))[0]["seq"] == seen[-1]["seq"] + 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("token", "status"),
    [pytest.param("wrong", 401, id="wrong"), pytest.param(None, 401, id="none")],
)
def test_the_brokers_socket_is_refused_without_a_credential(token: str | None, status: int) -> None:
    async def act(world: World) -> None:
        url = world.server.url.replace("http", "ws", 1) + "/api/v1/broker/ws"
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            **(bearer(token) if token else {}),
        }
        answer = await world.http.get(url.replace("ws", "http", 1), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "unauthenticated"

    in_world(act)
