"""Somebody who follows an account over the socket, is cut off, reads slowly, and comes back."""

import asyncio
import random
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec
from starlette.websockets import WebSocket

from tests.journeys.resuming import Stream
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.protocol import CloseCode

ROUTES = ("orders", "executions", "positions", "equity")
EVERY = ("orders", "executions")
COME_BACK = (1000, 1006, CloseCode.TOO_SLOW, CloseCode.GOING_AWAY)


class Surroundings(Protocol):
    """What an observer sees of its world."""

    chance: random.Random
    over: bool


class Observer:
    """What one reader of the owner's account knows, over all its connections and all lives."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._chance = world.chance
        self.streams: dict[str, Stream] = {}
        self.known: dict[tuple[str, int], Any] = {}

    async def watch(self, socket: FastWSAdapter) -> None:
        """Connect again and again until cancelled."""
        while True:
            await asyncio.sleep(self._chance.expovariate(4))
            line = Line(self._chance)
            serving = asyncio.create_task(line.serve(socket))
            try:
                async with asyncio.timeout(self._chance.expovariate(1)):
                    await self._converse(line)
            except TimeoutError:
                pass
            finally:
                line.cut()
                await serving

    async def _converse(self, line: "Line") -> None:
        for route in ROUTES:
            positions = {
                topic: {"epoch": stream.epoch, "seq": stream.seq}
                for topic, stream in self.streams.items()
                if topic.partition(":")[0] == route
            }
            payload = {"recover": positions} if positions else {}
            line.say({"type": f"{route}.subscribe", "payload": payload})
        while (message := await line.hear()) is not None:
            if not self._world.over:
                self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind.endswith(".update"):
            topic, seq, value = message["topic"], message["seq"], message["payload"]
            self.streams[topic].add(seq, value)
            if self.streams[topic].every:
                before = self.known.setdefault((topic, seq), value)
                assert before == value, f"{topic} told two things as its number {seq}"
        elif kind.endswith(".subscribe.response"):
            for subscription in message["payload"]["subscriptions"]:
                topic = subscription["topic"]
                every = topic.partition(":")[0] in EVERY
                stream = self.streams.setdefault(topic, Stream(every))
                if every and stream.seq > 0:
                    assert subscription["recovered"], f"{topic} cannot be resumed"
                stream.begin(subscription)
        elif kind == "error":
            assert message["payload"]["code"] == "unavailable", message


class Line:
    """One connection to a socket, without a network: its frames take their time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_client: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._pause = chance.choice([0.0, 0.0, 0.001, 0.2])
        self._to_server.put_nowait({"type": "websocket.connect"})

    def say(self, message: dict[str, Any]) -> None:
        """Send a message to the server."""
        text = msgspec.json.encode(message).decode()
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any] | None:
        """The next message; None at the end."""
        return await self._to_client.get()

    def cut(self) -> None:
        """Be gone, without a word."""
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def serve(self, socket: FastWSAdapter) -> None:
        """What a server does with a connection, from the handshake to its end."""
        token = socket.context.auth.owner_token
        scope = {
            "type": "websocket",
            "path": "/api/v1/broker/ws",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token}".encode())],
            "client": ("127.0.0.1", 1),
        }
        try:
            async with asynccontextmanager(socket.manage)(
                WebSocket(scope, self._to_server.get, self._send)
            ) as client:
                await socket.serve(client)
        finally:
            self._to_client.put_nowait(None)

    async def _send(self, event: Any) -> None:
        if self._pause:
            await asyncio.sleep(self._chance.expovariate(1 / self._pause))
        if event["type"] == "websocket.send":
            self._to_client.put_nowait(msgspec.json.decode(event["text"]))
        elif event["type"] == "websocket.close":
            assert event["code"] in COME_BACK, event
