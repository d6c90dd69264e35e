"""What carries the frames under any other ASGI server, and in Starlette's TestClient."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.shared.ws.outbox import CLOSE_GRACE_S, HIGH_WATER_BYTES, Listener
from trading_api.shared.ws.protocol import CloseCode, texts


class AsgiTransport:
    """The plain twin for servers whose WebSocket protocol is not ours.

    One task sends; pings are the server's business, so only requests are signs of life.
    """

    sees_control_frames = False

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[bytes | tuple[int, str]] = asyncio.Queue()
        self._pending = 0
        self._paused = False
        self._ending = False
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._last_heard = self._loop.time()
        self._listener: Listener | None = None
        self._max_frame = 0
        self._counts = LimitCounts()

    def attach(self, listener: Listener, limits: WsLimits, counts: LimitCounts) -> None:
        """Tell the listener when to pause and when it is over."""
        self._listener, self._max_frame, self._counts = listener, limits.max_frame, counts

    def write(self, data: bytes) -> None:
        """Send one or more whole frames."""
        self._pending += len(data)
        self._outgoing.put_nowait(data)
        if self._pending > HIGH_WATER_BYTES and not self._paused and self._listener:
            self._paused = True
            self._listener.pause()

    def pending_bytes(self) -> int:
        """Bytes that the server has not taken yet."""
        return self._pending

    def below(self) -> None:
        """None: what lies below is the server's."""

    def heard_at(self) -> float:
        """When the last message of the client came."""
        return self._last_heard

    def ping(self) -> None:
        """Nothing: ASGI knows no pings."""

    def end(self, code: int, reason: str, last_frames: bytes, grace_s: float) -> None:
        """Send the frames and a close message; cut the connection if it lingers."""
        self._leave()
        if self._ending:
            return
        self._ending = True
        self._outgoing.put_nowait(last_frames)
        self._outgoing.put_nowait((code, reason))
        self._loop.call_later(grace_s, self.abort)

    def abort(self) -> None:
        """Let the endpoint return, upon which the server closes."""
        self._leave()
        if not self._over.done():
            self._over.set_result(None)

    def stop_reading(self) -> None:
        """Ask the server for nothing more."""
        self._may_read.clear()

    def go_on_reading(self) -> None:
        """Ask the server for messages again."""
        self._may_read.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send and receive until the close message has gone or the connection is over."""
        sending = self._loop.create_task(self._send_all())
        receiving = self._loop.create_task(self._receive_all())
        try:
            yield
        finally:
            await asyncio.wait((sending, self._over), return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, receiving):
                task.cancel()
            await asyncio.wait((sending, receiving))

    async def _receive_all(self) -> None:
        event: Any
        while (event := await self._websocket.receive())["type"] == "websocket.receive":
            self._last_heard = self._loop.time()
            self._take(event.get("text"), event.get("bytes"))
            await self._may_read.wait()
        self.abort()

    def _take(self, text: str | None, binary: bytes | None) -> None:
        data = text.encode("utf-8", "surrogatepass") if text is not None else binary or b""
        if len(data) > self._max_frame:
            self._counts.frames_too_big += 1
            self.end(CloseCode.TOO_BIG, "frame too big", b"", CLOSE_GRACE_S)
        elif self._listener is None:
            return
        elif text is None:
            self._listener.receive_binary()
        else:
            self._listener.receive(data)

    async def _send_all(self) -> None:
        try:
            while isinstance(data := await self._outgoing.get(), bytes):
                for text in texts(data):
                    await self._websocket.send_text(text)
                self._pending -= len(data)
                if self._paused and self._pending < HIGH_WATER_BYTES // 4:
                    self._paused = False
                    if self._listener:
                        self._listener.resume()
            await self._websocket.close(*data)
        except WebSocketDisconnect:
            pass
        self.abort()

    def _leave(self) -> None:
        self._may_read.set()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.leave()
