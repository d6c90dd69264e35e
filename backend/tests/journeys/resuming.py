"""A client that comes back after every loss and goes on where it was."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from websockets.exceptions import WebSocketException

from trading_api.testing.sockets import SocketClient, open_socket

PATIENCE_S = 1.0  # of silence, after which a connection is taken for dead
RETURN_S = 0.02


class Stream:
    """What a client knows of one topic; raises as soon as a number is wrong."""

    def __init__(self, every: bool) -> None:
        self.every = every
        self.epoch = ""
        self.seq = -1
        self.snapshot: Any = None
        self.updates: list[tuple[int, Any]] = []
        self.recovered = 0
        self.renewed = 0

    def begin(self, subscription: Mapping[str, Any]) -> None:
        """The reply to a subscribe: go on, or begin anew with a snapshot."""
        if subscription["recovered"]:
            assert (subscription["epoch"], subscription["seq"]) == (self.epoch, self.seq)
            assert subscription["snapshot"] is None
            self.recovered += 1
            return
        self.renewed += self.seq >= 0
        self.epoch, self.seq = subscription["epoch"], subscription["seq"]
        self.snapshot, self.updates = subscription["snapshot"], []

    def add(self, seq: int, value: Any) -> None:
        """An update."""
        if self.every:
            assert seq == self.seq + 1, f"{seq} follows {self.seq}"
        else:
            assert seq > self.seq, f"{seq} follows {self.seq}"
        self.seq = seq
        self.updates.append((seq, value))


class ResumingClient:
    """Follows routes through whatever lies in between.

    `subscriptions` has the subscribe payload of each route; `every` names the routes that may not
    lose an update. `heard` is set at each message.
    """

    def __init__(
        self, url: str, token: str, subscriptions: Mapping[str, Any], every: set[str]
    ) -> None:
        self.url = url
        self.returns = 0
        self.heard = asyncio.Event()
        self.streams: dict[str, Stream] = {}
        self._token = token
        self._subscriptions = subscriptions
        self._every = every

    async def follow(self, has_all: Callable[["ResumingClient"], bool]) -> None:
        """Connect, resume and read, again and again, until there is nothing left to come."""
        while not has_all(self):
            try:
                async with open_socket(
                    self.url, self._token, open_timeout=PATIENCE_S, close_timeout=0.1
                ) as client:
                    await self._converse(client, has_all)
            except (OSError, WebSocketException):
                self.returns += 1
                await asyncio.sleep(RETURN_S)

    async def has_come_to(self, topic: str, seq: int) -> None:
        """Return when the client has all of a topic up to that number."""
        while topic not in self.streams or self.streams[topic].seq < seq:
            self.heard.clear()
            await self.heard.wait()

    async def _converse(
        self, client: SocketClient, has_all: Callable[["ResumingClient"], bool]
    ) -> None:
        for route, payload in self._subscriptions.items():
            message = {"type": f"{route}.subscribe", "payload": {**payload, **self._recover(route)}}
            await client.send(message)
        while not has_all(self):
            async with asyncio.timeout(PATIENCE_S):
                message = await client.receive()
            self._take(message)

    def _recover(self, route: str) -> dict[str, Any]:
        positions = {
            topic: {"epoch": stream.epoch, "seq": stream.seq}
            for topic, stream in self.streams.items()
            if topic.partition(":")[0] == route
        }
        return {"recover": positions} if positions else {}

    def _take(self, message: Mapping[str, Any]) -> None:
        self.heard.set()
        kind = message["type"]
        if kind.endswith(".update"):
            self.streams[message["topic"]].add(message["seq"], message["payload"])
        elif kind.endswith(".subscribe.response"):
            route = kind.partition(".")[0]
            for subscription in message["payload"]["subscriptions"]:
                stream = self.streams.setdefault(
                    subscription["topic"], Stream(route in self._every)
                )
                stream.begin(subscription)
        else:
            assert kind == "system.notice", message
