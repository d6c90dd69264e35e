"""Readers that are slow, gone or many; what is written, and when."""

import asyncio
import gc
import socket
import struct
import tracemalloc
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.shared.ws.prices import LOOPS, PATH, Prices, run
from tests.shared.ws.raw import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    RawFrame,
    RawSocket,
    raw_socket,
)
from trading_api.domain.ports import Message
from trading_api.shared.context import AppContext
from trading_api.shared.ws.client import Client
from trading_api.shared.ws.limits import WsLimits
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket

KILOBYTE = "x" * 1000
MEGABYTES_3 = 3000  # notes of a kilobyte: more than the kernel's buffers and the outbox hold
S1 = {"symbols": ["S1"]}
S1_TO_S20 = {"symbols": [f"S{number}" for number in range(1, 21)]}
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
Loop = Callable[[], asyncio.AbstractEventLoop]


def prices_with(**limits: float) -> Prices:
    context = AppContext.in_memory()
    context.limits = WsLimits(**limits)  # type: ignore[arg-type]
    return Prices(context)


@asynccontextmanager
async def slow_reader(prices: Prices, port: int) -> AsyncIterator[RawSocket]:
    """A subscriber of prices and prints of S1 that reads nothing by itself."""
    async with raw_socket(port, PATH, prices.token, receive_buffer=4096) as raw:
        for route in ("prices", "prints"):
            await raw.send(f"{route}.subscribe", S1)
            await raw.read_until(TEXT)
        yield raw


async def publish_much(prices: Prices, route: str, count: int = MEGABYTES_3) -> None:
    """A kilobyte per turn of the event loop."""
    for number in range(count):
        prices.service.publish(route, "S1", number, lane=number % 2, note=KILOBYTE)
        await asyncio.sleep(0)


def updates(frames: list[RawFrame]) -> list[int]:
    return [frame.message["seq"] for frame in frames if frame.opcode == TEXT]


@on_both_loops
def test_a_slow_reader_of_latest_gets_the_newest_value_per_key(loop: Loop) -> None:
    async def main() -> None:
        prices = prices_with()
        async with (
            serve(prices.app) as server,
            slow_reader(prices, server.port) as slow,
            open_socket(server.ws_url + PATH, prices.token) as healthy,
        ):
            await healthy.request("prices.subscribe", S1)
            for number in range(MEGABYTES_3):
                seq = prices.service.publish("prices", "S1", lane=number % 2, note=KILOBYTE)
                assert (await healthy.receive())["seq"] == seq

            seen: list[int] = []
            while not seen or seen[-1] != MEGABYTES_3:
                seen.append((await slow.read_until(TEXT)).message["seq"])
            assert seen == sorted(set(seen))
            assert len(seen) < MEGABYTES_3 / 2
            assert seen[-2:] == [MEGABYTES_3 - 1, MEGABYTES_3]  # one per key
            prices.service.publish("prices", "S1")
            assert (await slow.read_until(TEXT)).message["seq"] == MEGABYTES_3 + 1

    run(main(), loop)


@on_both_loops
def test_a_slow_reader_of_every_is_closed_without_having_missed_one(loop: Loop) -> None:
    async def main() -> None:
        prices = prices_with()
        async with serve(prices.app) as server, slow_reader(prices, server.port) as slow:
            await publish_much(prices, "prints")
            assert prices.adapter.hub.subscribers("prints:S1") == 0

            frames = await slow.read_all()
            assert frames[-1].opcode == CLOSE
            assert frames[-1].close_code == 4003
            seqs = updates(frames)
            assert seqs == list(range(1, len(seqs) + 1))
            await prices.ended.get()

            async with open_socket(server.ws_url + PATH, prices.token) as again:
                position = {"prints:S1": {"epoch": "e1", "seq": seqs[-1]}}
                reply = await again.request("prints.subscribe", {**S1, "recover": position})
                assert reply["subscriptions"][0]["recovered"] is True
                rest = [(await again.receive())["seq"] for _ in range(MEGABYTES_3 - seqs[-1])]
                assert seqs + rest == list(range(1, MEGABYTES_3 + 1))

    run(main(), loop)


@on_both_loops
def test_a_reader_that_takes_nothing_is_cut(loop: Loop) -> None:
    async def main() -> None:
        prices = prices_with(stall_s=0.2)
        prices.adapter.heartbeat_interval = 300.0  # the stall is noticed without its help
        async with serve(prices.app) as server, slow_reader(prices, server.port) as slow:
            assert prices.adapter.hub.subscribers("prices:S1") == 1
            await publish_much(prices, "prices")
            await prices.ended.get()
            assert prices.adapter.hub.subscribers("prices:S1") == 0
            assert CLOSE not in {frame.opcode for frame in await slow.read_all()}

    run(main(), loop)


def test_a_reader_that_stops_below_the_high_water_mark_is_cut_too() -> None:
    async def main() -> None:
        prices = prices_with(stall_s=0.1)
        prices.adapter.heartbeat_interval = 1.5
        async with serve(prices.app) as server, slow_reader(prices, server.port) as slow:
            while True:  # until the kernel takes no more: some, but not much, is left to us
                prices.service.publish("prices", "S1", note=KILOBYTE)
                await asyncio.sleep(0)
                [transport] = server.server.server_state.connections
                if transport.transport.get_write_buffer_size():
                    break
            await prices.ended.get()
            assert 4001 not in {f.close_code for f in await slow.read_all() if f.opcode == CLOSE}

    run(main())


def test_memory_does_not_grow_with_a_stalled_reader() -> None:
    async def main() -> None:
        prices = prices_with()
        async with serve(prices.app) as server, slow_reader(prices, server.port):
            await publish_much(prices, "prices")
            value = prices.service.values["prices:S1"][-1]
            tracemalloc.start()
            for seq in range(MEGABYTES_3 + 1, 2 * MEGABYTES_3):
                prices.context.bus.publish(Message("prices:S1", seq, value))
                await asyncio.sleep(0)
            grown, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert prices.adapter.hub.subscribers("prices:S1") == 1
            assert grown < 500_000  # the ring's 256 frames of a kilobyte; not 3 MB

    run(main())


def test_a_flood_within_one_turn_is_bounded_and_conflated() -> None:
    async def main() -> None:
        prices = prices_with(outbox_bytes=100_000)
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, prices.token) as client,
        ):
            await client.request("prices.subscribe", S1)
            for number in range(1000):
                prices.service.publish("prices", "S1", number, note=KILOBYTE)
            seen: list[int] = []
            while not seen or seen[-1] != 1000:
                seen.append((await client.receive())["seq"])
            assert seen == sorted(set(seen))
            assert 90 < len(seen) < 110
            prices.service.publish("prices", "S1")
            assert (await client.receive())["seq"] == 1001

    run(main())


@on_both_loops
@pytest.mark.parametrize("how", ["close", "reset", "half-close"])
def test_a_client_that_goes_away_leaves_every_topic(loop: Loop, how: str) -> None:
    async def main() -> None:
        prices = Prices()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send("prices.subscribe", S1_TO_S20)
            await raw.read_until(TEXT)
            assert prices.adapter.hub.subscribers("prices:S20") == 1
            if how == "close":
                await raw.send_frame(CLOSE, (1000).to_bytes(2, "big"))
                assert (await raw.read_until(CLOSE)).close_code == 1000
            elif how == "half-close":
                raw.sock.shutdown(socket.SHUT_WR)
            else:
                at_once = struct.pack("ii", 1, 0)
                raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                raw.sock.close()
            await prices.ended.get()
            for number in range(1, 21):
                assert prices.adapter.hub.subscribers(f"prices:S{number}") == 0
            prices.service.publish("prices", "S1")

    run(main(), loop)


@on_both_loops
def test_nothing_is_kept_of_a_client_that_has_gone(loop: Loop) -> None:
    def clients() -> set[weakref.ref[Client]]:
        return {weakref.ref(one) for one in gc.get_objects() if isinstance(one, Client)}

    async def main() -> None:
        prices = Prices()
        gc.collect()
        before = clients()
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                await client.request("prices.subscribe", S1_TO_S20)
                [gone] = clients() - before
            await prices.ended.get()
        gc.collect()
        assert gone() is None

    run(main(), loop)


def test_pings_of_a_client_that_does_not_read_do_not_pile_up() -> None:
    async def main() -> None:
        prices = prices_with()
        async with serve(prices.app) as server, slow_reader(prices, server.port) as slow:
            await publish_much(prices, "prices")
            [protocol] = server.server.server_state.connections
            waiting = protocol.transport.get_write_buffer_size()
            for _ in range(200):
                await slow.send_frame(PING, b"p" * 125)
            await slow.send("prices.subscribe", {"symbols": ["S2"]})
            while await prices.service.reads.get() != "prices:S2":
                pass
            assert protocol.transport.get_write_buffer_size() <= waiting
            for _ in range(100):
                frame = await slow.read_frame()
                assert frame is not None
                assert frame.opcode != PONG

    run(main())
