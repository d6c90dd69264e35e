"""RFC 6455, 5.5.1 and 7: how a connection is closed, well and badly."""

import asyncio
import socket
import struct

import pytest

from tests.shared.ws.raw import CLOSE, PING, PONG, TEXT
from tests.shared.ws.wire import REQUEST, Wire, answered, closed_with, closing, frame, text

FIN = 0x80
ALLOWED = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
PRIVATE = [3000, 3999, 4000, 4001, 4999]
FORBIDDEN = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]


@pytest.mark.parametrize("code", [*ALLOWED, *PRIVATE])
def test_a_close_is_echoed(wire: Wire, code: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, closing(code, b"bye"))).close_code == code

    wire.run(case())


def test_a_close_without_a_code_is_answered_by_one_without_a_code(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, frame(FIN | CLOSE))).payload == b""

    wire.run(case())


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(b"x" * 123, id="longest"),
        pytest.param("Auf Wiedersehen, Größe €".encode(), id="not ASCII"),
    ],
)
def test_a_reason_is_allowed(wire: Wire, reason: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, closing(1000, reason))).close_code == 1000

    wire.run(case())


@pytest.mark.parametrize("code", FORBIDDEN)
def test_a_code_that_nobody_may_send_is_1002(wire: Wire, code: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, closing(code))).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(frame(FIN | CLOSE, b"\x03"), 1002, id="half a code"),
        pytest.param(closing(1000, b"x" * 124), 1002, id="reason above 123 bytes"),
        pytest.param(closing(1000, b"\xff\xfe"), 1007, id="reason that is not UTF-8"),
        pytest.param(closing(1000, b"\xed\xa0\x80"), 1007, id="surrogate in the reason"),
        pytest.param(closing(1000, b"\xe2\x82"), 1007, id="reason cut short"),
    ],
)
def test_a_broken_close_frame(wire: Wire, data: bytes, code: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, data)).close_code == code

    wire.run(case())


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(text(REQUEST), id="request"),
        pytest.param(closing(1001), id="another close"),
        pytest.param(frame(FIN | PING, b"x"), id="ping"),
        pytest.param(b"\xff" * 1000, id="rubbish"),
    ],
)
def test_what_comes_after_a_close_is_ignored(wire: Wire, after: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, closing(1000) + after)).close_code == 1000

    wire.run(case())


def test_requests_before_a_close_in_one_segment_may_be_left_unanswered(wire: Wire) -> None:
    """The close is answered at once, as RFC 6455, 5.5.1 allows."""

    async def case() -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(text(REQUEST) * 3 + closing(1000))
            frames = await raw.read_all()
            assert frames[-1].close_code == 1000

    wire.run(case())


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(closing(1003), id="the same code"),
        pytest.param(closing(4000), id="another code, for both closed at once"),
        pytest.param(frame(FIN | CLOSE), id="no code"),
        pytest.param(text(REQUEST) + closing(1003), id="a request under way, then the close"),
    ],
)
def test_the_servers_own_close_ends_with_the_clients(wire: Wire, reply: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(frame(FIN | 2, b"binary is refused"))
            assert (await raw.read_until(CLOSE)).close_code == 1003
            await raw.send_bytes(reply)
            assert await raw.read_frame() is None

    wire.run(case())


def test_a_client_that_does_not_end_the_closing_handshake_is_cut_after_five_seconds(
    wire: Wire,
) -> None:
    async def stay(data: bytes, after: bytes) -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(data)
            await raw.read_until(CLOSE)
            await raw.send_bytes(after)
            await wire.until_connections(1)

    async def case() -> None:
        started = asyncio.get_running_loop().time()
        await asyncio.gather(
            stay(frame(FIN | 2), b""),
            stay(frame(FIN | 2), b"\xff" * 100),
            stay(frame(FIN | 2), text(REQUEST)),
            stay(b"\x81\x00", b""),
            stay(b"\x81\x00", b"\xff" * 100),
        )
        assert 4 < asyncio.get_running_loop().time() - started < 7

    wire.run(case())


def test_a_client_that_closes_need_not_hang_up(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await closed_with(raw, closing(1000))
            await wire.until_connections(1)

    wire.run(case())


def test_a_half_closed_connection_is_over(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await answered(raw, text(REQUEST))
            raw.sock.shutdown(socket.SHUT_WR)
            assert await raw.read_frame() is None

    wire.run(case())


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(b"", id="idle"),
        pytest.param(text(REQUEST) * 50, id="while answers are due"),
        pytest.param(frame(TEXT, REQUEST[:5]), id="inside a fragmented message"),
        pytest.param(text(REQUEST)[:7], id="inside a frame"),
        pytest.param(closing(1000), id="just after a close"),
        pytest.param(frame(FIN | 2, b""), id="when refused"),
    ],
)
@pytest.mark.parametrize("way", ["reset", "end of stream"])
def test_a_connection_that_breaks_leaves_nothing(wire: Wire, before: bytes, way: str) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(before)
            if way == "reset":
                linger = struct.pack("ii", 1, 0)
                raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            raw.sock.close()

    wire.run(case())


@pytest.mark.parametrize("size", [0, 1, 4, 124, 125])
def test_a_ping_is_answered_with_its_own_bytes(wire: Wire, size: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            payload = bytes(range(size))
            await raw.send_bytes(frame(FIN | PING, payload))
            assert await raw.read_frame() == (PONG, payload)

    wire.run(case())


@pytest.mark.parametrize("payload", [b"", b"nobody asked", b"\xff" * 125])
def test_a_pong_that_nobody_asked_for_is_ignored(wire: Wire, payload: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            pong = frame(FIN | PONG, payload)
            assert (await answered(raw, pong * 3 + text(REQUEST)))["type"] == "system.ping.response"

    wire.run(case())


def test_pings_in_one_segment_are_answered_in_order(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            payloads = [str(number).encode() for number in range(10)]
            await raw.send_bytes(b"".join(frame(FIN | PING, each) for each in payloads))
            assert [await raw.read_frame() for _ in payloads] == [(PONG, each) for each in payloads]

    wire.run(case())


def test_a_flood_of_pings_is_closed_with_4004_and_its_pongs_are_bounded(wire: Wire) -> None:
    """Pongs are left out while the socket takes nothing: RFC 6455, 5.5.3 allows it."""

    async def case() -> None:
        async with wire.raw(receive_buffer=4096) as raw:
            pings = frame(FIN | PING, bytes(125)) * 100
            for _ in range(100):
                await raw.send_bytes(pings)
                await asyncio.sleep(0)
                assert wire.unsent_bytes() < 200_000
            frames = await raw.read_all()
            assert len(frames) < 2500
            assert frames[-1].close_code == 4004

    wire.run(case())
