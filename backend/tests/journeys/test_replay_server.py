"""A replay: the whole server on a clock of its own, driven over REST."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.app_factory import create_app, create_replay
from trading_api.domain.market import RESOLUTIONS, Bar
from trading_api.domain.ports import Message
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.settings import Settings
from trading_api.shared.context import AppContext
from trading_api.shared.replay import ReplayPlan
from trading_api.testing.client import make_client

TOKEN = "a-token-of-a-replay"
START = utc("2026-11-20T15:00")
MINUTE = 60_000
EXAMPLES = Path(__file__).parents[1] / "examples"
Ask = Callable[..., Awaitable[Any]]


class Replay:
    """A replay in this process and a client of it."""

    def __init__(self, context: AppContext, client: httpx.AsyncClient) -> None:
        self.context = context
        self._client = client

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = await self._client.request(method, f"/api/v1{path}", json=body, params=query)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def change(self, **change: Any) -> dict[str, Any]:
        state: dict[str, Any] = await self.ask("PATCH", "/datafeed/replay", change)
        return state

    async def ended(self) -> dict[str, Any]:
        """Let it run as fast as it goes, and give its state at the end."""
        await self.change(speed=0, state="running")
        assert self.context.replay is not None
        await self.context.replay.wait_for_end()
        state: dict[str, Any] = await self.ask("GET", "/datafeed/replay")
        assert state["state"] == "ended"
        return state


def play(
    story: Callable[[Replay], Awaitable[None]],
    folder: Path,
    packs: Path | None = None,
    *,
    minutes: int = 5,
    symbols: tuple[str, ...] | None = None,
) -> None:
    async def main() -> None:
        plan = ReplayPlan(START, START + minutes * MINUTE, symbols, 0.0, True)
        app, _ = create_replay(
            plan, Settings(data_dir=folder, token=TOKEN, allowed_hosts=("testserver",)), packs
        )
        async with make_client(app, TOKEN) as client:
            await story(Replay(app.state.context, client))

    asyncio.run(main())


def test_a_step_goes_from_one_moment_of_the_market_to_the_next(tmp_path: Path, packs: Path) -> None:
    async def story(replay: Replay) -> None:
        begin = await replay.ask("GET", "/datafeed/replay")
        assert begin == {
            "start": START,
            "end": START + 5 * MINUTE,
            "now": START,
            "speed": 0.0,
            "state": "paused",
            "events": 0,
        }
        times = [(await replay.change(step=1))["now"] for _ in range(5)]
        assert times == sorted(set(times))
        state = await replay.change(step=200)
        assert state["now"] > times[-1]
        assert state["events"] >= 205
        assert (await replay.ask("GET", "/datafeed/time"))["time"] == state["now"]

    play(story, tmp_path / "run", packs, symbols=("BTCUSD",))


def test_nothing_ever_shows_the_future(tmp_path: Path, packs: Path) -> None:
    async def story(replay: Replay) -> None:
        for _ in range(12):
            now = (await replay.change(step=150))["now"]
            assert await replay.ask("GET", "/datafeed/udf/time") == now // 1000
            for symbol in ("AAPL", "BTCUSD"):
                await look(replay, symbol, now)

    async def look(replay: Replay, symbol: str, now: int) -> None:
        far = {"to": now + 10**10}
        for resolution in ("1", "60", "1D"):
            query = {"symbol": symbol, "resolution": resolution}
            bars = (await replay.ask("GET", "/datafeed/bars", **query, **far))["bars"]
            assert bars[-1]["time"] <= now
            udf = {**query, "countback": 2, "to": now // 1000 + 10**7}
            assert (await replay.ask("GET", "/datafeed/udf/history", **udf))["t"][-1] * 1000 <= now
        trades = (await replay.ask("GET", "/datafeed/trades", symbol=symbol, **far))["items"]
        assert trades[0]["time"] <= now
        quote = (await replay.ask("GET", "/datafeed/quotes", symbols=symbol))["items"][0]
        assert quote["time"] <= now
        day = {"symbol": symbol, "resolution": "1D", "count_back": 1}
        [today] = (await replay.ask("GET", "/datafeed/bars", **day))["bars"]
        minute = {**day, "resolution": "1"}
        [present] = (await replay.ask("GET", "/datafeed/bars", **minute))["bars"]
        assert today["close"] == present["close"]

    play(story, tmp_path / "run", packs)


async def trade(replay: Replay) -> None:
    """A bot: the very calls of a live one, each at a moment of the market."""
    for number in range(8):
        await replay.change(step=60)
        [quote] = (await replay.ask("GET", "/datafeed/quotes", symbols="BTCUSD"))["items"]
        side = "buy" if number % 2 else "sell"
        near = quote["bid"] if number % 2 else quote["ask"]
        market = {"symbol": "BTCUSD", "side": side, "type": "market", "quantity": "0.05"}
        limit = {**market, "type": "limit", "limit_price": f"{near:.2f}", "quantity": "0.02"}
        await replay.ask("POST", "/broker/orders", market)
        await replay.ask("POST", "/broker/orders", limit)
    await replay.ended()
    await replay.context.settle()


async def journal_of(replay: Replay) -> str:
    digest = hashlib.sha256()
    async for record in replay.context.journal.read():
        digest.update(msgspec.msgpack.encode(record))
    return digest.hexdigest()


def test_the_same_inputs_lead_to_the_same_journal(tmp_path: Path, packs: Path) -> None:
    journals: list[str] = []
    fills: list[int] = []

    async def story(replay: Replay) -> None:
        await trade(replay)
        journals.append(await journal_of(replay))
        fills.append(len((await replay.ask("GET", "/broker/executions"))["items"]))

    for name in ("first", "second"):
        play(story, tmp_path / name, packs)
    assert fills[0] > 8, "resting orders were filled as well"
    assert journals[0] == journals[1]
    assert fills[0] == fills[1]


def bars_of(folder: Path, packs: Path, minutes: int) -> str:
    """Hash of every bar that was told of BTCUSD, and of what history says in the end."""
    digest = hashlib.sha256()

    async def story(replay: Replay) -> None:
        told = 0

        def hear(message: Message) -> None:
            nonlocal told
            told += 1
            bar: Bar = message.value
            digest.update(f"{message.topic} {message.seq}".encode() + msgspec.json.encode(bar))

        datafeed = replay.context.services["datafeed"]
        assert isinstance(datafeed, DatafeedService)
        for resolution in RESOLUTIONS:
            datafeed.feed("BTCUSD").newest_bars(resolution)  # from now on they are told
        replay.context.bus.subscribe("bars", hear)
        await replay.ended()
        assert told > 10 * minutes
        for resolution in RESOLUTIONS:
            query = {"symbol": "BTCUSD", "resolution": resolution, "count_back": 2000}
            answer = await replay.ask("GET", "/datafeed/bars", **query)
            digest.update(msgspec.json.encode(answer))

    play(story, folder, packs, minutes=minutes, symbols=("BTCUSD",))
    return digest.hexdigest()


def test_replayed_twice_as_fast_as_it_goes_the_bars_are_the_same(
    tmp_path: Path, packs: Path
) -> None:
    assert bars_of(tmp_path / "a", packs, 15) == bars_of(tmp_path / "b", packs, 15)


@pytest.mark.soak
def test_a_day_replayed_twice_has_the_same_bars(tmp_path: Path, packs: Path) -> None:
    assert bars_of(tmp_path / "a", packs, 24 * 60) == bars_of(tmp_path / "b", packs, 24 * 60)


def test_what_cannot_be_changed_is_refused(tmp_path: Path) -> None:
    async def story(replay: Replay) -> None:
        async def refused(change: Any) -> tuple[int, str]:
            answer = await replay._client.patch("/api/v1/datafeed/replay", json=change)
            return answer.status_code, answer.json()["code"]

        for change in ({"speed": -1}, {"step": 0}, {"state": "ended"}, {"seek": 5}, {"step": 1.5}):
            assert await refused(change) == (422, "invalid_payload")
        await replay.ended()
        assert await refused({"state": "running"}) == (409, "conflict")
        assert await refused({"step": 1}) == (409, "conflict")

    play(story, tmp_path / "run", symbols=("AAPL",))


def test_a_symbol_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    async def story(replay: Replay) -> None:
        raise AssertionError("it started")

    with pytest.raises(ValueError, match="'NOPE' is not known; known are: AAPL, FB"):
        play(story, tmp_path / "run", symbols=("AAPL", "NOPE"))


def test_only_the_symbols_asked_for_are_there(tmp_path: Path, packs: Path) -> None:
    async def story(replay: Replay) -> None:
        listed = (await replay.ask("GET", "/datafeed/symbols"))["items"]
        assert [item["symbol"] for item in listed] == ["BTCUSD", "IBM"]

    play(story, tmp_path / "run", packs, symbols=("IBM", "BTCUSD"))


def test_another_server_is_no_replay() -> None:
    async def main() -> None:
        app, _ = create_app()
        async with make_client(app, app.state.owner_token) as client:
            for method in ("GET", "PATCH"):
                answer = await client.request(method, "/api/v1/datafeed/replay", json={"step": 1})
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    asyncio.run(main())


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "trading_api", "replay", *arguments, "--data-dir", str(folder)]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TRADING_API_TOKEN": TOKEN, "TRADING_API_DATA_DIR": str(folder)}


def address_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Where the server has said that it is, and the first line that it has said."""
    assert process.stdout is not None
    heading = process.stdout.readline()
    for line in process.stdout:
        if "REST" in line:
            return line.split()[-1].removesuffix("/docs"), heading
    raise AssertionError("the server has ended")


@pytest.mark.process
def test_the_command_serves_a_replay_until_it_is_stopped(tmp_path: Path) -> None:
    arguments = ("2026-11-20T15:00", "2026-11-20T16:00:00Z", "--symbols", "AAPL,IBM")
    process = subprocess.Popen(
        command(tmp_path / "run", *arguments, "--speed", "600", "--port", "0"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address, heading = address_of(process)
        with httpx.Client(base_url=f"{address}/datafeed") as client:
            first = later = client.get("/replay").json()
            deadline = time.monotonic() + 20
            while later["now"] < first["now"] + 5 * MINUTE:
                assert time.monotonic() < deadline
                later = client.get("/replay").json()
            assert later["state"] == "running"
            assert later["now"] < later["end"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert "a replay from 2026-11-20 15:00:00+00:00" in heading


@pytest.mark.process
def test_the_example_bot_trades_in_a_replay(tmp_path: Path, packs: Path) -> None:
    (tmp_path / "packs").symlink_to(packs)
    arguments = ("2026-11-20T15:00", "2026-11-20T15:10", "--symbols", "BTCUSD", "--paused")
    process = subprocess.Popen(
        command(tmp_path / "run", *arguments, "--port", "0"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address, _ = address_of(process)
        bot = [sys.executable, str(EXAMPLES / "replay_bot.py"), address.removesuffix("/api/v1")]
        done = subprocess.run([*bot, TOKEN], capture_output=True, text=True, timeout=60, check=True)
        assert int(done.stdout.split()[0]) > 0
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        pytest.param(("soon", "later"), 2, "neither epoch milliseconds nor", id="no instant"),
        pytest.param(("5", "5"), 2, "does not come after", id="no time"),
        pytest.param(("5", "6", "--speed", "-1"), 2, "speed", id="backwards"),
        pytest.param(("5", "6", "--speed", "inf"), 2, "speed inf is not", id="no speed"),
        pytest.param(("5", "9" * 17), 2, "between 1970 and 2200", id="too far"),
        pytest.param(("5", "6", "--symbols", ","), 2, "names none", id="no symbol"),
        pytest.param(("5", "6", "--symbols", "NOPE"), 1, "NOPE", id="unknown symbol"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], status: int, text: str
) -> None:
    ended = subprocess.run(
        command(tmp_path / "run", *arguments, "--port", "0"),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == status
    assert text in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_replay_begins_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "journal.db").touch()
    ended = subprocess.run(
        command(tmp_path / "run", "5", "6"),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "holds a journal" in ended.stderr
