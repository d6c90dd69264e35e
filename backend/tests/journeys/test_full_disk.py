"""A server whose disk is full refuses orders, ends, and has lost nothing when there is room."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import TOKEN, ServerProcess
from tests.journeys.test_kill import everything
from trading_api.testing.client import bearer

pytestmark = pytest.mark.process

ORDERS = "/api/v1/broker/orders"
LARGEST_FILE_KIB = 800


def place_until_refused(server: ServerProcess) -> tuple[list[Any], httpx.Response]:
    """The orders that were acknowledged, and the answer that was none of them."""
    placed: list[Any] = []
    body = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "1", "limit_price": "1"}
    with httpx.Client(base_url=server.url, headers=bearer(TOKEN)) as client:
        while True:
            answer = client.post(ORDERS, json={**body, "client_order_id": f"c{len(placed)}"})
            if answer.status_code != 201:
                return placed, answer
            placed.append(answer.json())


def test_a_full_disk_ends_the_server_and_loses_nothing(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data")
    server.largest_file_kib = LARGEST_FILE_KIB
    server.start()
    placed, refused = place_until_refused(server)
    assert len(placed) > 50
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert server.wait() == 1
    assert "the journal could not be written" in server.log.read_text()
    server.largest_file_kib = None
    with server:
        found = everything(server, ORDERS)
        assert found[::-1] == placed
        assert server.command("verify").returncode == 0
