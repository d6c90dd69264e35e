"""The broker's addresses, through FastAPI."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.domain.paper_desk import share
from tests.modules.broker.paper_server import CLOSE, IN_SESSION, PaperServer, order, run
from trading_api.domain.market import SymbolInfo


def exchange(method: str, path: str, *, token: str | None = "", **request: Any) -> httpx.Response:
    """One request to a server with an open market."""

    async def scenario(server: PaperServer) -> httpx.Response:
        server.quote()
        async with server.client(token) as client:
            return await client.request(method, path, **request)

    return run(scenario)


def test_a_market_order_is_answered_with_its_fill() -> None:
    answer = exchange("POST", "/orders", json=order(quantity="10"))
    placed = answer.json()
    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers
    assert (placed["status"], placed["filled_quantity"]) == ("filled", "10")
    assert (placed["average_price"], placed["type"]) == ("10.02", "market")
    assert placed["created_at"] == IN_SESSION
    nulls = ("notional", "stop_price", "trail", "parent_id", "group_id", "tag", "expire_at")
    assert [placed[name] for name in nulls] == [None] * len(nulls)


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        pytest.param(order(symbol="NOPE"), 404, "unknown_symbol", None, id="symbol"),
        pytest.param(order(side="hold"), 422, "invalid_payload", "side", id="side"),
        pytest.param(order(stop_prise="1"), 422, "invalid_payload", "stop_prise", id="member"),
        pytest.param(order(notional="1"), 422, "invalid_payload", "notional", id="notional"),
        pytest.param(order(type="stoop"), 422, "invalid_payload", "type", id="type"),
        pytest.param(order(time_in_force="x"), 422, "invalid_payload", "time_in_force", id="tif"),
        pytest.param(order(quantity=1), 422, "invalid_payload", "quantity", id="number"),
        pytest.param(order(quantity="NaN"), 422, "invalid_payload", "quantity", id="NaN"),
        pytest.param(order(quantity="1e2"), 422, "invalid_payload", "quantity", id="exponent"),
        pytest.param(order(quantity="1\n"), 422, "invalid_payload", "quantity", id="newline"),
        pytest.param(order(quantity="١"), 422, "invalid_payload", "quantity", id="other digits"),
        pytest.param(order(quantity="9" * 19), 422, "invalid_payload", "quantity", id="19 digits"),
        pytest.param(order(quantity="0"), 422, "quantity_out_of_range", "quantity", id="zero"),
        pytest.param(order(quantity="-5"), 422, "quantity_out_of_range", "quantity", id="negative"),
        pytest.param(order(quantity="9" * 18), 422, "quantity_out_of_range", "quantity", id="huge"),
        pytest.param(order(quantity="1.5"), 422, "bad_lot", "quantity", id="step"),
        pytest.param(order(limit="1.001"), 422, "bad_tick", "limit_price", id="tick"),
        pytest.param(order(client_order_id=""), 422, "invalid_payload", "client_order_id", id="id"),
        pytest.param(
            order(client_order_id="a b"), 422, "invalid_payload", "client_order_id", id="id space"
        ),
        pytest.param(
            order(client_order_id="a\n"), 422, "invalid_payload", "client_order_id", id="id line"
        ),
        pytest.param(
            order(client_order_id="x" * 129), 422, "invalid_payload", "client_order_id", id="id 129"
        ),
        pytest.param({"symbol": "AAPL"}, 422, "invalid_payload", "side", id="missing"),
        pytest.param([], 422, "invalid_payload", "", id="list"),
        pytest.param(order(account_id="acc-x"), 404, "unknown_account", None, id="account"),
        pytest.param(order(quantity="200000"), 422, "insufficient_margin", None, id="margin"),
    ],
)
def test_bad_orders_are_named(body: Any, status: int, code: str, field: str | None) -> None:
    problem = exchange("POST", "/orders", json=body)
    assert (problem.status_code, problem.json()["code"]) == (status, code)
    assert problem.headers["content-type"] == "application/problem+json"
    fields = [error["field"] for error in problem.json().get("errors", [])]
    assert fields == ([] if field is None else [field])


def test_a_bad_body_is_not_an_order() -> None:
    json_type = {"Content-Type": "application/json"}
    broken = exchange("POST", "/orders", content=b'{"symbol":', headers=json_type)
    assert (broken.status_code, broken.json()["code"]) == (400, "invalid_json")
    text = exchange("POST", "/orders", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (text.status_code, text.json()["code"]) == (415, "unsupported_media_type")
    untyped = exchange("PATCH", "/orders/x", content=b"{}")
    assert untyped.status_code == 415
    charset = {"Content-Type": "application/json; charset=utf-8"}
    assert exchange("POST", "/orders", content=b"{}", headers=charset).status_code == 422


def test_errors_of_shape_store_nothing_and_reserve_no_id() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="0", client_order_id="mine"))
            assert (await client.get("/orders")).json()["items"] == []
            good = await client.post("/orders", json=order(client_order_id="mine"))
            assert good.status_code == 201

    run(scenario)


def test_the_same_client_order_id_gets_the_first_answer_again() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(size=5)
        body = order(quantity="10", client_order_id="mine", tag="blue")
        async with server.client() as client:
            first = await client.post("/orders", json=body)
            server.quote(ask=10.05)
            again = await client.post("/orders", json={**body, "time_in_force": "gtc"})
            other = await client.post("/orders", json={**body, "quantity": "11"})
            [now] = (await client.get("/orders?client_order_id=mine")).json()["items"]
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
        assert again.content == first.content
        assert (first.json()["status"], now["status"]) == ("partially_filled", "filled")
        assert (other.status_code, other.json()["code"]) == (409, "duplicate_client_order_id")
        assert other.json()["order_id"] == first.json()["id"]

    run(scenario)


def test_a_refusal_by_state_is_an_order_that_keeps_its_id() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        body = order(quantity="200000", client_order_id="mine")
        async with server.client() as client:
            first = await client.post("/orders", json=body)
            again = await client.post("/orders", json=body)
            found = await client.get(f"/orders/{first.json()['order_id']}")
        assert (first.status_code, first.json()["code"]) == (422, "insufficient_margin")
        for member in ("code", "detail", "order_id"):
            assert again.json()[member] == first.json()[member]
        assert found.json()["status"] == "rejected"
        assert found.json()["status_reason"]["code"] == "insufficient_margin"

    run(scenario)


def test_an_order_is_changed_and_canceled() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            placed = (await client.post("/orders", json=order(quantity="5", limit="9"))).json()
            address = f"/orders/{placed['id']}"
            changed = await client.patch(address, json={"quantity": "7", "version": 1})
            assert (changed.status_code, changed.json()["quantity"]) == (200, "7")
            assert changed.json()["version"] == 2
            late = await client.patch(address, json={"limit_price": "8", "version": 1})
            assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
            fixed = await client.patch(address, json={"side": "sell"})
            assert (fixed.status_code, fixed.json()["code"]) == (422, "immutable_field")
            unknown = await client.patch(address, json={"stop_price": "8"})
            assert unknown.json()["errors"][0]["field"] == "stop_price"
            ended = await client.delete(address)
            assert (ended.status_code, ended.json()["status"]) == (200, "canceled")
            again = await client.delete(address)
            assert (again.status_code, again.json()["code"]) == (409, "order_final")
            assert again.json()["order_id"] == placed["id"]
            assert (await client.delete("/orders/x")).status_code == 404

    run(scenario)


def test_all_orders_are_canceled_or_those_of_a_symbol() -> None:
    async def scenario(server: PaperServer) -> None:
        async with server.client() as client:
            for symbol in ("AAPL", "MSFT", "AAPL"):
                await client.post("/orders", json=order(symbol=symbol))
            shares = (await client.delete("/orders?symbol=NASDAQ:AAPL")).json()["orders"]
            assert [each["symbol"] for each in shares] == ["AAPL", "AAPL"]
            rest = (await client.delete("/orders")).json()["orders"]
            assert [(each["symbol"], each["status"]) for each in rest] == [("MSFT", "canceled")]
            assert (await client.delete("/orders")).json() == {"orders": []}
            assert (await client.delete("/orders?symbol=NOPE")).status_code == 404

    run(scenario)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/orders?acount_id=a"),
        ("PATCH", "/orders/{id}?version=1"),
        ("DELETE", "/orders/{id}?symbol=AAPL"),
        ("DELETE", "/orders?symbl=MSFT"),
        ("DELETE", "/positions/AAPL?qty=1"),
    ],
)
def test_a_misspelt_parameter_of_a_command_does_nothing(method: str, address: str) -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order())
            resting = (await client.post("/orders", json=order(limit="9"))).json()
            body = {"POST": order(), "PATCH": {"quantity": "2"}}.get(method)
            path = address.format(id=resting["id"])
            answer = await client.request(method, path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_payload")
            assert answer.json()["errors"][0]["field"] == address.partition("?")[2].split("=")[0]
            assert len((await client.get("/orders")).json()["items"]) == 2
            assert (await client.get(f"/orders/{resting['id']}")).json() == resting
            assert (await client.get("/positions/AAPL")).json()["quantity"] == "1"

    run(scenario)


def test_lists_are_paged_newest_first_and_filtered() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            for number in range(5):
                limit = "9" if number % 2 else None
                await client.post("/orders", json=order(limit=limit, client_order_id=f"c{number}"))
                await server.clock.advance(10)

            async def ids(path: str) -> tuple[list[str], str | None]:
                page = (await client.get(path)).json()
                return [each["client_order_id"] for each in page["items"]], page["next_cursor"]

            first, cursor = await ids("/orders?limit=2")
            second, cursor = await ids(f"/orders?limit=2&cursor={cursor}")
            third, end = await ids(f"/orders?limit=2&cursor={cursor}")
            assert [*first, *second, *third] == ["c4", "c3", "c2", "c1", "c0"]
            assert end is None
            assert await ids("/orders?status=open") == (["c3", "c1"], None)
            assert await ids("/orders?status=open&limit=1") == (["c3"], "4")
            assert await ids("/orders?status=closed") == (["c4", "c2", "c0"], None)
            assert await ids("/orders?symbol=MSFT") == ([], None)
            assert await ids(f"/orders?from={IN_SESSION + 10}&to={IN_SESSION + 30}") == (
                ["c2", "c1"],
                None,
            )
            assert await ids("/executions?limit=2") == (["c4", "c2"], "2")
            assert await ids("/executions?limit=2&cursor=2") == (["c0"], None)
            window = f"/executions?from={IN_SESSION + 20}&to={IN_SESSION + 40}"
            assert await ids(window) == (["c2"], None)
            [execution] = (await client.get("/executions?limit=1")).json()["items"]
            assert await ids(f"/executions?order_id={execution['order_id']}") == (["c4"], None)
            assert await ids("/executions?symbol=MSFT") == ([], None)
            for path in ("/orders?cursor=x", "/orders?limit=0", "/orders?status=all_of_them"):
                assert (await client.get(path)).status_code == 422
        assert execution["explanation"]["rule"] == "market"
        assert execution["explanation"]["size_unknown"] is True

    run(scenario)


def test_positions_are_shown_at_their_marks_and_closed() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="10"))
            server.quote(11, 11.02)
            [position] = (await client.get("/positions")).json()["items"]
            assert position == (await client.get("/positions/AAPL")).json()
            assert (position["id"], position["side"], position["quantity"]) == (
                "AAPL",
                "long",
                "10",
            )
            assert (position["average_price"], position["cost"]) == ("10.02", "100.2")
            assert (position["mark_price"], position["unrealized_pnl"]) == ("11", "9.8")
            part = await client.delete("/positions/AAPL?quantity=4")
            assert (part.status_code, part.json()["side"]) == (201, "sell")
            assert part.json()["filled_quantity"] == "4"
            for bad, code in (("x", "invalid_payload"), ("7", "quantity_out_of_range")):
                refused = await client.delete(f"/positions/AAPL?quantity={bad}")
                assert (refused.status_code, refused.json()["code"]) == (422, code)
            whole = await client.delete("/positions/AAPL")
            assert whole.json()["filled_quantity"] == "6"
            assert (await client.get("/positions")).json()["items"] == []
            assert (await client.get("/positions/AAPL")).status_code == 404
            assert (await client.delete("/positions/AAPL")).status_code == 404

    run(scenario)


def test_the_account_adds_up() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            await client.post("/orders", json=order(quantity="1000"))
            await client.post("/orders", json=order(quantity="100", limit="9"))
            server.quote(11, 11.02)
            [account] = (await client.get("/accounts")).json()["items"]
            assert account == (await client.get(f"/accounts/{account['id']}")).json()
        fee = 10020 * 5 / 10_000
        assert account["balance"] == f"{100_000 - fee:.2f}"
        assert account["unrealized_pnl"] == "980"
        assert account["equity"] == f"{100_980 - fee:.2f}"
        assert (account["margin_used"], account["margin_reserved"]) == ("11000", "900")
        assert account["buying_power"] == f"{100_980 - fee - 11_900:.2f}"
        assert (account["mode"], account["leverage"], account["status"]) == (
            "netting",
            "1",
            "active",
        )

    run(scenario, PaperServer(fee_bps=5))


def test_an_account_in_the_body_and_in_the_address_must_be_one() -> None:
    answer = exchange("POST", "/orders?account_id=a", json=order(account_id="b"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_payload")


@pytest.mark.parametrize(
    ("method", "path", "known"),
    [
        ("DELETE", "/orders?symbl=AAPL", "known are symbol, account_id"),
        ("DELETE", "/positions/AAPL?quantiy=1", "known are quantity, account_id"),
        ("POST", "/accounts/a/halt?symbl=AAPL", "it takes none"),
    ],
)
def test_a_misspelt_parameter_of_a_command_is_refused_and_named(
    method: str, path: str, known: str
) -> None:
    name = path.partition("?")[2].partition("=")[0]
    problem = exchange(method, path).json()
    assert (problem["code"], problem["errors"][0]["field"]) == ("invalid_payload", name)
    assert problem["detail"] == f"{name} is not a parameter of this address; {known}"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("DELETE", "/orders?symbol=AAPL&symbol=MSFT", "symbol"),
        ("POST", "/orders?account_id=a&account_id=a", "account_id"),
        ("DELETE", "/positions/AAPL?quantity=1&account_id=a&quantity=2", "quantity"),
    ],
)
def test_a_parameter_of_a_command_that_is_given_twice_is_refused_and_named(
    method: str, path: str, name: str
) -> None:
    answer = exchange(method, path, json=order() if method == "POST" else None)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_payload")
    assert problem["errors"][0]["field"] == name
    assert problem["detail"] == f"{name} is given more than once"


def test_a_market_named_with_its_exchange_is_the_same_market() -> None:
    answer = exchange("POST", "/orders", json=order(symbol="NASDAQ:AAPL"))
    assert (answer.status_code, answer.json()["symbol"]) == (201, "AAPL")


def test_a_server_that_does_not_run_refuses() -> None:
    async def ask() -> httpx.Response:
        async with PaperServer().client() as client:
            return await client.post("/orders", json=order())

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"


def test_a_closed_market_holds_or_refuses() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(status="closed")
        async with server.client() as client:
            for tif in ("day", "gtc"):
                held = await client.post("/orders", json=order(time_in_force=tif))
                assert (held.status_code, held.json()["status"]) == (201, "held")
                assert held.json()["status_reason"]["code"] == "market_closed"
            for tif in ("ioc", "fok"):
                refused = await client.post("/orders", json=order(time_in_force=tif))
                assert (refused.status_code, refused.json()["code"]) == (422, "market_closed")

    run(scenario, PaperServer(now=CLOSE))


def test_small_quantities_are_spelt_out() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote(50_000, 50_001, symbol="BTCUSD")
        body = order(quantity="0.00000002", symbol="BTCUSD")
        async with server.client() as client:
            placed = await client.post("/orders", json=body)
            assert placed.json()["filled_quantity"] == "0.00000002"
            [position] = (await client.get("/positions")).json()["items"]
            assert (position["quantity"], position["cost"]) == ("0.00000002", "0.00100002")

    server = PaperServer()
    server.context.catalogue.save([btcusd()])
    run(scenario, server)


def btcusd() -> SymbolInfo:
    step = Decimal("0.00000001")
    return share(
        "BTCUSD",
        full_name="BITSTAMP:BTCUSD",
        session="24x7",
        timezone="UTC",
        quantity_step=step,
        min_quantity=step,
        max_quantity=Decimal(10_000),
    )
