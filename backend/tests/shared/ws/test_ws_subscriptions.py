import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.shared.context import AppContext
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.router import gap
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve
from trading_api.testing.sockets import SocketClient, open_socket

S1 = {"symbols": ["S1"]}


@asynccontextmanager
async def connected(prices: Prices) -> AsyncIterator[SocketClient]:
    async with (
        serve(prices.app) as server,
        open_socket(server.ws_url + PATH, prices.token) as client,
    ):
        yield client


async def seqs(client: SocketClient, count: int) -> list[int]:
    return [(await client.receive())["seq"] for _ in range(count)]


def test_a_subscribe_reply_has_the_state_and_what_follows_has_the_next_numbers() -> None:
    async def main() -> None:
        prices = Prices()
        prices.service.publish("prices", "S1", 1.5)
        async with connected(prices) as client:
            reply = await client.request("prices.subscribe", {"symbols": ["S1", "S2", "S1"]})
            assert reply == {
                "status": "ok",
                "subscriptions": [
                    {
                        "topic": "prices:S1",
                        "epoch": "e1",
                        "seq": 1,
                        "recovered": False,
                        "snapshot": {"symbol": "S1", "price": 1.5, "lane": 0, "note": ""},
                    },
                    {
                        "topic": "prices:S2",
                        "epoch": "e1",
                        "seq": 0,
                        "recovered": False,
                        "snapshot": None,
                    },
                ],
            }
            prices.service.publish("prices", "S2", 2.5)
            assert await client.receive() == {
                "type": "prices.update",
                "topic": "prices:S2",
                "seq": 1,
                "payload": {"symbol": "S2", "price": 2.5, "lane": 0, "note": ""},
            }

    run(main())


def test_a_refused_subscribe_changes_nothing() -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prices.subscribe", S1)
            refusal = await client.refusal("prices.subscribe", {"symbols": ["S2", "X"]})
            assert refusal["code"] == "unknown_symbol"
            assert (await client.request("system.info"))["topics"] == ["prices:S1"]
            assert prices.adapter.hub.subscribers("prices:S2") == 0

    run(main())


def test_subscribing_twice_gives_a_fresh_snapshot_and_each_update_once() -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prices.subscribe", S1)
            prices.service.publish("prices", "S1")
            again = await client.request("prices.subscribe", S1)
            assert again["subscriptions"][0]["seq"] == 1
            prices.service.publish("prices", "S1")
            prices.service.publish("prices", "S1")
            assert await seqs(client, 3) == [1, 2, 3]
            await client.request("system.ping")

    run(main())


@pytest.mark.parametrize("by", [S1, {"topics": ["prices:S1"]}])
def test_unsubscribing_stops_updates_and_may_be_repeated(by: dict[str, Any]) -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prices.subscribe", {"symbols": ["S1", "S2"]})
            for _ in range(2):
                reply = await client.request("prices.unsubscribe", by)
                assert reply == {"status": "ok", "topics": ["prices:S1"]}
            prices.service.publish("prices", "S1")
            prices.service.publish("prices", "S2")
            assert (await client.receive())["topic"] == "prices:S2"
            assert (await client.request("system.info"))["topics"] == ["prices:S2"]

    run(main())


def test_a_connection_holds_at_most_so_many_topics() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        context.limits = WsLimits(max_topics=3)
        prices = Prices(context)
        async with connected(prices) as client:
            await client.request("prices.subscribe", {"symbols": ["S1", "S2"]})
            refusal = await client.refusal("prints.subscribe", {"symbols": ["S1", "S2"]})
            assert refusal["code"] == "too_many_topics"
            assert refusal["details"] == {"limit": 3}
            assert len((await client.request("system.info"))["topics"]) == 2
            await client.request("prices.subscribe", {"symbols": ["S1", "S2", "S3"]})

    run(main())


def test_nothing_is_lost_between_snapshot_and_stream_while_others_publish() -> None:
    async def main() -> None:
        prices = Prices()
        going = True

        async def publisher() -> None:
            while going:
                prices.service.publish("prints", "S1")
                await asyncio.sleep(0)

        async with connected(prices) as client:
            publishing = asyncio.create_task(publisher())
            for _ in range(20):
                reply = await client.request("prints.subscribe", S1)
                first = reply["subscriptions"][0]["seq"] + 1
                while (message := await client.receive())["seq"] < first:
                    pass  # of the subscription before
                assert message["seq"] == first
                assert await seqs(client, 20) == list(range(first + 1, first + 21))
            going = False
            await publishing

    run(main())


def test_replies_and_updates_leave_in_order() -> None:
    async def main() -> None:
        prices = Prices()
        async with connected(prices) as client:
            await client.request("prints.subscribe", S1)
            for number in range(50):
                prices.service.publish("prints", "S1")
                await client.send({"type": "prints.subscribe", "id": number, "payload": S1})
            last_seq = 0
            for _ in range(100):
                message = await client.receive()
                if message["type"] == "prints.update":
                    assert message["seq"] == last_seq + 1
                    last_seq += 1
                else:
                    assert message["payload"]["subscriptions"][0]["seq"] == last_seq

    run(main())


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


def test_a_revoked_key_is_told_so_and_sent_away() -> None:
    async def main() -> None:
        clock = ManualClock()
        prices = Prices(AppContext.in_memory(clock=clock))
        key = prices.context.auth.make_key("reader", ["market:read"])
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, key) as client,
        ):
            await client.request("prices.subscribe", S1)
            prices.context.auth.store.revoke_key("reader", clock.now_ms())
            await clock.advance(1000)
            refusal = await client.refusal("prices.subscribe", S1)
            assert refusal["code"] == "unauthenticated"
            assert await client.closed() == 4501

    run(main())


def test_an_expired_key_is_sent_away_without_a_request() -> None:
    async def main() -> None:
        clock = ManualClock()
        prices = Prices(AppContext.in_memory(clock=clock), heartbeat_interval=0.15)
        key = prices.context.auth.make_key("reader", ["market:read"], lifetime_ms=5000)
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, key) as client,
        ):
            await client.request("prices.subscribe", S1)
            await clock.advance(5000)
            assert await client.closed() == 4500
            await prices.ended.get()
            assert prices.adapter.hub.subscribers("prices:S1") == 0

    run(main())
