"""Probes: alive, ready, and why not."""

import asyncio
from collections.abc import Sequence

import httpx

from trading_api.app_factory import build_app
from trading_api.domain.errors import JournalError
from trading_api.domain.ports import Record
from trading_api.shared.context import AppContext
from trading_api.shared.memory import MemoryJournal
from trading_api.shared.readiness import Readiness
from trading_api.testing.client import make_client


class FullJournal(MemoryJournal):
    """A journal on a disk that is full; `asked` counts how often it was tried."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def append(self, records: Sequence[Record]) -> None:
        self.asked += 1
        raise JournalError("the journal could not be written: disk is full")


class SilentJournal(MemoryJournal):
    """A journal that does not answer before it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()

    async def append(self, records: Sequence[Record]) -> None:
        await self.released.wait()


def test_a_running_server_is_alive_and_ready() -> None:
    async def main() -> None:
        app, _ = build_app(AppContext.in_memory())
        async with make_client(app) as client:
            live, ready = [await client.get(path) for path in ("/livez", "/readyz")]
        assert (live.status_code, live.json()) == (200, {"status": "ok", "detail": None})
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "detail": None})
        assert ready.headers["cache-control"] == "no-store"

    asyncio.run(main())


def test_before_its_start_and_after_its_end_it_is_alive_but_not_ready() -> None:
    async def main() -> None:
        app, _ = build_app(AppContext.in_memory(), [])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            before = await client.get("/readyz")
            async with app.router.lifespan_context(app):
                pass
            after = await client.get("/readyz")
            assert [before.status_code, after.status_code] == [503, 503]
            assert before.json()["detail"] == "the server has not started"
            assert (await client.get("/livez")).status_code == 200

    asyncio.run(main())


def test_a_server_that_is_about_to_stop_serves_but_is_not_ready() -> None:
    async def main() -> None:
        context = AppContext.in_memory()
        app, _ = build_app(context, [])
        async with make_client(app) as client:
            context.readiness.drain()
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["detail"]) == (
                503,
                "the server is about to stop",
            )
            assert (await client.get("/api/v1/health")).status_code == 200

    asyncio.run(main())


def test_a_journal_that_takes_nothing_is_asked_once_a_second_at_most() -> None:
    async def main() -> None:
        journal = FullJournal()
        readiness = Readiness(journal)
        async with readiness.running():
            found = {await readiness.obstacle() for _ in range(20)}
        assert found == {"the journal could not be written: disk is full"}
        assert journal.asked <= 2

    asyncio.run(main())


def test_a_journal_that_does_not_answer_holds_the_probe_for_a_second() -> None:
    async def main() -> None:
        journal = SilentJournal()
        readiness = Readiness(journal)
        async with readiness.running():
            found = await asyncio.gather(*(readiness.obstacle() for _ in range(5)))
            assert set(found) == {"the journal does not answer"}
            journal.released.set()
            assert await readiness.obstacle() is None

    asyncio.run(main())
