"""What the server waits for before it answers, and for how long; raw sockets, real server."""

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.shared.ws.prices import LOOPS
from tests.shared.ws.raw import RawSocket
from trading_api.app_factory import build_app
from trading_api.shared import http_protocol
from trading_api.shared.context import AppContext
from trading_api.shared.http_protocol import HttpProtocol
from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.testing.server import RunningServer, serve

HANDSHAKE_S = 0.3
HEALTH = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
LIMIT_S = 20

OVERRIDDEN = {
    "__init__": ["config", "server_state", "app_state", "_loop"],
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "handle_websocket_upgrade": [],
    "on_message_begin": [],
    "on_headers_complete": [],
    "on_message_complete": [],
}
STATE = {
    "client",
    "config",
    "connections",
    "cycle",
    "loop",
    "parser",
    "pipeline",
    "scope",
    "transport",
}


def run(main: Any, loop: Any) -> None:
    async def limited() -> None:
        async with asyncio.timeout(LIMIT_S):
            await main()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(limited())


@asynccontextmanager
async def a_server(
    handshake_s: float = HANDSHAKE_S,
) -> AsyncIterator[tuple[RunningServer, LimitCounts]]:
    context = AppContext.in_memory()
    context.limits = WsLimits(handshake_s=handshake_s)
    app, _ = build_app(context)
    async with serve(app) as server:
        yield server, context.limit_counts


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[RawSocket]:
    with socket.socket() as sock:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        yield RawSocket(sock)


async def seconds_until_end(raw: RawSocket) -> tuple[float, bytes]:
    started = asyncio.get_running_loop().time()
    try:
        rest = await raw.read_rest()
    except ConnectionError:
        rest = b""
    return asyncio.get_running_loop().time() - started, rest


@on_both_loops
def test_a_connection_on_which_nothing_is_said_is_closed(loop: Any) -> None:
    async def main() -> None:
        async with a_server() as (server, counts), connection(server.port) as raw:
            took, rest = await seconds_until_end(raw)
            assert rest == b""
            assert HANDSHAKE_S * 0.8 < took < HANDSHAKE_S + 3
            assert counts.handshakes_timed_out == 1

    run(main, loop)


@on_both_loops
@pytest.mark.parametrize("after", ["at first", "after another request"])
def test_headers_that_drip_are_answered_with_408(loop: Any, after: str) -> None:
    async def drip(raw: RawSocket) -> None:
        try:
            for byte in HEALTH[:-2] + b"X: y\r\n" * 1000:
                await raw.send_bytes(bytes((byte,)))
                await asyncio.sleep(0.01)
        except ConnectionError:
            return

    async def main() -> None:
        async with a_server() as (server, counts), connection(server.port) as raw:
            if after != "at first":
                await get_health(raw)
            dripping = asyncio.create_task(drip(raw))
            took, rest = await seconds_until_end(raw)
            dripping.cancel()
            assert rest.startswith(b"HTTP/1.1 408 ")
            assert b"connection: close" in rest
            assert b"within 0.3 seconds" in rest
            assert took < HANDSHAKE_S + 3
            assert counts.handshakes_timed_out == 1

    run(main, loop)


@on_both_loops
def test_a_client_that_goes_on_sending_is_not_reset_while_it_reads_the_answer(loop: Any) -> None:
    async def main() -> None:
        async with a_server() as (server, _), connection(server.port) as raw:
            await raw.send_bytes(HEALTH[:20])
            assert b" 408 " in await raw.read_line()
            for _ in range(3):
                await raw.send_bytes(b"X: y\r\n")
            assert (await raw.read_rest()).endswith(b"within 0.3 seconds.\n")

    run(main, loop)


async def get_health(raw: RawSocket, status: bytes = b" 200 ") -> None:
    await raw.send_bytes(HEALTH)
    assert status in await raw.read_line()
    length = 0
    while line := await raw.read_line():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    await raw.read_exactly(length)


def test_empty_lines_between_requests_do_not_keep_a_connection_open() -> None:
    async def drip(raw: RawSocket) -> None:
        try:
            while True:
                await raw.send_bytes(b"\r\n")
                await asyncio.sleep(0.02)
        except ConnectionError:
            return

    async def main() -> None:
        async with a_server() as (server, _), connection(server.port) as raw:
            await get_health(raw)
            dripping = asyncio.create_task(drip(raw))
            took, _ = await seconds_until_end(raw)
            await dripping
            assert took < HANDSHAKE_S + 3

    run(main, LOOPS[1])


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"GET /", id="address"),
        pytest.param(b"GET / HTTP/1.1\r\nX: ", id="one header"),
        pytest.param(b"GET / HTTP/1.1\r\n", id="many headers"),
    ],
)
def test_a_head_above_64_kib_is_answered_with_431(start: bytes) -> None:
    more = b"X: y\r\n" * 200 if start.endswith(b"\r\n") else b"a" * 1200

    async def pour(raw: RawSocket) -> int:
        count = 0
        try:
            await raw.send_bytes(start)
            while True:
                await raw.send_bytes(more)
                count += len(more)
        except ConnectionError:
            return count

    async def main() -> None:
        async with a_server(handshake_s=60) as (server, counts), connection(server.port) as raw:
            pouring = asyncio.create_task(pour(raw))
            _, rest = await seconds_until_end(raw)
            await pouring
            assert rest.startswith(b"HTTP/1.1 431 ")
            assert counts.heads_too_big == 1

    run(main, LOOPS[1])


@on_both_loops
@pytest.mark.parametrize("kind", ["length", "chunked"])
def test_a_body_that_drips_is_answered_with_408(loop: Any, kind: str) -> None:
    head = b"POST /api/v1/broker/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if kind == "length":
        head += b"Content-Length: 1000\r\n\r\n"
    else:
        head += b"Transfer-Encoding: chunked\r\n\r\n"

    async def main() -> None:
        async with a_bare_server() as (server, counts), connection(server.port) as raw:
            await raw.send_bytes(head)
            for _ in range(10):
                await raw.send_bytes(b" " if kind == "length" else b"1\r\n \r\n")
            took, rest = await seconds_until_end(raw)
            assert rest.startswith(b"HTTP/1.1 408 ")
            assert took < 3
            assert counts.bodies_timed_out == 1

    run(main, loop)


@on_both_loops
def test_an_answer_that_comes_after_the_refusal_is_dropped(
    loop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        refused, answered = asyncio.Event(), asyncio.Event()
        app = FastAPI(lifespan=short_handshakes)

        @app.post("/slow")
        async def slow() -> str:
            await refused.wait()
            answered.set()
            return "too late"

        async with serve(app) as server, connection(server.port) as raw:
            await raw.send_bytes(b"POST /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            await raw.send_bytes(b"Content-Length: 9\r\n\r\n")
            assert b" 408 " in await raw.read_line()
            refused.set()
            await answered.wait()
            assert (await raw.read_rest()).endswith(b"seconds.\n")
            await get_health_elsewhere(server, b" 404 ")
        assert [record.getMessage() for record in caplog.records] == []

    run(main, loop)


@pytest.mark.parametrize(
    ("proxies", "let_in"),
    [
        pytest.param({"proxy_headers": False}, 3, id="no proxy"),
        pytest.param({"forwarded_allow_ips": ["192.0.2.1"]}, 3, id="another proxy"),
        pytest.param({"forwarded_allow_ips": ["127.0.0.0/8"]}, 5, id="this proxy"),
    ],
)
def test_an_address_holds_so_many_connections_unless_it_is_a_proxy(
    proxies: dict[str, Any], let_in: int
) -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(max_connections_per_address=3)
        app, _ = build_app(context)
        async with serve(app, **proxies) as server:
            for _ in range(2):
                async with AsyncExitStack() as stack:
                    opened = [
                        await stack.enter_async_context(connection(server.port)) for _ in range(5)
                    ]
                    answers = await asyncio.gather(*map(is_answered, opened))
                    assert answers.count(True) == let_in
                while server.server.server_state.connections:  # noqa: ASYNC110 - no event for it
                    await asyncio.sleep(0.002)
            assert context.limit_counts.visitors_refused == 2 * (5 - let_in)

    run(main, LOOPS[1])


async def is_answered(raw: RawSocket) -> bool:
    try:
        await get_health(raw)
    except (ConnectionError, EOFError):
        return False
    return True


@asynccontextmanager
async def a_bare_server() -> AsyncIterator[tuple[RunningServer, LimitCounts]]:
    """An application that wants the whole body before it says anything."""
    counts = LimitCounts()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, object]]:
        limits = WsLimits(handshake_s=HANDSHAKE_S / 6)
        yield {http_protocol.COUNTS: counts, http_protocol.LIMITS: limits}

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/v1/broker/orders")
    async def whole(request: Request) -> int:
        return len(await request.body())

    async with serve(app) as server:
        yield server, counts


def test_an_answer_that_takes_longer_than_a_handshake_may_is_waited_for() -> None:
    async def main() -> None:
        app = FastAPI(lifespan=short_handshakes)

        @app.get("/slow")
        async def slow() -> str:
            await asyncio.sleep(4 * HANDSHAKE_S)
            return "at last"

        async with serve(app) as server, connection(server.port) as raw:
            for _ in range(2):
                await raw.send_bytes(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert b" 200 " in await raw.read_line()
                while await raw.read_line():
                    pass
                assert await raw.read_exactly(9) == b'"at last"'

    run(main, LOOPS[1])


@asynccontextmanager
async def short_handshakes(_: FastAPI) -> AsyncIterator[dict[str, object]]:
    yield {http_protocol.LIMITS: WsLimits(handshake_s=HANDSHAKE_S)}


def test_requests_that_are_sent_without_waiting_for_answers_are_bounded() -> None:
    async def main() -> None:
        async with a_server() as (server, _):
            async with connection(server.port) as raw:
                await raw.send_bytes(HEALTH * 20)
                for _ in range(20):
                    while b"HTTP/1.1 200" not in (line := await raw.read_line()):
                        assert b"HTTP/1.1" not in line
            async with connection(server.port) as raw:
                await raw.send_bytes(HEALTH * 2000)
                _, rest = await seconds_until_end(raw)
                assert rest.count(b"HTTP/1.1 200") < 50

    run(main, LOOPS[1])


def test_shutdown_does_not_wait_for_a_head_that_is_due() -> None:
    async def main() -> None:
        async with a_server(handshake_s=60) as (server, _), connection(server.port) as raw:
            await raw.send_bytes(HEALTH[:20])
            await get_health_elsewhere(server)
            await server.stop()

    run(main, LOOPS[1])


async def get_health_elsewhere(server: RunningServer, status: bytes = b" 200 ") -> None:
    async with connection(server.port) as raw:
        await get_health(raw, status)


@pytest.mark.parametrize(("name", "parameters"), OVERRIDDEN.items())
def test_uvicorn_has_the_method(name: str, parameters: list[str]) -> None:
    method = inspect.signature(vars(HttpToolsProtocol)[name])
    assert list(method.parameters)[1:] == parameters


def test_every_method_that_is_overridden_is_named_here() -> None:
    overridden = set(vars(HttpProtocol)) & set(vars(HttpToolsProtocol))
    assert overridden - {"__module__", "__doc__"} == set(OVERRIDDEN)


def test_uvicorn_has_the_state_and_none_of_our_names() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        """Never called."""

    config = Config(app, log_config=None)
    config.load()
    loop = asyncio.new_event_loop()
    try:
        base = HttpToolsProtocol(config, ServerState(), {}, loop)
        ours = HttpProtocol(config, ServerState(), {}, loop)
    finally:
        loop.close()
    assert set(vars(base)) >= STATE
    taken = set(vars(base)) | set(dir(HttpToolsProtocol))
    own = (set(vars(HttpProtocol)) | set(vars(ours))) - set(OVERRIDDEN) - set(vars(base))
    assert not own & taken - {"__module__", "__doc__"}
