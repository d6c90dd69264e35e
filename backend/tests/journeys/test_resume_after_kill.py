"""Killed again and again behind a bad network, the server tells each client everything once."""

import asyncio
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop

from tests.journeys.conftest import TOKEN, ServerProcess
from tests.journeys.resuming import ResumingClient
from trading_api.testing.client import bearer
from trading_api.testing.proxy import Proxy

pytestmark = pytest.mark.process

ORDERS = "/api/v1/broker/orders"
ROUTES = ("orders", "executions", "positions", "equity")
EVERY = {"orders", "executions"}
TRADERS = 3
FOLLOW_UP_S = 30.0


async def trade(server: ServerProcess, chance: random.Random, count: int, *, kill: bool) -> None:
    """Place and cancel until so many orders were answered; then, perhaps, kill the server."""
    symbols = ("BTCUSD", "AAPL") if "BTCUSD" in server.banner else ("AAPL",)
    answered = 0

    async def trader() -> None:
        nonlocal answered
        async with httpx.AsyncClient(base_url=server.url, headers=bearer(TOKEN)) as http:
            while answered < count:
                symbol = chance.choice(symbols)
                quantity = "0.001" if symbol == "BTCUSD" else "1"
                side = chance.choice(("buy", "sell"))
                order = {"symbol": symbol, "side": side, "type": "market", "quantity": quantity}
                if chance.random() < 0.4:
                    order |= {"side": "buy", "type": "limit", "limit_price": "1"}
                made = await http.post(ORDERS, json=order)
                assert made.status_code in (201, 422), made.text
                answered += 1
                if kill and answered == count:
                    server.kill()
                if made.status_code == 201 and chance.random() < 0.3:
                    await http.delete(f"{ORDERS}/{made.json()['id']}")

    results = await asyncio.gather(*(trader() for _ in range(TRADERS)), return_exceptions=True)
    for result in results:
        assert result is None or (kill and isinstance(result, httpx.TransportError)), result


def everything(server: ServerProcess, what: str) -> list[dict[str, Any]]:
    """All items, oldest first."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = server.get(f"/api/v1/broker/{what}?limit=1000{cursor}")
        items.extend(page["items"])
        if page["next_cursor"] is None:
            return items[::-1]
        cursor = f"&cursor={page['next_cursor']}"


def stream_of(client: ResumingClient, route: str) -> Any:
    [stream] = [each for name, each in client.streams.items() if name.startswith(f"{route}:")]
    return stream


def check_every(client: ResumingClient, server: ServerProcess) -> None:
    """Each order came in each of its versions and each execution once, in order."""
    orders, executions = everything(server, "orders"), everything(server, "executions")
    seen: dict[str, dict[str, Any]] = {}
    for _, update in stream_of(client, "orders").updates:
        assert update["version"] == seen.get(update["id"], {"version": 0})["version"] + 1
        seen[update["id"]] = update
    assert seen == {order["id"]: order for order in orders}
    told = [update["id"] for _, update in stream_of(client, "executions").updates]
    assert told == [execution["id"] for execution in executions]
    for route in EVERY:
        stream = stream_of(client, route)
        assert stream.renewed == 0, f"{route} was not resumed"


def newest_positions(client: ResumingClient) -> dict[str, Decimal]:
    stream = stream_of(client, "positions")
    newest = {each["id"]: each for each in stream.snapshot}
    newest |= {each["id"]: each for _, each in stream.updates}
    quantities = {key: Decimal(each["quantity"]) for key, each in newest.items()}
    return {key: quantity for key, quantity in quantities.items() if quantity}


def newest_balance(client: ResumingClient) -> str:
    stream = stream_of(client, "equity")
    newest = stream.updates[-1][1] if stream.updates else stream.snapshot
    return str(newest["balance"])


async def through_kills(
    server: ServerProcess, chance: random.Random, *, clients: int, lives: int, orders: int
) -> None:
    """So many clients follow one account while the server lives so many times."""
    final: dict[str, Any] = {}

    def has_all(client: ResumingClient) -> bool:
        return (
            bool(final)
            and len(client.streams) == len(ROUTES)
            and stream_of(client, "orders").seq == final["orders"]
            and stream_of(client, "executions").seq == final["executions"]
            and newest_positions(client) == final["positions"]
            and newest_balance(client) == final["balance"]
        )

    async with Proxy(0).running() as proxy, asyncio.TaskGroup() as group:
        url = f"ws://127.0.0.1:{proxy.port}/api/v1/broker/ws"
        subscriptions: dict[str, Any] = {route: {} for route in ROUTES}
        readers = [ResumingClient(url, TOKEN, subscriptions, every=EVERY) for _ in range(clients)]
        await asyncio.to_thread(server.start)
        proxy.target = _port(server)
        await asyncio.gather(
            *(reader.follow(lambda each: len(each.streams) == len(ROUTES)) for reader in readers)
        )
        following = [group.create_task(reader.follow(has_all)) for reader in readers]
        misbehaving = group.create_task(proxy.misbehave(chance, 1 / clients))
        for _ in range(lives - 1):
            await trade(server, chance, chance.randint(1, orders), kill=True)
            await asyncio.to_thread(server.start)
            proxy.target = _port(server)
        await trade(server, chance, orders, kill=False)
        misbehaving.cancel()
        proxy.heal()
        made = await asyncio.to_thread(everything, server, "orders")
        positions = await asyncio.to_thread(everything, server, "positions")
        account = (await asyncio.to_thread(server.get, "/api/v1/broker/accounts"))["items"][0]
        final |= {
            "executions": len(await asyncio.to_thread(everything, server, "executions")),
            "positions": {each["id"]: Decimal(each["quantity"]) for each in positions},
            "balance": account["balance"],
            "orders": sum(order["version"] for order in made),
        }
        async with asyncio.timeout(FOLLOW_UP_S):
            await asyncio.gather(*following)
    for reader in readers:
        assert reader.returns >= lives - 1
        check_every(reader, server)


def _port(server: ServerProcess) -> int:
    port = httpx.URL(server.url).port
    assert port is not None
    return port


def play(tmp_path: Path, *, clients: int, lives: int, orders: int) -> None:
    seed = random.randrange(2**32)
    server = ServerProcess(tmp_path / "data")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            chance = random.Random(seed)
            runner.run(through_kills(server, chance, clients=clients, lives=lives, orders=orders))
    except BaseException as failure:
        failure.add_note(f"the chances were those of seed {seed}")
        raise
    finally:
        server.stop()
    assert "Traceback" not in server.log.read_text()


def test_ten_clients_miss_nothing_through_two_kills(tmp_path: Path) -> None:
    play(tmp_path, clients=10, lives=3, orders=40)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_fifty_clients_miss_nothing_through_twenty_kills(tmp_path: Path) -> None:
    play(tmp_path, clients=50, lives=21, orders=120)
