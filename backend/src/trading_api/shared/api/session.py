"""Logging in and out with a browser: a token or a one-time code becomes a cookie."""

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from msgspec import Struct
from starlette.responses import RedirectResponse, Response

from trading_api.shared.auth import COOKIE, SESSION_MS, Anyone, Auth
from trading_api.shared.http_errors import answers
from trading_api.shared.schema import Wire, decode, json_body, json_response, json_text


class LogIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The owner token."""

    token: str


class SessionState(Struct, frozen=True):
    """Whether the browser is logged in after the call."""

    logged_in: bool


class SessionApi(APIRouter):
    """`POST` and `DELETE /session`: the cookie comes and goes."""

    def __init__(self, tags: list[str | Enum] | None = None) -> None:
        super().__init__(tags=tags)

        @self.post(
            "/session",
            operation_id="logIn",
            summary="Exchange the owner token for a session cookie",
            status_code=201,
            response_model=Annotated[SessionState, Wire()],
            responses=answers(SessionState(True), 400, 401, 403, 413, 415, 422, status=201),
            openapi_extra=json_body(LogIn, LogIn("the owner token")),
        )
        async def log_in(request: Request) -> Response:
            body = decode(LogIn, await json_text(request))
            cookie = _auth(request).log_in_with_token(body.token)
            return _with_cookie(json_response(SessionState(True), 201), request, cookie)

        @self.delete(
            "/session",
            operation_id="logOut",
            summary="End the session",
            response_model=Annotated[SessionState, Wire()],
            responses=answers(SessionState(False), 401, 403),
        )
        async def log_out(request: Request, _caller: Anyone) -> Response:
            _auth(request).log_out(request.cookies.get(COOKIE, ""))
            response = json_response(SessionState(False))
            response.delete_cookie(COOKIE, path="/")
            return response


class LoginApi(APIRouter):
    """`GET /login?code=`: the link that a person opens."""

    def __init__(self, home: str) -> None:
        super().__init__(include_in_schema=False)

        @self.get("/login")
        async def log_in_with_code(
            request: Request, code: Annotated[str, Query(max_length=200)]
        ) -> Response:
            cookie = _auth(request).log_in_with_code(code)
            return _with_cookie(RedirectResponse(home, 303), request, cookie)


def _auth(request: Request) -> Auth:
    auth: Auth = request.app.state.context.auth
    return auth


def _with_cookie(response: Response, request: Request, cookie: str) -> Response:
    """Lax, not strict: a link opened from a mail or a chat must arrive logged in."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=SESSION_MS // 1000,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
