"""Who may do what with which account, through FastAPI."""

import httpx
import pytest

from tests.modules.broker.paper_server import PaperServer, order, run


def test_a_caller_has_an_account_at_first_use() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            [account] = (await client.get("/accounts")).json()["items"]
            assert (account["balance"], account["currency"]) == ("100000", "USD")
            orders = await client.get(f"/orders?account_id={account['id']}")
            assert orders.json() == {"items": [], "next_cursor": None}

    run(scenario)


def test_two_callers_never_see_each_other() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        ann, bob = server.key("ann"), server.key("bob")
        async with server.client(ann) as ann_client, server.client(bob) as bob_client:
            mine = await ann_client.post("/orders", json=order(limit="9", client_order_id="same"))
            theirs = await bob_client.post("/orders", json=order("sell", client_order_id="same"))
            assert (mine.status_code, theirs.status_code) == (201, 201)
            account_id, order_id = mine.json()["account_id"], mine.json()["id"]
            assert theirs.json()["account_id"] != account_id
            accounts = (await bob_client.get("/accounts")).json()["items"]
            assert [each["id"] for each in accounts] == [theirs.json()["account_id"]]
            query = f"?account_id={account_id}"
            body = order(account_id=account_id)
            for answer in (
                await bob_client.get(f"/accounts/{account_id}"),
                await bob_client.get(f"/orders{query}"),
                await bob_client.get(f"/positions{query}"),
                await bob_client.get(f"/executions{query}"),
                await bob_client.get(f"/orders/{order_id}{query}"),
                await bob_client.delete(f"/orders/{order_id}{query}"),
                await bob_client.delete(f"/orders{query}"),
                await bob_client.patch(f"/orders/{order_id}{query}", json={"quantity": "2"}),
                await bob_client.post("/orders", json=body),
                await bob_client.post(f"/orders{query}", json=order()),
                await bob_client.delete(f"/positions/AAPL{query}"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")
            for answer in (
                await bob_client.get(f"/orders/{order_id}"),
                await bob_client.delete(f"/orders/{order_id}"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            [still] = (await ann_client.get("/orders?status=open")).json()["items"]
            assert still["id"] == order_id

    run(scenario)


def test_a_key_may_be_given_an_account() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as owner:
            account_id = (await owner.get("/accounts")).json()["items"][0]["id"]
        shared = server.key("shared", account_id=account_id)
        lost = server.key("lost", account_id="acc-nowhere")
        async with server.client(shared) as client:
            placed = await client.post("/orders", json=order())
            assert placed.json()["account_id"] == account_id
            assert [a["id"] for a in (await client.get("/accounts")).json()["items"]] == [
                account_id
            ]
        async with server.client(lost) as client:
            for answer in (await client.get("/accounts"), await client.post("/orders", json={})):
                assert answer.status_code in (404, 422)
            refused = await client.post("/orders", json=order())
            assert (refused.status_code, refused.json()["code"]) == (404, "unknown_account")

    run(scenario)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        pytest.param((), "GET", "/orders", 401, id="nobody reads"),
        pytest.param((), "POST", "/orders", 401, id="nobody trades"),
        pytest.param(("market:read",), "GET", "/accounts", 403, id="market key reads"),
        pytest.param(("account:read",), "POST", "/orders", 403, id="reader trades"),
        pytest.param(("account:read",), "DELETE", "/orders", 403, id="reader cancels"),
        pytest.param(("account:read",), "DELETE", "/positions/AAPL", 403, id="reader closes"),
        pytest.param(("orders:write",), "GET", "/executions", 403, id="trader reads"),
    ],
)
def test_every_address_asks_for_its_scope(
    scopes: tuple[str, ...], method: str, path: str, status: int
) -> None:
    async def scenario(server: PaperServer) -> httpx.Response:
        async with server.client(server.key("k", *scopes) if scopes else None) as client:
            return await client.request(method, path, json=order())

    answer = run(scenario)
    assert answer.status_code == status
