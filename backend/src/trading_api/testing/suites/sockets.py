"""What the socket of every module must do."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft7Validator
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from trading_api.shared.auth import SCOPES
from trading_api.shared.context import AppContext
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.asyncapi_parts import plain
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

LIMIT_S = 30
UPDATES = 3

Frame = dict[str, Any]
Publish = Callable[[str], Awaitable[None]]


WRONG_PAYLOADS: tuple[Callable[[Frame], Any], ...] = (
    lambda good: {**good, "no_such_member": 1},
    lambda good: {**good, "recover": 1},
    lambda good: [good],
)


@dataclass(frozen=True, kw_only=True)
class SocketModule:
    """A module in an application of its own, and how to make it speak.

    Attributes:
        app: the application; its state has the context, as `build_app` leaves it.
        ws_app: the module's socket in it.
        parameters: a good subscribe payload for each route.
        publish: given a route, makes the module publish at least one update of a topic that the
            route's parameters name. Without it the module publishes nothing: where time makes it
            speak, give it a clock that stands still.
    """

    app: FastAPI
    ws_app: FastWSAdapter
    parameters: Mapping[str, Any]
    publish: Publish


class CheckedClient(SocketClient):
    """Finds every message that it sends or receives in the served document, or fails."""

    def __init__(self, connection: ClientConnection, document: Frame) -> None:
        super().__init__(connection)
        self._document = document

    async def ask(self, type_: str, payload: Any = None) -> Frame:
        """Send a request that the document allows."""
        self.check({"type": type_, "id": "c1", "payload": payload or {}})
        return await super().ask(type_, payload)

    async def refusal_of_wrong(self, type_: str, payload: Any) -> Any:
        """Send a request that the document forbids; the payload of its error."""
        with pytest.raises(AssertionError):
            self.check({"type": type_, "id": "c1", "payload": payload})
        await self.send({"type": type_, "id": "wrong", "payload": payload})
        answer = await self._next()
        assert (answer["type"], answer["id"]) == ("error", "wrong")
        return answer["payload"]

    def check(self, message: Frame) -> None:
        """Compare a message with its schema."""
        components = self._document["components"]
        schema = components["messages"].get(message["type"])
        assert schema is not None, f"{message['type']} is not in the document"
        validator = Draft7Validator({**schema["payload"], "components": components})
        errors = [error.message for error in validator.iter_errors(message)]
        assert not errors, (message, errors)

    async def updates(self, route: str, count: int, publish: Publish) -> list[Frame]:
        """The next updates of a route, for which the module publishes as often as needed."""
        found: list[Frame] = []
        while len(found) < count:
            await publish(route)
            await self.request("system.ping")
            found += [each for each in self.arrived() if each["type"] == f"{route}.update"]
        return found

    def arrived(self) -> list[Frame]:
        """What arrived before the last answer and was not taken yet."""
        found = list(self._early)
        self._early.clear()
        return found

    async def _next(self) -> Frame:
        message = await super()._next()
        self.check(message)
        return message


def _requests_of(module: SocketModule, scope: str) -> Iterator[tuple[str, Any]]:
    """What cannot be asked without the scope; the payloads are good ones where they are known."""
    for router in module.ws_app.routers:
        if router.scope == scope:
            yield f"{router.name}.subscribe", module.parameters[router.name]
        for operation in router.operations:
            if operation.scope == scope:
                yield f"{router.name}.{operation.name}", plain(operation.example[0])


@dataclass(frozen=True)
class Stage:
    """A running module, and the way to it."""

    module: SocketModule
    server: RunningServer
    document: Frame

    @property
    def context(self) -> AppContext:
        context: AppContext = self.module.app.state.context
        return context

    @property
    def address(self) -> str:
        return self.module.ws_app.asyncapi_url.rpartition("/")[0]

    @property
    def routes(self) -> list[str]:
        return [router.name for router in self.module.ws_app.routers]

    @asynccontextmanager
    async def client(self, token: str | None = None) -> AsyncIterator[CheckedClient]:
        """A connection of the owner, unless another credential is given."""
        token = self.context.auth.owner_token if token is None else token
        async with open_socket(self.server.ws_url + self.address, token) as plain:
            yield CheckedClient(plain.connection, self.document)

    async def subscribe(
        self, client: CheckedClient, route: str, recover: Any = None
    ) -> dict[str, Frame]:
        """Subscribe by the route's parameters; the subscriptions by topic."""
        payload = dict(self.module.parameters[route])
        if recover is not None:
            payload["recover"] = recover
        reply = await client.request(f"{route}.subscribe", payload)
        return {each["topic"]: each for each in reply["subscriptions"]}


def positions_of(subscriptions: Mapping[str, Frame]) -> dict[str, Frame]:
    """Where the subscriptions begin, as `recover` wants it."""
    return {
        topic: {"epoch": each["epoch"], "seq": each["seq"]} for topic, each in subscriptions.items()
    }


class SocketSuite:
    """Inherit, and give `opened`."""

    @abstractmethod
    def opened(self) -> AbstractAsyncContextManager[SocketModule]:
        """A fresh module that can publish; its application is started by the suite, inside."""

    def play(self, story: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
        """Run a story on a real server."""

        async def main() -> None:
            async with (
                asyncio.timeout(LIMIT_S),
                self.opened() as module,
                serve(module.app) as server,
                httpx.AsyncClient() as http,
            ):
                address = server.url + module.ws_app.asyncapi_url
                document = (await http.get(address)).raise_for_status().json()
                await story(Stage(module, server, document))

        asyncio.run(main())

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
