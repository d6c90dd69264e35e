"""What the clock and the market's hours do to orders."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.modules.broker.paper_server import CLOSE, IN_SESSION, PaperServer, order, run
from trading_api.domain.sessions import epoch_ms
from trading_api.shared.memory import MemoryJournal

NEXT_CLOSE = CLOSE + 24 * 3_600_000


async def place(server: PaperServer, body: Any) -> Any:
    async with server.client() as client:
        return (await client.post("/orders", json=body)).json()


async def get(server: PaperServer, order_id: str) -> Any:
    async with server.client() as client:
        return (await client.get(f"/orders/{order_id}")).json()


async def fills(server: PaperServer) -> list[tuple[str, str]]:
    async with server.client() as client:
        items = (await client.get("/executions")).json()["items"]
    return [(each["quantity"], each["price"]) for each in reversed(items)]


def test_a_share_out_of_session_is_held_and_fills_when_its_market_opens() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(status="closed")
        market, limit = (
            await place(server, order(quantity="5")),
            await place(server, order(limit="10.50", time_in_force="day")),
        )
        assert [market["status"], limit["status"]] == ["held", "held"]
        await server.clock.advance(17 * 3_600_000)
        server.quote(10.4, 10.45)
        await server.settle()
        for each in (market, limit):
            assert (await get(server, each["id"]))["status"] == "filled"
        assert await fills(server) == [("5", "10.45"), ("1", "10.45")]
        assert (await get(server, limit["id"]))["expire_at"] == NEXT_CLOSE

    run(scenario, PaperServer(now=CLOSE + 1000))


def test_a_held_day_order_ends_with_its_session_also_while_the_server_is_away() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> Any:
        server.quote(status="closed")
        held = await place(server, order(limit="9", time_in_force="day"))
        assert (held["status"], held["expire_at"]) == ("held", NEXT_CLOSE)
        assert (await place(server, order(limit="9")))["expire_at"] is None
        return held

    day = run(before, PaperServer(journal, now=CLOSE + 1000))

    async def after(server: PaperServer) -> None:
        server.quote(8, 8.02)
        await server.settle()
        assert (await get(server, day["id"]))["status"] == "expired"
        assert await fills(server) == [("1", "8.02")]

    run(after, PaperServer(journal, now=NEXT_CLOSE + 1000))


def test_a_day_order_that_no_market_data_ever_reached_ends_with_its_session() -> None:
    async def scenario(server: PaperServer) -> None:
        held = await place(server, order(time_in_force="day"))
        assert (held["status_reason"]["code"], held["expire_at"]) == ("no_market", CLOSE)
        await server.clock.advance(CLOSE - IN_SESSION)
        assert (await get(server, held["id"]))["status"] == "expired"

    run(scenario)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        pytest.param("2026-11-25T20:59", "2026-11-25T21:00", id="before thanksgiving"),
        pytest.param("2026-11-26T15:00", "2026-11-27T18:00", id="holiday, then a half day"),
        pytest.param("2026-11-27T18:00", "2026-11-30T21:00", id="after the half day"),
    ],
)
def test_a_day_order_ends_by_the_calendar_of_its_exchange(now: str, ends: str) -> None:
    def utc(text: str) -> int:
        return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))

    async def scenario(server: PaperServer) -> None:
        server.quote(status="closed")
        held = await place(server, order(limit="9", time_in_force="day"))
        assert (held["status"], held["expire_at"]) == ("held", utc(ends))

    run(scenario, PaperServer(now=utc(now)))


def test_without_market_data_orders_wait_until_it_comes() -> None:
    async def scenario(server: PaperServer) -> None:
        held = await place(server, order())
        assert held["status_reason"]["code"] == "no_market"
        assert "no market data is connected" in held["status_reason"]["message"]
        server.quote()
        await server.settle()
        assert (await get(server, held["id"]))["status"] == "filled"

    run(scenario)


def test_a_day_order_expires_when_its_session_ends_by_the_clock_alone() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        day = await place(server, order(limit="9", time_in_force="day"))
        good = await place(server, order(limit="9"))
        assert (day["expire_at"], good["expire_at"]) == (CLOSE, None)
        await server.clock.advance_to(CLOSE - 1)
        assert (await get(server, day["id"]))["status"] == "working"
        await server.clock.advance_to(CLOSE)
        ended = await get(server, day["id"])
        assert (ended["status"], ended["updated_at"]) == ("expired", CLOSE)
        assert ended["status_reason"]["code"] == "session_ended"
        assert (await get(server, good["id"]))["status"] == "working"

    run(scenario)


def test_deadlines_come_in_order_of_time_not_of_arrival() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        server.quote(symbol="MSFT")
        late = await place(server, order(limit="9", time_in_force="day", symbol="MSFT"))
        soon = await place(server, order(limit="9", time_in_force="day"))
        assert soon["expire_at"] < late["expire_at"]
        await server.clock.advance_to(soon["expire_at"])
        assert (await get(server, soon["id"]))["status"] == "expired"
        assert (await get(server, late["id"]))["status"] == "working"

    server = PaperServer()
    microsoft = server.context.catalogue.get("MSFT")
    assert microsoft is not None
    server.context.catalogue.save([replace(microsoft, session="0930-1700")])
    run(scenario, server)


def test_a_day_order_that_ended_while_the_server_was_away_is_not_filled() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> Any:
        server.quote()
        return await place(server, order(limit="9", time_in_force="day"))

    day = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        await server.settle()
        assert (await get(server, day["id"]))["status"] == "expired"
        assert await fills(server) == []

    server = PaperServer(journal, now=CLOSE + 1)
    server.quote(8, 8.02)
    run(after, server)


def test_a_resting_order_meets_the_market_that_was_there_before_the_server() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> Any:
        server.quote()
        return await place(server, order(limit="9", quantity="3"))

    resting = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        await server.settle()
        assert (await get(server, resting["id"]))["status"] == "filled"
        assert await fills(server) == [("3", "8.02")]

    server = PaperServer(journal)
    server.quote(8, 8.02)
    run(after, server)


def test_an_old_quote_is_not_traded_on() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await server.clock.advance(60_000)
        assert (await place(server, order()))["status"] == "filled"
        await server.clock.advance(1)
        async with server.client() as client:
            for body in (order(), order(limit="11", time_in_force="ioc")):
                refused: httpx.Response = await client.post("/orders", json=body)
                assert (refused.status_code, refused.json()["code"]) == (422, "stale_quote")
        waiting = await place(server, order(limit="11"))
        assert waiting["status"] == "working"
        server.quote()
        await server.settle()
        assert (await get(server, waiting["id"]))["status"] == "filled"
        assert (await fills(server))[-1] == ("1", "10.02")

    run(scenario)


def test_a_trade_keeps_the_quote_young() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await server.clock.advance(50_000)
        server.trade(10.01, 1)
        await server.clock.advance(50_000)
        assert (await place(server, order()))["status"] == "filled"

    run(scenario)


def test_the_age_of_a_quote_is_a_setting() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await server.clock.advance(5_001)
        assert (await place(server, order())).get("code") == "stale_quote"

    run(scenario, PaperServer(max_quote_age_s=5))


@pytest.mark.parametrize("status", ["closed", "break", "halted"])
def test_nothing_fills_until_trading_goes_on_and_then_the_gap_benefits_the_limit(
    status: str,
) -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        resting = await place(server, order("sell", limit="10.20", quantity="5"))
        server.quote(10.5, 10.52, status=status)
        server.trade(10.6, 10)
        await server.settle()
        assert await fills(server) == []
        server.quote(10.5, 10.52)
        await server.settle()
        assert (await get(server, resting["id"]))["status"] == "filled"
        assert await fills(server) == [("5", "10.5")]

    run(scenario)


def test_a_resting_limit_fills_at_its_limit_from_quotes_and_trades() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=100)
        await place(server, order(limit="9.90", quantity="10"))
        await place(server, order("sell", limit="10.20", quantity="10"))
        server.trade(9.85, 4)
        server.quote(9.80, 9.85, size=3)
        server.quote(10.25, 10.30, size=3)
        server.quote(10.26, 10.30, size=100)
        await server.settle()
        assert await fills(server) == [
            ("4", "9.9"),
            ("3", "9.9"),
            ("3", "10.2"),
            ("7", "10.2"),
        ]

    run(scenario)


def test_a_day_order_at_a_market_without_a_close_ends_at_midnight() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        day = await place(server, order(limit="9", time_in_force="day"))
        midnight = IN_SESSION - IN_SESSION % 86_400_000 + 86_400_000
        assert day["expire_at"] == midnight

    server = PaperServer()
    apple = server.context.catalogue.get("AAPL")
    assert apple is not None
    server.context.catalogue.save([replace(apple, session="24x7", timezone="UTC")])
    run(scenario, server)


def test_an_end_beyond_all_counting_is_refused_and_hurts_nobody() -> None:
    """It once was let in, and ended the server when the account was to be saved."""

    async def scenario(server: PaperServer) -> None:
        server.quote()
        good = {"limit": "9", "time_in_force": "gtd"}
        for end in (2**53, 2**64, 10**30):
            assert (await place(server, order(**good, expire_at=end)))["code"] == "invalid_payload"
        last = await place(server, order(**good, expire_at=2**53 - 1))
        async with server.client() as client:
            changed = await client.patch(f"/orders/{last['id']}", json={"expire_at": 2**64})
            assert changed.status_code == 422
        await server.settle()
        assert (await place(server, order()))["status"] == "filled"

    run(scenario, PaperServer(snapshot_every=1))
