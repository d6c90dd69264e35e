"""What the socket of every module must do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from trading_api.shared.auth import SCOPES
from trading_api.shared.ws.asyncapi_parts import plain
from trading_api.testing.suites.socket_envelope import SocketEnvelope
from trading_api.testing.suites.socket_life import SocketLife
from trading_api.testing.suites.socket_stage import Frame, SocketModule, Stage, positions_of

__all__ = ["SocketModule", "SocketSuite"]

UPDATES = 3

WRONG_PAYLOADS: tuple[Callable[[Frame], Any], ...] = (
    lambda good: {**good, "no_such_member": 1},
    lambda good: {**good, "recover": 1},
    lambda good: [good],
)


def _requests_of(module: SocketModule, scope: str) -> Iterator[tuple[str, Any]]:
    """What cannot be asked without the scope; the payloads are good ones where they are known."""
    for router in module.ws_app.routers:
        if router.scope == scope:
            yield f"{router.name}.subscribe", module.parameters[router.name]
        for operation in router.operations:
            if operation.scope == scope:
                yield f"{router.name}.{operation.name}", plain(operation.example[0])


class SocketSuite(SocketEnvelope, SocketLife):
    """Inherit, and give `opened`."""

    def test_the_document_has_each_route_with_examples_that_are_true(self) -> None:
        async def story(stage: Stage) -> None:
            assert list(stage.document["channels"]) == [*stage.routes, "system"]
            assert set(stage.module.parameters) == set(stage.routes)
            messages = stage.document["components"]["messages"]
            async with stage.client() as client:
                for route in stage.routes:
                    for name in ("subscribe", "subscribe.response", "update"):
                        examples = messages[f"{route}.{name}"].get("examples")
                        assert examples, f"{route}.{name} has no example"
                        client.check(examples[0]["payload"])

        self.play(story)

    def test_topics_are_the_routes_own_and_snapshots_fit_the_document(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                held: list[str] = []
                for route in stage.routes:
                    subscriptions = await stage.subscribe(client, route)
                    assert subscriptions
                    for topic, each in subscriptions.items():
                        assert topic.partition(":")[0] == route
                        assert each["recovered"] is False
                        assert each["epoch"]
                    held += subscriptions
                info = await client.request("system.info")
                assert info["topics"] == held
                assert info["heartbeat_interval"] == stage.module.ws_app.heartbeat_interval
                assert "server_time" in await client.request("system.ping")

        self.play(story)

    def test_updates_follow_the_snapshot_without_a_hole(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for route in stage.routes:
                    subscriptions = await stage.subscribe(client, route)
                    seqs = {topic: each["seq"] for topic, each in subscriptions.items()}
                    for update in await client.updates(route, UPDATES, stage.module.publish):
                        assert update["seq"] == seqs[update["topic"]] + 1
                        seqs[update["topic"]] += 1
                    again = await stage.subscribe(client, route)
                    assert {topic: each["seq"] for topic, each in again.items()} == seqs

        self.play(story)

    def test_subscribing_twice_sends_each_update_once(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for route in stage.routes:
                    first = await stage.subscribe(client, route)
                    assert await stage.subscribe(client, route) == first
                    updates = await client.updates(route, 1, stage.module.publish)
                    numbers = [(update["topic"], update["seq"]) for update in updates]
                    assert len(set(numbers)) == len(numbers)

        self.play(story)

    def test_unsubscribing_ends_the_updates_and_may_be_repeated(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client, stage.client() as witness:
                for route in stage.routes:
                    topics = list(await stage.subscribe(client, route))
                    await stage.subscribe(witness, route)
                    for by in (stage.module.parameters[route], {"topics": topics}):
                        reply = await client.request(f"{route}.unsubscribe", by)
                        assert reply == {"status": "ok", "topics": topics}
                    await witness.updates(route, 1, stage.module.publish)
                    assert (await client.request("system.info"))["topics"] == []
                    assert client.arrived() == []

        self.play(story)

    def test_an_error_closes_nothing_and_changes_nothing(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for route in stage.routes:
                    held = list(await stage.subscribe(client, route))
                    good = stage.module.parameters[route]
                    for wrong in WRONG_PAYLOADS:
                        error = await client.refusal_of_wrong(f"{route}.subscribe", wrong(good))
                        assert error["code"] == "invalid_payload"
                    error = await client.refusal(f"{route}.unsubscribe", {"topics": ["nobody:s"]})
                    assert error["code"] == "unknown_topic"
                    error = await client.refusal_of_wrong(f"{route}.no_such_request", {})
                    assert error["code"] == "unknown_type"
                    assert (await client.request("system.info"))["topics"] == held
                    await client.request(f"{route}.unsubscribe", {"topics": held})

        self.play(story)

    def test_a_client_that_was_away_gets_what_it_missed(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as witness:
                for route in stage.routes:
                    async with stage.client() as client:
                        before = await stage.subscribe(client, route)
                    assert positions_of(await stage.subscribe(witness, route)) == positions_of(
                        before
                    )
                    missed = await witness.updates(route, UPDATES, stage.module.publish)
                    async with stage.client() as client:
                        resumed = await stage.subscribe(client, route, positions_of(before))
                        assert positions_of(resumed) == positions_of(before)
                        for each in resumed.values():
                            assert (each["recovered"], each["snapshot"]) == (True, None)
                        received = [await client.receive() for _ in missed]
                    key = _topic_and_number
                    assert sorted(received, key=key) == sorted(missed, key=key)

        self.play(story)

    def test_a_position_of_another_life_is_not_recovered(self) -> None:
        async def story(stage: Stage) -> None:
            async with stage.client() as client:
                for route in stage.routes:
                    now = await stage.subscribe(client, route)
                    for wrong in ({"epoch": "another life"}, {"seq": 2**40}):
                        recover = {
                            topic: position | wrong for topic, position in positions_of(now).items()
                        }
                        assert await stage.subscribe(client, route, recover) == now

        self.play(story)

    def test_a_key_without_the_scope_gets_nothing(self) -> None:
        async def story(stage: Stage) -> None:
            routers = stage.module.ws_app.routers
            needed = {router.scope for router in routers}
            needed |= {each.scope for router in routers for each in router.operations}
            assert needed <= set(SCOPES)
            for scope in needed:
                others = [each for each in SCOPES if each != scope]
                token = stage.context.auth.make_key(f"without-{scope[:4]}", others)
                if needed == {scope}:
                    with pytest.raises(InvalidStatus) as caught:
                        await stage.client(token).__aenter__()
                    assert caught.value.response.status_code == 403
                    continue
                async with stage.client(token) as client:
                    for request, payload in _requests_of(stage.module, scope):
                        assert (await client.refusal(request, payload))["code"] == "forbidden"
                    assert (await client.request("system.info"))["topics"] == []

        self.play(story)

    def test_a_client_that_goes_away_leaves_every_topic(self) -> None:
        async def story(stage: Stage) -> None:
            hub = stage.module.ws_app.hub
            async with stage.client() as client:
                for route in stage.routes:
                    await stage.subscribe(client, route)
                held = (await client.request("system.info"))["topics"]
                assert [hub.subscribers(topic) for topic in held] == [1] * len(held)
            await stage.server.stop()
            assert [hub.subscribers(topic) for topic in held] == [0] * len(held)

        self.play(story)


def _topic_and_number(update: Frame) -> tuple[str, int]:
    return update["topic"], update["seq"]
