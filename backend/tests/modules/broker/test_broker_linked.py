"""Linked orders through REST and the engine."""

from typing import Any

from tests.modules.broker.paper_server import PaperServer, order, run
from tests.modules.broker.test_broker_time import fills, get, place
from trading_api.shared.memory import MemoryJournal

EXITS: dict[str, Any] = {
    "take_profit": {"limit_price": "10.45"},
    "stop_loss": {"stop_price": "9.85"},
}


async def orders_of(server: PaperServer, status: str = "open") -> list[Any]:
    async with server.client() as client:
        items: list[Any] = (await client.get(f"/orders?status={status}")).json()["items"]
    return items[::-1]


def test_a_bracket_is_answered_by_its_entry_and_survives_a_restart() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> None:
        server.quote()
        body = order(quantity="10", client_order_id="mine", **EXITS)
        entry = await place(server, body)
        assert (entry["status"], entry["group_type"]) == ("filled", "bracket")
        assert await place(server, body) == entry
        stop, target = await orders_of(server)
        assert (stop["type"], target["type"]) == ("stop", "limit")
        assert {each["parent_id"] for each in (stop, target)} == {entry["id"]}
        assert {each["group_id"] for each in (stop, target)} == {entry["group_id"]}
        await place(server, order(limit="9"))
        async with server.client() as client:
            listed = (await client.get(f"/orders?group_id={entry['group_id']}")).json()["items"]
        assert [each["id"] for each in listed] == [target["id"], stop["id"], entry["id"]]

    run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        stop, target, _ = await orders_of(server)
        server.quote(9.80, 9.82)
        await server.settle()
        assert await fills(server) == [("10", "10.02"), ("10", "9.8")]
        ended = await get(server, target["id"])
        assert (ended["status"], ended["status_reason"]["code"]) == ("canceled", "oco_filled")
        assert (await get(server, stop["id"]))["status"] == "filled"

    run(after, PaperServer(journal))


def test_an_oco_group_is_told_as_one_step() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        legs = [{"side": "sell", "type": "stop", "quantity": "1", "stop_price": "9.80"}]
        up = order("buy", type="stop", stop_price="10.20", group={"type": "oco", "orders": legs})
        placed = await place(server, up)
        down = (await orders_of(server))[1]
        server.quote(10.18, 10.20)
        await server.settle()
        told = [(each.id, each.status) for each in server.values("orders")][-3:]
        assert told == [
            (placed["id"], "working"),
            (placed["id"], "filled"),
            (down["id"], "canceled"),
        ]

    run(scenario)


def test_a_leg_that_is_wrong_is_named_by_its_path() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        for leg, field in (
            ({"quantity": "x"}, "quantity"),
            ({"limit_price": "9.001"}, "limit_price"),
            ({"symbol": "MSFT"}, "symbol"),
            ({"account_id": "x"}, "account_id"),
        ):
            legs = [{"side": "buy", "type": "limit", "quantity": "1", "limit_price": "9", **leg}]
            body = order(limit="9.5", group={"type": "oco", "orders": legs})
            problem = await place(server, body)
            assert problem["errors"][0]["field"] == f"group.orders[0].{field}"
        assert await orders_of(server, "all") == []

    run(scenario)


def test_the_exits_of_a_position_are_set_changed_and_taken_away() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            address = "/positions/AAPL/brackets"
            assert (await client.put(address, json=EXITS)).status_code == 404
            await place(server, order(quantity="10"))
            answer = await client.put(address, json=EXITS)
            stop, target = answer.json()["orders"]
            assert (answer.status_code, stop["quantity"], target["quantity"]) == (200, "10", "10")
            assert (stop["parent_type"], stop["parent_id"]) == ("position", "AAPL")
            await place(server, order(quantity="5"))
            assert [each["quantity"] for each in await orders_of(server)] == ["15", "15"]
            only = await client.put(address, json={"take_profit": {"limit_price": "10.45"}})
            assert [each["id"] for each in only.json()["orders"]] == [target["id"]]
            wrong = await client.put(address, json={"take_profit": {"limit_price": "9"}})
            assert wrong.json()["errors"][0]["field"] == "take_profit.limit_price"
            await client.delete("/positions/AAPL")
            assert await orders_of(server) == []

    run(scenario)


def test_what_works_for_a_parent_that_is_partly_filled_is_a_setting() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=4)
        await place(server, order(quantity="10", **EXITS))
        assert [each["status"] for each in await orders_of(server)][1:] == ["held", "held"]

    run(scenario, PaperServer(linked_mode="full"))
