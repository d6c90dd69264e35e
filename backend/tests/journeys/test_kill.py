"""`kill -9` at any moment loses nothing that was acknowledged and invents nothing."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import WebSocketException

from tests.journeys.conftest import TOKEN, ServerProcess
from trading_api.testing.client import bearer
from trading_api.testing.sockets import SocketClient, open_socket

KILLS = 12
SOAK_KILLS = 200
ORDERS = "/api/v1/broker/orders"
INITIAL_BALANCE = Decimal(100_000)


class History:
    """What the clients know: what they sent, and the last answer to each."""

    def __init__(self) -> None:
        self.sent: dict[str, dict[str, str]] = {}
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.canceled: set[str] = set()


def an_order(chance: random.Random, number: int, symbols: list[str]) -> dict[str, str]:
    symbol = chance.choice(symbols)
    order = {
        "client_order_id": f"c{number}",
        "symbol": symbol,
        "side": chance.choice(["buy", "sell"]),
        "type": chance.choice(["market", "limit"]),
        "quantity": "0.001" if symbol == "BTCUSD" else "1",
    }
    if order["type"] == "limit":
        order["limit_price"] = chance.choice(["1", "100.5", "90000"])
        order["time_in_force"] = chance.choice(["gtc", "day"])
    return order


class RestCaller:
    """Somebody who trades over REST."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def place(self, order: dict[str, str]) -> dict[str, Any]:
        """The order, or the refusal that an order keeps."""
        answer = await self._http.post(ORDERS, json=order)
        body: dict[str, Any] = answer.json()
        assert answer.status_code in (201, 422), body
        return body

    async def cancel(self, order_id: str) -> bool:
        return (await self._http.delete(f"{ORDERS}/{order_id}")).status_code == 200


class SocketCaller:
    """Somebody who trades over the socket."""

    def __init__(self, socket: SocketClient) -> None:
        self._socket = socket

    async def place(self, order: dict[str, str]) -> dict[str, Any]:
        """The order, or the refusal that an order keeps, in the form of REST."""
        answer = await self._socket.ask("orders.place", order)
        payload: dict[str, Any] = answer["payload"]
        if answer["type"] == "error":
            refused = payload["details"]["order_id"]
            return {"code": payload["code"], "order_id": refused, "request_id": "none here"}
        return payload

    async def cancel(self, order_id: str) -> bool:
        answer = await self._socket.ask("orders.cancel", {"id": order_id})
        return bool(answer["type"] == "orders.cancel.response")


@asynccontextmanager
async def over_rest(server: ServerProcess) -> AsyncIterator[RestCaller]:
    async with httpx.AsyncClient(base_url=server.url, headers=bearer(TOKEN)) as http:
        yield RestCaller(http)


@asynccontextmanager
async def over_the_socket(server: ServerProcess) -> AsyncIterator[SocketCaller]:
    url = server.url.replace("http", "ws", 1) + "/api/v1/broker/ws"
    async with open_socket(url, TOKEN) as socket:
        yield SocketCaller(socket)


FACES: dict[str, Callable[[ServerProcess], Any]] = {"rest": over_rest, "socket": over_the_socket}
CLIENTS = {"rest": 4, "socket": 8}
GONE = (httpx.TransportError, WebSocketException, OSError)
"""What a client sees of a server that was killed."""


async def trade_until_killed(
    server: ServerProcess,
    history: History,
    chance: random.Random,
    answers_until_kill: int,
    face: str,
) -> None:
    """Clients place and cancel until the server, killed after so many answers, is gone."""
    symbols = [
        item["symbol"]
        for item in server.get("/api/v1/datafeed/symbols")["items"]
        if item["symbol"] in ("BTCUSD", "AAPL")
    ]
    answers = 0

    def answered() -> None:
        nonlocal answers
        answers += 1
        if answers == answers_until_kill:
            server.kill()

    async def client() -> None:
        async with FACES[face](server) as broker:
            while True:
                order = an_order(chance, len(history.sent), symbols)
                history.sent[order["client_order_id"]] = order
                body = await broker.place(order)
                history.acknowledged[order["client_order_id"]] = body
                answered()
                if "id" in body and chance.random() < 0.2 and await broker.cancel(body["id"]):
                    history.canceled.add(body["id"])

    results = await asyncio.gather(
        *(client() for _ in range(CLIENTS[face])), return_exceptions=True
    )
    for result in results:
        assert isinstance(result, GONE), result


def everything(server: ServerProcess, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = server.get(f"{address}?limit=1000{cursor}")
        items.extend(page["items"])
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def check_orders(server: ServerProcess, history: History) -> list[dict[str, Any]]:
    found = everything(server, ORDERS)
    counts = Counter(order["client_order_id"] for order in found)
    assert set(counts.values()) <= {1}, "an order is there twice"
    assert set(counts) <= set(history.sent), "an order is there that nobody sent"
    missing = set(history.acknowledged) - set(counts)
    assert not missing, f"acknowledged orders are missing: {missing}"
    by_id = {order["id"]: order for order in found}
    for client_order_id, answer in history.acknowledged.items():
        order_id = answer.get("id") or answer["order_id"]
        order = by_id[order_id]
        assert order["client_order_id"] == client_order_id
        sent = history.sent[client_order_id]
        assert {name: order[name] for name in sent} == sent
        if "id" in answer:
            assert Decimal(order["filled_quantity"]) >= Decimal(answer["filled_quantity"])
    for order_id in history.canceled:
        assert by_id[order_id]["status"] == "canceled"
    return found


def check_money(server: ServerProcess, orders: list[dict[str, Any]]) -> None:
    """Positions and balance are what the executions add up to, to the last digit."""
    executions = everything(server, "/api/v1/broker/executions")
    assert len({item["id"] for item in executions}) == len(executions)
    filled: Counter[str] = Counter()
    held: Counter[str] = Counter()
    cash = INITIAL_BALANCE
    for item in executions:
        sign = 1 if item["side"] == "buy" else -1
        quantity, price = Decimal(item["quantity"]), Decimal(item["price"])
        filled[item["order_id"]] += quantity  # type: ignore[assignment] # a Counter of decimals
        held[item["symbol"]] += sign * quantity  # type: ignore[assignment]
        cash -= sign * quantity * price + Decimal(item["fee"])
    for order in orders:
        assert Decimal(order["filled_quantity"]) == filled[order["id"]]
    positions = everything(server, "/api/v1/broker/positions")
    signs = {"long": 1, "short": -1}
    assert {
        item["symbol"]: signs[item["side"]] * Decimal(item["quantity"]) for item in positions
    } == {symbol: quantity for symbol, quantity in held.items() if quantity}
    costs = sum((signs[item["side"]] * Decimal(item["cost"]) for item in positions), Decimal(0))
    [account] = server.get("/api/v1/broker/accounts")["items"]
    assert cash + costs == Decimal(account["balance"])


def kill_and_check(folder: Path, faces: Sequence[str], kills: int) -> None:
    """Kill a server again and again; then compare what it holds with what clients were told."""
    chance = random.Random(20261123)
    history = History()
    server = ServerProcess(folder)
    for number in range(kills):
        server.start()
        face = faces[number % len(faces)]
        asyncio.run(trade_until_killed(server, history, chance, chance.randint(1, 60), face))
    with server:
        orders = check_orders(server, history)
        check_money(server, orders)
        resend_everything(server, history)
        assert len(everything(server, ORDERS)) == len(
            {order["client_order_id"] for order in orders} | set(history.sent)
        )
        verified = server.command("verify")
        assert verified.returncode == 0, verified.stderr
    assert len(history.acknowledged) > kills


@pytest.mark.process
@pytest.mark.timeout(300)
@pytest.mark.parametrize("face", ["rest", "socket"])
def test_killed_twelve_times_the_server_keeps_every_promise(tmp_path: Path, face: str) -> None:
    kill_and_check(tmp_path / "data", [face], KILLS)


@pytest.mark.soak
@pytest.mark.process
@pytest.mark.timeout(3600)
def test_killed_two_hundred_times_over_both_faces(tmp_path: Path) -> None:
    kill_and_check(tmp_path / "data", ["rest", "socket"], SOAK_KILLS)


def resend_everything(server: ServerProcess, history: History) -> None:
    """A client that is unsure sends again: it gets the first answer, or its order now."""
    with httpx.Client(base_url=server.url, headers=bearer(TOKEN)) as http:
        for client_order_id, first in history.acknowledged.items():
            again = http.post(ORDERS, json=history.sent[client_order_id])
            assert again.headers["idempotent-replayed"] == "true"
            if "request_id" in first:  # refused: the same refusal of the same order
                assert again.json()["code"] == first["code"]
                assert again.json()["order_id"] == first["order_id"]
            else:
                assert again.json() == first
        for client_order_id in set(history.sent) - set(history.acknowledged):
            assert http.post(ORDERS, json=history.sent[client_order_id]).status_code in (201, 422)
