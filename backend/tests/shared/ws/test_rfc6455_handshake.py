"""RFC 6455, 4.2: which handshakes are refused, and with what, before anything is accepted."""

import asyncio
from typing import NamedTuple

import pytest

from tests.shared.ws.raw import PONG, TEXT, RawSocket
from tests.shared.ws.wire import PATH, REQUEST, Wire, answered, frame, text

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of that key, RFC 6455, 1.3
HEADERS = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def handshake(
    wire: Wire,
    *more: str,
    line: str = f"GET {PATH} HTTP/1.1",
    without: str = "",
    **changed: str,
) -> bytes:
    """A good handshake, changed; `sec_websocket_key=` replaces `Sec-WebSocket-Key`."""
    headers = {name.lower(): f"{name}: {value}" for name, value in HEADERS.items()}
    headers["authorization"] = f"Authorization: Bearer {wire.token}"
    for name, value in changed.items():
        lower = name.replace("_", "-")
        headers[lower] = f"{lower}: {value}"
    headers.pop(without, None)
    lines = [line, *headers.values(), *more, "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def read_head(raw: RawSocket) -> Answer:
    async with asyncio.timeout(5):
        status = int((await raw.read_line()).split()[1])
        headers = {}
        while line := await raw.read_line():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
    return Answer(status, headers, b"")


async def refused(wire: Wire, request: bytes) -> Answer:
    """The answer to a handshake; the server must then close the connection."""
    async with wire.bare() as raw:
        await raw.send_bytes(request)
        answer = await read_head(raw)
        async with asyncio.timeout(5):
            return answer._replace(body=await raw.read_rest())


def test_the_key_is_answered_by_its_hash(wire: Wire) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(handshake(wire))
            answer = await read_head(raw)
            assert answer.status == 101
            assert answer.headers["upgrade"].lower() == "websocket"
            assert answer.headers["connection"].lower() == "upgrade"
            assert answer.headers["sec-websocket-accept"] == ACCEPT
            assert (await answered(raw, text(REQUEST)))["type"] == "system.ping.response"

    wire.run(case())


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"upgrade": "WebSocket"}, id="mixed-case Upgrade"),
        pytest.param({"connection": "uPgRaDe"}, id="mixed-case Connection"),
        pytest.param({"connection": "keep-alive, Upgrade"}, id="several Connection tokens"),
        pytest.param({"sec_websocket_extensions": "x-unknown; a=1"}, id="unknown extension"),
        pytest.param({"sec_websocket_extensions": "permessage-deflate"}, id="extension we refuse"),
        *(
            pytest.param(
                {"sec_websocket_extensions": f"permessage-deflate; {parameter}"}, id=parameter
            )
            for parameter in (
                "server_no_context_takeover; client_no_context_takeover",
                "client_max_window_bits",
                *(f"server_max_window_bits={bits}" for bits in (7, 8, 15, 16)),
            )
        ),
        pytest.param({"sec_websocket_protocol": "chat, superchat"}, id="subprotocols"),
        pytest.param({"x_other": "\xe9\xff"}, id="header that is not ASCII"),
        pytest.param({"x_other": "a" * 8000}, id="long header"),
    ],
)
def test_accepted_without_extension_or_subprotocol(wire: Wire, changed: dict[str, str]) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(handshake(wire, **changed))
            answer = await read_head(raw)
            assert answer.status == 101
            assert "sec-websocket-extensions" not in answer.headers
            assert "sec-websocket-protocol" not in answer.headers
            assert (await answered(raw, text(REQUEST)))["type"] == "system.ping.response"

    wire.run(case())


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        pytest.param({"without": "sec-websocket-key"}, 400, "missing", id="no key"),
        pytest.param({"sec_websocket_key": "dGhl"}, 400, "Key", id="short key"),
        pytest.param({"sec_websocket_key": "!" * 24}, 400, "Key", id="key that is not base64"),
        pytest.param({"sec_websocket_key": f"{KEY}, {KEY}"}, 400, "Key", id="two keys"),
        pytest.param({"sec_websocket_version": "8"}, 426, "13", id="version 8"),
        pytest.param({"sec_websocket_version": "14"}, 426, "13", id="version 14"),
        pytest.param({"sec_websocket_version": "x"}, 426, "13", id="no number as version"),
        pytest.param({"without": "sec-websocket-version"}, 426, "13", id="no version"),
        pytest.param({"line": f"GET {PATH} HTTP/1.0"}, 400, "HTTP/1.1", id="HTTP/1.0"),
        pytest.param({"line": f"POST {PATH} HTTP/1.1"}, 405, "POST", id="POST"),
        pytest.param({"x_other": "a" * 9000}, 431, "8192", id="header above 8 KiB"),
        pytest.param({"x_other": "a" * 70_000}, 431, "8192", id="header above 64 KiB"),
        pytest.param({"content_length": "3"}, 400, "body", id="body announced"),
        pytest.param({"transfer_encoding": "chunked"}, 400, "transfer codings", id="chunked body"),
        pytest.param({"line": f"GET {PATH}?{'a' * 9000} HTTP/1.1"}, 414, "8192", id="address"),
        pytest.param({"x_other": "a\0b"}, 400, "Invalid", id="NUL in a header"),
    ],
)
def test_refused_with_a_sentence(
    wire: Wire, changed: dict[str, str], status: int, says: str
) -> None:
    async def case() -> None:
        answer = await refused(wire, handshake(wire, **changed))
        assert answer.status == status
        assert says in answer.body.decode()

    wire.run(case())


def test_a_key_that_stands_twice_is_refused(wire: Wire) -> None:
    async def case() -> None:
        answer = await refused(wire, handshake(wire, f"Sec-WebSocket-Key: {KEY}"))
        assert answer.status == 400

    wire.run(case())


def test_another_version_is_told_ours(wire: Wire) -> None:
    async def case() -> None:
        answer = await refused(wire, handshake(wire, sec_websocket_version="25"))
        assert answer.status == 426
        assert answer.headers["sec-websocket-version"] == "13"
        assert answer.headers["upgrade"] == "websocket"

    wire.run(case())


def test_more_than_128_headers_are_refused(wire: Wire) -> None:
    async def case() -> None:
        many = [f"X-{number}: 1" for number in range(200)]
        assert (await refused(wire, handshake(wire, *many))).status == 431

    wire.run(case())


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"without": "upgrade"}, id="no Upgrade"),
        pytest.param({"upgrade": "h2c"}, id="another Upgrade"),
        pytest.param({"without": "connection"}, id="no Connection"),
        pytest.param({"connection": "keep-alive"}, id="Connection without the token"),
    ],
)
def test_what_is_no_upgrade_is_an_ordinary_request_for_a_page_that_is_not_there(
    wire: Wire, changed: dict[str, str]
) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(handshake(wire, **changed))
            assert (await read_head(raw)).status == 404

    wire.run(case())


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        pytest.param({"authorization": "Bearer wrong"}, 401, b"unauthenticated", id="bad token"),
        pytest.param({"origin": "http://127.0.0.1.evil.example"}, 403, b"forbidden", id="Origin"),
        pytest.param({"origin": "null"}, 403, b"forbidden", id="null as Origin"),
        pytest.param({"host": "evil.example"}, 400, b"invalid_host", id="foreign Host"),
        pytest.param({"without": "host"}, 400, b"invalid_host", id="no Host"),
        pytest.param(
            {"line": "GET /api/v1/ws HTTP/1.1"}, 404, b"not_found", id="the global socket of old"
        ),
        pytest.param(
            {"line": "GET /api/v1/nobody/ws HTTP/1.1"}, 404, b"not_found", id="unknown path"
        ),
    ],
)
def test_who_may_not_come_in_is_told_before_the_upgrade(
    wire: Wire, changed: dict[str, str], status: int, code: bytes
) -> None:
    async def case() -> None:
        answer = await refused(wire, handshake(wire, **changed))
        assert answer.status == status
        assert code in answer.body

    wire.run(case())


def test_a_handshake_may_come_one_byte_at_a_time(wire: Wire) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            for byte in handshake(wire):
                await raw.send_bytes(bytes((byte,)))
            assert (await read_head(raw)).status == 101
            assert (await answered(raw, text(REQUEST)))["type"] == "system.ping.response"

    wire.run(case())


def test_frames_in_the_segment_of_the_handshake_are_dropped_as_uvicorn_hands_over_only_the_headers(
    wire: Wire,
) -> None:
    """A client must wait for the answer before it sends a frame (RFC 6455, 4.1)."""

    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(handshake(wire) + text(REQUEST))
            assert (await read_head(raw)).status == 101
            await raw.send_bytes(frame(0x89, b"later"))
            found = await raw.read_frame()
            assert found is not None
            assert (found.opcode, found.payload) == (PONG, b"later")

    wire.run(case())


@pytest.mark.parametrize("part", [10, 100, 200])
def test_a_handshake_that_is_broken_off_leaves_nothing(wire: Wire, part: int) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(handshake(wire)[:part])

    wire.run(case())


def test_leaving_before_the_answer_leaves_nothing(wire: Wire) -> None:
    async def case() -> None:
        for _ in range(20):
            async with wire.bare() as raw:
                await raw.send_bytes(handshake(wire))

    wire.run(case())


def test_requests_before_the_handshake_may_share_its_connection(wire: Wire) -> None:
    async def case() -> None:
        async with wire.bare() as raw:
            await raw.send_bytes(b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answer = await read_head(raw)
            assert answer.status == 200
            await raw.read_exactly(int(answer.headers["content-length"]))
            await raw.send_bytes(handshake(wire))
            assert (await read_head(raw)).status == 101
            found = await answered(raw, frame(0x80 | TEXT, REQUEST))
            assert found["type"] == "system.ping.response"

    wire.run(case())
