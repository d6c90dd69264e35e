"""Requests about positions and accounts that come twice under one key are carried out once."""

from typing import Any

import httpx
import pytest

from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.shared.memory import MemoryJournal


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


async def held(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    items = (await client.get("/positions")).json()["items"]
    return [(each["side"], each["quantity"]) for each in items]


def is_replayed(answer: httpx.Response) -> bool:
    return bool(answer.headers.get("Idempotent-Replayed") == "true")


def test_a_close_under_a_key_happens_once_also_after_a_restart() -> None:
    journal = MemoryJournal()
    first: Any = None

    async def before(server: PaperServer) -> Any:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="10"))
            answer = await client.delete("/positions/AAPL?quantity=4", headers=key("part"))
            assert (answer.status_code, is_replayed(answer)) == (201, False)
            assert answer.json()["client_order_id"] == "part"
            again = await client.delete("/positions/AAPL?quantity=4", headers=key("part"))
            assert (again.status_code, again.json(), is_replayed(again)) == (
                201,
                answer.json(),
                True,
            )
            for other in ("/positions/AAPL?quantity=5", "/positions/AAPL"):
                refused = await client.delete(other, headers=key("part"))
                assert (refused.status_code, refused.json()["code"]) == (
                    409,
                    "duplicate_client_order_id",
                )
                assert refused.json()["order_id"] == answer.json()["id"]
            assert await held(client) == [("long", "6")]
            return answer.json()

    first = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        async with server.client() as client:
            again = await client.delete("/positions/AAPL?quantity=4", headers=key("part"))
            assert (again.json(), is_replayed(again)) == (first, True)
            assert await held(client) == [("long", "6")]

    run(after, PaperServer(journal))


def test_a_reversal_is_one_order_and_under_a_key_happens_once() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            missing = await client.post("/positions/AAPL/reverse")
            assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
            await client.post("/orders", json=order(quantity="10"))
            answer = await client.post("/positions/AAPL/reverse", headers=key("round"))
            turned = answer.json()
            assert answer.status_code == 201
            assert (turned["side"], turned["type"], turned["quantity"], turned["status"]) == (
                "sell",
                "market",
                "20",
                "filled",
            )
            assert await held(client) == [("short", "10")]
            again = await client.post("/positions/AAPL/reverse", headers=key("round"))
            assert (again.json(), is_replayed(again)) == (turned, True)
            closing = await client.delete("/positions/AAPL", headers=key("round"))
            assert closing.json()["code"] == "duplicate_client_order_id"
            told = [each.quantity for each in server.values("positions")]
            assert [*map(str, told)] == ["10", "0", "10"]

    run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        async with server.client() as client:
            again = await client.post("/positions/AAPL/reverse", headers=key("round"))
            assert is_replayed(again)
            assert await held(client) == [("short", "10")]

    run(after, PaperServer(journal))


def test_a_refused_reversal_is_told_again_as_it_was() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="10"))
            answers = [
                await client.post("/positions/AAPL/reverse", headers=key("round")) for _ in "ab"
            ]
            assert {each.json()["code"] for each in answers} == {"max_order_size"}
            assert answers[0].json()["order_id"] == answers[1].json()["order_id"]
            assert [is_replayed(each) for each in answers] == [False, True]
            assert await held(client) == [("long", "10")]

    run(scenario, PaperServer(limits={"max_order_quantity": "15"}))


def test_an_individual_position_is_turned_round_by_two_orders() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            body = {"name": "hedged", "mode": "hedging"}
            account = (await client.post("/accounts", json=body)).json()["id"]
            where = {"account_id": account}
            await client.post("/orders", json=order(quantity="10"), params=where)
            [position] = (await client.get("/positions", params=where)).json()["items"]
            address = f"/positions/{position['id']}/reverse"
            answer = await client.post(address, params=where, headers=key("round"))
            assert (answer.json()["reduce_only"], answer.json()["quantity"]) == (False, "10")
            again = await client.post(address, params=where, headers=key("round"))
            assert (again.json(), is_replayed(again)) == (answer.json(), True)
            [position] = (await client.get("/positions", params=where)).json()["items"]
            assert (position["side"], position["quantity"]) == ("short", "10")

    run(scenario)


def test_a_reset_under_a_key_happens_once_also_after_a_restart() -> None:
    journal = MemoryJournal()

    async def before(server: PaperServer) -> str:
        server.quote()
        async with server.client() as client:
            account = (await client.get("/accounts")).json()["items"][0]["id"]
            address = f"/accounts/{account}/reset"
            first = await client.post(address, json={"balance": "500"}, headers=key("anew"))
            assert (first.status_code, is_replayed(first)) == (200, False)
            await client.post("/orders", json=order(quantity="10"))
            again = await client.post(address, json={"balance": "500"}, headers=key("anew"))
            assert (again.status_code, is_replayed(again)) == (200, True)
            assert await held(client) == [("long", "10")], "what came after it stays"
            other = await client.post(address, json={"balance": "600"}, headers=key("anew"))
            assert (other.status_code, other.json()["code"]) == (409, "conflict")
            return str(account)

    account = run(before, PaperServer(journal))

    async def after(server: PaperServer) -> None:
        async with server.client() as client:
            address = f"/accounts/{account}/reset"
            again = await client.post(address, json={"balance": "500"}, headers=key("anew"))
            assert is_replayed(again)
            assert await held(client) == [("long", "10")]
            new = await client.post(address, json={"balance": "500"}, headers=key("once-more"))
            assert not is_replayed(new)
            assert await held(client) == []

    run(after, PaperServer(journal))


@pytest.mark.parametrize("text", ["", "a b", "x" * 129, "ä"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            headers = {b"Idempotency-Key": text.encode("utf-8")}
            answer = await client.delete("/positions/AAPL", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_payload")

    run(scenario)
