"""A real server for tests: uvicorn with our WebSocket transport, inside the running event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import uvicorn

HTTP_PROTOCOL = "trading_api.shared.http_protocol:HttpProtocol"
WS_PROTOCOL = "trading_api.shared.ws.transport:WsProtocol"
STOP_S = 10.0


@dataclass(frozen=True)
class RunningServer:
    """A server that listens on a port of its own.

    Attributes:
        url: base address for HTTP, without a slash at the end.
        ws_url: the same for sockets.
        server: uvicorn's object, whose `should_exit` stops it; `stop()` does that and waits.
    """

    url: str
    ws_url: str
    port: int
    server: "EmbeddedServer"

    async def stop(self) -> None:
        """Shut the server down as a signal would, and wait until it has ended."""
        self.server.end()
        await self.server.ended.wait()


class EmbeddedServer(uvicorn.Server):
    """uvicorn without signal handlers and without polling."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.ending = asyncio.Event()
        self.ended = asyncio.Event()

    def end(self) -> None:
        """Begin to shut down."""
        self.should_exit = True
        self.ending.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Leave the process's signals alone."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so.

        Raises:
            RuntimeError: the application's lifespan failed.
        """
        try:
            await super().startup(sockets)
        except SystemExit as failure:
            raise RuntimeError("the application did not start") from failure
        self.listening.set()

    async def main_loop(self) -> None:
        """Wait for `end`."""
        await self.on_tick(0)
        await self.ending.wait()

    async def run_until_ended(self, listener: socket.socket) -> None:
        """Serve on the socket, and say when it is over."""
        try:
            await self.serve(sockets=[listener])
        finally:
            self.ended.set()


@asynccontextmanager
async def serve(app: Any, **options: Any) -> AsyncIterator[RunningServer]:
    """Serve an application on a free port of 127.0.0.1 until the block is left.

    Args:
        app: a FastAPI or other ASGI application; its lifespan is run.
        options: for `uvicorn.Config`, over the defaults of the product.
    """
    config = uvicorn.Config(
        app,
        **{
            "http": HTTP_PROTOCOL,
            "ws": WS_PROTOCOL,
            "ws_ping_interval": None,
            "ws_per_message_deflate": False,
            "lifespan": "on",
            "log_config": None,
            "access_log": False,
            "timeout_graceful_shutdown": int(STOP_S),
            **options,
        },
    )
    server = EmbeddedServer(config)
    with socket.create_server(("127.0.0.1", 0), backlog=config.backlog) as listener:
        port = listener.getsockname()[1]
        running = asyncio.create_task(server.run_until_ended(listener))
        started = asyncio.create_task(server.listening.wait())
        await asyncio.wait((running, started), return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            started.cancel()
            await running
        try:
            yield RunningServer(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}", port, server)
        finally:
            server.end()
            await running
