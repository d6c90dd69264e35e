"""The plain twin: any ASGI server, and Starlette's TestClient."""

import asyncio
import warnings
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

with warnings.catch_warnings():  # it would rather have a newer httpx
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient, WebSocketDenialResponse

S1 = {"symbols": ["S1"]}
STOCK = {"ws": "websockets-sansio"}  # uvicorn's own protocol, which knows nothing of ours


def bearer(prices: Prices) -> dict[str, str]:
    return {"Authorization": f"Bearer {prices.token}"}


def test_a_test_client_speaks_the_whole_protocol() -> None:
    prices = Prices()
    with (
        TestClient(prices.app) as client,
        client.websocket_connect(PATH, headers=bearer(prices)) as socket,
    ):
        socket.send_json({"type": "prices.subscribe", "id": 1, "payload": S1})
        reply = socket.receive_json()
        assert reply["id"] == 1
        assert reply["payload"]["subscriptions"][0]["topic"] == "prices:S1"
        assert client.portal is not None
        for _ in range(3):
            client.portal.call(prices.service.publish, "prices", "S1")
        assert [socket.receive_json()["seq"] for _ in range(3)] == [1, 2, 3]
        socket.send_text("{")
        assert socket.receive_json()["payload"]["code"] == "invalid_json"
        socket.send_bytes(b"{}")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1003
    assert prices.adapter.hub.subscribers("prices:S1") == 0


def test_a_refused_handshake_is_a_problem_here_too() -> None:
    prices = Prices()
    with (
        TestClient(prices.app) as client,
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect(PATH, headers={"Authorization": "Bearer x"}),
    ):
        pass
    assert refused.value.status_code == 401
    assert refused.value.json()["code"] == "unauthenticated"


def test_a_client_that_leaves_leaves_every_topic() -> None:
    prices = Prices()
    with TestClient(prices.app) as client:
        with client.websocket_connect(PATH, headers=bearer(prices)) as socket:
            socket.send_json({"type": "prices.subscribe", "payload": S1})
            socket.receive_json()
            assert prices.adapter.hub.subscribers("prices:S1") == 1
        assert prices.adapter.hub.subscribers("prices:S1") == 0


def test_a_message_above_the_limit_is_closed_with_1009() -> None:
    context = AppContext.in_memory()
    context.limits = WsLimits(max_frame=100)
    prices = Prices(context)
    with (
        TestClient(prices.app) as client,
        client.websocket_connect(PATH, headers=bearer(prices)) as socket,
    ):
        socket.send_text(" " * 101)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1009


def test_the_lifespan_is_kept_and_silence_is_allowed() -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=0.05, max_connection_lifespan=0.3)
        async with (
            serve(prices.app, **STOCK) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            assert await client.closed() == 4002
            assert (await client.receive())["payload"]["code"] == "closing"

    run(main())


def test_a_stock_server_carries_many_updates_in_order() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app, **STOCK) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.request("prints.subscribe", S1)
            for _ in range(500):
                prices.service.publish("prints", "S1")
            assert [(await client.receive())["seq"] for _ in range(500)] == list(range(1, 501))
            await server.stop()
            assert await client.closed() == 1012

    run(main())


@pytest.mark.parametrize(("route", "code"), [("prints", 4003), ("prices", None)])
def test_a_slow_reader_of_a_stock_server_is_bounded_too(route: str, code: int | None) -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(outbox_bytes=200_000)
        prices = Prices(context)
        async with (
            serve(prices.app, **STOCK) as server,
            open_socket(server.ws_url + PATH, prices.token, max_queue=1) as client,
        ):
            await client.request(f"{route}.subscribe", S1)
            count = 20_000
            for _ in range(count):
                prices.service.publish(route, "S1", note="x" * 1000)
                await asyncio.sleep(0)
            if code is None:
                seen: list[Any] = []
                while not seen or seen[-1] != count:
                    seen.append((await client.receive())["seq"])
                assert seen == sorted(set(seen))
                assert len(seen) < count
            else:
                assert await client.closed() == code

    run(main())


def test_a_stalled_reader_of_a_stock_server_is_let_go() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(stall_s=0.2)
        prices = Prices(context)
        async with (
            serve(prices.app, **STOCK) as server,
            open_socket(server.ws_url + PATH, prices.token, max_queue=1) as client,
        ):
            await client.request("prices.subscribe", S1)
            for _ in range(20_000):
                prices.service.publish("prices", "S1", note="x" * 1000)
                await asyncio.sleep(0)
            await prices.ended.get()
            assert prices.adapter.hub.subscribers("prices:S1") == 0

    run(main())
