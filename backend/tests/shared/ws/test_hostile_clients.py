"""Hostile clients on raw sockets against a real server process: each is bounded, none is noticed.

After each attack the process holds at most 5 MB more than before, and all the while a neighbour is
answered. What each attack runs into is the table of «Limits» in docs/protocol.md.
"""

import asyncio
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from tests.journeys.conftest import TOKEN, ServerProcess
from tests.shared.ws.raw import BINARY, CLOSE, PING, PONG, TEXT, RawSocket, raw_socket
from tests.shared.ws.wire import closing, frame, text, until
from trading_api.testing.sockets import SocketClient, open_socket

pytestmark = pytest.mark.process

PATH = "/api/v1/watchlist/ws"
HANDSHAKE_S = 1
PER_CALLER = 250
MORE_BYTES = 5 * 1024 * 1024
LET_GO_S = 5.0  # what has ended may still be under way
ANSWER_S = 3.0  # for the neighbour, on a machine that has other things to do
CASE_S = 40
FIN = 0x80
PING_REQUEST = text(b'{"type":"system.ping"}')
SUBSCRIBE = text(b'{"type":"watchlist.subscribe"}')
GET = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

Attack = Callable[["Target"], Awaitable[None]]
ATTACKS: list[Attack] = []


class Target:
    """The server process under attack."""

    def __init__(self, process: ServerProcess) -> None:
        self.process = process
        self.port = int(process.url.rpartition(":")[2])

    def resident_bytes(self) -> int:
        return self.process.resident_bytes()

    @asynccontextmanager
    async def raw(self, receive_buffer: int | None = None) -> AsyncIterator[RawSocket]:
        """A socket whose handshake is done."""
        async with raw_socket(self.port, PATH, TOKEN, receive_buffer) as raw:
            yield raw

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[RawSocket]:
        """A connection on which nothing was said."""
        with socket.socket() as sock:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
            yield RawSocket(sock)

    @asynccontextmanager
    async def many(self, count: int, *, upgraded: bool) -> AsyncIterator[list[RawSocket]]:
        async with AsyncExitStack() as stack:
            opened = [self.raw() if upgraded else self.bare() for _ in range(count)]
            yield [await stack.enter_async_context(each) for each in opened]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("hostile") / "data"
    command = ("serve", "--port", "0", "--data-dir", str(folder), "--modules", "watchlist")
    with ServerProcess(
        folder,
        command=command,
        TRADING_API_WS_HANDSHAKE_S=str(HANDSHAKE_S),
        TRADING_API_WS_MAX_CONNECTIONS_PER_CALLER=str(PER_CALLER),
    ) as process:
        found = Target(process)
        asyncio.run(ordinary_use(found))
        yield found


async def ordinary_use(target: Target) -> None:
    """What any day brings, so that growth is not that of a first time."""
    for _ in range(3):
        async with target.many(PER_CALLER, upgraded=True) as all_of_them:
            for raw in all_of_them:
                await raw.send_bytes(SUBSCRIBE + PING_REQUEST)
            for raw in all_of_them:
                await raw.read_until(TEXT)


def attack(attack: Attack) -> Attack:
    ATTACKS.append(attack)
    return attack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_bounded_and_unnoticed(target: Target, attack: Attack) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(CASE_S),
            open_socket(f"ws://127.0.0.1:{target.port}{PATH}", TOKEN) as neighbour,
        ):
            await neighbour.request("watchlist.subscribe")
            before = target.resident_bytes()
            attacking = asyncio.ensure_future(attack(target))
            while not attacking.done():
                await asyncio.wait_for(neighbour.request("system.ping"), ANSWER_S)
                await asyncio.wait((attacking,), timeout=0.1)
            await attacking
            await still_serves(target, neighbour)
            with suppress(TimeoutError):
                async with asyncio.timeout(LET_GO_S):
                    await until(lambda: target.resident_bytes() - before <= MORE_BYTES)
            grown = target.resident_bytes() - before
            assert grown <= MORE_BYTES, f"{grown / 1e6:.1f} MB more"

    asyncio.run(main())


async def still_serves(target: Target, neighbour: SocketClient) -> None:
    await neighbour.request("system.ping")
    async with open_socket(f"ws://127.0.0.1:{target.port}{PATH}", TOKEN) as newcomer:
        await newcomer.request("watchlist.subscribe")


async def close_code(raw: RawSocket) -> int:
    """How the server ends it; 1006 when it cuts without a word."""
    frames = await raw.read_all()
    return frames[-1].close_code if frames and frames[-1].opcode == CLOSE else 1006


async def pour(raw: RawSocket, data: bytes, times: int) -> None:
    """Send until the server has had enough."""
    with suppress(ConnectionError):
        for _ in range(times):
            await raw.send_bytes(data)
            await asyncio.sleep(0)


async def rest_of(raw: RawSocket) -> bytes:
    with suppress(ConnectionError):
        return await raw.read_rest()
    return b""


async def flood(target: Target, data: bytes, times: int, connections: int = 5) -> list[int]:
    """The same from several connections at once; how each of them ended."""

    async def one() -> int:
        async with target.raw() as raw:
            pouring = asyncio.ensure_future(pour(raw, data, times))
            code = await close_code(raw)
            await pouring
            return code

    return await asyncio.gather(*(one() for _ in range(connections)))


@attack
async def connections_that_never_send_a_byte(target: Target) -> None:
    async with target.many(400, upgraded=False) as silent:
        assert await asyncio.gather(*(rest_of(raw) for raw in silent)) == [b""] * 400


@attack
async def headers_that_drip(target: Target) -> None:
    async def drip(raw: RawSocket) -> bytes:
        reading = asyncio.ensure_future(rest_of(raw))
        with suppress(ConnectionError):
            for at in range(10_000):
                await raw.send_bytes(GET[at : at + 1] if at < len(GET) - 4 else b"x")
                await asyncio.wait((reading,), timeout=0.05)
                if reading.done():
                    break
        return await reading

    async with target.many(100, upgraded=False) as slow:
        answers = await asyncio.gather(*map(drip, slow))
    assert all(not answer or answer.startswith(b"HTTP/1.1 408 ") for answer in answers)


@attack
async def bodies_that_never_come(target: Target) -> None:
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{"
    async with target.many(50, upgraded=False) as slow:
        for raw in slow:
            await raw.send_bytes(head)
        answers = await asyncio.gather(*map(rest_of, slow))
    assert all(answer.startswith(b"HTTP/1.1 4") for answer in answers)


@attack
async def heads_without_end(target: Target) -> None:
    async def one(raw: RawSocket) -> bytes:
        await raw.send_bytes(b"GET / HTTP/1.1\r\n")
        pouring = asyncio.ensure_future(pour(raw, b"X-Name: value\r\n" * 1000, 1000))
        answer = await rest_of(raw)
        await pouring
        return answer

    async with target.many(10, upgraded=False) as endless:
        answers = await asyncio.gather(*map(one, endless))
    assert all(not answer or answer.startswith(b"HTTP/1.1 431 ") for answer in answers)


@attack
async def requests_without_waiting_for_answers(target: Target) -> None:
    async with target.many(10, upgraded=False) as hasty:
        await asyncio.gather(*(pour(raw, GET * 5000, 1) for raw in hasty))
        answers = await asyncio.gather(*map(rest_of, hasty))
    assert all(answer.count(b"HTTP/1.1 200") < 50 for answer in answers)


@attack
async def more_connections_than_a_caller_may_hold(target: Target) -> None:
    handshake = (
        f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n"
    ).encode()
    statuses = []
    async with target.many(PER_CALLER + 50, upgraded=False) as greedy:
        for raw in greedy:
            await raw.send_bytes(handshake)
            statuses.append(int((await raw.read_line()).split()[1]))
    assert statuses.count(101) == PER_CALLER - 1, "the neighbour has the other place"
    assert statuses.count(429) == 51


@attack
async def ten_thousand_tiny_fragments(target: Target) -> None:
    tiny = frame(TEXT, b" ") + frame(0, b" ") * 10_000
    assert await flood(target, tiny, 1) == [1009] * 5


@attack
async def ten_thousand_empty_fragments(target: Target) -> None:
    empty = frame(TEXT, b"") + frame(0, b"") * 10_000
    assert await flood(target, empty, 1) == [1009] * 5


@attack
async def fragments_beside_pings(target: Target) -> None:
    mixed = frame(TEXT, b"") + (frame(0, b"") + frame(FIN | PING, b"x")) * 10_000
    assert set(await flood(target, mixed, 1)) <= {1009, 4004}


@attack
async def a_flood_of_pings(target: Target) -> None:
    pings = frame(FIN | PING, bytes(125)) * 1000
    assert set(await flood(target, pings, 200)) <= {4004, 1006}


@attack
async def a_flood_of_pings_whose_pongs_nobody_reads(target: Target) -> None:
    async with target.raw(receive_buffer=4096) as raw:
        await pour(raw, frame(FIN | PING, bytes(125)) * 1000, 200)


@attack
async def a_flood_of_pongs(target: Target) -> None:
    assert set(await flood(target, frame(FIN | PONG) * 1000, 200)) <= {4004, 1006}


@attack
async def a_flood_of_requests(target: Target) -> None:
    assert set(await flood(target, PING_REQUEST * 100, 50)) == {4004}


@attack
async def a_storm_of_subscriptions(target: Target) -> None:
    leave = text(b'{"type":"watchlist.unsubscribe"}')
    assert set(await flood(target, (SUBSCRIBE + leave) * 50, 50)) == {4004}


@attack
async def requests_whose_answers_nobody_reads(target: Target) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(8):
            raw = await stack.enter_async_context(target.raw(receive_buffer=4096))
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await pour(raw, text(b'{"type":"system.info"}') * 20, 1000)


@attack
async def a_flood_of_large_messages(target: Target) -> None:
    assert set(await flood(target, text(b" " * 65_536), 1000, connections=3)) == {4004}


@attack
async def json_that_is_slow_to_refuse(target: Target) -> None:
    members = b",".join(b'"%x":1' % number for number in range(7000))
    twice = text(b"{%b,%b}" % (members, b'"1b57":1'))
    deep = text(b"[" * 65_000)
    assert set(await flood(target, twice + deep, 300, connections=2)) == {4004}


@attack
async def a_deflate_bomb(target: Target) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeeze.compress(bytes(50_000_000)) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    assert await flood(target, frame(FIN | 0x40 | TEXT, bomb[:60_000]), 1) == [1002] * 5


@attack
async def lengths_that_are_claimed_only(target: Target) -> None:
    huge = frame(FIN | TEXT, length=b"\x7f" + (2**62).to_bytes(8, "big"))
    assert await flood(target, huge, 1, connections=50) == [1009] * 50


@attack
async def frames_that_are_never_finished(target: Target) -> None:
    unfinished = frame(FIN | TEXT, bytes(65_536))[:-1]
    async with target.many(50, upgraded=True) as slow:
        for raw in slow:
            await raw.send_bytes(unfinished)
            await raw.send_bytes(b"")


@attack
async def half_closed_sockets(target: Target) -> None:
    async with target.many(100, upgraded=True) as half:
        for raw in half:
            await raw.send_bytes(SUBSCRIBE)
            raw.sock.shutdown(socket.SHUT_WR)
        await asyncio.gather(*map(rest_of, half))


@attack
async def connections_that_are_reset(target: Target) -> None:
    for _ in range(5):
        async with target.many(100, upgraded=True) as reset:
            for raw in reset:
                await raw.send_bytes(SUBSCRIBE * 3 + frame(TEXT, b"{"))
                raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@attack
async def a_close_that_is_never_answered(target: Target) -> None:
    async with target.many(50, upgraded=True) as stubborn:
        for raw in stubborn:
            await raw.send_bytes(frame(FIN | BINARY))
        for raw in stubborn:
            assert await close_code(raw) == 1003
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*map(rest_of, stubborn))
        assert asyncio.get_running_loop().time() - started < 8


@attack
async def data_after_the_close(target: Target) -> None:
    async def one() -> int:
        async with target.raw() as raw:
            await raw.send_bytes(closing(1000))
            pouring = asyncio.ensure_future(pour(raw, text(bytes(60_000)), 100))
            code = await close_code(raw)
            await pouring
            return code

    assert set(await asyncio.gather(*(one() for _ in range(10)))) <= {1000, 1006}


def test_what_was_reached_is_in_no_log_as_an_error(target: Target) -> None:
    log = target.process.log.read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log


def test_the_limits_are_told(target: Target) -> None:
    async def main() -> None:
        async with open_socket(f"ws://127.0.0.1:{target.port}{PATH}", TOKEN) as client:
            limits = (await client.request("system.info"))["limits"]
            assert limits["max_connections_per_caller"] == PER_CALLER
            assert msgspec.json.encode(limits["rate"]) == b"100.0"

    asyncio.run(main())
