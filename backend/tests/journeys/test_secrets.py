"""A whole run of the server, with every kind of secret, writes none of them anywhere."""

import asyncio
import json
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.journeys.conftest import TOKEN, ServerProcess
from trading_api.shared.auth import COOKIE
from trading_api.shared.logs import principal_hash
from trading_api.testing.client import bearer
from trading_api.testing.sockets import open_socket

pytestmark = pytest.mark.process

MODULES = ("broker", "datafeed")
WRONG = {
    "token": "wrong-token-QJ4ZK8",
    "key": "tak_wrong-key-QJ4ZK8",
    "cookie": "wrong-cookie-QJ4ZK8",
    "ticket": "wrong-ticket-QJ4ZK8",
    "code": "wrong-code-QJ4ZK8",
    "basic": "d3Jvbmc6YmFzaWM-QJ4ZK8",
    "subprotocol": "wrong-subprotocol-QJ4ZK8",
}


def code_of(text: str) -> str:
    found = re.search(r"/login\?code=(\S+)", text)
    assert found is not None
    return found[1]


def use_rest(server: ServerProcess, key: str, codes: list[str]) -> dict[str, str]:
    """Show every secret, right and wrong, in every place of a request; gives those it got."""
    with httpx.Client(base_url=server.url) as http:
        cookies = [http.get(f"/login?code={code}").cookies[COOKIE] for code in codes]
        http.cookies.clear()
        made = http.post("/api/v1/session", json={"token": TOKEN})
        cookies.append(made.cookies[COOKIE])
        http.cookies.clear()
        for token in (TOKEN, key):
            assert http.get("/api/v1/broker/accounts", headers=bearer(token)).status_code == 200
        refused = [
            http.get("/login", params={"code": codes[0]}),
            http.get("/login", params={"code": WRONG["code"]}),
            http.post("/api/v1/session", json={"token": WRONG["token"]}),
            http.get("/api/v1/health", headers=bearer(WRONG["key"])),
            http.get("/api/v1/health", headers={"Authorization": f"Basic {WRONG['basic']}"}),
            http.get("/api/v1/health", headers={"Cookie": f"{COOKIE}={WRONG['cookie']}"}),
            http.get("/api/v1/broker/orders", params={"token": WRONG["token"], "limit": "x"}),
            http.get("/api/v1/nothing", params={"token": TOKEN}, headers={"Host": "evil.example"}),
        ]
        assert {answer.status_code for answer in refused} == {400, 401}
        ticket = http.post("/api/v1/tickets", headers=bearer(key)).json()["ticket"]
        unused = http.post("/api/v1/tickets", headers=bearer(TOKEN)).json()["ticket"]
    found = {f"cookie {number}": cookie for number, cookie in enumerate(cookies)}
    return {**found, "ticket": ticket, "unused ticket": unused}


async def use_sockets(server: ServerProcess, key: str, made: dict[str, str]) -> None:
    base = server.url.replace("http", "ws", 1)
    own = {"Origin": server.url, "Cookie": f"{COOKIE}={made['cookie 0']}"}
    broker = f"{base}/api/v1/broker/ws"
    ways: list[tuple[str, str | None, dict[str, str]]] = [
        (broker, TOKEN, {}),
        (broker, key, {}),
        (broker, None, own),
        (f"{broker}?ticket={made['ticket']}", None, {}),
    ]
    for address, token, headers in ways:
        async with open_socket(address, token, headers) as client:
            await client.request("orders.subscribe")
            await client.refusal("log.in", {"token": WRONG["token"]})
    wrong: list[tuple[str, str | None, dict[str, str]]] = [
        (f"?ticket={made['ticket']}", None, {}),
        (f"?ticket={WRONG['ticket']}", None, {}),
        ("", WRONG["key"], {}),
        ("", None, {"Cookie": f"{COOKIE}={WRONG['cookie']}"}),
        ("", None, {"Authorization": f"Basic {WRONG['basic']}"}),
        ("", TOKEN, {"Origin": "http://evil.example"}),
    ]
    for module in MODULES:
        for query, token, headers in wrong:
            with pytest.raises(InvalidStatus) as caught:
                await open_socket(f"{base}/api/v1/{module}/ws{query}", token, headers).__aenter__()
            assert caught.value.response.status_code in (401, 403)


def break_handshakes(server: ServerProcess) -> None:
    """Handshakes that no client library makes."""
    port = httpx.URL(server.url).port
    assert port is not None
    start = f"GET /api/v1/broker/ws?ticket={WRONG['ticket']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    offered = f"Sec-WebSocket-Protocol: trading.v1, bearer.{WRONG['subprotocol']}\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    requests = (
        start + upgrade + "\r\n",
        start + upgrade.replace("13", "12") + key + offered + "\r\n",
        start + upgrade + key + offered + f"Authorization: Bearer {WRONG['token']}\r\n\r\n",
        start.replace("GET", "G\x00T") + f"Cookie: {COOKIE}={WRONG['cookie']}\r\n\r\n",
        start + "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    )
    for request in requests:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(request.encode())
            assert raw.recv(4096).startswith(b"HTTP/1.1 4")


def check_files(folder: Path, secrets: dict[str, str]) -> None:
    """What lies in the data directory holds hashes only; owner tokens of the settings not even."""
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {"journal.db", "server.json"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for name, secret in secrets.items():
            assert secret.encode() not in content, f"{path.name} holds the {name}"


@pytest.mark.parametrize(("level", "form"), [("info", "console"), ("debug", "json")])
def test_no_secret_is_written(tmp_path: Path, level: str, form: str) -> None:
    server = ServerProcess(
        tmp_path / "data", TRADING_API_LOG_LEVEL=level, TRADING_API_LOG_FORMAT=form
    ).start()
    try:
        made = server.command("keys", "create", "bot", "--scope", "account:read")
        key = made.stdout.strip().splitlines()[-1]
        codes = [code_of(server.banner), code_of(server.command("link").stdout)]
        secrets = {"owner token": TOKEN, "key": key, "fresh code": codes[1], **WRONG}
        secrets |= use_rest(server, key, codes)
        asyncio.run(use_sockets(server, key, secrets))
        break_handshakes(server)
        check_files(server.data_dir, secrets | {"code of the banner": codes[0]})
        assert server.command("keys", "revoke", "bot").returncode == 0
    finally:
        assert server.stop() == 0
    log = server.log.read_text()
    output = server.banner + server.said_later + log
    for name, secret in secrets.items():
        assert secret not in output, f"the {name} was written"
    assert output.count(codes[0]) == 1  # the login link of the banner
    if form == "json":
        check_lines([json.loads(line) for line in log.splitlines()])


def check_lines(lines: list[dict[str, Any]]) -> None:
    """Nothing went wrong for the log, and it tells who was connected."""
    assert {line["level"] for line in lines} <= {"debug", "info", "warning"}
    begun = [line for line in lines if line["event"] == "connection begun"]
    assert [line["principal"] for line in begun] == [
        principal_hash(each) for each in ("owner", "key:bot", "owner", "key:bot")
    ]
    assert {line["module"] for line in begun} == {"broker"}
    ids = [line["connection_id"] for line in begun]
    assert len(set(ids)) == len(ids)
    ended = [line["connection_id"] for line in lines if line["event"] == "connection ended"]
    assert set(ids) <= set(ended)
