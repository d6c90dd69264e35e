"""A TCP proxy that cuts, delays, freezes, throttles and half-opens what passes through it."""

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

PIECE_BYTES = 4096


class Link:
    """One connection through the proxy.

    Attributes:
        delay_s: seconds by which each piece comes later.
        bytes_per_s: how fast pieces pass, each direction by itself; None is as fast as can be.
    """

    def __init__(self, client: StreamWriter, server: StreamWriter) -> None:
        self.delay_s = 0.0
        self.bytes_per_s: float | None = None
        self._ends = (client, server)
        self._moving = asyncio.Event()
        self._moving.set()

    def cut(self) -> None:
        """Reset both connections; what was under way is lost."""
        self._moving.set()
        for end in self._ends:
            end.transport.abort()

    def freeze(self) -> None:
        """Let nothing pass, not even an end: each side believes the other to be there."""
        self._moving.clear()

    def half_open(self) -> None:
        """Reset the client's connection without a word to the server."""
        self.freeze()
        self._ends[0].transport.abort()

    def heal(self) -> None:
        """Let everything pass at once, what was frozen first."""
        self.delay_s, self.bytes_per_s = 0.0, None
        self._moving.set()

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass on one direction until its end; a broken connection breaks the other one."""
        try:
            while data := await reader.read(PIECE_BYTES):
                await self._pass_on(data, writer)
            await self._moving.wait()
            if not writer.is_closing():
                writer.write_eof()
        except OSError:
            await self._moving.wait()
            self.cut()

    async def _pass_on(self, data: bytes, writer: StreamWriter) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.bytes_per_s is not None:
            await asyncio.sleep(len(data) / self.bytes_per_s)
        await self._moving.wait()
        if not writer.is_closing():
            writer.write(data)
        await writer.drain()


class Proxy:
    """Listens on `port` of 127.0.0.1 and connects to `target` for everybody who comes.

    Args:
        target: port of 127.0.0.1; may be changed, for those who come later.

    Attributes:
        is_frozen: whoever comes is let in, and nothing passes until `heal`.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.is_frozen = False
        self.links: list[Link] = []
        self.counts: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listen until the block is left; then cut whatever is left."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def heal(self) -> None:
        """Let every link pass everything, also those that come later."""
        self.is_frozen = False
        for link in self.links:
            link.heal()

    async def misbehave(self, chance: random.Random, pace_s: float) -> None:
        """Do something to some link, again and again, on average once per `pace_s` seconds."""
        actions: Mapping[str, Callable[[Link], None]] = {
            "cut": Link.cut,
            "freeze": Link.freeze,
            "half-open": Link.half_open,
            "delay": lambda link: setattr(link, "delay_s", chance.uniform(0.0, 0.3)),
            "throttle": lambda link: setattr(link, "bytes_per_s", chance.uniform(2e3, 2e5)),
            "heal": Link.heal,
        }
        while True:
            await asyncio.sleep(chance.uniform(0, 2 * pace_s))
            if self.links:
                name = chance.choice(list(actions))
                actions[name](chance.choice(self.links))
                self.counts[name] = self.counts.get(name, 0) + 1

    async def _accept(self, from_client: StreamReader, to_client: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            to_client.transport.abort()
            self._tasks.discard(task)
            return
        link = Link(to_client, to_server)
        if self.is_frozen:
            link.freeze()
        self.links.append(link)
        try:
            await asyncio.gather(
                link.carry(from_client, to_server), link.carry(from_server, to_client)
            )
        except asyncio.CancelledError:
            pass  # the proxy ends; asyncio's own server would report it as an error
        finally:
            link.cut()
            self.links.remove(link)
            self._tasks.discard(task)
