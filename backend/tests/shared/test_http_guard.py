"""What every request passes first: host, origin, size, id; and the shape of every error."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import HTTPException

from trading_api.app_factory import create_app
from trading_api.domain.errors import CODES
from trading_api.testing.client import make_client

PROBLEM = "application/problem+json"
ORDERS = "/api/v1/broker/orders"


def send(method: str, path: str, *, login: bool = True, **arguments: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        app, _ = create_app()
        token = app.state.owner_token if login else None
        async with make_client(app, token) as client:
            return await client.request(method, path, **arguments)

    return asyncio.run(ask())


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"], body["status"]) == (status, code, status)
    assert response.headers["content-type"] == PROBLEM
    assert body["type"] == f"urn:trading-api:error:{code}"
    assert body["title"] == CODES[code].title
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "", "127.0.0.1.x.example"]
)
def test_a_foreign_host_is_refused_everywhere(host: str) -> None:
    for path in ("/api/v1/health", ORDERS, "/nowhere"):
        assert_problem(send("GET", path, headers={"Host": host}), 400, "invalid_host")


@pytest.mark.parametrize("host", ["testserver", "TESTSERVER", "localhost:8000", "[::1]:8000"])
def test_an_allowed_host_may_carry_a_port(host: str) -> None:
    assert send("GET", "/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://testserver.evil.example", "https://testserver"],
)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    response = send("GET", "/api/v1/health", headers={"Origin": origin})
    assert_problem(response, 403, "forbidden")


@pytest.mark.parametrize("origin", ["http://testserver", "http://localhost:5173"])
def test_the_own_origin_and_the_development_origin_are_allowed(origin: str) -> None:
    assert send("GET", "/api/v1/health", headers={"Origin": origin}).status_code == 200


def test_cors_answers_from_the_same_list() -> None:
    headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "DELETE"}
    allowed = send("OPTIONS", ORDERS, headers=headers)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert allowed.headers["access-control-allow-credentials"] == "true"
    foreign = send("OPTIONS", ORDERS, headers={**headers, "Origin": "http://evil.example"})
    assert_problem(foreign, 403, "forbidden")


def test_a_body_that_says_it_is_too_large_is_refused() -> None:
    response = send("POST", ORDERS, content=b" " * (10 * 1024 * 1024))
    body = assert_problem(response, 413, "too_large")
    assert "10485760" in body["detail"]
    assert "1048576" in body["detail"]


def test_a_body_that_hides_its_size_is_refused() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    headers = {"Content-Type": "application/json"}
    assert_problem(send("POST", ORDERS, content=chunks(), headers=headers), 413, "too_large")


def test_an_unknown_address_and_a_wrong_method_have_the_error_shape() -> None:
    assert_problem(send("GET", "/api/v1/nothing"), 404, "not_found")
    response = send("PUT", "/api/v1/health")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    assert send("PUT", ORDERS).headers["allow"] == "DELETE, GET, POST"
    assert send("POST", f"{ORDERS}/o1").headers["allow"] == "DELETE, GET, PATCH"


def test_the_global_socket_address_does_not_exist() -> None:
    assert_problem(send("GET", "/api/v1/ws"), 404, "not_found")


def test_no_credential_and_a_wrong_one_are_told_apart_from_no_right() -> None:
    response = send("GET", ORDERS, login=False)
    assert_problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"
    for path in ("/api/v1/", "/api/v1/health", "/api/v1/versions", "/api/v1/datafeed/symbols"):
        public = send("GET", path, headers={"Authorization": "Bearer nonsense"})
        assert_problem(public, 401, "unauthenticated")
    scheme = send("GET", ORDERS, headers={"Authorization": "Basic eDp5"})
    assert_problem(scheme, 401, "unauthenticated")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[1,]",
        b'{"token": NaN}',
        b'{"token": "a", "token": "b"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"token": "\\ud800"}x',
    ],
)
def test_what_is_not_strict_json_is_refused(text: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = send("POST", "/api/v1/session", content=text, headers=headers)
    assert_problem(response, 400, "invalid_json")


@pytest.mark.parametrize("path", ["/api/v1/session", ORDERS])
def test_a_body_that_is_not_said_to_be_json_is_refused(path: str) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = send("POST", path, content=b"{}", headers={"Content-Type": media_type})
        assert_problem(response, 415, "unsupported_media_type")


def test_an_unknown_member_is_named() -> None:
    response = send("POST", "/api/v1/session", json={"token": "x", "tokn": "y"})
    body = assert_problem(response, 422, "invalid_payload")
    assert body["errors"][0]["field"] == "tokn"


def test_answers_tell_browsers_not_to_guess() -> None:
    headers = send("GET", "/api/v1/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (400, 422, "invalid_payload"),
        (401, 401, "unauthenticated"),
        (403, 403, "forbidden"),
        (404, 404, "not_found"),
        (409, 409, "conflict"),
        (422, 422, "invalid_payload"),
        (429, 429, "rate_limited"),
        (500, 500, "internal"),
        (503, 503, "unavailable"),
    ],
)
def test_what_a_module_raises_in_the_frameworks_way_keeps_its_meaning(
    raised: int, status: int, code: str
) -> None:
    app, _ = create_app([])

    @app.get("/api/v1/refuses", include_in_schema=False)
    async def refuses() -> None:
        raise HTTPException(raised, "not on a Sunday")

    async def ask() -> httpx.Response:
        async with make_client(app) as client:
            return await client.get("/api/v1/refuses")

    response = asyncio.run(ask())
    assert assert_problem(response, status, code)["detail"] == "not on a Sunday"
    assert ("retry-after" in response.headers) == (status in (429, 503))


def test_a_failure_is_told_without_its_inside(caplog: pytest.LogCaptureFixture) -> None:
    app, _ = create_app([])

    @app.get("/api/v1/fails", include_in_schema=False)
    async def fails() -> None:
        raise RuntimeError("a secret detail")

    async def ask() -> httpx.Response:
        async with make_client(app) as client:
            return await client.get("/api/v1/fails")

    response = asyncio.run(ask())
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "secret" not in response.text
    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert vars(record)["request_id"] == response.json()["request_id"]
