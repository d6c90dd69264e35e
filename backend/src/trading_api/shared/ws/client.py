"""One connection: who is at its other end, what it holds, how it ends."""

import asyncio
import zlib
from collections.abc import Callable

from starlette.websockets import WebSocket

from trading_api.domain.errors import TradingError
from trading_api.shared.auth import Auth, Principal
from trading_api.shared.ws import protocol
from trading_api.shared.ws.hub import Hub, Topic
from trading_api.shared.ws.life import Life, Span
from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.shared.ws.outbox import CLOSE_GRACE_S, HIGH_WATER_BYTES, Transport
from trading_api.shared.ws.protocol import CloseCode, Notice
from trading_api.shared.ws.rate import RequestRate
from trading_api.shared.ws.requests import MAX_WAITING, Requests
from trading_api.shared.ws.transport import SHUTDOWN_GRACE_S, transport_of

LIFESPAN_JITTER = 0.1
CUT = 1006  # what the other end sees where there was no close frame

Answer = Callable[["Client", bytes], None]


class Client:
    """A caller's connection to one module's socket.

    Attributes:
        id: names the connection in logs and in `system.info`.
        principal: who calls, as the handshake said.
        topics: the topics that the connection holds.
        close_code: what the server ended the connection with, 1006 where it was cut; None while
            it lasts or when the client ended it.
    """

    def __init__(
        self,
        *,
        websocket: WebSocket,
        connection_id: str,
        principal: Principal,
        auth: Auth,
        hub: Hub,
        limits: WsLimits,
        counts: LimitCounts,
        return_delay_ms: Callable[[], int],
    ) -> None:
        self.id = connection_id
        self.principal = principal
        self.topics: dict[str, Topic] = {}
        self.websocket = websocket
        self.left = False
        self.close_code: int | None = None
        self._auth = auth
        self._hub = hub
        self._limits = limits
        self._counts = counts
        self._rate = RequestRate(limits, asyncio.get_running_loop().time())
        self._return_delay_ms = return_delay_ms
        self._transport: Transport | None = None
        self._answer: Answer | None = None
        self._over: asyncio.Future[None] | None = None
        self._requests: Requests | None = None
        self._reading_stopped = False
        self._outbox = hub.outbox(limits.outbox_bytes, self._overflow)
        self._unflushed_bytes = 0
        self._room: asyncio.Event | None = None
        self._life: Life | None = None

    def open(self, heartbeat_interval: float, lifespan: float, answer: Answer) -> Transport:
        """Begin the life of an accepted connection, whose requests `answer` answers."""
        self._transport = transport = transport_of(self.websocket)
        self._answer = answer
        self._over = asyncio.get_running_loop().create_future()
        span = Span(heartbeat_interval, self._spread(lifespan), self._limits.stall_s)
        self._life = Life(span, transport, self._outbox, self)
        transport.attach(self, self._limits, self._counts)
        if not self.left:
            self._outbox.open(transport)
        return transport

    def refuse_request(self, size: int) -> TradingError | None:
        """Count a request of so many bytes; the error that answers it, or None: serve it.

        Who goes on in spite of such errors is closed.
        """
        refusal = self._rate.refuse(asyncio.get_running_loop().time(), size)
        if refusal is not None:
            self._counts.requests_refused += 1
            if self._rate.abused and not self.left:
                self._counts.requests_abused += 1
                self.close(CloseCode.LIMIT_ABUSED, "more requests than the limit")
        return refusal

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait for the client's socket."""
        pending = 0 if self._transport is None else self._transport.pending_bytes()
        return self._outbox.waiting_bytes + pending

    def authorize(self, scope: str) -> Principal:
        """The caller with its present rights.

        Raises:
            TradingError: the credential is no longer valid, which also ends the connection, or it
                lacks the scope.
        """
        try:
            principal = self._auth.again(self.principal)
        except TradingError as error:
            if error.code == "unauthenticated":
                asyncio.get_running_loop().call_soon(self._expel, error)
            raise
        principal.require(scope)
        return principal

    def send(self, frame: bytes) -> None:
        """Send a frame in order with the updates."""
        self._hub.send(self._outbox, frame)
        self._unflushed_bytes += len(frame)

    def subscribe(self, topic: Topic) -> None:
        """Receive the topic's updates from now on."""
        if not self.left:
            self._hub.subscribe(topic, self._outbox)
            self.topics[topic.name] = topic

    def unsubscribe(self, name: str) -> None:
        """Receive no more of a topic; nothing happens when it is not held."""
        if self.topics.pop(name, None) is not None:
            self._hub.unsubscribe(name, self._outbox)

    async def room(self) -> None:
        """Return when the transport takes more, or when the connection has ended."""
        self._flush_much()
        while self._outbox.paused and not self.left:
            self._room = self._room or asyncio.Event()
            await self._room.wait()

    @property
    def requests(self) -> Requests:
        """The requests whose answers take time."""
        if self._requests is None:
            self._requests = Requests(self)
        return self._requests

    def is_busy(self, lane: str, begin: Callable[[], None]) -> bool:
        """Whether a request of the lane waits; then `begin` is called after it."""
        return self._requests is not None and self._requests.queue(lane, begin)

    async def over(self) -> None:
        """Return when the connection has ended and every handler that is under way is done.

        Raises:
            BaseException: what a handler raised that is no `TradingError`.
        """
        try:
            if self._over is not None:
                await self._over
        finally:
            if self._requests is not None:
                await self._requests.finish()

    def fail(self, error: BaseException) -> None:
        """End the connection since a handler is broken."""
        if self._over is not None and not self._over.done():
            self._over.set_exception(error)

    def go_on(self) -> None:
        """Read on, if reading had to wait and need not any more."""
        if self._reading_stopped and not self._must_wait() and self._transport is not None:
            self._reading_stopped = False
            self._transport.go_on_reading()

    def close(self, code: int, reason: str = "", notice: Notice | None = None) -> None:
        """Say the notice, close with the code, leave every topic; nothing when already done."""
        self._close(code, reason, notice, CLOSE_GRACE_S)

    def leave(self) -> None:
        """Leave every topic and stop every timer, at once."""
        if self.left:
            return
        self.left = True
        for name in tuple(self.topics):
            self.unsubscribe(name)
        self._outbox.close()
        if self._life is not None:
            self._life.stop()
        self._open_room()
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    # What the transport says.

    def receive(self, text: bytes) -> None:
        """A request; read no further where its answer, or the answers of many, must wait."""
        if self._answer is None or self.left:
            return
        try:
            self._answer(self, text)
        except Exception as error:  # noqa: BLE001 - it ends this connection, not the event loop's read
            self.fail(error)
        self._flush_much()
        if self._must_wait() and self._transport is not None and not self.left:
            self._reading_stopped = True
            self._transport.stop_reading()

    def receive_binary(self) -> None:
        """A message that is no JSON."""
        self.close(CloseCode.UNSUPPORTED_DATA, "binary frames are not understood")

    def pause(self) -> None:
        """The transport is full."""
        self._outbox.paused = True
        if self._life is not None:
            self._life.watch_progress()

    def resume(self) -> None:
        """The transport has room again."""
        self._outbox.paused = False
        if self._life is not None:
            self._life.progress()
        self._outbox.flush()
        if not self._outbox.paused:
            self._open_room()
            self.go_on()

    def shut_down(self) -> None:
        """The server stops."""
        delay = self._return_delay_ms()
        notice = Notice(
            code="closing", message="the server is restarting", reconnect_after_ms=delay
        )
        self._close(CloseCode.RESTART, "restart", notice, SHUTDOWN_GRACE_S)

    def abuse(self) -> None:
        """Frames that are no requests come without end."""
        self._counts.frames_abused += 1
        self._close(CloseCode.LIMIT_ABUSED, "more frames than the limit", None, SHUTDOWN_GRACE_S)

    # What its time says.

    def miss_heartbeat(self) -> None:
        """Nothing was heard."""
        self.close(CloseCode.HEARTBEAT_MISSED, "heartbeat missed")

    def reach_lifespan(self) -> None:
        """It is time to come again."""
        notice = Notice(
            code="closing", message="the lifespan of the connection is over", reconnect_after_ms=0
        )
        self.close(CloseCode.LIFESPAN_REACHED, "lifespan reached", notice)

    def stall(self) -> None:
        """The socket takes nothing."""
        self.close_code = CUT
        self.leave()
        self._counts.readers_stalled += 1
        if self._transport is not None:
            self._transport.abort()

    def check_credential(self) -> None:
        """End the connection of a caller who may no longer be here."""
        try:
            self._auth.again(self.principal)
        except TradingError as error:
            if error.code == "unauthenticated":  # not when the store cannot tell
                self._expel(error)

    def _must_wait(self) -> bool:
        return self._outbox.paused or (
            self._requests is not None and self._requests.count >= MAX_WAITING
        )

    def _flush_much(self) -> None:
        if self._unflushed_bytes > HIGH_WATER_BYTES:
            self._unflushed_bytes = 0
            self._outbox.flush()

    def _open_room(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.set()

    def _expel(self, error: TradingError) -> None:
        if error.details.get("reason") == "expired":
            self.close(CloseCode.CREDENTIALS_EXPIRED, "credentials expired")
        else:
            self.close(CloseCode.CREDENTIALS_REVOKED, "credentials revoked")

    def _overflow(self) -> None:
        asyncio.get_running_loop().call_soon(self.close, CloseCode.TOO_SLOW, "too slow")

    def _close(self, code: int, reason: str, notice: Notice | None, grace_s: float) -> None:
        if self.left or self._transport is None:
            return
        last_frames = self._outbox.take()
        if notice is not None:
            last_frames += protocol.notice(notice)
        self.close_code = code
        self.leave()
        self._transport.end(code, reason, last_frames, grace_s)

    def _spread(self, lifespan: float) -> float:
        """The lifespan ± 10 %, by the connection's id, so that not all come again at once."""
        share = zlib.crc32(self.id.encode()) / 0xFFFFFFFF
        return lifespan * (1 + LIFESPAN_JITTER * (2 * share - 1))
