"""A module with one channel that publishes as fast as its clients take it, from SIGUSR2 on.

It is mounted by `python -m trading_api serve --modules ticks`, like any stranger's module.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec

from shapes import SHAPES, Shape, end_with, fields, note_for, symbols, turns
from trading_api.domain.ports import Message
from trading_api.domain.topics import topic
from trading_api.shared.api.versions import BASE_URL
from trading_api.shared.auth import Principal
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws import protocol
from trading_api.shared.ws.outbox import Outbox
from trading_api.shared.ws.router import Snapshot, WsRouter

ROUTE = "ticks"
USUAL_SEQ = 100
PATIENCE_NS = 200_000_000


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shape: str = "market"


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbols: list[str]


class Update(msgspec.Struct, frozen=True):
    t: int
    time: int
    open: float
    high: float
    close: float
    note: str


class TicksService:
    """Publishes the updates of one shape on the bus."""

    def __init__(self, context: AppContext, listeners: Callable[[], list[Outbox]]) -> None:
        self._context = context
        self._listeners = listeners
        self.shape = SHAPES[context.options(ROUTE, Options).shape]
        self._seqs = {topic(ROUTE, symbol): 0 for symbol in symbols(self.shape)}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        go = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, go.set)
        publisher = asyncio.create_task(self._publish(go))
        publisher.add_done_callback(end_with)
        try:
            yield
        finally:
            publisher.cancel()
            with suppress(asyncio.CancelledError):
                await publisher

    def topics(self) -> list[str]:
        return list(self._seqs)

    def read(self, name: str) -> Snapshot:
        return Snapshot(self._context.epoch, self._seqs[name], None)

    async def _publish(self, go: asyncio.Event) -> None:
        await go.wait()
        listeners, seqs, bus = self._listeners(), self._seqs, self._context.bus
        note, count = filler(self.shape), 0
        async for turn in turns(self.shape):
            for symbol in turn:
                name = topic(ROUTE, symbol)
                seqs[name] += 1
                bus.publish(Message(name, seqs[name], Update(**fields(count, note))))
                count += 1
            await asyncio.sleep(0)
            listeners = await drained(listeners, self.shape.stalled)


class TicksModule(ModuleBase[TicksService]):
    """What the entry point names."""

    name = ROUTE
    title = "Ticks"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, TicksService(context, self._listeners))
        self._router = WsRouter(
            name=ROUTE,
            summary="Updates as fast as they are taken",
            scope="market:read",
            parameters=Subscription,
            update=Update,
            snapshot=Update | None,
            delivery="latest" if self.service.shape.stalled else "every",
            topics=self._topics,
            read=self.service.read,
        )

    def get_ws_routers(self) -> Sequence[WsRouter]:
        return [self._router]

    def _topics(self, _principal: Principal, subscription: Subscription) -> Sequence[str]:
        return [topic(ROUTE, symbol) for symbol in subscription.symbols]

    def _listeners(self) -> list[Outbox]:
        """The outbox of every connection that holds a topic now."""
        hub = self.get_ws_app(BASE_URL).hub
        topics = (hub.topic(name, self._router) for name in self.service.topics())
        return list({outbox: None for held in topics for outbox in held.outboxes})


async def drained(listeners: list[Outbox], stalled: int) -> list[Outbox]:
    """Wait until no listener is paused; so many that stay so are not waited for any more."""
    patience = 0
    # The loop must turn for the sockets to drain; the list is twice as fast as a generator.
    while paused := sum([listener.paused for listener in listeners]):
        patience = patience or time.monotonic_ns() + PATIENCE_NS
        if paused <= stalled and time.monotonic_ns() > patience:
            return [listener for listener in listeners if not listener.paused]
        await asyncio.sleep(0)
    return listeners


def filler(shape: Shape) -> str:
    """What fills an update, its envelope included, to the size that all servers send."""
    head = protocol.update_head(ROUTE, topic(ROUTE, "S000"))
    framed = protocol.update(head, USUAL_SEQ, Update(**fields(0, "")))
    return note_for(len(next(protocol.texts(framed))), shape)
