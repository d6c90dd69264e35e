"""One life of a server for tests in which nothing waits, from its start to its end."""

import asyncio
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI

from tests.modules.broker.paper_server import PaperServer
from tests.modules.broker.test_broker_journal import ACCOUNT
from trading_api.modules.broker.api import BrokerApi
from trading_api.shared import http_errors
from trading_api.shared.memory import MemoryJournal
from trading_api.testing.client import bearer


class Relay:
    """The service of whoever lives now: addresses take longer to build than a life lasts."""

    service: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.service, name)


@cache
def face() -> tuple[FastAPI, Relay]:
    """The broker's addresses, for one server at a time."""
    relay, app = Relay(), FastAPI()
    http_errors.install(app)
    app.include_router(BrokerApi(service=relay, prefix="/broker", tags=["broker"]))  # type: ignore[arg-type]
    return app, relay


class Life:
    """A server in a task of its own, and somebody who calls it."""

    def __init__(
        self, journal: MemoryJournal, now: int, seqs: dict[str, int], **options: Any
    ) -> None:
        self.journal = journal
        self.server = PaperServer(journal, now=now, faced=False, snapshot_every=7, **options)
        self.server._seqs = seqs
        self._options = options
        self._over = asyncio.Event()
        self._begun = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def begin(self) -> "Life":
        """Return once the server answers."""
        begun = asyncio.create_task(self._begun.wait())
        await asyncio.wait([begun, self._task], return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        return self

    async def _live(self) -> None:
        app, relay = face()
        context = app.state.context = self.server.context
        relay.service = self.server.service
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url="http://testserver/broker",
            headers=bearer(context.auth.owner_token),
        )
        async with self.server.service.running(), self.client:
            await self.client.get("/accounts")
            self._begun.set()
            await self._over.wait()

    async def end(self) -> None:
        """Stop the server in order; whoever cares for a crash has copied the journal before."""
        self._over.set()
        await self._task

    async def crash(self, now: int, *, in_flight: bool, snapshots: bool) -> "Life":
        """Another life on what is durable at this instant, with or without the snapshots.

        With `in_flight` the old one goes on deciding, but nobody will know.
        """
        left = MemoryJournal([record async for record in self.journal.read()])
        if snapshots:
            for snapshot in await self.journal.snapshots(ACCOUNT):
                await left.save_snapshot(snapshot, snapshot.seq)
        if in_flight:
            self.server.quote(1.0, 99.0)
        await self.end()
        life = await Life(left, now, self.server._seqs, **self._options).begin()
        await life.server.settle()
        return life
