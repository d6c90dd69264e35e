"""What carries the frames under uvicorn: its WebSocket protocol, which takes ready frames."""

import asyncio
import os
from asyncio.transports import BaseTransport
from contextlib import AbstractAsyncContextManager, nullcontext
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any, cast

from starlette.websockets import WebSocket
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request

from trading_api.shared.ws.asgi import AsgiTransport
from trading_api.shared.ws.ending import VERSION, EndingProtocol, other_version
from trading_api.shared.ws.limits import (
    FRAMES_PER_REQUEST,
    MAX_FRAGMENTS,
    LimitCounts,
    WsLimits,
)
from trading_api.shared.ws.outbox import CLOSE_GRACE_S, HIGH_WATER_BYTES, Below, Listener, Transport
from trading_api.shared.ws.protocol import CloseCode
from trading_api.shared.ws.rate import TokenBucket
from trading_api.shared.ws.sink import Sink

EXTENSION = "trading_api.transport"
SEND_BUFFER_BYTES = 128 * 1024  # of the kernel: what lies there can no longer be conflated
SHUTDOWN_GRACE_S = 1.0
SLICE_BYTES = 4096  # of what was read: a flood is noticed before much of it is parsed


def transport_of(websocket: WebSocket) -> Transport:
    """The transport of an accepted connection: the server's own where it is ours."""
    own = websocket.scope.get("extensions", {}).get(EXTENSION)
    return cast(Transport, own) if own is not None else AsgiTransport(websocket)


class _SpentQueue:
    """What takes the place of uvicorn's queue once messages go to a listener."""

    __slots__ = ()

    def put_nowait(self, _event: object) -> None:
        """Nobody would read it."""

    def empty(self) -> bool:
        """There is never anything."""
        return True

    async def get(self) -> object:
        """That it is over, for whoever asks all the same."""
        return {"type": "websocket.disconnect", "code": CloseCode.GOING_AWAY}


_SPENT = _SpentQueue()


class WsProtocol(EndingProtocol):
    """uvicorn's protocol, which also takes ready frames and tells a listener what happens.

    Handshake, control frames, fragments and the closing handshake stay uvicorn's; whole texts go
    straight to the listener. An endpoint that never attaches one sees an ordinary ASGI WebSocket,
    without permessage-deflate.
    """

    sees_control_frames = True

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn.available_extensions = None
        self._last_heard = self.loop.time()
        self._sink = Sink(self._parse, config.ws_max_size)
        self._reading_stopped = False
        self._frame_rate: TokenBucket | None = None
        self._fragments = 0
        self._deaf = False

    def attach(self, listener: Listener, limits: WsLimits, counts: LimitCounts) -> None:
        """Take over heartbeat, limits and flow control of an accepted connection."""
        self.stop_keepalive()
        self.conn.max_message_size = limits.max_frame
        self._counts = counts
        rate, burst = limits.rate * FRAMES_PER_REQUEST, limits.burst * FRAMES_PER_REQUEST
        self._frame_rate = TokenBucket(rate, burst, self.loop.time())
        socket = self.transport.get_extra_info("socket")
        if socket is not None:
            socket.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES)
        self._listener = listener
        self._sink.limit = limits.max_frame
        self._sink.take = listener.receive
        while not self.queue.empty():
            self._tell_early(listener, self.queue.get_nowait())
        self._forget_the_handshake()
        self._resume_transport()
        if self.close_sent or self.transport.is_closing():
            self._leave()

    def write(self, data: bytes) -> None:
        """Send one or more whole frames."""
        if not self.transport.is_closing():
            self.transport.write(data)

    def pending_bytes(self) -> int:
        """Bytes that the socket has not taken yet."""
        return self.transport.get_write_buffer_size()

    def below(self) -> Below | None:
        """The socket, unless its bytes are encrypted on the way or it is none."""
        socket = self.transport.get_extra_info("socket")
        encrypted = self.transport.get_extra_info("ssl_object") is not None
        if socket is None or encrypted or os.name != "posix" or self._listener is None:
            return None
        return Below(socket.fileno(), self.transport.get_write_buffer_size)

    def heard_at(self) -> float:
        """When the last frame of the client came."""
        return self._last_heard

    def ping(self) -> None:
        """Send a ping."""
        if not (self.close_sent or self.transport.is_closing()):
            self.conn.send_ping(b"")
            self.transport.write(b"".join(self.conn.data_to_send()))

    def end(self, code: int, reason: str, last_frames: bytes, grace_s: float) -> None:
        """Send the frames and a close frame; cut the connection if it lingers."""
        self._leave()
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join((last_frames, *self.conn.data_to_send())))
        self._linger(grace_s)

    def abort(self) -> None:
        """Cut the connection."""
        self._leave()
        self._reset()

    def stop_reading(self) -> None:
        """Keep what has come, and let the rest wait in the client's and the kernel's buffers."""
        self._sink.held = True
        self._pause_transport()

    def go_on_reading(self) -> None:
        """Take what was kept, in a turn of its own, then read on."""
        self._sink.held = False
        if self._reading_stopped:
            self.loop.call_soon(self._go_on)

    def running(self) -> AbstractAsyncContextManager[None]:
        """The event loop does the work."""
        return nullcontext()

    # What uvicorn and the event loop call.

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep little in buffers, so that what is old can still be replaced."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)

    def pause_writing(self) -> None:
        """The buffer is above its mark."""
        super().pause_writing()
        if self._listener is not None:
            self._listener.pause()

    def resume_writing(self) -> None:
        """The buffer is below its mark again."""
        super().resume_writing()
        if self._listener is not None:
            self._listener.resume()

    def shutdown(self) -> None:
        """The server stops: a listener says so, else uvicorn closes with 1012."""
        if self._listener is not None:
            self._listener.shut_down()
        else:
            super().shutdown()
            self._abort_after(SHUTDOWN_GRACE_S)

    def eof_received(self) -> None:
        """The client has stopped sending, upon which the event loop closes the transport."""
        self._leave()

    def data_received(self, data: bytes) -> None:
        """The handshake goes to the parser, whatever follows to the sink."""
        if not self.handshake_initiated:
            self._parse(data)
            return
        if self._deaf:
            return
        more = self._sink.feed(data)
        if self._sink.heard:
            self._last_heard = self.loop.time()
        if more:
            self._pause_transport()
            self.loop.call_soon(self._go_on)

    def _parse(self, data: bytes) -> None:
        """Read on after a broken frame only to let the client see why it was closed."""
        for at in range(0, len(data), SLICE_BYTES):
            if self._deaf or self.conn.parser_exc is not None:
                break
            super().data_received(data[at : at + SLICE_BYTES])
        if (broken := self.conn.handshake_exc) is not None and not self.close_sent:
            self._refuse(self.conn.reject(400, f"{broken.__cause__ or broken}.\n"))

    def handle_connect(self, event: Request) -> None:
        """Offer this protocol to the endpoint."""
        if event.headers.get_all("Sec-WebSocket-Version") != [VERSION]:
            self._refuse(other_version(self.conn))
            return
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = self

    def handle_events(self) -> None:
        """Frames that are no plain text have a rate of their own, as requests have theirs."""
        count = len(self.conn.events)
        if self._frame_rate is not None and self._frame_rate.take(self.loop.time(), count):
            self._stop_listening()
            return
        super().handle_events()

    def handle_text(self, event: Frame) -> None:
        """A text message begins."""
        self._fragments = 1
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """A binary message begins."""
        self._fragments = 1
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Bound the fragments of a message: no limit of size would ever end empty ones."""
        self._fragments += 1
        if self._fragments <= MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self._fail(CloseCode.TOO_BIG, f"more than {MAX_FRAGMENTS} fragments")

    def handle_ping(self) -> None:
        """Answer, unless the client does not read or has been sent a close frame."""
        if self.writable.is_set() and not self.close_sent:
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_close(self, event: Frame) -> None:
        """The client closes or has seen our close frame."""
        self._leave()
        super().handle_close(event)
        self._abort_after(CLOSE_GRACE_S)

    def send_receive_event_to_app(self) -> None:
        """As uvicorn does, but text that is not UTF-8 leaves no traceback in the log."""
        data = b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self._listener is not None:
            self._tell(self._listener, data)
        elif self.curr_msg_data_type == "bytes":
            self.queue.put_nowait({"type": "websocket.receive", "bytes": data})
        else:
            try:
                self.queue.put_nowait({"type": "websocket.receive", "text": data.decode()})
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_TEXT, "the text is not UTF-8")
        if self._listener is None and not self.read_paused and not self.close_sent:
            self.read_paused = True
            self.transport.pause_reading()

    async def send(self, message: Any) -> None:
        """Leave with an ASGI close; a refused handshake is a finished one."""
        if message["type"] == "websocket.close":
            self._leave()
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    # Private.

    def _stop_listening(self) -> None:
        """Too many frames: neither parse nor answer any more of them until the end."""
        self._deaf = True
        self.conn.events_received()
        self.conn.data_to_send()
        if self._listener is not None:
            self._listener.abuse()

    def _tell(self, listener: Listener, data: bytes) -> None:
        """A message that came in fragments, or that the sink would not take."""
        if self.curr_msg_data_type == "bytes":
            listener.receive_binary()
            return
        try:
            data.decode()
        except UnicodeDecodeError:
            self._fail(CloseCode.INVALID_TEXT, "the text is not UTF-8")
        else:
            listener.receive(data)

    def _forget_the_handshake(self) -> None:
        """Give back a fifth of the connection's memory: headers, and a queue without a reader.

        The parser keeps the request, so its headers are emptied.
        """
        self.request.headers.clear()
        self.queue = cast(Any, _SPENT)
        del self.request, self.response

    def _tell_early(self, listener: Listener, event: Any) -> None:
        """A message that came before there was a listener."""
        if event["type"] != "websocket.receive":
            return
        text: str | None = event.get("text")
        if text is None:
            listener.receive_binary()
        else:
            listener.receive(text.encode())

    def _go_on(self) -> None:
        if self.disconnected or self._sink.held or not self._reading_stopped:
            return
        if self._sink.feed(b""):
            self.loop.call_soon(self._go_on)
        elif not self._sink.held:
            self._reading_stopped = False
            self.transport.resume_reading()

    def _pause_transport(self) -> None:
        if not self._reading_stopped:
            self._reading_stopped = True
            self.transport.pause_reading()

    def _leave(self) -> None:
        self._sink.take = None
        self.go_on_reading()
        super()._leave()
