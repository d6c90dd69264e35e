"""How connections end: heartbeat, lifespan, shutdown, and what the client did wrong."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.shared.ws.prices import LOOPS, PATH, Prices, run
from tests.shared.ws.raw import BINARY, CLOSE, PING, PONG, TEXT, masked, raw_socket
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.router import Snapshot
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

S1 = {"symbols": ["S1"]}
HEARTBEAT_S = 0.15
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
Loop = Callable[[], asyncio.AbstractEventLoop]


@on_both_loops
def test_a_client_that_answers_no_ping_is_closed_with_4001(loop: Loop) -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=HEARTBEAT_S)
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send("prices.subscribe", S1)
            await raw.read_until(TEXT)
            frames = await raw.read_all()
            assert [frame.opcode for frame in frames] == [PING, PING, CLOSE]
            assert frames[-1].close_code == 4001
            await prices.ended.get()
            assert prices.adapter.hub.subscribers("prices:S1") == 0

    run(main(), loop)


@pytest.mark.parametrize("sign", ["pong", "ping", "fragment", "request"])
def test_any_frame_is_a_sign_of_life(sign: str) -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=HEARTBEAT_S)
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            started = asyncio.get_running_loop().time()
            first = True
            while asyncio.get_running_loop().time() - started < 4 * HEARTBEAT_S:
                await raw.read_until(PING)
                if sign == "request":
                    await raw.send("system.ping")
                elif sign == "fragment":
                    await raw.send_frame(TEXT if first else 0, b" ", fin=False)
                else:
                    await raw.send_frame(PONG if sign == "pong" else PING, b"")
                first = False
            if sign == "fragment":
                await raw.send_frame(0, b"")
            await raw.send_frame(CLOSE, (1000).to_bytes(2, "big"))
            assert (await raw.read_until(CLOSE)).close_code == 1000

    run(main())


def test_the_parts_of_a_frame_that_never_ends_are_no_sign_of_life() -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=HEARTBEAT_S)
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send_bytes(masked(TEXT, bytes(1000))[:10])
            ended = asyncio.create_task(raw.read_until(CLOSE))
            while not ended.done():
                await raw.send_bytes(b" ")
                await asyncio.wait((ended,), timeout=HEARTBEAT_S / 10)
            assert ended.result().close_code == 4001

    run(main())


def test_a_client_that_is_heard_often_is_not_pinged() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(rate=1e6, burst=10**6)
        prices = Prices(context, heartbeat_interval=1.2)
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            started = asyncio.get_running_loop().time()
            while asyncio.get_running_loop().time() - started < 0.9:
                await raw.send("system.ping")
                frame = await raw.read_frame()
                assert frame is not None
                assert frame.opcode == TEXT

    run(main())


def test_each_module_keeps_its_own_heartbeat_and_lifespan() -> None:
    async def main() -> None:
        prices = Prices(heartbeat_interval=HEARTBEAT_S, max_connection_lifespan=60.0)
        prices.mount(
            "books",
            prices.service.routers(),
            heartbeat_interval=60.0,
            max_connection_lifespan=0.3,
        )
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as first,
            raw_socket(server.port, "/api/v1/books/ws", prices.token) as second,
        ):
            assert (await first.read_until(CLOSE)).close_code == 4001
            frames = await second.read_all()
            assert [frame.opcode for frame in frames] == [TEXT, CLOSE]
            assert frames[-1].close_code == 4002

    run(main())


def test_the_end_of_the_lifespan_is_told_and_the_client_resumes() -> None:
    async def main() -> None:
        prices = Prices(max_connection_lifespan=0.2)
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                started = asyncio.get_running_loop().time()
                await client.request("prints.subscribe", S1)
                assert await client.closed() == 4002
                assert asyncio.get_running_loop().time() - started > 0.17
                notice = await client.receive()
                assert notice["type"] == "system.notice"
                assert notice["payload"]["code"] == "closing"
                assert notice["payload"]["reconnect_after_ms"] == 0
            prices.service.publish("prints", "S1")
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                position = {"prints:S1": {"epoch": "e1", "seq": 0}}
                reply = await client.request("prints.subscribe", {**S1, "recover": position})
                assert reply["subscriptions"][0]["recovered"] is True

    run(main())


def test_lifespans_differ_by_at_most_ten_percent() -> None:
    async def main() -> None:
        prices = Prices(max_connection_lifespan=0.4)
        async with serve(prices.app) as server:

            async def lifespan() -> float:
                started = asyncio.get_running_loop().time()
                async with open_socket(server.ws_url + PATH, prices.token) as client:
                    await client.closed()
                    return asyncio.get_running_loop().time() - started

            lifespans = await asyncio.gather(*(lifespan() for _ in range(20)))
        assert min(lifespans) > 0.35
        assert max(lifespans) - min(lifespans) > 0.01

    run(main())


@on_both_loops
def test_shutdown_is_told_to_each_client_with_a_time_of_its_own(loop: Loop) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as one,
            open_socket(server.ws_url + PATH, prices.token) as two,
        ):
            await one.request("prices.subscribe", S1)
            await two.request("prices.subscribe", S1)
            prices.service.publish("prices", "S1")
            stopping = asyncio.create_task(server.stop())
            assert [await one.closed(), await two.closed()] == [1012, 1012]
            delays = set()
            for client in (one, two):
                assert (await client.receive())["type"] == "prices.update"
                notice = await client.receive()
                assert notice["type"] == "system.notice"
                assert notice["payload"]["code"] == "closing"
                delays.add(notice["payload"]["reconnect_after_ms"])
            assert delays == {500, 510}
            await stopping
            assert prices.adapter.hub.subscribers("prices:S1") == 0

    run(main(), loop)


def test_shutdown_with_many_clients_spreads_their_return() -> None:
    many, silent = 150, 10

    async def main() -> None:
        prices = Prices()
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(serve(prices.app))
            url = server.ws_url + PATH
            clients = [
                await stack.enter_async_context(open_socket(url, prices.token)) for _ in range(many)
            ]
            for _ in range(silent):
                raw = raw_socket(server.port, PATH, prices.token, receive_buffer=4096)
                await (await stack.enter_async_context(raw)).send("prices.subscribe", S1)
            for client in clients:
                await client.request("prices.subscribe", S1)
            prices.service.publish("prices", "S1")
            started = asyncio.get_running_loop().time()
            stopping = asyncio.create_task(server.stop())
            codes = await asyncio.gather(*(client.closed() for client in clients))
            await stopping
            assert asyncio.get_running_loop().time() - started < 5
            assert set(codes) == {1012}
            delays = set()
            for client in clients:
                assert (await client.receive())["payload"]["symbol"] == "S1"
                delays.add((await client.receive())["payload"]["reconnect_after_ms"])
            assert len(delays) == many, "no two return at the same time"
            assert delays <= {500 + 10 * number for number in range(many + silent)}
            assert prices.adapter.hub.subscribers("prices:S1") == 0

    run(main())


def test_shutdown_does_not_wait_for_a_client_that_is_silent() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            started = asyncio.get_running_loop().time()
            await server.stop()
            assert asyncio.get_running_loop().time() - started < 4
            assert (await raw.read_until(CLOSE)).close_code == 1012

    run(main())


def payload_of(size: int) -> bytes:
    return b'{"type":"' + b"x" * size + b'"}'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(masked(BINARY, b"{}"), 1003, id="binary"),
        pytest.param(masked(TEXT, b'{"type":"\xff"}'), 1007, id="not UTF-8"),
        pytest.param(
            masked(TEXT, b'"\xe2', fin=False) + masked(0, b'\x28\xa1"'), 1007, id="in fragments"
        ),
        pytest.param(masked(TEXT, payload_of(65536)), 1009, id="too big"),
        pytest.param(masked(TEXT, payload_of(3_000_000)), 1009, id="much too big"),
        pytest.param(
            masked(TEXT, b" " * 40_000, fin=False) + masked(0, b" " * 40_000), 1009, id="fragments"
        ),
        pytest.param(b"\x81\xff" + (2**62).to_bytes(8, "big"), 1009, id="claimed to be huge"),
        pytest.param(b"\x81\x02{}", 1002, id="not masked"),
        pytest.param(b"\xc1\x80\0\0\0\0", 1002, id="reserved bit"),
        pytest.param(masked(3, b""), 1002, id="reserved opcode"),
        pytest.param(masked(0, b"x"), 1002, id="continuation of nothing"),
        pytest.param(masked(CLOSE, b"\x03"), 1002, id="close of one byte"),
        pytest.param(masked(CLOSE, (1005).to_bytes(2, "big")), 1002, id="close with 1005"),
    ],
)
def test_what_breaks_the_protocol_is_closed_with_its_code(
    data: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send("prices.subscribe", S1)
            await raw.read_until(TEXT)
            sending = asyncio.create_task(raw.send_bytes(data))
            assert (await raw.read_until(CLOSE)).close_code == code
            assert prices.adapter.hub.subscribers("prices:S1") == 0
            await sending
            await prices.ended.get()

    run(main())
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_the_largest_frame_is_a_setting_and_is_itself_allowed() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(max_frame=200)
        prices = Prices(context)
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.send(b'{"type":"nope"}'.ljust(200).decode())
            assert (await client.receive())["payload"]["code"] == "unknown_type"
            await client.send(" " * 201)
            assert await client.closed() == 1009

    run(main())


def test_a_fault_of_a_module_closes_with_1011_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_: str) -> Snapshot:
        raise ZeroDivisionError("the module's fault")

    async def main() -> None:
        prices = Prices()
        from dataclasses import replace

        [first, *_] = prices.service.routers()
        prices.mount("broken", [replace(first, read=broken)])
        async with (
            serve(prices.app) as server,
            open_socket(f"{server.ws_url}/api/v1/broken/ws", prices.token) as client,
        ):
            await client.send({"type": "prices.subscribe", "payload": S1})
            assert await client.closed() == 1011

    run(main())
    assert "ZeroDivisionError" in caplog.text


def test_after_a_close_no_message_follows() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send("prices.subscribe", S1)
            await raw.read_until(TEXT)
            await raw.send_bytes(
                masked(TEXT, b'{"type":"system.ping"}')
                + masked(CLOSE, (1000).to_bytes(2, "big"))
                + masked(TEXT, b'{"type":"system.ping"}')
            )
            frames: list[Any] = await raw.read_all()
            prices.service.publish("prices", "S1")
            assert frames[-1].opcode == CLOSE
            assert await raw.read_frame() is None

    run(main())


def test_a_client_that_hangs_up_while_being_caught_up_is_let_go() -> None:
    async def main() -> None:
        prices = Prices()
        reached = asyncio.Event()
        never = asyncio.Event()

        async def replay(*_: object) -> None:
            reached.set()
            await never.wait()

        from dataclasses import replace

        ledger = prices.service.routers()[2]
        prices.mount("books", [replace(ledger, replay=replay)])
        prices.service.publish("ledger", "owner")
        async with serve(prices.app) as server:
            async with open_socket(f"{server.ws_url}/api/v1/books/ws", prices.token) as client:
                position = {"ledger:owner": {"epoch": "e1", "seq": 0}}
                await client.send({"type": "ledger.subscribe", "payload": {"recover": position}})
                await reached.wait()
            never.set()
            await prices.ended.get()
            assert prices.adapter.hub.subscribers("ledger:owner") == 0

    run(main())


def test_waiting_for_a_message_after_the_end_raises() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.send(b"binary")
            with pytest.raises(ConnectionClosed):
                await client.receive()

    run(main())
