"""A live source that remembers nothing: what a real server told of it outlives the server."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import ServerProcess
from trading_api.testing.sockets import open_socket

pytestmark = pytest.mark.process

SECONDS = 4
SUBSCRIBE = {"symbol": "PENDULUM", "resolution": "1S"}


async def closed_bars(server: ServerProcess) -> dict[int, dict[str, Any]]:
    """Some bars of a second, each as it was told last before its successor came."""
    told: dict[int, dict[str, Any]] = {}
    async with open_socket(f"{server.url}/api/v1/datafeed/ws".replace("http", "ws")) as socket:
        await socket.ask("bars.subscribe", SUBSCRIBE)
        while len(told) <= SECONDS:
            message = await socket.receive()
            if message.get("type") == "bars.update":
                told[message["payload"]["time"]] = message["payload"]
    told.pop(max(told))
    return told


def history(server: ServerProcess) -> dict[int, dict[str, Any]]:
    answer = httpx.get(f"{server.url}/api/v1/datafeed/bars", params=SUBSCRIBE, timeout=10)
    return {bar["time"]: bar for bar in answer.raise_for_status().json()["bars"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_bars_outlive_the_server(tmp_path: Path, number: signal.Signals) -> None:
    settings = tmp_path / "trading_api.toml"
    settings.write_text('[modules.datafeed]\nsources = ["forgetful"]\n')
    server = ServerProcess(tmp_path / "data", TRADING_API_CONFIG=str(settings))
    told: dict[int, dict[str, Any]] = {}
    for _ in range(2):
        server.start()
        assert told.items() <= history(server).items()
        told |= asyncio.run(closed_bars(server))
        assert told.items() <= history(server).items()
        if number == signal.SIGKILL:
            # What has ended is written about once a second: the last one may not have been.
            told.pop(max(told))
            told.pop(max(told))
            server.kill()
        else:
            server.stop(number)
    server.start()
    assert told.items() <= history(server).items()
    exported = server.command("export", str(tmp_path / "out.csv"), "--symbol", "PENDULUM")
    assert exported.returncode == 0, exported.stderr
    server.stop()
