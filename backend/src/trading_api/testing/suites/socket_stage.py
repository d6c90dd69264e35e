"""A module's socket on a real server, and a client that checks every frame against its document."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft7Validator
from websockets.asyncio.client import ClientConnection

from trading_api.shared.context import AppContext
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.testing.server import RunningServer, serve
from trading_api.testing.sockets import SocketClient, open_socket

LIMIT_S = 30

Frame = dict[str, Any]
Publish = Callable[[str], Awaitable[None]]


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


class SocketStories:
    """What every suite of sockets stands on: a module, a server, and a way to tell a story."""

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
