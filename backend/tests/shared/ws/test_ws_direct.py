"""Frames that are written past the transport, straight to the socket's descriptor."""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import trustme

from tests.shared.ws.prices import LOOPS, PATH, Prices, run, seqs
from tests.shared.ws.raw import CLOSE, PING, PONG, TEXT, raw_socket
from trading_api.domain.ports import Message
from trading_api.shared.context import AppContext
from trading_api.shared.ws.hub import Hub
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.outbox import Below
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import open_socket

S1 = {"symbols": ["S1"]}
KILOBYTE = "x" * 1000
Loop = Callable[[], asyncio.AbstractEventLoop]
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])


def below(server: RunningServer) -> Below | None:
    """What the only connection of a server says that lies below it."""
    [connection] = server.server.server_state.connections
    found: Below | None = connection.below()  # type: ignore[union-attr]
    return found


@on_both_loops
def test_updates_go_past_the_transport(loop: Loop) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.request("prints.subscribe", S1)
            [connection] = server.server.server_state.connections
            assert below(server) is not None
            written: list[bytes] = []
            [outbox] = prices.adapter.hub.topic("prints:S1", prices.adapter.routers[1]).outboxes
            outbox.write = written.append  # the way through the transport
            prices.service.publish("prints", "S1")
            assert await seqs(client, 1) == [1]
            assert written == []
            outbox.write = connection.write  # type: ignore[union-attr]

    run(main(), loop)


@on_both_loops
def test_a_number_that_is_anothers_now_is_not_written_to(loop: Loop) -> None:
    async def main() -> None:
        prices = Prices()
        async with serve(prices.app) as server, raw_socket(server.port, PATH, prices.token) as raw:
            await raw.send("prints.subscribe", S1)
            await raw.read_until(TEXT)
            found = below(server)
            assert found is not None
            [outbox] = prices.adapter.hub.topic("prints:S1", prices.adapter.routers[1]).outboxes
            prices.service.publish("prints", "S1")  # waits for the end of this turn
            [connection] = server.server.server_state.connections
            connection.transport.abort()
            await prices.ended.get()
            ours, theirs = pair_with(found.descriptor)
            with ours, theirs:
                prices.service.publish("prints", "S1")
                prices.adapter.hub.send(outbox, b"\x81\x02{}")
                await asyncio.sleep(0)
                with pytest.raises(BlockingIOError):
                    theirs.recv(1)
            assert outbox.descriptor == -1

    run(main(), loop)


def test_what_a_closed_outbox_held_reaches_nobody() -> None:
    """Its number is another connection's before the turn ends."""

    async def main() -> None:
        hub = Hub(ManualClock(), 10**9, 10**9, Prices().context.twin)
        near, far = socket.socketpair()
        outbox = hub.outbox(10**9, lambda: None)
        outbox.descriptor, outbox.pending = near.fileno(), lambda: 0
        hub.send(outbox, b"\x81\x02{}")
        outbox.close()
        number = near.fileno()
        near.close()
        far.close()
        ours, theirs = pair_with(number)
        with ours, theirs:
            hub.send(outbox, b"\x81\x02{}")
            await asyncio.sleep(0)
            with pytest.raises(BlockingIOError):
                theirs.recv(1)

    run(main())


def test_the_twin_is_the_one_that_is_asked_for(request: pytest.FixtureRequest) -> None:
    assert Prices().context.twin.name == request.node.callspec.id


def pair_with(descriptor: int) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets, the first of which has just that number."""
    ours, theirs = socket.socketpair()
    if theirs.fileno() == descriptor:
        ours, theirs = theirs, ours
    elif ours.fileno() != descriptor:
        os.dup2(ours.fileno(), descriptor)
        ours.close()
        ours = socket.socket(fileno=descriptor)
    theirs.setblocking(False)
    return ours, theirs


@on_both_loops
def test_nothing_follows_a_close_frame(loop: Loop) -> None:
    async def main() -> None:
        prices = Prices()
        async with serve(prices.app) as server, raw_socket(server.port, PATH, prices.token) as raw:
            await raw.send("prints.subscribe", S1)
            await raw.read_until(TEXT)
            [outbox] = prices.adapter.hub.topic("prints:S1", prices.adapter.routers[1]).outboxes
            prices.service.publish("prints", "S1")
            await raw.send_frame(2, b"binary is refused")
            await raw.send_frame(PING, b"")
            while not outbox.closed:
                prices.service.publish("prints", "S1")
                await asyncio.sleep(0)
            prices.service.publish("prints", "S1")
            prices.adapter.hub.send(outbox, b"\x81\x02{}")
            frames = await raw.read_all()
            assert frames[-1].close_code == 1003
            await raw.send_frame(CLOSE, (1003).to_bytes(2, "big"))
            assert await raw.read_frame() is None

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_tls_is_never_gone_past(loop: Loop, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(key)
    for part in issued.cert_chain_pems:
        part.write_to_path(certificate, append=True)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app, ssl_certfile=certificate, ssl_keyfile=key) as server,
            open_socket(
                f"wss://127.0.0.1:{server.port}{PATH}", prices.token, ssl=trusting
            ) as client,
        ):
            await client.request("prints.subscribe", S1)
            assert below(server) is None
            for _ in range(100):
                prices.service.publish("prints", "S1")
                await asyncio.sleep(0)
            assert await seqs(client, 100) == list(range(1, 101))

    run(main(), loop)


@on_both_loops
def test_frames_of_both_ways_keep_their_order(loop: Loop) -> None:
    """Replies, updates and pongs, while the socket now takes everything and now a part."""

    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(outbox_bytes=10**8, rate=1e6, burst=10**6)
        prices = Prices(context)
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token, receive_buffer=4096) as raw,
        ):
            await raw.send("prints.subscribe", S1)
            await raw.read_until(TEXT)
            seen: list[int] = []
            published = pongs = replies = 0
            for number in range(60):
                for _ in range(number):  # more and more, so that the buffers fill at some point
                    published = prices.service.publish("prints", "S1", note=KILOBYTE)
                    await asyncio.sleep(0)
                await raw.send_frame(PING, b"%d" % number)
                await raw.send("system.ping")
                for _ in range(number // 2):
                    frame = await raw.read_frame()
                    assert frame is not None
                    if frame.opcode == TEXT and "seq" in frame.message:
                        seen.append(frame.message["seq"])
                    pongs += frame.opcode == PONG
                    replies += frame.opcode == TEXT and "seq" not in frame.message
            while len(seen) < published or replies < 60:
                frame = await raw.read_frame()
                assert frame is not None
                if frame.opcode == TEXT and "seq" in frame.message:
                    seen.append(frame.message["seq"])
                replies += frame.opcode == TEXT and "seq" not in frame.message
            assert seen == list(range(1, published + 1))

    run(main(), loop)


def test_what_the_socket_does_not_take_goes_to_the_transport_in_order() -> None:
    """A short write, a full socket and a broken one, each seen by the transport as what is left."""

    async def main() -> None:
        prices = Prices()
        hub = Hub(ManualClock(), 10**9, 10**9, prices.context.twin)
        router = prices.adapter.routers[1]
        topic = hub.topic("prints:S1", router)
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            far.setblocking(False)
            through: list[bytes] = []
            held = 0
            outbox = hub.outbox(10**9, lambda: None)
            outbox.write = through.append
            outbox.descriptor, outbox.pending = near.fileno(), lambda: held
            hub.subscribe(topic, outbox)
            await publish(hub, 1, "x" * 2_000_000)
            taken = read_all(far)
            frame = topic.frame_of((topic.between(0, 1) or [])[0])
            assert 0 < len(taken) < len(frame)
            assert taken + b"".join(through) == frame

            held = 1  # the transport still has some of it: nothing may overtake that
            await publish(hub, 2, "second")
            assert read_all(far) == b""
            assert through[-1].endswith(b'"note":"second"}}')

            held = 0
            await publish(hub, 3, "third")
            assert read_all(far).endswith(b'"note":"third"}}')
            far.close()
            await publish(hub, 4, "fourth")
            assert through[-1].endswith(b'"note":"fourth"}}')

    async def publish(hub: Hub, seq: int, note: str) -> None:
        hub.publish(Message("prints:S1", seq, {"note": note}))
        await asyncio.sleep(0)

    run(main())


def test_each_socket_gets_its_own_frames_however_many_bytes_the_turn_has() -> None:
    """Many different pieces, one that is large, and outboxes that hold the same frames."""

    async def main() -> None:
        hub = Hub(ManualClock(), 10**9, 10**9, Prices().context.twin)
        pieces = [[b"%d" % n * 5_000, b"%d." % n * 9_000] for n in range(10, 40)]
        pieces += [pieces[-1], [b"large" * 60_000, b"larger" * 60_000], [b"one"], [b"one", b"two"]]
        got = [bytearray() for _ in pieces]
        with ExitStack() as opened:
            far_ends = []
            for frames, through in zip(pieces, got, strict=True):
                near, far = map(opened.enter_context, socket.socketpair())
                near.setblocking(False)
                far.setblocking(False)
                far_ends.append(far)
                outbox = hub.outbox(10**9, lambda: None)
                outbox.descriptor, outbox.pending = near.fileno(), lambda: 0
                outbox.write = partial(taken_up, far, through)
                for frame in frames:
                    hub.send(outbox, frame)
            await asyncio.sleep(0)
            for far, through in zip(far_ends, got, strict=True):
                through += read_all(far)
        assert [bytes(each) for each in got] == [b"".join(frames) for frames in pieces]
        assert hub.counts.writes == len(pieces)

    run(main())


def taken_up(far: socket.socket, through: bytearray, data: bytes) -> None:
    """What the socket took comes before what it left to the transport."""
    through += read_all(far) + data


def read_all(sock: socket.socket) -> bytes:
    data = b""
    while True:
        try:
            data += sock.recv(1 << 20)
        except BlockingIOError:
            return data


def test_any_other_server_has_nothing_below() -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app, ws="websockets-sansio") as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.request("prints.subscribe", S1)
            [outbox] = prices.adapter.hub.topic("prints:S1", prices.adapter.routers[1]).outboxes
            assert outbox.descriptor == -1

    run(main())
