"""How many requests there were, and how long they took."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_api.shared.clock import elapsed_s
from trading_api.shared.metrics import Family, Histogram, Labels, counter, histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"
ROOT = "/api/"

_starts = ("http.response.start", "websocket.http.response.start")


class HttpCounts:
    """Requests by method, template of the address and status; never by the address itself."""

    def __init__(self) -> None:
        self._requests: Counter[Labels] = Counter()
        self._durations: defaultdict[str, Histogram] = defaultdict(Histogram)

    def add(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answered request."""
        method = scope.get("method", "GET")  # a handshake is a GET
        route = _template(scope)
        self._requests[method if method in METHODS else "other", route, str(status)] += 1
        self._durations[route].observe(seconds)

    def families(self) -> Iterable[Family]:
        """Everything, as Prometheus wants it."""
        names = ("method", "route", "status")
        yield counter("trading_http_requests", "Answered requests", names, dict(self._requests))
        yield histogram(
            "trading_http_request_duration_seconds",
            "From a request to the end of its answer",
            ("route",),
            {(route,): each for route, each in self._durations.items()},
        )


class HttpMeter:
    """ASGI middleware that counts requests, and handshakes that were refused."""

    def __init__(self, app: ASGIApp, *, counts: HttpCounts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it when it is over."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] in _starts:
                status = message["status"]
            await send(message)

        started = elapsed_s()
        try:
            await self._app(scope, receive, send_seen)
        except Exception:
            status = status or 500  # what is answered further out
            raise
        finally:
            if status:
                self._counts.add(scope, status, elapsed_s() - started)


def _template(scope: Scope) -> str:
    """The address with its parameters in braces; a router's own part lacks the versioned root."""
    template = getattr(scope.get("route"), "path", None)
    if template is None:
        return NO_ROUTE
    path = str(scope["path"])
    if path.startswith(ROOT) and not template.startswith(ROOT):
        return "/".join(path.split("/", 3)[:3]) + str(template)
    return str(template)
