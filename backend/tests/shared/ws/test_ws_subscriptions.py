"""Subscribing and unsubscribing, and what the rights of the caller have to do with it."""

import asyncio
from typing import Any

import pytest

from tests.shared.ws.prices import PATH, S1, Prices, connected, run, seqs
from trading_api.domain.errors import TradingError
from trading_api.domain.ports import ApiKey
from trading_api.shared.auth import Auth
from trading_api.shared.context import AppContext
from trading_api.shared.memory import MemoryCredentials
from trading_api.shared.ws.limits import WsLimits
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve
from trading_api.testing.sockets import open_socket


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


class ForgetfulStore(MemoryCredentials):
    """A store that cannot be asked for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.is_there = True

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        if not self.is_there:
            raise TradingError("unavailable", "the credential store is not open")
        return super().key_by_hash(key_hash)


def test_nobody_is_sent_away_because_the_store_cannot_be_asked() -> None:
    async def main() -> None:
        clock, store = ManualClock(), ForgetfulStore()
        context = AppContext.in_memory(clock=clock)
        context.auth = Auth(clock=clock, ids=context.ids, store=store, owner_token="t" * 16)
        prices = Prices(context)
        key = context.auth.make_key("reader", ["market:read"])
        async with (
            serve(prices.app) as server,
            open_socket(server.ws_url + PATH, key) as client,
        ):
            await client.request("prices.subscribe", S1)
            store.is_there = False
            await clock.advance(1000)
            assert (await client.refusal("prices.subscribe", S1))["code"] == "unavailable"
            store.is_there = True
            await client.request("prices.subscribe", S1)

    run(main())
