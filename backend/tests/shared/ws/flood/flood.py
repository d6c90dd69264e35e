"""A module that publishes at a fixed rate, as long as it runs: little to all, much to who asks.

`ticks`: 20 small updates a second, each with the instant of its publishing. `heavy` and
`heavy_every`: 20 updates of 64 KiB a second, which fill the buffers of a reader that reads nothing
within a second.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec

from trading_api.domain.ports import Message
from trading_api.domain.topics import topic
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws.router import Delivery, Snapshot, WsRouter

PERIOD_S = 0.05
LANES = 12  # keys of `heavy`: of 64 KiB each, so that what waits for a reader is near its limit
SIZES = {"ticks": 120, "heavy": 64_000, "heavy_every": 64_000}


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is one topic."""


class Tick(msgspec.Struct, frozen=True):
    t: int
    lane: int
    note: str


class FloodService:
    """Publishes."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._seqs = dict.fromkeys(SIZES, 0)

    def read(self, name: str) -> Snapshot:
        return Snapshot(self._context.epoch, self._seqs[name.partition(":")[0]], None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        publisher = asyncio.create_task(self._publish())
        try:
            yield
        finally:
            publisher.cancel()
            with suppress(asyncio.CancelledError):
                await publisher

    async def _publish(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for route, size in SIZES.items():
                self._seqs[route] = seq = self._seqs[route] + 1
                tick = Tick(time.monotonic_ns(), seq % LANES, "x" * size)
                self._context.bus.publish(Message(topic(route, "all"), seq, tick))
            due += PERIOD_S
            await asyncio.sleep(due - loop.time())


class FloodModule(ModuleBase[FloodService]):
    """What the entry point names."""

    name = "flood"
    title = "Flood"
    heartbeat_interval = 600.0  # the readers answer no pings

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, FloodService(context))

    def get_ws_routers(self) -> Sequence[WsRouter]:
        return [
            self._router("ticks", "latest"),
            self._router("heavy", "latest"),
            self._router("heavy_every", "every"),
        ]

    def _router(self, name: str, delivery: Delivery) -> WsRouter:
        return WsRouter(
            name=name,
            summary="Updates at a fixed rate.",
            scope="market:read",
            parameters=Nothing,
            update=Tick,
            snapshot=Tick | None,
            delivery=delivery,
            topics=lambda _principal, _asked: _all(name),
            read=self.service.read,
            key=lambda tick: tick.lane,
        )


def _all(route: str) -> Sequence[str]:
    return [topic(route, "all")]
