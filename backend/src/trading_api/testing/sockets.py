"""A small socket client for tests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WAIT_S = 10.0


class SocketClient:
    """Sends requests and sorts what arrives: answers, updates, notices.

    Every wait ends after ten seconds with `TimeoutError`.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._count = 0
        self._early: deque[dict[str, Any]] = deque()

    async def send(self, message: Any) -> None:
        """Send a message as it is: text, bytes, or a value that becomes JSON."""
        if not isinstance(message, str | bytes):
            message = msgspec.json.encode(message).decode()
        await self.connection.send(message)

    async def receive(self) -> dict[str, Any]:
        """The next message, whatever it is, in the order of arrival.

        Raises:
            ConnectionClosed: there is none.
        """
        if self._early:
            return self._early.popleft()
        return await self._next()

    async def ask(self, type_: str, payload: Any = None) -> dict[str, Any]:
        """Send a request; the result is its whole answer, a reply or an error.

        What arrives before the answer is kept for `receive`.
        """
        self._count += 1
        request_id = f"r{self._count}"
        await self.send({"type": type_, "id": request_id, "payload": payload or {}})
        while (message := await self._next()).get("id") != request_id:
            self._early.append(message)
        return message

    async def request(self, type_: str, payload: Any = None) -> Any:
        """The payload of a request's reply; an error fails the test."""
        answer = await self.ask(type_, payload)
        assert answer["type"] == f"{type_}.response", answer
        return answer["payload"]

    async def refusal(self, type_: str, payload: Any = None) -> Any:
        """The payload of a request's error; a reply fails the test."""
        answer = await self.ask(type_, payload)
        assert answer["type"] == "error", answer
        return answer["payload"]

    async def closed(self) -> int:
        """Wait for the end; the result is the close code. What still arrives is for `receive`."""
        try:
            while True:
                self._early.append(await self._next())
        except ConnectionClosed as closed:
            return 1006 if closed.rcvd is None else closed.rcvd.code

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_S):
            message: dict[str, Any] = msgspec.json.decode(await self.connection.recv())
        return message


@asynccontextmanager
async def open_socket(
    url: str, token: str | None = None, headers: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[SocketClient]:
    """Connect to a socket for the length of the block.

    Args:
        url: address with scheme `ws`.
        token: goes into the `Authorization` header.
        headers: further headers of the handshake.
        options: for `websockets.asyncio.client.connect`.
    """
    all_headers = dict(headers or {})
    if token is not None:
        all_headers["Authorization"] = f"Bearer {token}"
    settings = {"ping_interval": None, "close_timeout": 1.0, "max_size": None, **options}
    async with connect(url, additional_headers=all_headers, proxy=None, **settings) as connection:
        yield SocketClient(connection)
