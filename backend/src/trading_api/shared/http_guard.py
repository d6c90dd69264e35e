"""What every request and handshake passes first: host, origin, size, and an id for its answer."""

import itertools
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import Ids
from trading_api.shared import logs
from trading_api.shared.http_errors import problem_response

MAX_BODY_BYTES = 1024 * 1024

_SAFE_ANSWER = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_http_scheme = {"ws": "http", "wss": "https"}


class HttpGuard:
    """ASGI middleware that refuses foreign hosts, foreign origins and bodies over 1 MiB.

    The Host check defeats DNS rebinding; the Origin check covers WebSocket handshakes, which CORS
    does not. An origin is allowed when it is listed or is the server's own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        ids: Ids,
        allowed_hosts: Collection[str],
        allowed_origins: Collection[str],
    ) -> None:
        self._app = app
        self._name = ids.new_id()
        self._numbers = itertools.count(1)
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the error."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = f"{self._name}-{next(self._numbers)}"
        scope.setdefault("state", {})["request_id"] = request_id
        logs.bind(request_id=request_id, path=scope["path"])
        answer = _with_headers(send, request_id)
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_origin(headers, scope)
            _check_length(headers)
        except TradingError as error:
            await _refuse(scope, receive, answer, error)
            return
        await self._app(scope, _bounded(receive), answer)

    def _check_host(self, headers: Headers) -> None:
        host = _host_name(headers.get("host", ""))
        if host not in self._hosts:
            raise TradingError("invalid_host", f"the Host {host[:100]!r} is not allowed")

    def _check_origin(self, headers: Headers, scope: Scope) -> None:
        origin = headers.get("origin")
        if origin is None:
            return
        scheme = _http_scheme.get(scope["scheme"], scope["scheme"])
        own = f"{scheme}://{headers.get('host', '')}"
        if origin.lower() not in self._origins and origin.lower() != own.lower():
            raise TradingError("forbidden", f"the Origin {origin[:100]!r} is not allowed")


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[: host.find("]") + 1].lower()
    return host.partition(":")[0].lower()


def _check_length(headers: Headers) -> None:
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MAX_BODY_BYTES:
        raise _too_large(f"{length} bytes are")


def _too_large(what: str) -> TradingError:
    return TradingError("too_large", f"{what} above the limit of {MAX_BODY_BYTES} for a body")


def _bounded(receive: Receive) -> Receive:
    """Count a body that did not say its length."""
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise _too_large("the body is")
        return message

    return receive_counted


def _with_headers(send: Send, request_id: str) -> Send:
    """Give every answer its id, and tell browsers to believe its content type."""
    name = (b"x-request-id", request_id.encode())

    async def send_with_headers(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message["headers"] = [*message["headers"], name, *_SAFE_ANSWER]
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, error: TradingError) -> None:
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        if "websocket.http.response" in scope.get("extensions", {}):
            await socket.send_denial_response(problem_response(socket, error))
        else:
            await socket.close(1008)
        return
    await problem_response(HTTPConnection(scope), error)(scope, receive, send)
