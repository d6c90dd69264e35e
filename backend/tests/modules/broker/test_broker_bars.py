"""The worked examples for bars: the engine hears them as the trades of the one path.

Each trade sets the quote, as the replayed series of bars do: bid is its price, ask one tick above.
"""

from typing import Any

import pytest

from tests.modules.broker.paper_server import PaperServer, order, run
from tests.modules.broker.test_broker_time import fills, get, place
from trading_api.domain.bar_path import BarPath, TickBar

SESSION_MS = 390_000

Prices = tuple[float, float, float, float]


def stop(side: str, price: str, **more: Any) -> Any:
    return order(side, quantity="100", type="stop", stop_price=price, **more)


def limit(side: str, price: str, **more: Any) -> Any:
    return order(side, quantity="100", limit=price, **more)


async def play(server: PaperServer, prices: Prices) -> None:
    """A session whose trades are the path through open, high, low and close."""
    begins, high, low, ends = (round(price * 100) for price in prices)
    path = BarPath(0, SESSION_MS, TickBar(begins, high, low, ends, 1_000_000))
    for index in range(path.count):
        price = path.price_of(index)
        server.trade(price / 100, path.size_of(index))
        server.quote(price / 100, (price + 1) / 100)
    await server.settle()


async def resting(server: PaperServer, *bodies: Any, long: bool = False) -> list[str]:
    """Orders that were placed on the day before, at a market of 10.10."""
    server.quote(10.10, 10.11)
    if long:
        await place(server, order(quantity="100"))
    placed = [(await place(server, body))["id"] for body in bodies]
    server.quote(10.10, 10.11, status="closed")
    return placed


B1: Prices = (10.00, 10.50, 9.80, 10.20)
B2: Prices = (10.30, 10.50, 9.80, 10.00)
OCO = {
    "type": "oco",
    "orders": [{"side": "sell", "type": "stop", "quantity": "100", "stop_price": "9.85"}],
}


@pytest.mark.parametrize(
    ("bar", "price", "kind"),
    [
        pytest.param(B1, "9.85", "stop", id="b1 the low is nearer"),
        pytest.param(B2, "10.45", "limit", id="b2 the high comes first"),
    ],
)
def test_b1_b2_the_exit_that_the_path_comes_to_first_ends_the_other(
    bar: Prices, price: str, kind: str
) -> None:
    async def scenario(server: PaperServer) -> None:
        await resting(server, limit("sell", "10.45", group=OCO), long=True)
        await play(server, bar)
        done = (await fills(server))[1:]
        assert {each for _, each in done} == {price}
        assert sum(int(quantity) for quantity, _ in done) == 100
        async with server.client() as client:
            orders = (await client.get("/orders")).json()["items"]
        ended = {each["type"]: each["status"] for each in orders}
        other = "limit" if kind == "stop" else "stop"
        assert (ended[kind], ended[other]) == ("filled", "canceled")

    run(scenario)


@pytest.mark.parametrize(
    ("bar", "body", "price", "long"),
    [
        pytest.param((9.60, 9.90, 9.50, 9.70), stop("sell", "9.85"), "9.6", True, id="b3"),
        pytest.param((10.60, 10.70, 10.40, 10.50), limit("sell", "10.45"), "10.6", True, id="b4"),
        pytest.param((10.00, 10.20, 9.90, 10.10), stop("buy", "10.15"), "10.15", False, id="b5"),
    ],
)
def test_b3_b4_b5_at_the_open_the_gap_counts_and_on_the_path_the_level(
    bar: Prices, body: Any, price: str, long: bool
) -> None:
    async def scenario(server: PaperServer) -> None:
        [placed] = await resting(server, body, long=long)
        await play(server, bar)
        found = await get(server, placed)
        assert (found["status"], found["average_price"]) == ("filled", price)
        async with server.client() as client:
            [last] = (await client.get("/executions?limit=1")).json()["items"]
        assert last["fidelity"] == "daily"

    run(scenario)


def test_b6_an_order_placed_at_the_close_is_not_filled_in_that_bar() -> None:
    async def scenario(server: PaperServer) -> None:
        await resting(server)
        await play(server, (10.00, 10.20, 9.90, 10.10))
        placed = await place(server, limit("buy", "9.95"))
        server.quote(10.10, 10.11, status="closed")
        await server.settle()
        assert (await get(server, placed["id"]))["status"] == "working"
        await play(server, (10.00, 10.20, 9.90, 10.10))
        assert (await get(server, placed["id"]))["average_price"] == "9.95"

    run(scenario)


def test_a_bracket_entered_inside_a_bar_may_exit_later_on_the_same_path() -> None:
    async def scenario(server: PaperServer) -> None:
        exits: Any = {
            "take_profit": {"limit_price": "10.45"},
            "stop_loss": {"stop_price": "9.60"},
        }
        await resting(server, limit("buy", "9.95", **exits))
        await play(server, B1)
        assert {price for _, price in await fills(server)} == {"9.95", "10.45"}

    run(scenario)
