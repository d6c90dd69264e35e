"""Two server processes replay the same time, with the same bot: the same journal, the same bars."""

import asyncio
import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import TOKEN, ServerProcess
from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.domain.market import RESOLUTIONS
from trading_api.infra.database import JOURNAL, open_database
from trading_api.infra.journal import SqlJournal
from trading_api.testing.client import bearer

pytestmark = pytest.mark.process

BOT = Path(__file__).parents[1] / "examples/replay_bot.py"
START = utc("2026-11-20T15:00")
MINUTE = 60_000
MOST_BARS = 20_000


def replaying(folder: Path, packs: Path, minutes: int, chance: str) -> ServerProcess:
    """A server on its clock; `chance` seeds the order of Python's sets in it."""
    usual = folder / "usual"
    usual.mkdir(parents=True)
    (usual / "packs").symlink_to(packs)
    run = folder / "run"
    arguments = (str(START), str(START + minutes * MINUTE), "--symbols", "BTCUSD", "--paused")
    return ServerProcess(
        run,
        command=("replay", *arguments, "--port", "0", "--data-dir", str(run)),
        TRADING_API_DATA_DIR=str(usual),
        PYTHONHASHSEED=chance,
    )


def journal_of(folder: Path) -> str:
    """A hash of every record of a journal on the disk: its account, number, time and bytes."""
    digest = hashlib.sha256()

    async def read(journal: SqlJournal) -> None:
        async for record in journal.read():
            digest.update(repr(record).encode())

    engine = open_database(folder / "run/journal.db", JOURNAL, "FULL")
    journal = SqlJournal()
    journal.open(engine)
    asyncio.run(read(journal))
    journal.close()
    engine.dispose()
    return digest.hexdigest()


def bars_of(server: ServerProcess, minutes: int) -> str:
    """A hash of every bar of every resolution that a replay has made, as it is answered."""
    digest = hashlib.sha256()
    with httpx.Client(base_url=f"{server.url}/api/v1/datafeed", timeout=60) as client:
        for resolution in RESOLUTIONS:
            edge = START + minutes * MINUTE
            while edge > START:
                asked = {"symbol": "BTCUSD", "resolution": resolution, "from": START, "to": edge}
                answer = client.get("/bars", params=asked).raise_for_status()
                digest.update(answer.content)
                bars = answer.json()["bars"]
                edge = bars[0]["time"] if len(bars) == MOST_BARS else START
    return digest.hexdigest()


def traded(folder: Path, packs: Path, minutes: int, chance: str) -> tuple[int, str, str, str]:
    """A bot trades to the end: its fills, the journal, the bars, and what `verify` says."""
    with replaying(folder, packs, minutes, chance) as server:
        done = subprocess.run(
            [sys.executable, str(BOT), server.url, TOKEN],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        bars = bars_of(server, minutes)
    verified = server.command("verify")
    assert verified.returncode == 0, verified.stderr
    return int(done.stdout.split()[0]), journal_of(folder), bars, verified.stdout


def test_the_same_bot_in_two_servers_leads_to_the_same_journal_and_bars(
    tmp_path: Path, packs: Path
) -> None:
    first = traded(tmp_path / "first", packs, 6, "1")
    assert first[0] > 3, "it has traded"
    assert first == traded(tmp_path / "second", packs, 6, "2")


@pytest.mark.soak
def test_a_day_in_two_servers_as_fast_as_they_go_leads_to_the_same_bars(
    tmp_path: Path, packs: Path
) -> None:
    found: list[tuple[Any, str]] = []
    for chance in ("1", "2"):
        with replaying(tmp_path / chance, packs, 24 * 60, chance) as server:
            with httpx.Client(
                base_url=f"{server.url}/api/v1/datafeed", headers=bearer(TOKEN), timeout=900
            ) as client:
                client.patch("/replay", json={"speed": 0, "state": "running"}).raise_for_status()
                while (state := client.get("/replay").json())["state"] != "ended":
                    time.sleep(0.25)  # who asks all the time slows it down
            found.append((state["events"], bars_of(server, 24 * 60)))
    assert found[0] == found[1]
    assert found[0][0] > 100_000
