"""Limits of the settings, for accounts and for API keys, through the addresses."""

from typing import Any

import pytest

from tests.modules.broker.paper_server import PaperServer, order, run
from trading_api.modules.broker.service import default_account_id
from trading_api.shared.auth import OWNER_ID
from trading_api.shared.context import OptionsError

OWN = default_account_id(OWNER_ID)


def test_limits_hold_for_all_for_an_account_and_for_a_key() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        bot, other = server.key("bot"), server.key("other")
        for token, quantities in (
            ("", {"101": 422, "51": 422, "50": 201}),
            (bot, {"101": 422, "11": 422, "10": 201}),
            (other, {"101": 422, "100": 201}),
        ):
            async with server.client(token) as client:
                for quantity, status in quantities.items():
                    answer = await client.post("/orders", json=order(quantity=quantity))
                    assert answer.status_code == status, (token, quantity)
                    if status == 422:
                        assert answer.json()["code"] == "max_order_size"

    options: dict[str, Any] = {
        "limits": {"max_order_quantity": 100},
        "account_limits": {OWN: {"max_order_quantity": "50"}},
        "key_limits": {"bot": {"max_order_quantity": 10}},
    }
    run(scenario, PaperServer(**options))


def test_too_many_orders_a_minute_are_told_when_to_come_back() -> None:
    async def scenario(server: PaperServer) -> None:
        server.quote()
        async with server.client() as client:
            assert (await client.post("/orders", json=order())).status_code == 201
            body = order(client_order_id="mine")
            refused = await client.post("/orders", json=body)
            assert (refused.status_code, refused.json()["code"]) == (429, "order_rate_limit")
            assert refused.headers["Retry-After"] == "60"
            assert len((await client.get("/orders")).json()["items"]) == 1
            await server.clock.advance(60_000)
            server.quote()
            assert (await client.post("/orders", json=body)).status_code == 201

    run(scenario, PaperServer(limits={"max_orders_per_minute": 1}))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"limits": {"max_order_quantity": 0}}, id="zero"),
        pytest.param({"limits": {"max_orders": 5}}, id="unknown"),
        pytest.param({"key_limits": {"bot": {"self_trade": "allow"}}}, id="policy"),
        pytest.param({"account_limits": {"acc-1": {"daily_loss": "-5"}}}, id="negative"),
    ],
)
def test_limits_that_mean_nothing_stop_the_start(options: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        PaperServer(**options)
