"""The one shape in which REST says that something went wrong: RFC 9457, problem+json."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.websockets import WebSocket

from trading_api.domain.errors import CODES, FieldError, TradingError
from trading_api.shared.openapi import rest_routes
from trading_api.shared.schema import Wire, encode

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

_log = logging.getLogger(__name__)
_code_of_status = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "unavailable",
}


class FieldProblem(Struct, frozen=True):
    """What is wrong with one member of a request."""

    field: Annotated[str, Meta(description="Path of the member, such as `orders[0].quantity`")]
    code: str
    message: str


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was refused."""

    type: Annotated[str, Meta(description="`urn:trading-api:error:` and the code")]
    title: str
    status: int
    detail: Annotated[str, Meta(description="Names the thing, the value and the limit")]
    code: Annotated[str, Meta(description="Stable; the table of codes is in docs/errors.md")]
    request_id: str
    errors: tuple[FieldProblem, ...] | UnsetType = UNSET
    order_id: str | UnsetType = UNSET


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an address that may answer with these statuses, for OpenAPI."""
    codes: dict[int, list[str]] = {status: [] for status in statuses}
    for name, code in CODES.items():
        if code.status in codes:
            codes[code.status].append(f"`{name}`")
    return {
        status: {
            "model": Annotated[Problem, Wire()],
            "description": "One of " + ", ".join(names),
        }
        for status, names in codes.items()
    }


def answers(
    example: Any, *statuses: int, status: int = 200, headers: Mapping[str, Any] | None = None
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an address, the good one with an example, for OpenAPI."""
    shown = msgspec.json.decode(encode(example))
    good: dict[str, Any] = {"content": {"application/json": {"example": shown}}}
    if headers:
        good["headers"] = headers
    return {status: good, **problems(*statuses)}


def problem_body(error: TradingError, request_id: str) -> bytes:
    """The JSON of an error."""
    return msgspec.json.encode(
        Problem(
            type=f"urn:trading-api:error:{error.code}",
            title=CODES[error.code].title,
            status=error.status,
            detail=error.message,
            code=error.code,
            request_id=request_id,
            errors=tuple(FieldProblem(*field) for field in error.errors) or UNSET,
            order_id=error.order_id or UNSET,
        )
    )


def problem_headers(error: TradingError) -> dict[str, str]:
    """The headers that go with an error's status."""
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if error.status in (429, 503):
        milliseconds = error.details.get("retry_after_ms", RETRY_AFTER_S * 1000)
        return {"Retry-After": str(-(-int(milliseconds) // 1000))}
    if error.details.get("replayed"):
        return {"Idempotent-Replayed": "true"}
    return {}


def request_id_of(connection: HTTPConnection) -> str:
    """The id that the answer carries as `X-Request-ID`."""
    return str(connection.scope.get("state", {}).get("request_id", ""))


def problem_response(connection: HTTPConnection, error: TradingError) -> Response:
    """The answer for an error."""
    body = problem_body(error, request_id_of(connection))
    return Response(body, error.status, problem_headers(error), MEDIA_TYPE)


async def _answer(connection: HTTPConnection, error: TradingError) -> Response | None:
    response = problem_response(connection, error)
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(response)
        return None
    return response


async def _on_trading_error(connection: Any, error: Exception) -> Any:
    assert isinstance(error, TradingError)  # noqa: S101 - registered for that type only
    return await _answer(connection, error)


async def _on_invalid_request(connection: Any, error: Exception) -> Any:
    """Query and path parameters that FastAPI refuses, in our shape."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for that type only
    fields = [
        FieldError(str(item["loc"][-1]), "invalid_payload", _sentence(item))
        for item in error.errors()
    ]
    message = "; ".join(field.message for field in fields)
    return await _answer(connection, TradingError("invalid_payload", message, errors=fields))


def _sentence(item: Mapping[str, Any]) -> str:
    value = item.get("input")
    shown = "" if value is None else f" {str(value)[:40]!r}"
    return f"{item['loc'][-1]}{shown}: {item['msg']}"


async def _on_http_exception(connection: Any, error: Exception) -> Any:
    """Unknown addresses and methods, and what a module refuses in the framework's own way."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for that type only
    other = "internal" if error.status_code >= 500 else "invalid_payload"
    code = _code_of_status.get(error.status_code, other)
    response = await _answer(connection, TradingError(code, _detail_of(error, connection)))
    if response is not None:
        response.headers.update(error.headers or {})
        if code == "method_not_allowed":
            response.headers["Allow"] = ", ".join(_methods_at(connection)) or "GET"
    return response


def _methods_at(connection: HTTPConnection) -> list[str]:
    """What an address takes; the framework tells of the first of its routes only."""
    path = connection.scope["path"]
    routes = [r for r in rest_routes(connection.app) if compile_path(r.path)[0].match(path)]
    return sorted({method for route in routes for method in route.methods})


def _detail_of(error: HTTPException, connection: HTTPConnection) -> str:
    """What was said, or more than the bare name of the status when nothing was."""
    path = connection.scope["path"][:200]
    detail = str(error.detail)
    if detail == HTTPStatus.NOT_FOUND.phrase:
        return f"there is nothing at {path}"
    if detail == HTTPStatus.METHOD_NOT_ALLOWED.phrase:
        return f"{path} does not take {connection.scope.get('method', 'WebSocket')}"
    return detail


async def _on_failure(request: Request, error: Exception) -> Response:
    fields = {"request_id": request_id_of(request)}  # in another context than the guard's
    _log.error("request failed", exc_info=error, extra=fields)
    return problem_response(request, TradingError("internal", "the server failed; see its log"))


def install(app: FastAPI) -> None:
    """Answer every error of the application in the one shape."""
    app.add_exception_handler(TradingError, _on_trading_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_failure)
