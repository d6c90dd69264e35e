"""An import beside a running server: it answers meanwhile, and has the data without a restart."""

import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import ServerProcess

pytestmark = pytest.mark.process

ROWS = 300_000
SOAK_ROWS = 5_000_000
START = 1_500_000_000_000
MINUTE_MS = 60_000
MEASURED = """
import resource, sys
from trading_api.cli import main
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    main()
finally:
    print("grew by", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, "kB")
"""


def write_minutes(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.write("time,open,high,low,close,volume\n")
        for number in range(count):
            price = 100 + number % 17 / 4
            values = f"{price},{price + 1.5},{price - 1},{price + 0.25},{number % 900}"
            file.write(f"{START + number * MINUTE_MS},{values}\n")


def importing(path: Path, data_dir: Path) -> subprocess.Popen[str]:
    command = ["import", str(path), "--symbol", "ACME", "--data-dir", str(data_dir)]
    return subprocess.Popen(
        [sys.executable, "-c", MEASURED, *command], stdout=subprocess.PIPE, text=True
    )


def growth_mb(said: str) -> float:
    found = re.search(r"grew by (\d+) kB", said)
    assert found is not None, said
    scale = 1 if sys.platform != "darwin" else 1024
    return int(found[1]) / 1024 / scale


def bars(server: ServerProcess, **query: str | int) -> httpx.Response:
    asked = {"symbol": "ACME", "resolution": "1", **query}
    return httpx.get(f"{server.url}/api/v1/datafeed/bars", params=asked, timeout=10)


class Watch:
    """Asks a server while something is under way, and how long its answers take."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.seconds: list[float] = []

    def ask(self) -> None:
        for path in ("health", "datafeed/bars?symbol=AAPL&resolution=1&count_back=300"):
            began = time.monotonic()
            answer = httpx.get(f"{self._server.url}/api/v1/{path}", timeout=10)
            self.seconds.append(time.monotonic() - began)
            assert answer.status_code == 200


def import_beside(server: ServerProcess, tmp_path: Path, rows: int) -> list[float]:
    """Import while the server is asked; gives how long each answer took, sorted."""
    write_minutes(tmp_path / "acme.csv", rows)
    assert bars(server).status_code == 404
    watch = Watch(server)
    process = importing(tmp_path / "acme.csv", server.data_dir)
    while process.poll() is None:
        watch.ask()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"{rows:,} new" in said
    assert growth_mb(said) < 150, "memory does not follow the size of the file"
    last = START + (rows - 1) * MINUTE_MS
    deadline = time.monotonic() + 20
    while (answer := bars(server, count_back=2)).status_code == 404:
        assert time.monotonic() < deadline, "the server has not seen the symbol"
    assert [bar["time"] for bar in answer.json()["bars"]] == [last - MINUTE_MS, last]
    whole = bars(server, count_back=5000, to=last - 9 * MINUTE_MS).json()["bars"]
    assert len(whole) == 5000
    days = bars(server, resolution="1D").json()["bars"]
    assert sum(bar["volume"] for bar in days) == sum(number % 900 for number in range(rows))
    return sorted(watch.seconds)


def test_a_running_server_answers_during_an_import_and_has_the_data(
    server: ServerProcess, tmp_path: Path
) -> None:
    assert import_beside(server, tmp_path, ROWS)[-1] < 2.0
    found = httpx.get(f"{server.url}/api/v1/datafeed/symbols", params={"query": "acme"})
    assert found.json()["items"][0]["status"] == "stale"


@pytest.mark.soak
def test_a_running_server_answers_during_a_long_import(
    server: ServerProcess, tmp_path: Path
) -> None:
    before = server.resident_bytes()
    took = import_beside(server, tmp_path, SOAK_ROWS)
    assert took[len(took) // 2] < 0.1
    assert took[int(len(took) * 0.99)] < 1.0
    assert took[-1] < 2.0
    assert server.resident_bytes() - before < 100_000_000


@pytest.mark.soak
def test_five_million_bars_need_no_more_memory_than_three_hundred_thousand(
    tmp_path: Path,
) -> None:
    grown = []
    for count in (ROWS, SOAK_ROWS):
        write_minutes(tmp_path / "acme.csv", count)
        process = importing(tmp_path / "acme.csv", tmp_path / f"data-{count}")
        said, _ = process.communicate(timeout=600)
        assert f"{count:,} new" in said
        grown.append(growth_mb(said))
    assert grown[1] < grown[0] + 40
