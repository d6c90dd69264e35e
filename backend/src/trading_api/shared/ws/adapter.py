"""A module's socket: its routers, its connections and its documents."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.websockets import WebSocket

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import Message
from trading_api.domain.topics import parts_of, route_of
from trading_api.shared import logs
from trading_api.shared.auth import Principal
from trading_api.shared.clock import elapsed_s
from trading_api.shared.context import AppContext
from trading_api.shared.metrics import Family
from trading_api.shared.schema import decode_checked, json_response
from trading_api.shared.ws import protocol
from trading_api.shared.ws.asyncapi import DEFAULT_HOST, document
from trading_api.shared.ws.channel import Channel
from trading_api.shared.ws.client import CUT, Client
from trading_api.shared.ws.counts import UNKNOWN, SocketCounts
from trading_api.shared.ws.docs import page
from trading_api.shared.ws.hub import Hub
from trading_api.shared.ws.protocol import CloseCode
from trading_api.shared.ws.requests import RequestId
from trading_api.shared.ws.router import GAP_ROUTE, RESERVED_OPERATIONS, Operation, WsRouter

FIRST_RETURN_MS = 500
RETURN_STEP_MS = 10
WORTH_A_LOOK = frozenset(
    {
        CUT,
        CloseCode.INTERNAL_ERROR,
        CloseCode.TOO_SLOW,
        CloseCode.LIMIT_ABUSED,
        CloseCode.CREDENTIALS_EXPIRED,
        CloseCode.CREDENTIALS_REVOKED,
    }
)  # how a connection may end that is logged at level info; the others are at debug

_log = logging.getLogger(__name__)

Handler = Callable[[Client, protocol.Request, RequestId], Awaitable[Any] | None]
"""Sends its reply and gives None, or gives an awaitable of the reply's payload."""


class _Known(NamedTuple):
    """What answers a type of request; those of one lane are answered one after the other."""

    handler: Handler
    lane: str | None


class FastWSAdapter:
    """The WebSocket application of one module.

    Args:
        title: what the module's document is called.
        description: one paragraph for the document.
        version: the version of the module's socket interface.
        asyncapi_url: address of the document; the socket itself is its parent.
        asyncapi_docs_url: address of the page that shows the document.
        heartbeat_interval: seconds of silence after which a connection is given up.
        max_connection_lifespan: seconds, ± 10 %, after which a connection must be made anew.
    """

    def __init__(
        self,
        *,
        title: str,
        description: str = "",
        version: str = "1.0.0",
        asyncapi_url: str,
        asyncapi_docs_url: str,
        heartbeat_interval: float = 30.0,
        max_connection_lifespan: float = 3600.0,
    ) -> None:
        self.title = title
        self.description = description
        self.version = version
        self.asyncapi_url = asyncapi_url
        self.asyncapi_docs_url = asyncapi_docs_url
        self.heartbeat_interval = heartbeat_interval
        self.max_connection_lifespan = max_connection_lifespan
        self._routers: dict[str, WsRouter] = {}
        self._context: AppContext | None = None
        self._hub: Hub | None = None
        self._departures = 0
        self._clients: set[Client] = set()
        self.counts = SocketCounts()
        self._handlers = {
            "system.ping": _Known(self._ping, None),
            "system.info": _Known(self._info, None),
        }

    @property
    def routers(self) -> tuple[WsRouter, ...]:
        """The channels, in the order in which they were included."""
        return tuple(self._routers.values())

    @property
    def module(self) -> str:
        """The name of the module, as it stands in the address."""
        return self.asyncapi_url.rstrip("/").rpartition("/ws/")[0].rpartition("/")[2]

    @property
    def hub(self) -> Hub:
        """Who holds which topic.

        Raises:
            RuntimeError: `bind` has not been called.
        """
        if self._hub is None:
            raise RuntimeError(f"{self.title!r} is not bound to a context: call bind()")
        return self._hub

    @property
    def context(self) -> AppContext:
        """What `bind` was given.

        Raises:
            RuntimeError: `bind` has not been called.
        """
        if self._context is None:
            raise RuntimeError(f"{self.title!r} is not bound to a context: call bind()")
        return self._context

    def include_router(self, router: WsRouter) -> None:
        """Add a channel.

        Raises:
            ValueError: the name is taken or reserved, or that of a parameter or operation is.
        """
        if router.name in self._routers or router.name in ("system", GAP_ROUTE):
            raise ValueError(f"route {router.name!r} is taken")
        for operation in router.operations:
            if operation.name in RESERVED_OPERATIONS:
                raise ValueError(f"operation {operation.name!r} of {router.name!r} is reserved")
        self._routers[router.name] = router
        if self._hub is not None:
            self._connect(router)

    def bind(self, context: AppContext) -> None:
        """Give the socket its bus, credentials, limits, ids and clock; once.

        Raises:
            RuntimeError: it is bound.
        """
        if self._context is not None:
            raise RuntimeError(f"{self.title!r} is bound already")
        self._context = context
        limits = context.limits
        self._hub = Hub(context.wall, limits.outbox_bytes, limits.ring_bytes, context.twin)
        context.bus.subscribe(GAP_ROUTE, self._on_gap)
        context.metrics.add(self._families)
        for router in self._routers.values():
            self._connect(router)

    async def manage(self, websocket: WebSocket) -> AsyncIterator[Client]:
        """The caller of a handshake, as a FastAPI dependency.

        Raises:
            TradingError: the caller is nobody who may use any of the channels, or there are too
                many connections already; the handshake is answered with 401, 403 or 429.
        """
        principal = self.context.auth.authenticate(websocket)
        self._require_some_scope(principal)
        context = self.context
        peer = websocket.client.host if websocket.client is not None else ""
        with context.census.place(principal, peer, context.limits, context.limit_counts):
            client = Client(
                websocket=websocket,
                connection_id=context.ids.new_id(),
                principal=principal,
                auth=context.auth,
                hub=self.hub,
                limits=context.limits,
                counts=context.limit_counts,
                return_delay_ms=self._next_return_delay_ms,
            )
            logs.bind(connection_id=client.id, principal=principal.id)
            try:
                yield client
            finally:
                client.leave()
                self._note_end(client)

    async def serve(self, client: Client) -> None:
        """Accept the connection and answer its requests until it ends."""
        await client.websocket.accept()
        _log.debug("connection begun")
        self._clients.add(client)
        self.counts.open()
        transport = client.open(self.heartbeat_interval, self.max_connection_lifespan, self._answer)
        async with transport.running():
            try:
                await client.over()
            finally:
                client.close(CloseCode.INTERNAL_ERROR, "internal error")

    def gap(self, topic: str, message: str) -> None:
        """Tell the holders of a topic that something is missing from it."""
        self.hub.gap(topic, message)

    def setup(self, app: FastAPI) -> None:
        """Add the document and its page to the application; once, however often called."""
        if any(getattr(route, "path", None) == self.asyncapi_url for route in app.routes):
            return

        async def asyncapi_json(request: HttpRequest) -> Response:
            host = request.headers.get("host", DEFAULT_HOST)
            secure = request.url.scheme == "https"
            return json_response(self.asyncapi(host=host, scheme="wss" if secure else "ws"))

        async def asyncapi_page() -> HTMLResponse:
            return page(self.title, self.asyncapi_url)

        app.add_api_route(self.asyncapi_url, asyncapi_json, include_in_schema=False)
        app.add_api_route(self.asyncapi_docs_url, asyncapi_page, include_in_schema=False)

    def asyncapi(self, *, host: str = DEFAULT_HOST, scheme: str = "ws") -> dict[str, Any]:
        """The AsyncAPI 3.0.0 document of this socket as a server at `host` offers it."""
        return document(
            title=self.title,
            description=self.description,
            version=self.version,
            address=self.asyncapi_url.rpartition("/")[0],
            routers=self.routers,
            host=host,
            scheme=scheme,
        )

    def _connect(self, router: WsRouter) -> None:
        channel = Channel(
            router,
            self.hub,
            self.context.limits,
            self.context.limit_counts,
            self.counts.recovers,
        )
        self._handlers[f"{router.name}.subscribe"] = _Known(channel.subscribe, router.name)
        self._handlers[f"{router.name}.unsubscribe"] = _Known(channel.unsubscribe, router.name)
        for operation in router.operations:
            self._handlers[f"{router.name}.{operation.name}"] = _Known(
                partial(self._operate, operation), None
            )
        self.context.bus.subscribe(router.name, self.hub.publish)

    def _on_gap(self, message: Message) -> None:
        [topic] = parts_of(message.topic)
        if route_of(topic) in self._routers:
            self.gap(topic, message.value)

    def _require_some_scope(self, principal: Principal) -> None:
        refusal: TradingError | None = None
        for scope in self._scopes():
            try:
                principal.require(scope)
            except TradingError as error:
                refusal = error
            else:
                return
        if refusal is not None:
            raise refusal

    def _scopes(self) -> Iterator[str]:
        for router in self._routers.values():
            yield router.scope
            yield from (operation.scope for operation in router.operations)

    def _operate(
        self, operation: Operation, client: Client, request: protocol.Request, request_id: RequestId
    ) -> Awaitable[Any] | None:
        principal = client.authorize(operation.scope)
        answer = operation.handler(principal, decode_checked(operation.payload, request.payload))
        if isinstance(answer, Awaitable):
            return answer
        client.send(protocol.reply(request.type, request_id, answer))
        return None

    def _note_end(self, client: Client) -> None:
        if client not in self._clients:
            return  # the handshake did not come to its end
        self._clients.remove(client)
        self.counts.close(client)
        level = logging.INFO if client.close_code in WORTH_A_LOOK else logging.DEBUG
        _log.log(level, "connection ended", extra={"close_code": client.close_code})

    def _families(self) -> Iterable[Family]:
        return self.counts.families(self.module, self._clients, self.hub)

    def _next_return_delay_ms(self) -> int:
        """Spreads the return of all clients: a hundred a second."""
        self._departures += 1
        return FIRST_RETURN_MS + RETURN_STEP_MS * (self._departures - 1)

    def _answer(self, client: Client, data: bytes) -> None:
        """Answer a message at once, or begin to."""
        request_id = None
        started = elapsed_s()
        refusal = client.refuse_request(len(data))
        try:
            members = protocol.open_envelope(data)
            request_id = protocol.request_id_of(members)
            if refusal is not None:
                raise refusal
            request = protocol.request_of(members)
            known = self._handlers.get(request.type)
            if known is None:
                raise protocol.unknown_type(request.type)
        except TradingError as error:
            client.send(protocol.error(error, request_id))
            self._settled(UNKNOWN, started, error)
            return
        asked = (known, client, request, request_id, started)
        if known.lane is None or not client.is_busy(known.lane, partial(self._handle, *asked)):
            self._handle(*asked)

    def _handle(
        self,
        known: "_Known",
        client: Client,
        request: protocol.Request,
        request_id: RequestId,
        started: float,
    ) -> None:
        try:
            answer = known.handler(client, request, request_id)
        except TradingError as error:
            client.send(protocol.error(error, request_id))
            self._settled(request.type, started, error)
        else:
            if answer is None:
                self._settled(request.type, started)
            else:
                settled = partial(self._settled, request.type, started)
                client.requests.wait(answer, request.type, request_id, known.lane, settled)

    def _settled(self, type_: str, started: float, error: TradingError | None = None) -> None:
        self.counts.handled(type_, elapsed_s() - started, None if error is None else error.code)

    def _ping(self, client: Client, request: protocol.Request, request_id: RequestId) -> None:
        decode_checked(protocol.Nothing, request.payload)
        now = protocol.ServerTime(self.context.clock.now_ms())
        client.send(protocol.reply(request.type, request_id, now))

    def _info(self, client: Client, request: protocol.Request, request_id: RequestId) -> None:
        decode_checked(protocol.Nothing, request.payload)
        info = protocol.ConnectionInfo(
            protocol=protocol.VERSION,
            connection_id=client.id,
            heartbeat_interval=self.heartbeat_interval,
            max_connection_lifespan=self.max_connection_lifespan,
            limits=msgspec.convert(
                self.context.limits, protocol.ConnectionLimits, from_attributes=True
            ),
            topics=list(client.topics),
        )
        client.send(protocol.reply(request.type, request_id, info))
