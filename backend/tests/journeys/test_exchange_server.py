"""A server as a user starts it, on an exchange that misbehaves: told on every door, right after."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import TOKEN, ServerProcess
from tests.modules.datafeed.fake_exchange import MINUTE_MS, FakeBinance
from trading_api.testing.client import bearer
from trading_api.testing.sockets import SocketClient, open_socket

pytestmark = pytest.mark.process

SYMBOL, COIN = "BTC-USDT", "BTCUSDT"
STREAMS = ("btcusdt@aggTrade", "btcusdt@depth@100ms")
SETTINGS = """
[modules.datafeed]
sources = ["ccxt"]
symbols = ["BTC-USDT"]

[modules.datafeed.source_options.ccxt.binance]
symbols = ["BTC/USDT"]

[modules.datafeed.source_options.ccxt.binance.settings]
rateLimit = 1
timeout_on_exit = 0

[modules.datafeed.source_options.ccxt.binance.settings.urls.api]
public = {rest}
ws = {{spot = {sockets}}}
"""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def until(told: Callable[[], Any]) -> Any:
    """What an address says, once it says anything; asked again and again for a while."""
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(told)):  # noqa: ASYNC110 - over a network
            await asyncio.sleep(0.05)
    return found


def trading_server(folder: Path, fake: FakeBinance) -> ServerProcess:
    urls = fake.settings["urls"]["api"]
    written = SETTINGS.format(
        rest=json.dumps(urls["public"]), sockets=json.dumps(urls["ws"]["spot"])
    )
    (folder / "exchange.toml").write_text(written)
    return ServerProcess(folder / "data", TRADING_API_CONFIG=str(folder / "exchange.toml"))


async def hear(socket: SocketClient, kind: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next message of a kind."""
    while not kind(message := await socket.receive()):
        pass
    return message


def status(server: ServerProcess) -> str:
    """How the datafeed is, and why."""
    modules = {module["name"]: module for module in server.get("/api/v1/health")["modules"]}
    return f"{modules['datafeed']['status']}: {modules['datafeed']['detail']}"


def bars_agree(server: ServerProcess, fake: FakeBinance) -> bool:
    """Whether the newest two hours are the exchange's, the minute under way included."""
    since = now_ms() // MINUTE_MS * MINUTE_MS - 120 * MINUTE_MS
    asked = f"/api/v1/datafeed/bars?symbol={SYMBOL}&resolution=1&from={since}"
    bars = [tuple(bar.values()) for bar in server.get(asked)["bars"]]
    return bars == fake.coins[COIN].candles(MINUTE_MS, since, now_ms() + 1)


def test_a_server_on_an_exchange_that_misbehaves(tmp_path: Path) -> None:
    async def story(server: ServerProcess, fake: FakeBinance) -> None:
        await fake.subscribed(*STREAMS)
        assert (await asyncio.to_thread(status, server)).startswith("ok")
        ready = await asyncio.to_thread(server.get, "/readyz", None)
        assert ready["status"] == "ready"
        socket_url = server.url.replace("http", "ws", 1) + "/api/v1/datafeed/ws"
        async with open_socket(socket_url, TOKEN) as socket:
            await socket.request("quotes.subscribe", {"symbols": [SYMBOL]})
            fake.trade(6_000_000, 10)
            fake.trade(6_010_000, 30)
            told = await hear(socket, lambda message: "quotes" in message["type"])
            assert told["payload"]["status"] == "open"
            fake.drop()
            fake.trade(6_200_000, 10)
            told = await hear(socket, lambda message: '"stale"' in json.dumps(message))
            assert told["payload"]["symbol"] == SYMBOL
            await hear(socket, lambda message: message["payload"].get("code") == "gap")
            await hear(socket, lambda message: '"open"' in json.dumps(message))
        await fake.subscribed(*STREAMS)
        await until(lambda: status(server).startswith("ok"))
        assert await until(lambda: bars_agree(server, fake))
        metrics = await asyncio.to_thread(metrics_of, server)
        assert 'trading_api_source_outages_total{reason="lost",source="binance"} 1.0' in metrics
        fake.hold()
        for number in range(20):
            fake.trade(6_000_000 + number * 331 % 997, 1 + number)
        fake.copies = 2
        fake.release(lambda held: reversed(held))
        assert await until(lambda: bars_agree(server, fake))

    async def main() -> None:
        fake = FakeBinance(now_ms)
        async with fake.running():
            fake.set_book({5_999_900: 100}, {6_000_100: 200})
            server = trading_server(tmp_path, fake)
            await asyncio.to_thread(server.start)
            try:
                await story(server, fake)
            finally:
                assert await asyncio.to_thread(server.stop) == 0
            log = server.log.read_text()
            assert "Traceback" not in log
            assert "Unclosed" not in log

    asyncio.run(main())


def metrics_of(server: ServerProcess) -> str:
    return httpx.get(server.url + "/metrics", headers=bearer(TOKEN)).text
