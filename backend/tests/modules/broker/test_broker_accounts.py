"""Accounts of a caller: opened, reset, halted, resumed, and the dead man's switch."""

from typing import Any

import httpx
import pytest

from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.shared.memory import MemoryJournal


async def first_id(client: httpx.AsyncClient) -> str:
    return str((await client.get("/accounts")).json()["items"][0]["id"])


async def made(client: httpx.AsyncClient, **members: Any) -> Any:
    answer = await client.post("/accounts", json={"name": "Second", **members})
    assert answer.status_code == 201
    return answer.json()


def test_a_caller_may_have_several_accounts() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            first = await first_id(client)
            second = await made(client, currency="USD", balance="500")
            assert (second["name"], second["balance"], second["equity"]) == ("Second", "500", "500")
            placed = await client.post("/orders", json=order(account_id=second["id"]))
            assert placed.json()["account_id"] == second["id"]
            other = await client.post("/orders", json=order())
            assert other.json()["account_id"] == first
            listed = (await client.get("/accounts")).json()["items"]
            assert {each["id"] for each in listed} == {first, second["id"]}
            for account_id in (first, second["id"]):
                orders = (await client.get(f"/orders?account_id={account_id}")).json()["items"]
                assert [each["account_id"] for each in orders] == [account_id]

    run(scenario)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        pytest.param({"balance": "-1"}, "balance", id="negative"),
        pytest.param({"balance": "0.001"}, "balance", id="finer than a cent"),
        pytest.param({"balance": "1000000000000.01"}, "balance", id="more than is served"),
        pytest.param({"balance": "0.5", "currency": "JPY"}, "balance", id="finer than a yen"),
        pytest.param({"balance": 5}, "balance", id="a number"),
        pytest.param({"currency": "usd"}, "currency", id="lower case"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"owner": "me"}, "owner", id="unknown member"),
    ],
)
def test_an_account_is_not_opened_for_a_bad_body(members: dict[str, Any], field: str) -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            answer = await client.post("/accounts", json={"name": "x", **members})
            assert answer.status_code == 422
            assert [error["field"] for error in answer.json()["errors"]] == [field]
            assert len((await client.get("/accounts")).json()["items"]) == 1

    run(scenario)


def test_a_second_account_is_nobody_elses() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as owner:
            mine = (await made(owner))["id"]
            bound = server.key("bound", account_id=mine)
            free = server.key("free")
        async with server.client(free) as other:
            for path, body in (
                ("reset", {}),
                ("halt", {}),
                ("resume", {}),
                ("deadman", {"seconds": 5}),
            ):
                answer = await other.post(f"/accounts/{mine}/{path}", json=body)
                assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")
        async with server.client(bound) as client:
            assert [a["id"] for a in (await client.get("/accounts")).json()["items"]] == [mine]
            refused = await client.post("/accounts", json={"name": "more"})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
            assert (await client.post(f"/accounts/{mine}/halt")).json()["status"] == "halted"
        async with server.client(server.key("reader", "account:read")) as reader:
            own = await first_id(reader)
            for path in ("/accounts", f"/accounts/{own}/reset", f"/accounts/{own}/halt"):
                assert (await reader.post(path, json={})).status_code == 403

    run(scenario)


def test_there_is_an_end_to_accounts() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            for _ in range(99):
                await made(client)
            refused = await client.post("/accounts", json={"name": "too many"})
            assert (refused.status_code, refused.json()["code"]) == (409, "conflict")

    run(scenario)


def test_a_reset_leaves_the_account_usable() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account_id = await first_id(client)
            filled = await client.post("/orders", json=order(quantity="100", client_order_id="a"))
            waiting = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            server.quote(8.0, 8.02)
            reset = (await client.post(f"/accounts/{account_id}/reset")).json()
            figures = [reset[name] for name in ("balance", "equity", "buying_power")]
            assert figures == ["100000"] * 3
            assert (reset["realized_pnl"], reset["margin_used"]) == ("0", "0")
            assert (await client.get("/positions")).json()["items"] == []
            canceled = (await client.get(f"/orders/{waiting}")).json()
            assert canceled["status"] == "filled"  # the quote of 8.02 came before the reset
            told = server.values("positions")[-1]
            assert (told.symbol, str(told.quantity)) == ("AAPL", "0")
            assert server.values("equity")[-1].balance == 100_000
            assert len((await client.get("/executions")).json()["items"]) == 2
            again = await client.post("/orders", json=order(quantity="100", client_order_id="a"))
            assert again.json()["id"] == filled.json()["id"]
            new = await client.post("/orders", json=order(quantity="5"))
            assert (new.json()["status"], new.json()["average_price"]) == ("filled", "8.02")
            [position] = (await client.get("/positions")).json()["items"]
            assert (position["quantity"], position["realized_pnl"]) == ("5", "0")
            poorer = await client.post(f"/accounts/{account_id}/reset", json={"balance": "50"})
            assert poorer.json()["balance"] == "50"

    run(scenario)


def test_a_reset_cancels_what_is_open() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account_id = await first_id(client)
            waiting = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            reset = (await client.post(f"/accounts/{account_id}/reset")).json()
            assert reset["margin_reserved"] == "0"
            canceled = (await client.get(f"/orders/{waiting}")).json()
            assert canceled["status"] == "canceled"
            assert canceled["status_reason"]["code"] == "account_reset"

    run(scenario)


def test_a_halt_stops_everything_until_it_is_resumed() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account_id = await first_id(client)
            await client.post("/orders", json=order(quantity="100"))
            waiting = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            halted = (await client.post(f"/accounts/{account_id}/halt")).json()
            assert (halted["status"], halted["margin_reserved"]) == ("halted", "0")
            canceled = (await client.get(f"/orders/{waiting}")).json()
            assert canceled["status_reason"]["code"] == "account_halted"
            for answer in (
                await client.post("/orders", json=order()),
                await client.post("/orders", json=order("sell")),
                await client.delete("/positions/AAPL"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (422, "account_halted")
                assert answer.json()["order_id"]
            reset = await client.post(f"/accounts/{account_id}/reset")
            assert reset.json()["status"] == "halted"
            resumed = (await client.post(f"/accounts/{account_id}/resume")).json()
            assert resumed["status"] == "active"
            assert (await client.post("/orders", json=order())).status_code == 201
            statuses = [account.status for account in server.values("equity")]
            assert statuses[-1] == "active"
            assert "halted" in statuses

    run(scenario)


def test_a_halt_may_flatten() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        server.quote(20.0, 20.02, symbol="MSFT")
        async with server.client() as client:
            account_id = await first_id(client)
            await client.post("/orders", json=order(quantity="100"))
            await client.post("/orders", json=order("sell", "50", symbol="MSFT"))
            halted = await client.post(f"/accounts/{account_id}/halt", json={"flatten": True})
            assert halted.json()["margin_used"] == "0"
            assert (await client.get("/positions")).json()["items"] == []
            closing = (await client.get("/orders")).json()["items"][:2]
            assert [each["side"] for each in closing] == ["buy", "sell"]
            assert {each["status_reason"]["code"] for each in closing} == {"account_halted"}
            again = await client.post(f"/accounts/{account_id}/halt", json={"flatten": True})
            assert again.json() == halted.json()

    run(scenario)


def test_a_reducing_account_only_closes() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account_id = await first_id(client)
            await client.post("/orders", json=order(quantity="100"))
            exit_id = (await client.post("/orders", json=order("sell", "60", "11"))).json()["id"]
            flip_id = (await client.post("/orders", json=order("sell", "60", "12"))).json()["id"]
            entry_id = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            reducing = await client.post(f"/accounts/{account_id}/halt", json={"reducing": True})
            assert reducing.json()["status"] == "reducing"
            statuses = {
                order_id: (await client.get(f"/orders/{order_id}")).json()["status"]
                for order_id in (exit_id, flip_id, entry_id)
            }
            assert statuses == {exit_id: "working", flip_id: "canceled", entry_id: "canceled"}
            for body in (order(), order("sell", "41"), order("sell", "101")):
                refused = await client.post("/orders", json=body)
                assert (refused.status_code, refused.json()["code"]) == (422, "reduce_only_mode")
            assert (await client.post("/orders", json=order("sell", "40"))).status_code == 201

    run(scenario)


def test_a_dead_mans_switch_cancels_once() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account_id = await first_id(client)
            path = f"/accounts/{account_id}/deadman"
            first = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            now = server.clock.now_ms()
            switch = (await client.post(path, json={"seconds": 60})).json()
            assert switch == {"account_id": account_id, "seconds": 60, "expires_at": now + 60_000}
            await server.clock.advance(30_000)
            await client.post(path, json={"seconds": 60})
            await server.clock.advance(59_999)
            assert (await client.get(f"/orders/{first}")).json()["status"] == "working"
            await server.clock.advance(1)
            await server.settle()
            canceled = (await client.get(f"/orders/{first}")).json()
            assert canceled["status_reason"]["code"] == "deadman"
            second = (await client.post("/orders", json=order(limit="9"))).json()["id"]
            await server.clock.advance(120_000)
            assert (await client.get(f"/orders/{second}")).json()["status"] == "working"
            await client.post(path, json={"seconds": 60})
            off = (await client.post(path, json={"seconds": 0})).json()
            assert off == {"account_id": account_id, "seconds": 0, "expires_at": None}
            await server.clock.advance(120_000)
            assert (await client.get(f"/orders/{second}")).json()["status"] == "working"

    run(scenario)


def test_accounts_and_switches_are_there_again_after_a_restart() -> None:
    journal = MemoryJournal()
    server = PaperServer(journal)

    async def before(server: PaperServer) -> tuple[Any, str]:
        server.quote()
        async with server.client() as client:
            second = await made(client, balance="700")
            order_id = (
                await client.post("/orders", json=order(limit="9", account_id=second["id"]))
            ).json()["id"]
            await client.post(f"/accounts/{second['id']}/deadman", json={"seconds": 60})
            third = await made(client, balance="9")
            halted = await client.post(f"/accounts/{third['id']}/halt")
            return (second["id"], halted.json()), order_id

    (second, third), order_id = run(before, server)
    later = PaperServer(journal, server.clock.now_ms() + 59_000)

    async def still(server: PaperServer) -> None:
        async with server.client() as client:
            assert (await client.get(f"/accounts/{third['id']}")).json() == third
            path = f"/orders/{order_id}?account_id={second}"
            assert (await client.get(path)).json()["status"] == "working"

    run(still, later)
    too_late = PaperServer(journal, server.clock.now_ms() + 61_000)

    async def gone(server: PaperServer) -> None:
        server.quote(8.0, 8.02)
        await server.settle()
        async with server.client() as client:
            path = f"/orders/{order_id}?account_id={second}"
            canceled = (await client.get(path)).json()
            assert canceled["status_reason"]["code"] == "deadman"
            assert canceled["filled_quantity"] == "0"

    run(gone, too_late)


def test_leverage_is_read_previewed_and_set() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            path = "/leverage/NASDAQ:AAPL"
            bounds = {"symbol": "AAPL", "min": "1", "max": "50", "step": "1"}
            assert (await client.get(path)).json() == {**bounds, "leverage": "1"}
            await client.post("/orders", json=order(quantity="1000"))
            preview = (await client.post(f"{path}/preview", json={"leverage": "4"})).json()
            assert (preview["leverage"], preview["margin_used"]) == ("4", "2500")
            assert (await client.get(path)).json()["leverage"] == "1"
            changed = await client.put(path, json={"leverage": "4"})
            assert (changed.status_code, changed.json()["leverage"]) == (200, "4")
            [account] = (await client.get("/accounts")).json()["items"]
            assert account["margin_used"] == "2500"
            assert server.values("equity")[-1].margin_used == 2500
            for body, status, code in (
                ({"leverage": "51"}, 422, "invalid_payload"),
                ({"leverage": "1.5"}, 422, "invalid_payload"),
                ({}, 422, "invalid_payload"),
            ):
                refused = await client.put(path, json=body)
                assert (refused.status_code, refused.json()["code"]) == (status, code)
            unknown = await client.get("/leverage/NOPE")
            assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_symbol")

    run(scenario)


def test_an_account_may_be_opened_with_leverage() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            account = await made(client, balance="1000", leverage="4")
            assert (account["leverage"], account["buying_power"]) == ("4", "4000")
            bought = order(quantity="300", account_id=account["id"])
            assert (await client.post("/orders", json=bought)).status_code == 201

    run(scenario)


def test_a_preview_places_nothing_and_tells_what_placing_does() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            body = order(quantity="10", client_order_id="once", symbol="NASDAQ:AAPL")
            told = (await client.post("/orders/preview", json=body)).json()
            assert (told["price"], told["notional"], told["fee"]) == ("10.02", "100.2", "0")
            assert (told["margin"], told["position_after"]) == ("100", "10")
            assert (told["warnings"], told["errors"]) == ([], [])
            assert (await client.get("/orders")).json()["items"] == []
            placed = (await client.post("/orders", json=body)).json()
            assert placed["average_price"] == told["price"]
            [account] = (await client.get("/accounts")).json()["items"]
            assert account["buying_power"] == told["buying_power_after"]
            dear = await client.post("/orders/preview", json=order(quantity="100000"))
            assert dear.status_code == 200
            assert [each["code"] for each in dear.json()["errors"]] == ["insufficient_margin"]
            wrong = await client.post("/orders/preview", json=order(quantity="1.5"))
            assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_lot")

    run(scenario)


def test_a_hedging_account_has_individual_positions_over_a_restart() -> None:
    journal = MemoryJournal()
    server = PaperServer(journal)

    async def before(server: PaperServer) -> str:
        server.quote()
        async with server.client() as client:
            account = await made(client, balance="5000", mode="hedging")
            assert (account["mode"], account["fifo"]) == ("hedging", False)
            query = f"account_id={account['id']}"
            for body in (order(quantity="100"), order("sell", "40"), order(quantity="10")):
                assert (await client.post(f"/orders?{query}", json=body)).status_code == 201
            told = {each.id: str(each.quantity) for each in server.values("positions")}
            assert list(told.values()) == ["100", "40", "10"]
            listed = (await client.get(f"/positions?{query}")).json()["items"]
            assert [each["id"] for each in listed] == [f"{account['id']}-p{n}" for n in (1, 2, 3)]
            assert [each["side"] for each in listed] == ["long", "short", "long"]
            assert all(each["opened_at"] == server.clock.now_ms() for each in listed)
            [net] = (await client.get(f"/positions?{query}&view=net")).json()["items"]
            assert (net["id"], net["side"], net["quantity"]) == ("AAPL", "long", "70")
            closed = await client.delete(f"/positions/{listed[0]['id']}?{query}&quantity=60")
            assert closed.status_code == 201
            assert closed.json()["position_id"] == listed[0]["id"]
            return str(account["id"])

    account_id = run(before, server)

    async def after(server: PaperServer) -> None:
        async with server.client() as client:
            query = f"account_id={account_id}"
            server.quote(11.0, 11.02)
            await server.clock.advance(250)
            told = {each.id: str(each.mark_price) for each in server.values("positions")}
            assert sorted(told.values()) == ["11", "11", "11.02"]
            for number in (1, 2, 3):
                path = f"/positions/{account_id}-p{number}?{query}"
                assert (await client.delete(path)).status_code == 201
            account = (await client.get(f"/accounts/{account_id}")).json()
            assert (account["margin_used"], account["unrealized_pnl"]) == ("0", "0")
            assert (await client.get(f"/positions?{query}")).json()["items"] == []

    run(after, PaperServer(journal, server.clock.now_ms() + 1000))
