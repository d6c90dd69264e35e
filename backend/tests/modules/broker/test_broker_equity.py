"""The equity curve: its first point, its samples, its spans, and that it outlives a restart."""

from typing import Any

import httpx

from tests.modules.broker.paper_server import IN_SESSION, PaperServer, order, run
from trading_api.shared.memory import MemoryEquityStore, MemoryJournal

MINUTE = 60_000


async def curve(client: httpx.AsyncClient, query: str = "") -> Any:
    [account] = (await client.get("/accounts")).json()["items"]
    answer = await client.get(f"/accounts/{account['id']}/equity{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def figures(page: Any) -> list[tuple[int, str]]:
    return [(each["time"], each["equity"]) for each in page["items"]]


def test_a_curve_begins_with_a_point_at_creation() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            await client.get("/accounts")
            await server.settle()
            await server.clock.advance(5 * MINUTE)
            page = await curve(client)
            assert page["items"] == [{"time": IN_SESSION, "equity": "100000", "balance": "100000"}]
            assert page["next_cursor"] is None

    run(scenario)


def test_a_curve_has_a_point_after_a_fill_and_every_minute() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.get("/accounts")
            await server.clock.advance(1_000)
            server.quote()
            await client.post("/orders", json=order(quantity="100"))
            bought = server.clock.now_ms()
            await server.clock.advance(30_000)
            server.quote(11.0, 11.02)
            minutes = [IN_SESSION + MINUTE, IN_SESSION + 2 * MINUTE]
            await server.clock.advance(minutes[0] - server.clock.now_ms())
            server.quote(12.0, 12.02)
            await server.clock.advance(MINUTE)
            await client.delete("/positions/AAPL")
            await server.clock.advance(10 * MINUTE)
            page = await curve(client)
            assert figures(page) == [
                (IN_SESSION, "100000"),
                (bought, "99998"),
                (minutes[0], "100098"),
                (minutes[1], "100198"),
            ]
            assert page["items"][1]["balance"] == "100000"
            assert page["items"][-1]["balance"] == "100198"

    run(scenario)


def test_a_curve_is_read_in_spans_and_pages() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.get("/accounts")
            await server.clock.advance(1_000)
            await client.post("/orders", json=order(quantity="100"))
            for number in range(1, 6):
                await server.clock.advance(MINUTE)
                server.quote(10.0 + number, 10.02 + number)
            await server.settle()
            whole = figures(await curve(client))
            assert len(whole) == 7
            first = await curve(client, "?limit=3")
            second = await curve(client, f"?limit=3&cursor={first['next_cursor']}")
            third = await curve(client, f"?limit=3&cursor={second['next_cursor']}")
            assert figures(first) + figures(second) + figures(third) == whole
            assert third["next_cursor"] is None
            span = await curve(client, f"?from={whole[2][0]}&to={whole[5][0]}")
            assert figures(span) == whole[2:5]
            hours = figures(await curve(client, "?interval=1h"))
            assert hours == [whole[0], whole[-1]]
            [account] = (await client.get("/accounts")).json()["items"]
            for query in ("?interval=5m", "?cursor=x", "?limit=0", "?from=-1"):
                refused = await client.get(f"/accounts/{account['id']}/equity{query}")
                assert refused.status_code == 422

    run(scenario)


def test_a_curve_outlives_a_restart_and_has_no_point_that_is_not_known() -> None:
    journal, store = MemoryJournal(), MemoryEquityStore()
    first = PaperServer(journal)
    first.context.equity = store

    async def before(server: PaperServer) -> Any:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="100"))
            return await curve(client)

    told = run(before, first)
    later = PaperServer(journal, first.clock.now_ms() + 5 * MINUTE)
    later.context.equity = store

    async def after(server: PaperServer) -> None:
        async with server.client() as client:
            await server.clock.advance(5 * MINUTE)
            assert await curve(client) == told
            server.quote(11.0, 11.02)
            await server.clock.advance(MINUTE)
            assert figures(await curve(client))[-1][1] == "100098"

    run(after, later)
