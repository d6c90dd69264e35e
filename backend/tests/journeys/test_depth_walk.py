"""A large order walks through the ladder of the recording, level by level, over REST."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.modules.datafeed.conftest import PACKS_FOUND
from tests.modules.datafeed.recordings import write_pack
from trading_api.app_factory import build_app
from trading_api.modules.datafeed.sources.bitstamp import LENGTH_MS
from trading_api.modules.datafeed.sources.replay import ANCHOR_MS
from trading_api.shared.context import AppContext
from trading_api.testing.client import bearer
from trading_api.testing.clock import ManualClock
from trading_api.testing.server import serve

CYCLE = ANCHOR_MS + 5000 * LENGTH_MS
ASKS = ((78_391.0, 0.3), (78_392.0, 0.5), (78_394.5, 1.0))
BIDS = ((78_388.0, 0.4), (78_385.0, 2.0))
LADDER = {"symbol": "BTCUSD", "levels": "50"}
LATE_MS = 60_010
"""When another order joins the second ask: between two instants at which the ladder is told."""


def write_still_market(folder: Path) -> None:
    """A recording whose ladder stands, but for one order that comes later."""
    levels = [(price, size, "ask") for price, size in ASKS]
    levels += [(price, size, "bid") for price, size in BIDS]
    orders: list[Any] = []
    for number, (price, size, side) in enumerate(levels, start=1):
        orders.append((0, number, price, size, "created", side))
    orders.append((LATE_MS, 90, 78_392.0, 0.25, "created", "ask"))
    ends = [(LENGTH_MS - 1, *row[1:4], "deleted", row[5]) for row in orders]
    write_pack(folder, orders + ends, [(1_000, 900_001, 78_391.0, 0.01, "buy")])


def in_market(
    packs: Path, now: int, story: Callable[[httpx.AsyncClient, ManualClock], Awaitable[None]]
) -> None:
    async def main() -> None:
        clock = ManualClock(now)
        context = AppContext.in_memory(clock=clock)
        context.packs_dir = packs
        context.module_options = {"broker": {"liquidity": "walk"}}
        app, _ = build_app(context)
        async with serve(app) as server:
            headers = bearer(context.auth.owner_token)
            base = f"{server.url}/api/v1"
            async with httpx.AsyncClient(base_url=base, headers=headers) as client:
                await use_new_account(client)
                await story(client, clock)

    asyncio.run(main())


async def use_new_account(client: httpx.AsyncClient) -> None:
    """Trade with an account that has taken nothing of the market yet."""
    client.params = {}
    body = {"name": "large", "balance": "100000000"}
    opened = await client.post("/broker/accounts", json=body)
    client.params = {"account_id": opened.json()["id"]}


async def trade(client: httpx.AsyncClient, side: str, quantity: str, **more: Any) -> list[Any]:
    """Place an order; its executions, oldest first."""
    body = {"symbol": "BTCUSD", "side": side, "type": "market", "quantity": quantity, **more}
    answer = await client.post("/broker/orders", json=body)
    assert answer.status_code == 201, answer.text
    page = await client.get("/broker/executions", params={"order_id": answer.json()["id"]})
    return list(reversed(page.json()["items"]))


def told(executions: list[Any]) -> list[tuple[str, ...]]:
    """Quantity, price, and the size at that price before and after, of each execution."""
    return [
        (
            each["quantity"],
            each["price"],
            each["explanation"]["size_before"],
            each["explanation"]["size_after"],
        )
        for each in executions
    ]


def test_an_order_walks_several_levels_exactly(tmp_path: Path) -> None:
    write_still_market(tmp_path)

    async def story(client: httpx.AsyncClient, clock: ManualClock) -> None:
        fills = await trade(client, "buy", "1")
        assert told(fills) == [
            ("0.3", "78391", "0.3", "0"),
            ("0.5", "78392", "0.5", "0"),
            ("0.2", "78394.5", "1", "0.8"),
        ]
        explained = fills[1]["explanation"]
        assert (explained["rule"], explained["bid"], explained["ask"]) == (
            "market",
            "78388",
            "78391",
        )
        assert (explained["slippage"], explained["size_unknown"]) == ("0", False)
        again = await trade(client, "buy", "0.5")
        assert told(again) == [("0.5", "78394.5", "0.8", "0.3")], "nothing was refilled"
        limited = await trade(client, "sell", "3", type="limit", limit_price="78386")
        assert told(limited) == [("0.4", "78388", "0.4", "0")], "not beyond its limit"
        rest = await trade(client, "sell", "9", time_in_force="ioc")
        assert told(rest) == [("2", "78385", "2", "0")], "what is not there is not had"

    in_market(tmp_path, CYCLE + 30_000, story)


def test_a_level_counts_from_the_instant_at_which_it_stands(tmp_path: Path) -> None:
    write_still_market(tmp_path)

    async def story(client: httpx.AsyncClient, clock: ManualClock) -> None:
        await clock.advance_to(CYCLE + LATE_MS)
        assert told(await trade(client, "buy", "1.5")) == [
            ("0.3", "78391", "0.3", "0"),
            ("0.75", "78392", "0.75", "0"),
            ("0.45", "78394.5", "1", "0.55"),
        ]

    in_market(tmp_path, CYCLE + LATE_MS - 10, story)


@pytest.mark.skipif(PACKS_FOUND is None, reason="the data packs were not fetched")
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_the_real_recording_is_walked_as_its_ladder_stands(side: str) -> None:
    assert PACKS_FOUND is not None

    async def story(client: httpx.AsyncClient, clock: ManualClock) -> None:
        for _ in range(5):
            await clock.advance(7_331)
            await use_new_account(client)
            depth = (await client.get("/datafeed/depth", params=LADDER)).json()
            ladder = depth["items"][0]["asks" if side == "buy" else "bids"]
            left, expected = Decimal(4), []
            for price, size in ladder:
                part = min(left, Decimal(f"{size:.8f}"))
                if part:
                    expected.append((part, Decimal(str(price))))
                left -= part
            fills = await trade(client, side, "4", time_in_force="ioc")
            found = [(Decimal(each["quantity"]), Decimal(each["price"])) for each in fills]
            assert found == expected
            assert len(found) > 1

    in_market(PACKS_FOUND, CYCLE + 600_000, story)
