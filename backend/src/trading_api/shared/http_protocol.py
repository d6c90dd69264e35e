"""uvicorn's HTTP protocol, which does not wait for ever for a request or handshake to arrive."""

import asyncio
from asyncio.transports import Transport
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from trading_api.shared.ws.census import Census
from trading_api.shared.ws.limits import LimitCounts, WsLimits

LIMITS = "trading_api.limits"
COUNTS = "trading_api.limit_counts"
CENSUS = "trading_api.census"
"""Where the application's lifespan leaves them for its connections; they may be missing."""

MAX_HEAD_BYTES = 64 * 1024
BODY_HANDSHAKES = 6  # a body may take so many times as long as a head
MAX_PIPELINED = 32  # requests of one connection that wait for the answer to another one
LINGER_S = 1.0  # a client that is still sending has so long to read why it is refused
CRLF = "\r\n"


class HttpProtocol(HttpToolsProtocol):
    """Bounds what comes before an answer: the first byte, the head, the body, further requests.

    uvicorn has a time limit between two requests of a connection only. A connection on which
    nothing is said is closed; a head or body that is late is answered with 408, a head that is too
    long with 431, then closed: our half at once, the whole when the client has closed its half or
    after `LINGER_S` (RFC 9112, 9.6), for a reset would take the answer from a client that sends.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        limits: WsLimits = app_state.get(LIMITS) or WsLimits()
        self._counts: LimitCounts = app_state.get(COUNTS) or LimitCounts()
        self._limits = limits
        self._census: Census = app_state.get(CENSUS) or Census()
        self._counted: str | None = None
        self._handshake_s = limits.handshake_s
        self._body_s = limits.handshake_s * BODY_HANDSHAKES
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._ended_here = False
        self._refused = False
        self._head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first request, unless the address has enough connections."""
        super().connection_made(transport)
        if not self._enter():
            self._counts.visitors_refused += 1
            transport.abort()
            return
        self._wait(self._handshake_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        self._exit()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Set a deadline for whatever is not complete."""
        if self._refused:
            return
        self._ended_here = False
        super().data_received(data)
        if self._ended_here or self.transport.is_closing() or not self._is_here():
            return
        if not self._in_head:
            self._wait(self._body_s)
            return
        self._wait(self._handshake_s)
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._counts.heads_too_big += 1
            self._refuse(431, f"the head of a request is limited to {MAX_HEAD_BYTES} bytes")

    def handle_websocket_upgrade(self) -> None:
        """RFC 6455, 4.1: a handshake is at least HTTP/1.1."""
        if self.scope["http_version"] == "1.0":
            self._refuse(400, "a WebSocket handshake needs HTTP/1.1")
        else:
            self._exit()
            super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._ended_here = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._stop_waiting()
        self._in_head = False
        self._head_bytes = 0
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ConnectionAbortedError(f"more than {MAX_PIPELINED} requests wait")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is here."""
        self._stop_waiting()
        self._in_head = self._ended_here = True
        super().on_message_complete()

    def _enter(self) -> bool:
        """Count the connection; those of a trusted proxy are its clients' and are not counted."""
        peer = self.client[0] if self.client is not None else ""
        if self.config.proxy_headers and _trusts(self.config.forwarded_allow_ips, peer):
            return True
        if self._census.connect(peer, self._limits):
            self._counted = peer
            return True
        return False

    def _exit(self) -> None:
        if self._counted is not None:
            self._census.disconnect(self._counted)
            self._counted = None

    def _is_here(self) -> bool:
        """Whether the connection is still this protocol's: no WebSocket, and not lost."""
        return self.parser is not None and self in self.connections

    def _wait(self, seconds: float) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(seconds, self._be_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _be_late(self) -> None:
        self._deadline = None
        if not self._in_head:
            self._counts.bodies_timed_out += 1
            self._refuse(408, f"the body did not come within {self._body_s:g} seconds")
            return
        self._counts.handshakes_timed_out += 1
        if self._head_bytes:
            self._refuse(408, f"the head did not come within {self._handshake_s:g} seconds")
        else:
            self.transport.abort()

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer, unless an answer is under way already, and close."""
        self._stop_waiting()
        if self._in_head:
            speaks = self.cycle is not None and not self.cycle.response_complete
        else:
            speaks = self.cycle.response_started
        if speaks or self.transport.get_write_buffer_size():
            self.transport.abort()
            return
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "content-type: text/plain; charset=utf-8",
            f"content-length: {len(sentence) + 2}",
            "connection: close",
        )
        self.transport.write(f"{CRLF.join(head)}{CRLF}{CRLF}{sentence}.\n".encode())
        self._refused = True
        if not self._in_head:  # for the application the client is gone: its answer is dropped
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()
        self.loop.call_later(LINGER_S, self.transport.abort)


def _trusts(proxies: list[str] | str | None, peer: str) -> bool:
    return peer in _hosts(proxies if isinstance(proxies, str) else ",".join(proxies or ()))


@lru_cache
def _hosts(proxies: str) -> _TrustedHosts:
    return _TrustedHosts(proxies)
