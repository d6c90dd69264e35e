"""Going on after a position: from the ring, from a source that outlives the process, or not."""

from typing import Any

import pytest

from tests.shared.ws.prices import PATH, S1, Prices, connected, run, seqs
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.router import gap
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket


def recover(route: str, epoch: str, seq: int, symbol: str = "S1") -> dict[str, Any]:
    return {"symbols": [symbol], "recover": {f"{route}:{symbol}": {"epoch": epoch, "seq": seq}}}


@pytest.mark.parametrize("route", ["prices", "prints"])
def test_a_client_that_was_away_resumes_from_the_ring(route: str) -> None:
    async def main() -> None:
        prices = Prices()
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                await client.request(f"{route}.subscribe", S1)
                prices.service.publish(route, "S1")
                assert await seqs(client, 1) == [1]
            await prices.ended.get()
            for _ in range(3):
                prices.service.publish(route, "S1")
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                reply = await client.request(f"{route}.subscribe", recover(route, "e1", 1))
                assert reply["subscriptions"] == [
                    {
                        "topic": f"{route}:S1",
                        "epoch": "e1",
                        "seq": 1,
                        "recovered": True,
                        "snapshot": None,
                    }
                ]
                prices.service.publish(route, "S1")
                assert await seqs(client, 4) == [2, 3, 4, 5]

    run(main())


@pytest.mark.parametrize(
    ("epoch", "seq"),
    [
        pytest.param("e0", 1, id="another epoch"),
        pytest.param("e1", 99, id="from the future"),
    ],
)
def test_a_position_that_is_not_of_this_stream_is_not_recovered(epoch: str, seq: int) -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prints.subscribe", S1)
            for _ in range(3):
                prices.service.publish("prints", "S1")
            await seqs(client, 3)
            reply = await client.request("prints.subscribe", recover("prints", epoch, seq))
            [subscription] = reply["subscriptions"]
            assert subscription["recovered"] is False
            assert (subscription["epoch"], subscription["seq"]) == ("e1", 3)
            assert subscription["snapshot"]["symbol"] == "S1"
            prices.service.publish("prints", "S1")
            assert await seqs(client, 1) == [4]

    run(main())


@pytest.mark.parametrize(("away_ms", "recovered"), [(119_999, True), (120_000, False)])
def test_the_ring_is_kept_for_120_seconds(away_ms: int, recovered: bool) -> None:
    async def main() -> None:
        clock = ManualClock()
        prices = Prices(AppContext.in_memory(clock=clock))
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                await client.request("prints.subscribe", S1)
            await prices.ended.get()
            prices.service.publish("prints", "S1")
            await clock.advance(away_ms)
            prices.service.publish("prints", "S1")
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                reply = await client.request("prints.subscribe", recover("prints", "e1", 0))
                assert reply["subscriptions"][0]["recovered"] is recovered

    run(main())


def test_where_nothing_was_missed_nothing_needs_to_be_kept() -> None:
    async def main() -> None:
        prices = Prices()
        prices.service.publish("prints", "S1")
        async with connected(prices) as client:
            reply = await client.request("prints.subscribe", recover("prints", "e1", 1))
            assert reply["subscriptions"][0]["recovered"] is True
            prices.service.publish("prints", "S1")
            assert await seqs(client, 1) == [2]

    run(main())


def test_a_ring_does_not_reach_further_back_than_its_size() -> None:
    async def main() -> None:
        prices = Prices()
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                await client.request("prices.subscribe", S1)
            await prices.ended.get()
            for _ in range(300):
                prices.service.publish("prices", "S1")
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                for seq, recovered in ((43, False), (44, True)):
                    reply = await client.request("prices.subscribe", recover("prices", "e1", seq))
                    assert reply["subscriptions"][0]["recovered"] is recovered
                assert await seqs(client, 256) == list(range(45, 301))

    run(main())


def ledger_from(seq: int, epoch: str = "e1") -> dict[str, Any]:
    return {"recover": {"ledger:owner": {"epoch": epoch, "seq": seq}}}


def test_a_topic_that_outlives_the_process_is_resumed_from_its_source() -> None:
    async def main() -> None:
        prices = Prices()
        for _ in range(2000):
            prices.service.publish("ledger", "owner")
        async with connected(prices) as client:
            await client.send({"type": "ledger.subscribe", "id": 1, "payload": ledger_from(7)})
            reply = await client.receive()
            [subscription] = reply["payload"]["subscriptions"]
            assert (subscription["recovered"], subscription["seq"]) == (True, 7)
            assert subscription["snapshot"] is None
            received = await seqs(client, 500)
            for _ in range(10):
                prices.service.publish("ledger", "owner")
            received += await seqs(client, 2010 - 507)
            assert received == list(range(8, 2011))
            assert all(until - after <= 256 for _, after, until in prices.service.replays)
            prices.service.publish("ledger", "owner")
            assert await seqs(client, 1) == [2011]

    run(main())


def test_a_topic_that_is_held_is_resumed_in_order_while_others_publish() -> None:
    async def main() -> None:
        prices = Prices()
        for _ in range(2000):
            prices.service.publish("ledger", "owner")
        prices.service.publishes_while_replaying = True
        async with connected(prices) as client:
            await client.request("ledger.subscribe", {})
            await client.send({"type": "ledger.subscribe", "id": 1, "payload": ledger_from(7)})
            while "id" not in await client.receive():
                pass  # what is published before the reply belongs to the first subscription
            assert await seqs(client, 1993) == list(range(8, 2001))
            published = len(prices.service.replays)
            assert await seqs(client, published) == list(range(2001, 2001 + published))

    run(main())


@pytest.mark.parametrize(
    ("epoch", "seq"),
    [
        pytest.param("e0", 0, id="another epoch"),
        pytest.param("e1", 99, id="from the future"),
    ],
)
def test_a_source_is_not_asked_for_what_it_never_published(epoch: str, seq: int) -> None:
    async def main() -> None:
        prices = Prices()
        prices.service.publish("ledger", "owner")
        async with connected(prices) as client:
            reply = await client.request("ledger.subscribe", ledger_from(seq, epoch))
            assert reply["subscriptions"][0]["recovered"] is False
            assert prices.service.replays == []

    run(main())


def test_a_gap_is_told_and_nobody_resumes_across_it() -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prices.subscribe", S1)
            prices.service.publish("prices", "S1")
            prices.context.bus.publish(gap("prices:S1", "the source was away"))
            prices.service.publish("prices", "S1")
            assert await seqs(client, 1) == [1]
            assert await client.receive() == {
                "type": "system.notice",
                "payload": {
                    "code": "gap",
                    "message": "the source was away",
                    "topic": "prices:S1",
                    "epoch": "e1",
                    "seq": 1,
                },
            }
            assert await seqs(client, 1) == [2]
            reply = await client.request("prices.subscribe", recover("prices", "e1", 0))
            assert reply["subscriptions"][0]["recovered"] is False

    run(main())


def test_a_ring_that_has_lost_its_tail_to_large_updates_gives_a_snapshot() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(ring_bytes=64 * 1024)
        prices = Prices(context)
        async with serve(prices.app) as server:
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                await client.request("prints.subscribe", S1)
            await prices.ended.get()
            for number in range(100):
                prices.service.publish("prints", "S1", number, note="x" * 1000)
            async with open_socket(server.ws_url + PATH, prices.token) as client:
                reply = await client.request("prints.subscribe", recover("prints", "e1", 30))
                [lost] = reply["subscriptions"]
                assert (lost["recovered"], lost["seq"]) == (False, 100)
                assert lost["snapshot"]["price"] == 99
                reply = await client.request("prints.subscribe", recover("prints", "e1", 50))
                [found] = reply["subscriptions"]
                assert (found["recovered"], found["seq"], found["snapshot"]) == (True, 50, None)
                assert await seqs(client, 50) == list(range(51, 101))

    run(main())
