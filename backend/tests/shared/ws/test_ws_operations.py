"""Requests besides subscribe: answered at once, later, or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from tests.shared.ws.prices import LOOPS, PATH, Prices, PricesParameters, connected, run
from tests.shared.ws.raw import TEXT, RawSocket, masked, raw_socket
from trading_api.domain.errors import TradingError
from trading_api.shared.auth import Principal
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.requests import MAX_WAITING
from trading_api.shared.ws.router import Operation, Snapshot, WsRouter
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient, open_socket

DESK = "/api/v1/desk/ws"
STOCK = {"ws": "websockets-sansio"}


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    number: int


class Desk:
    """Orders that are answered at once, when the test says so, by a task, or wrongly."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[Order]] = {}
        self.arrived: asyncio.Queue[int] = asyncio.Queue()
        self.finished: asyncio.Queue[int] = asyncio.Queue()
        self.may_finish = asyncio.Event()

    def now(self, _caller: Principal, order: Order) -> Order:
        if order.number < 0:
            raise TradingError("conflict", "a number below nothing")
        return order

    def later(self, _caller: Principal, order: Order) -> asyncio.Future[Order]:
        self.arrived.put_nowait(order.number)
        future = self.waiting[order.number] = asyncio.get_running_loop().create_future()
        return future

    async def task(self, _caller: Principal, order: Order) -> Order:
        self.arrived.put_nowait(order.number)
        await self.may_finish.wait()
        self.finished.put_nowait(order.number)
        return order

    def broken(self, _caller: Principal, _order: Order) -> Order:
        raise ZeroDivisionError

    async def broken_task(self, _caller: Principal, _order: Order) -> Order:
        raise ZeroDivisionError

    def router(self) -> WsRouter:
        return WsRouter(
            name="desk",
            summary="For tests.",
            scope="account:read",
            parameters=PricesParameters,
            update=Order,
            snapshot=Order | None,
            delivery="every",
            topics=lambda _, asked: asked.symbols,
            read=lambda _: Snapshot("e", 0, None),
            operations=[
                Operation(
                    name=name,
                    summary="For tests.",
                    scope="orders:write",
                    payload=Order,
                    reply=Order,
                    handler=getattr(self, name),
                )
                for name in ("now", "later", "task", "broken", "broken_task")
            ],
        )


@asynccontextmanager
async def opened(**server: Any) -> AsyncIterator[tuple[Desk, SocketClient, Prices, int]]:
    context = AppContext.in_memory()
    context.limits = WsLimits(rate=1e6, burst=1_000_000)
    desk, prices = Desk(), Prices(context)
    prices.mount("desk", [desk.router()])
    async with (
        serve(prices.app, **server) as running,
        open_socket(running.ws_url + DESK, prices.token) as client,
    ):
        yield desk, client, prices, running.port


both_twins = pytest.mark.parametrize("server", [{}, STOCK], ids=["ours", "any"])


async def send(client: SocketClient, kind: str, number: int) -> None:
    payload = {"number": number}
    await client.send({"type": f"desk.{kind}", "id": number, "payload": payload})


async def ids(client: SocketClient, count: int) -> list[Any]:
    return [(await client.receive())["id"] for _ in range(count)]


@both_twins
def test_each_kind_of_handler_is_answered_once_when_it_is_ready(server: dict[str, str]) -> None:
    async def main() -> None:
        async with opened(**server) as (desk, client, _, _):
            for number, kind in enumerate(("later", "task", "later", "now")):
                await send(client, kind, number)
            assert await ids(client, 1) == [3], "what waits holds up nothing"
            assert [await desk.arrived.get() for _ in range(3)] == [0, 2, 1], "a task begins later"
            desk.waiting[2].set_result(Order(2))
            assert await ids(client, 1) == [2]
            desk.may_finish.set()
            assert await ids(client, 1) == [1]
            desk.waiting[0].set_result(Order(0))
            reply = await client.receive()
            assert reply == {"type": "desk.later.response", "id": 0, "payload": {"number": 0}}

    run(main())


@both_twins
def test_a_refusal_comes_at_once_or_later(server: dict[str, str]) -> None:
    async def main() -> None:
        async with opened(**server) as (desk, client, _, _):
            assert (await client.refusal("desk.now", {"number": -1}))["code"] == "conflict"
            assert (await client.refusal("desk.now", {"x": 1}))["code"] == "invalid_payload"
            await send(client, "later", 1)
            await desk.arrived.get()
            desk.waiting[1].set_exception(TradingError("unavailable", "later"))
            refused = await client.receive()
            assert (refused["id"], refused["payload"]["code"]) == (1, "unavailable")

    run(main())


@both_twins
@pytest.mark.parametrize("kind", ["broken", "broken_task"])
def test_a_handler_that_fails_ends_its_connection_alone(
    server: dict[str, str], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with (
            opened(**server) as (_, client, prices, port),
            open_socket(f"ws://127.0.0.1:{port}{DESK}", prices.token) as neighbour,
        ):
            await send(client, kind, 1)
            assert await client.closed() == 1011
            assert await neighbour.request("desk.now", {"number": 7}) == {"number": 7}
        assert "ZeroDivisionError" in caplog.text

    run(main())


def test_a_caller_without_the_scope_may_not_ask() -> None:
    async def main() -> None:
        desk, prices = Desk(), Prices()
        prices.mount("desk", [desk.router()])
        key = prices.context.auth.make_key("reader", ["account:read"])
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + DESK, key) as client,
        ):
            assert (await client.refusal("desk.now", {"number": 1}))["code"] == "forbidden"

    run(main())


def test_a_handler_runs_to_its_end_although_the_caller_has_gone() -> None:
    async def main() -> None:
        async with opened() as (desk, client, prices, _):
            await send(client, "task", 1)
            await desk.arrived.get()
            await client.connection.close()
            desk.may_finish.set()
            assert await desk.finished.get() == 1
            await prices.ended.get()

    run(main())


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_reading_stops_when_too_many_requests_wait(loop: Any) -> None:
    async def main() -> None:
        async with opened() as (desk, _, prices, port), raw_socket(port, DESK, prices.token) as raw:
            count = 2 * MAX_WAITING + 10
            await raw.send_bytes(b"".join(order(number) for number in range(count)))
            for expected in range(0, count, MAX_WAITING):
                batch = min(MAX_WAITING, count - expected)
                numbers = [await desk.arrived.get() for _ in range(batch)]
                assert numbers == list(range(expected, expected + batch))
                assert len(desk.waiting) == batch, "no more than the limit are under way"
                for number, future in desk.waiting.items():
                    future.set_result(Order(number))
                desk.waiting.clear()
                assert await replies(raw, batch) == numbers
            await raw.send("system.ping")
            assert (await raw.read_until(TEXT)).message["type"] == "system.ping.response"

    run(main(), loop)


def order(number: int) -> bytes:
    message = {"type": "desk.later", "id": number, "payload": {"number": number}}
    return masked(TEXT, msgspec.json.encode(message))


async def replies(raw: RawSocket, count: int) -> list[int]:
    return [(await raw.read_until(TEXT)).message["id"] for _ in range(count)]


def test_the_replies_of_one_read_are_one_write() -> None:
    async def main() -> None:
        async with opened() as (_, _, prices, port), raw_socket(port, PATH, prices.token) as raw:
            await raw.send_bytes(masked(TEXT, b'{"type":"system.ping","id":1}') * 20)
            await replies(raw, 20)
            assert prices.adapter.hub.counts.writes == 1

    run(main())


def test_replies_and_updates_keep_their_order() -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prints.subscribe", {"symbols": ["S1"]})
            sent: list[Any] = []
            for number in range(50):
                prices.service.publish("prints", "S1")
                sent.append(number + 1)
                await client.send({"type": "system.ping", "id": f"p{number}"})
                while (message := await client.receive()).get("id") is None:
                    assert message["seq"] == sent.pop(0)
                assert message["id"] == f"p{number}"
            assert sent == [], "the update was made before the reply, so it arrived before it"

    run(main())


def test_unsubscribing_waits_for_the_subscribing_that_came_before_it() -> None:
    async def main() -> None:
        prices = Prices()
        may_read, asked = asyncio.Event(), asyncio.Event()
        replay = prices.service.replay

        async def slow(*what: Any) -> Any:
            asked.set()
            await may_read.wait()
            return await replay(*what)

        [*_, ledger] = prices.service.routers()
        prices.mount("slow", [replace(ledger, replay=slow)])
        for _ in range(3):
            prices.service.publish("ledger", "owner")
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + "/api/v1/slow/ws", prices.token) as client,
        ):
            recover = {"ledger:owner": {"epoch": "e1", "seq": 0}}
            await client.send(
                {"type": "ledger.subscribe", "id": 1, "payload": {"recover": recover}}
            )
            await client.send({"type": "ledger.unsubscribe", "id": 2, "payload": {}})
            await client.send({"type": "system.ping", "id": 3})
            await asked.wait()
            assert await ids(client, 1) == [3]
            may_read.set()
            assert (await client.receive())["payload"]["subscriptions"][0]["recovered"] is True
            assert [(await client.receive())["seq"] for _ in range(3)] == [1, 2, 3]
            assert await ids(client, 1) == [2]
            assert (await client.request("system.info"))["topics"] == []

    run(main())
