"""One real server for a file of raw-socket tests; each test leaves it as healthy as it was."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from tests.shared.ws.raw import CLOSE, TEXT, RawFrame, RawSocket, raw_socket
from trading_api.app_factory import build_app
from trading_api.shared.context import AppContext
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

PATH = "/api/v1/watchlist/ws"
REQUEST = b'{"type":"system.ping"}'
LIMIT_S = 10
POLL_S = 0.002


class Wire:
    """A server with the stranger's module, and a neighbour: a client that must notice nothing."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._stack = AsyncExitStack()
        self._idle_tasks = 0
        self.context = AppContext.in_memory()
        self.server: RunningServer
        self.neighbour: SocketClient

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def token(self) -> str:
        return self.context.auth.owner_token

    def open(self) -> None:
        self._runner.run(self._open())

    def close(self) -> None:
        self._runner.run(self._stack.aclose())

    def run(self, case: Coroutine[Any, Any, None]) -> None:
        """Run a case, then prove that the server is as it was before."""

        async def whole() -> None:
            async with asyncio.timeout(LIMIT_S):
                await case
                await self._check()

        self._runner.run(whole())

    @asynccontextmanager
    async def raw(self, receive_buffer: int | None = None) -> AsyncIterator[RawSocket]:
        """A connection whose handshake is done."""
        async with raw_socket(self.port, PATH, self.token, receive_buffer) as raw:
            yield raw

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[RawSocket]:
        """A connection on which nothing was said."""
        with socket.socket() as sock:
            sock.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(sock, ("127.0.0.1", self.port))
            yield RawSocket(sock)

    async def until_connections(self, count: int) -> None:
        """Wait until the server has no more connections than so many, the neighbour's included."""
        state = self.server.server.server_state
        await until(lambda: len(state.connections) <= count)

    def unsent_bytes(self) -> int:
        """What waits in the server's buffers, of all connections."""
        connections = self.server.server.server_state.connections
        return sum(each.transport.get_write_buffer_size() for each in connections)

    async def _open(self) -> None:
        app, _ = build_app(self.context, ["watchlist"])
        self.server = await self._stack.enter_async_context(serve(app))
        self.neighbour = await self._stack.enter_async_context(
            open_socket(self.server.ws_url + PATH, self.token)
        )
        await self.neighbour.request("watchlist.subscribe")
        self._idle_tasks = len(asyncio.all_tasks())

    async def _check(self) -> None:
        """The neighbour is served, so is a newcomer, and nothing is left of the case."""
        await self.neighbour.request("system.ping")
        async with open_socket(self.server.ws_url + PATH, self.token) as newcomer:
            await newcomer.request("watchlist.subscribe")
        await self.until_connections(1)
        await until(lambda: len(asyncio.all_tasks()) <= self._idle_tasks)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what uvicorn tells nobody; the limit of the test ends it."""
    while not condition():  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(POLL_S)


def frame(
    first: int,
    payload: bytes = b"",
    *,
    length: bytes | None = None,
    masked: bool = True,
) -> bytes:
    """A client's frame, as wrong as wanted.

    `first` is the whole first byte; `length` stands for the second byte without the mask bit and
    the extended length, where they are not the shortest true ones.
    """
    if length is None:
        size = len(payload)
        if size < 126:
            length = bytes((size,))
        elif size < 65536:
            length = b"\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x7f" + size.to_bytes(8, "big")
    if not masked:
        return bytes((first,)) + length + payload
    key = os.urandom(4)
    hidden = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    return bytes((first, length[0] | 0x80)) + length[1:] + key + hidden


def text(payload: bytes) -> bytes:
    return frame(0x80 | TEXT, payload)


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(0x80 | CLOSE, code.to_bytes(2, "big") + reason)


async def closed_with(raw: RawSocket, data: bytes) -> RawFrame:
    """Send; the server's close frame, after which the stream must end."""
    await raw.send_bytes(data)
    close = await raw.read_until(CLOSE)
    assert await raw.read_frame() is None, "the server sent something after its close frame"
    return close


async def answered(raw: RawSocket, data: bytes) -> Any:
    """Send; the message that answers."""
    await raw.send_bytes(data)
    found = await raw.read_frame()
    assert found is not None
    assert found.opcode == TEXT, found
    return msgspec.json.decode(found.payload)
