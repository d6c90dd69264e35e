"""A signal to stop: not ready first, serving meanwhile, then the end."""

import signal
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import ServerProcess

pytestmark = pytest.mark.process


def statuses(server: ServerProcess) -> list[int]:
    paths = ("/livez", "/readyz", "/api/v1/health")
    return [httpx.get(server.url + path).status_code for path in paths]


def test_a_draining_server_serves_until_a_second_signal(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", TRADING_API_DRAIN_S="600").start()
    assert statuses(server) == [200, 200, 200]
    server.send_signal(signal.SIGTERM)
    while (found := statuses(server)) == [200, 200, 200]:
        pass  # the signal has not arrived yet
    assert found == [200, 503, 200]
    assert server.stop(signal.SIGTERM) == 0


def test_a_server_that_has_drained_stops_by_itself(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", TRADING_API_DRAIN_S="0.2").start()
    assert server.stop(signal.SIGTERM) == 0
