"""What stands in a line of the log, and what never does."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.shared.logs import REDACTED, Redactor, principal_hash

SECRET = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_", min_size=12, max_size=43)
AROUND = st.sampled_from(["", "failed: ", "('127.0.0.1', 4711) - ", "{'path': '/x'} "])
FORMS = st.sampled_from(
    [
        '"WebSocket /api/v1/broker/ws?ticket={}" [accepted]',
        "GET /login?code={} HTTP/1.1",
        "< GET /api/v1/broker/ws?%74icket={} HTTP/1.1",
        "/x?symbol=AAPL&token={}#end",
        "authorization: Bearer {}",
        "Authorization: Basic {}",
        "< cookie: a=b; trading_api_session={}",
        "> set-cookie: trading_api_session={}; HttpOnly",
        "[(b'host', b'x'), (b'authorization', b'Bearer {}')]",
        "(b'sec-websocket-protocol', b'trading.v1, bearer.{}')",
        "{{'cookie': 'trading_api_session={}'}}",
        "the key tak_{} is not known",
        "bearer {}",
    ]
)


def written(**event: Any) -> str:
    return json.dumps(Redactor()(None, "info", event))


@given(SECRET, FORMS, AROUND)
def test_no_form_of_a_secret_is_written(secret: str, form: str, around: str) -> None:
    text = written(event=around + form.format(secret))
    assert secret not in text
    assert REDACTED in text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"token": "SECRET"}, id="field"),
        pytest.param({"Authorization": "SECRET"}, id="capitals"),
        pytest.param({"query": {"ticket": "SECRET", "symbol": "AAPL"}}, id="mapping"),
        pytest.param({"headers": [(b"host", b"x"), (b"cookie", b"a=SECRET")]}, id="headers"),
        pytest.param({"exception": "Traceback …\nValueError: /x?code=SECRET"}, id="traceback"),
        pytest.param({"error": ValueError("bearer SECRET")}, id="object"),
    ],
)
def test_fields_are_looked_through(fields: dict[str, Any]) -> None:
    assert "SECRET" not in written(event="x", **fields)


def test_a_text_that_is_known_as_a_secret_is_never_written() -> None:
    redactor = Redactor()
    redactor.secrets.add("my own words")
    event = redactor(None, "info", {"event": "they are my own words!", "n": 1, "ok": None})
    assert event == {"event": f"they are {REDACTED}!", "n": 1, "ok": None}


def test_what_is_no_secret_is_left() -> None:
    event = {"event": "order 7 of /api/v1/broker/orders: bad_tick", "close_code": 4003, "x": [1.5]}
    assert Redactor()(None, "info", event) == event


def log_of(program: str, *options: str) -> list[str]:
    """What a process of its own writes to its standard error."""
    source = f"""
import logging
from trading_api.shared import logs
redactor = logs.configure({", ".join(map(repr, options))})
log = logging.getLogger("some.module")
{program}
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_line_says_whom_it_belongs_to() -> None:
    program = """
logs.bind(request_id="r-1", path="/api/v1/broker/orders", principal="key:bot")
log.info("%s orders", 3, extra={"symbol": "AAPL"})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
"""
    first, second = map(json.loads, log_of(program, "info", "auto"))
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "3 orders",
        "level": "info",
        "logger": "some.module",
        "module": "broker",
        "principal": principal_hash("key:bot"),
        "request_id": "r-1",
        "symbol": "AAPL",
    }
    assert second["exception"].endswith("ZeroDivisionError: division by zero")


def test_people_read_a_line_without_braces() -> None:
    [line] = log_of('log.warning("late", extra={"by_s": 2})', "info", "console")
    assert "[warning  ] late" in line
    assert "by_s=2" in line
    assert "{" not in line


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        pytest.param("error", ["uvicorn error"], id="error"),
        pytest.param("info", ["ours info", "uvicorn error"], id="info"),
        pytest.param(
            "debug", ["ours debug", "ours info", "uvicorn info", "uvicorn error"], id="debug"
        ),
    ],
)
def test_libraries_are_heard_less_than_we_are(level: str, heard: list[str]) -> None:
    program = """
wire = logging.getLogger("uvicorn.error")
log.debug("ours debug")
log.info("ours info")
wire.debug("uvicorn debug")
wire.info("uvicorn info")
wire.error("uvicorn error")
logging.getLogger("sqlalchemy.engine").info("a statement")
"""
    assert [json.loads(line)["event"] for line in log_of(program, level, "json")] == heard


def test_a_broken_handler_is_told_with_its_connection() -> None:
    program = """
import asyncio
from msgspec import Struct
from trading_api.shared.ws.router import Operation, Snapshot, WsRouter
from trading_api.app_factory import create_app
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

class Nothing(Struct):
    pass

def broken(principal, payload):
    raise RuntimeError("as planned")

def read(topic):
    return Snapshot("e", 0, None)

operation = Operation(
    name="break", summary="", scope="admin", payload=Nothing, reply=Nothing, handler=broken
)
fragile = WsRouter(
    name="fragile", summary="", scope="admin", parameters=Nothing, update=Nothing,
    snapshot=Nothing, delivery="latest", topics=read, read=read, operations=[operation],
)

async def main():
    app, [ws_app] = create_app(["broker"])
    ws_app.include_router(fragile)
    async with serve(app) as server:
        url = server.ws_url + "/api/v1/broker/ws"
        async with open_socket(url, app.state.owner_token) as client:
            await client.send({"type": "fragile.break"})
            assert await client.closed() == 1011

asyncio.run(main())
"""
    ended, failed = map(json.loads, log_of(program, "info", "json"))
    assert (ended["event"], ended["close_code"]) == ("connection ended", 1011)
    assert failed["exception"].endswith("RuntimeError: as planned")
    assert failed["connection_id"] == ended["connection_id"]
    assert failed["principal"] == principal_hash("owner")
    assert failed["module"] == "broker"
