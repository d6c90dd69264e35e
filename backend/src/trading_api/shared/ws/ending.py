"""How a connection ends under uvicorn: refused, failed, left by its client, cut."""

import asyncio
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import ProtocolError
from websockets.http11 import Response
from websockets.server import ServerProtocol

from trading_api.shared.ws.limits import LimitCounts
from trading_api.shared.ws.outbox import CLOSE_GRACE_S, Listener
from trading_api.shared.ws.protocol import CloseCode

AT_ONCE = pack("ii", 1, 0)  # for SO_LINGER: discard what was not sent
VERSION = "13"  # of the WebSocket protocol


def other_version(parser: ServerProtocol) -> Response:
    """RFC 6455, 4.2.2: say which version is understood."""
    response = parser.reject(426, f"Sec-WebSocket-Version must be {VERSION}.\n")
    del response.headers["Connection"]
    response.headers.update(
        {"Connection": "Upgrade, close", "Upgrade": "websocket", "Sec-WebSocket-Version": VERSION}
    )
    return response


class EndingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with ends that take no longer than they may and that say why."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._listener: Listener | None = None
        self._counts = LimitCounts()
        self._abort_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave before anything else may be sent."""
        self._leave()
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        super().connection_lost(exc)

    def handle_parser_exception(self) -> None:
        """Say why, then discard what still comes, for a reset would overtake the reason."""
        self._leave()
        if self.close_sent:
            return
        closed = self.conn.close_sent
        if closed is not None and closed.code == CloseCode.TOO_BIG:
            self._counts.frames_too_big += 1
        if closed is None:  # the connection broke: there is nobody to tell
            self.transport.abort()
            return
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._linger(CLOSE_GRACE_S)

    # Private.

    def _leave(self) -> None:
        """Nothing may be written from now on."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.leave()

    def _refuse(self, response: Response) -> None:
        """Answer a handshake that the endpoint never hears of.

        Where the parser has an answer already, uvicorn would leave it unsent and the connection
        open for ever.
        """
        self.close_sent = self.handshake_complete = True
        prepared = b"".join(self.conn.data_to_send())
        self.transport.write(prepared or response.serialize())
        self.transport.close()

    def _fail(self, code: int, reason: str) -> None:
        """Do what the parser does when a frame is broken."""
        self.conn.fail(code, reason)
        self.conn.parser_exc = ProtocolError(reason)
        self.handle_parser_exception()

    def _resume_transport(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _linger(self, grace_s: float) -> None:
        """Wait for the client's close frame, then cut."""
        self.close_sent = True
        self._resume_transport()
        self.close_timer = self.loop.call_later(grace_s, self._cut)

    def _abort_after(self, grace_s: float) -> None:
        if self._abort_timer is None and not self.disconnected:
            self._abort_timer = self.loop.call_later(grace_s, self._cut)

    def _cut(self) -> None:
        """The close took too long."""
        self._counts.closes_unanswered += 1
        self._reset()

    def _reset(self) -> None:
        """Cut; the kernel must not keep for minutes what the client does not read."""
        socket = self.transport.get_extra_info("socket")
        if socket is not None and not self.disconnected:
            socket.setsockopt(SOL_SOCKET, SO_LINGER, AT_ONCE)
        self.transport.abort()
