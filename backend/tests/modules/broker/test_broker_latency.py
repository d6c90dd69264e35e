"""Orders that take time: they act on the first market event at or after their instant."""

from typing import Any

from tests.modules.broker.paper_server import PaperServer, order, run
from tests.modules.broker.test_broker_time import fills, get, place
from trading_api.shared.memory import MemoryJournal


def slow(**options: Any) -> PaperServer:
    return PaperServer(latency_ms=100, **options)


async def change(server: PaperServer, order_id: str, **body: Any) -> Any:
    async with server.client() as client:
        return (await client.patch(f"/orders/{order_id}", json=body)).json()


async def cancel(server: PaperServer, order_id: str) -> Any:
    async with server.client() as client:
        return (await client.delete(f"/orders/{order_id}")).json()


def test_an_order_acts_on_the_first_quote_at_or_after_its_instant() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        placed = await place(server, order())
        assert placed["status"] == "pending_new"
        await server.clock.advance(99)
        server.quote(10.1, 10.12)
        await server.clock.advance(1)
        assert await fills(server) == []
        server.quote(10.2, 10.22)
        await server.settle()
        assert await fills(server) == [("1", "10.22")]

    run(scenario, slow())


def test_a_quote_that_repeats_is_a_market_event_too_and_so_is_a_trade() -> None:
    async def scenario(server: PaperServer) -> None:
        for kind in ("quote", "trade"):
            server.quote()
            placed = await place(server, order())
            await server.clock.advance(100)
            if kind == "quote":
                server.quote()
            else:
                server.trade(10, 1)
            await server.settle()
            assert (await get(server, placed["id"]))["status"] == "filled"

    run(scenario, slow())


def test_a_fill_before_a_cancel_acts_stands() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=100)
        placed = await place(server, order(limit="9.5", quantity="10"))
        await server.clock.advance(100)
        server.quote(9.9, 9.92, size=100)
        assert (await cancel(server, placed["id"]))["status"] == "pending_cancel"
        server.trade(9.5, 4)
        await server.settle()
        part = await get(server, placed["id"])
        assert (part["status"], part["filled_quantity"]) == ("pending_cancel", "4")
        await server.clock.advance(100)
        server.quote(9, 9.02, size=100)
        await server.settle()
        ended = await get(server, placed["id"])
        assert (ended["status"], ended["filled_quantity"]) == ("canceled", "4")

    run(scenario, slow())


def test_a_full_fill_makes_a_cancel_too_late() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        placed = await place(server, order(limit="9.5"))
        await server.clock.advance(100)
        server.quote()
        await cancel(server, placed["id"])
        server.quote(9.3, 9.32)
        await server.clock.advance(100)
        server.quote()
        await server.settle()
        assert (await get(server, placed["id"]))["status"] == "filled"

    run(scenario, slow())


def test_a_change_acts_later_or_comes_too_late() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=100)
        placed = await place(server, order(limit="9.5", quantity="10"))
        await server.clock.advance(100)
        server.quote(size=100)
        asked = await change(server, placed["id"], limit_price="9.6")
        assert (asked["status"], asked["limit_price"]) == ("pending_replace", "9.5")
        assert (await change(server, placed["id"], quantity="3"))["code"] == "conflict"
        await server.clock.advance(100)
        server.quote(10, 10.03, size=100)
        await server.settle()
        changed = await get(server, placed["id"])
        assert (changed["status"], changed["limit_price"]) == ("working", "9.6")
        await change(server, placed["id"], quantity="4")
        server.trade(9.6, 6)
        await server.clock.advance(100)
        server.quote(10, 10.02, size=100)
        await server.settle()
        late = await get(server, placed["id"])
        assert (late["status"], late["quantity"]) == ("partially_filled", "10")
        assert late["status_reason"]["code"] == "quantity_below_filled"

    run(scenario, slow())


def test_a_change_to_what_has_become_so_meanwhile_changes_nothing() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        await place(server, order(quantity="10"))
        target = await place(server, order("sell", "10", "10.5", reduce_only=True))
        await server.clock.advance(100)
        server.quote(10, 10.03)
        await place(server, order("sell", "5"))
        await server.clock.advance(50)
        await change(server, target["id"], quantity="5")
        await server.clock.advance(50)
        server.quote(10, 10.04)
        await server.settle()
        cut = await get(server, target["id"])
        assert (cut["status"], cut["quantity"]) == ("pending_replace", "5")
        await server.clock.advance(50)
        server.quote(10, 10.05)
        await server.settle()
        settled = await get(server, target["id"])
        assert (settled["status"], settled["quantity"]) == ("working", "5")
        assert settled["status_reason"]["code"] == "unchanged"

    run(scenario, slow())


def test_what_is_on_its_way_survives_a_restart() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> str:
        server.quote()
        resting = await place(server, order(limit="9.5"))
        await server.clock.advance(100)
        server.quote(10, 10.03)
        await cancel(server, resting["id"])
        await place(server, order())
        return str(resting["id"])

    resting = run(before, slow(journal=journal))

    async def after(server: PaperServer) -> None:
        await server.clock.advance(200)
        server.quote()
        await server.settle()
        assert (await get(server, resting))["status"] == "canceled"
        assert await fills(server) == [("1", "10.02")]

    run(after, slow(journal=journal))


def test_a_new_order_that_is_canceled_on_its_way_may_still_be_filled() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=3)
        placed = await place(server, order(quantity="10"))
        await server.clock.advance(50)
        assert (await cancel(server, placed["id"]))["status"] == "pending_new"
        await server.clock.advance(50)
        server.quote(10, 10.03, size=3)
        await server.settle()
        part = await get(server, placed["id"])
        assert (part["status"], part["filled_quantity"]) == ("pending_cancel", "3")
        await server.clock.advance(50)
        server.quote(10, 10.04, size=3)
        await server.settle()
        ended = await get(server, placed["id"])
        assert (ended["status"], ended["filled_quantity"]) == ("canceled", "3")

    run(scenario, slow())


def test_a_post_only_order_is_judged_when_it_arrives_and_a_fok_then() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=3)
        post = await place(server, order(limit="10", post_only=True))
        fok = await place(server, order(quantity="10", time_in_force="fok"))
        assert [post["status"], fok["status"]] == ["pending_new", "pending_new"]
        await server.clock.advance(100)
        server.quote(9.9, 9.95, size=3)
        await server.settle()
        codes = [(await get(server, each["id"]))["status_reason"]["code"] for each in (post, fok)]
        assert codes == ["would_take", "fok_unfilled"]

    run(scenario, slow())
