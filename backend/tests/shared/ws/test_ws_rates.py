"""How much a client may send: what is refused, who is closed, and what is counted."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.ws.prices import LOOPS, PATH, S1, Prices, connected, run
from tests.shared.ws.raw import CLOSE, PING, PONG, TEXT, masked, raw_socket
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.rate import RequestRate, TokenBucket
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient

RATE, BURST = 20.0, 5


def prices_with(**limits: Any) -> Prices:
    context = AppContext.in_memory()
    context.limits = WsLimits(**{"rate": RATE, "burst": BURST, **limits})
    return Prices(context)


async def ask_at_once(client: SocketClient, count: int) -> list[dict[str, Any]]:
    """The answers to so many requests that were sent together."""
    for number in range(count):
        await client.send({"type": "system.ping", "id": number})
    return [await client.receive() for _ in range(count)]


def test_requests_above_the_burst_are_refused_and_told_when_to_come_again() -> None:
    async def main() -> None:
        prices = prices_with(rate=2.0)
        async with connected(prices) as client:
            answers = await ask_at_once(client, BURST + 3)
            assert [answer["id"] for answer in answers] == list(range(BURST + 3))
            assert {answer["type"] for answer in answers[:BURST]} == {"system.ping.response"}
            for answer in answers[BURST:]:
                refusal = answer["payload"]
                assert (refusal["code"], refusal["retryable"]) == ("rate_limited", True)
                assert "2 requests a second, 5 at once" in refusal["message"]
                assert 0 < refusal["details"]["retry_after_ms"] <= 502
            assert prices.context.limit_counts.requests_refused == 3

    run(main())


def test_who_waits_as_told_is_served() -> None:
    async def main() -> None:
        async with connected(prices_with(rate=5.0)) as client:
            *_, refused = await ask_at_once(client, BURST + 1)
            for _ in range(3):
                await asyncio.sleep(refused["payload"]["details"]["retry_after_ms"] / 1000)
                served, refused = await ask_at_once(client, 2)
                assert served["type"] == "system.ping.response"
                assert refused["type"] == "error"

    run(main())


@pytest.mark.parametrize("what", ["system.ping", "prices.subscribe", "nonsense"])
def test_a_second_burst_of_refused_requests_closes_with_4004(what: str) -> None:
    async def main() -> None:
        prices = prices_with()
        async with connected(prices) as client:
            await client.request("prices.subscribe", S1)
            for _ in range(3 * BURST):
                await client.send({"type": what, "payload": S1})
            assert await client.closed() == 4004
            assert prices.adapter.hub.subscribers("prices:S1") == 0
        assert prices.context.limit_counts.requests_abused == 1

    run(main())


def test_a_storm_of_subscriptions_to_many_topics_is_refused_like_any_requests() -> None:
    async def main() -> None:
        prices = prices_with(rate=0.001)
        async with connected(prices) as client:
            for start in range(0, 10 * BURST, 10):
                symbols = {"symbols": [f"S{number}" for number in range(start, start + 10)]}
                await client.request("prices.subscribe", symbols)
            for _ in range(BURST):
                refusal = await client.refusal("prices.subscribe", {"symbols": ["S999"]})
                assert refusal["code"] == "rate_limited"
            assert prices.adapter.hub.subscribers("prices:S999") == 0
            assert prices.adapter.hub.subscribers("prices:S49") == 1
            assert prices.service.reads.qsize() == 10 * BURST

    run(main())


def test_one_connection_does_not_use_up_what_another_may_send() -> None:
    async def main() -> None:
        prices = prices_with(rate=0.001)
        async with connected(prices) as first, serve(prices.app) as server:
            await ask_at_once(first, BURST + 1)
            async with raw_socket(server.port, PATH, prices.token) as second:
                await second.send("system.ping")
                answer = await second.read_until(TEXT)
                assert answer.message["type"] == "system.ping.response"

    run(main())


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("opcode", [PING, PONG])
def test_a_flood_of_control_frames_closes_with_4004(loop: Any, opcode: int) -> None:
    async def main() -> None:
        prices = prices_with()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send("prices.subscribe", S1)
            await raw.read_until(TEXT)
            await raw.send_bytes(masked(opcode, b"") * 1000)
            frames = await raw.read_all()
            assert frames[-1].opcode == CLOSE
            assert frames[-1].close_code == 4004
            assert len(frames) <= 10 * BURST + 1
            assert prices.adapter.hub.subscribers("prices:S1") == 0
            assert await raw.read_frame() is None, "it is cut without waiting for long"
            await prices.ended.get()
        assert prices.context.limit_counts.frames_abused == 1

    run(main(), loop)


def test_ten_frames_may_come_for_each_request_that_may() -> None:
    async def main() -> None:
        prices = prices_with()
        async with (
            serve(prices.app) as server,
            raw_socket(server.port, PATH, prices.token) as raw,
        ):
            await raw.send_bytes(masked(PING, b"x") * 10 * BURST)
            for _ in range(10 * BURST):
                frame = await raw.read_frame()
                assert frame == (PONG, b"x")

    run(main())


instants = st.lists(st.floats(0, 0.5), min_size=1, max_size=200)


@given(instants, st.floats(0.5, 50), st.integers(1, 20))
def test_no_stretch_of_time_gets_more_than_its_rate_and_one_burst(
    pauses: list[float], rate: float, burst: int
) -> None:
    now = 0.0
    bucket = TokenBucket(rate, burst, now)
    taken: list[float] = []
    for pause in pauses:
        now += pause
        wait = bucket.take(now)
        if not wait:
            taken.append(now)
        else:
            assert 0 < wait <= 1 / rate + 1e-9
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + rate * (taken[last] - taken[first]) + 1e-6


@pytest.mark.parametrize(("size", "served"), [(4095, 20), (4096, 10), (65_536, 1)])
def test_a_long_request_counts_as_several(size: int, served: int) -> None:
    rate = RequestRate(WsLimits(rate=0.001, burst=20), now=0.0)
    answers = [rate.refuse(0.0, size) for _ in range(served + 1)]
    assert [answer is None for answer in answers] == [True] * served + [False]


def test_the_longest_request_passes_where_a_burst_is_short() -> None:
    rate = RequestRate(WsLimits(rate=10.0, burst=2), now=0.0)
    assert rate.refuse(0.0, 65_536) is None
    assert rate.refuse(0.1, 65_536) is not None
    assert rate.refuse(0.2, 65_536) is None


def test_refusals_are_forgiven_after_ten_seconds() -> None:
    rate = RequestRate(WsLimits(rate=0.001, burst=3), now=0.0)
    for second in range(100):
        rate.refuse(float(second) * 4, 10)
        assert not rate.abused
    for second in range(4):
        rate.refuse(500.0 + second, 10)
    assert rate.abused
