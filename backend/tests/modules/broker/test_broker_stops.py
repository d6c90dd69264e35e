"""Conditional orders through the engine: what the index finds, what a restart keeps."""

from typing import Any

from tests.modules.broker.paper_server import IN_SESSION, PaperServer, order, run
from tests.modules.broker.test_broker_time import fills, get, place
from trading_api.shared.memory import MemoryJournal


def stop(side: str, price: str, **more: Any) -> Any:
    return order(side, type="stop", stop_price=price, **more)


def test_stops_of_both_sides_act_on_the_quote_that_reaches_them() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, stop("buy", "10.10"))
        await place(server, stop("sell", "9.90"))
        await place(server, order("buy", type="market_if_touched", stop_price="9.80"))
        server.quote(10.05, 10.09)
        await server.settle()
        assert await fills(server) == []
        server.quote(10.18, 10.20)
        server.quote(9.85, 9.87)
        server.quote(9.78, 9.80)
        await server.settle()
        assert await fills(server) == [("1", "10.2"), ("1", "9.85"), ("1", "9.8")]

    run(scenario)


def test_a_stop_that_listens_to_trades_takes_the_present_quote() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, stop("sell", "9.90"))
        server.quote(9.50, 9.52)
        await server.settle()
        assert await fills(server) == []
        server.trade(9.90, 1)
        await server.settle()
        assert await fills(server) == [("1", "9.5")]

    run(scenario, PaperServer(trigger_source="last"))


def test_a_restart_keeps_the_mark_of_a_trailing_stop() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> Any:
        server.quote()
        await place(server, order())
        trailing = await place(
            server,
            order("sell", type="trailing_stop", trail={"kind": "absolute", "value": "0.50"}),
        )
        assert (trailing["high_water_mark"], trailing["stop_price"]) == ("10", "9.5")
        server.quote(10.40, 10.42)
        server.quote(10.10, 10.12)
        await server.settle()
        after = await get(server, trailing["id"])
        assert (after["high_water_mark"], after["stop_price"]) == ("10.4", "9.9")
        return trailing

    trailing = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        server.quote(9.95, 9.97)
        await server.settle()
        assert (await get(server, trailing["id"]))["stop_price"] == "9.9"
        server.quote(9.88, 9.90)
        await server.settle()
        assert (await fills(server))[1:] == [("1", "9.88")]

    run(after, PaperServer(journal))


def test_a_gtd_order_missed_while_down_expires_before_anything_is_matched() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> Any:
        server.quote()
        return await place(
            server, order(limit="9", time_in_force="gtd", expire_at=IN_SESSION + 1000)
        )

    missed = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        server.quote(8, 8.02)
        await server.settle()
        found = await get(server, missed["id"])
        assert (found["status"], found["status_reason"]["code"]) == ("expired", "expire_at_reached")
        assert await fills(server) == []

    run(after, PaperServer(journal, now=IN_SESSION + 1001))


def test_a_gtd_order_expires_on_time() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        placed = await place(
            server, order(limit="9", time_in_force="gtd", expire_at=IN_SESSION + 1000)
        )
        await server.clock.advance(1000)
        assert (await get(server, placed["id"]))["status"] == "expired"

    run(scenario)


def test_a_stop_is_changed_over_rest() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        placed = await place(server, stop("sell", "9"))
        async with server.client() as client:
            address = f"/orders/{placed['id']}"
            changed = await client.patch(address, json={"stop_price": "9.50", "version": 1})
            assert (changed.status_code, changed.json()["stop_price"]) == (200, "9.5")
            wrong = await client.patch(address, json={"stop_price": "10.5"})
            assert (wrong.status_code, wrong.json()["code"]) == (422, "stop_would_trigger")
            assert wrong.json()["order_id"] == placed["id"]
            other = await client.patch(address, json={"limit_price": "9"})
            assert other.json()["errors"][0]["field"] == "limit_price"
        server.quote(9.50, 9.52)
        await server.settle()
        assert await fills(server) == [("1", "9.5")]

    run(scenario)


def test_the_age_of_gtc_orders_is_a_setting() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        placed = await place(server, order(limit="9"))
        assert placed["expire_at"] == IN_SESSION + 90 * 24 * 3_600_000

    run(scenario, PaperServer(gtc_max_age_days=90))
