"""History over REST: 5,000 bars, warm, one client, beside DuckDB + FastAPI + Pydantic.

Of replayed symbols, which are in memory, and of one that was imported, which is on the disk.
"""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import peers
from harness.http import one_window, request_bytes
from harness.machine import Cores
from harness.native import BenchError
from harness.ours import READY, fresh_folder, our_server
from harness.places import BENCH
from harness.processes import Server, free_port, running
from harness.report import Effort, Goal, Result, Window, median, number, peak_mb
from imports import write_minutes
from orders import has_bitcoin

COUNT = 5000
IMPORTED = "IMPORTED"
IMPORTED_ROWS = 200_000
FLOOR_P50_MS = 8.0
PEER = "DuckDB + FastAPI + Pydantic"
SCRIPT = str(BENCH / "servers" / "history_by_hand.py")
COLUMNS = ("server", "p50 ms", "ratio", "p99 ms", "first ms", "answers/s", "kB", "peak MB")


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """In each round our server with each kind of data that it has, then DuckDB."""
    windows: dict[str, list[Window]] = {}
    python = str(peers.python_of("rest"))
    with fresh_folder() as folder:
        write_minutes(folder / "minutes.csv", IMPORTED_ROWS)
        prepare = partial(import_minutes, folder / "minutes.csv")
        subprocess.run([python, SCRIPT, "--fill", str(folder)], check=True)
        for _ in range(effort.rounds):
            with our_server("history", cores.server, prepare=prepare) as server:
                bitcoin = ("BTCUSD",) if has_bitcoin(server) else ()
                chosen = (*bitcoin, "AAPL", IMPORTED)
                for symbol in chosen:
                    window = ask(server, symbol, effort, cores)
                    windows.setdefault(f"trading_api, {symbol}", []).append(window)
            windows.setdefault(PEER, []).append(ask_duckdb(python, folder, effort, cores))
    return report(name, windows)


def import_minutes(path: Path, folder: Path) -> None:
    """Put a symbol of many bars into the data directory of a server."""
    command = [sys.executable, "-m", "trading_api", "import", str(path), "--symbol", IMPORTED]
    subprocess.run([*command, "--data-dir", str(folder)], check=True, capture_output=True)


def ask_duckdb(python: str, folder: Path, effort: Effort, cores: Cores) -> Window:
    """One window of the server written by hand."""
    port = free_port()
    command = [python, SCRIPT, str(port), str(folder)]
    with running("history-by-hand", command, port, cores.server) as server:
        server.wait_until_it_answers(READY)
        return ask(server, "S1", effort, cores)


def ask(server: Server, symbol: str, effort: Effort, cores: Cores) -> Window:
    """The first answer alone, checked, then a window of answers one after the other."""
    path = f"/api/v1/datafeed/bars?symbol={symbol}&resolution=1&count_back={COUNT}"
    began = time.perf_counter()
    body = server.get(path)
    first_ms = (time.perf_counter() - began) * 1000
    bars = json.loads(body)["bars"]
    if len(bars) != COUNT:
        raise BenchError(f"{path} gave {len(bars)} bars instead of {COUNT}")
    window = one_window(server, request_bytes("GET", path, server.port, {}), 1, effort, cores)
    return {**window, "first_ms": first_ms}


def report(name: str, windows: dict[str, list[Window]]) -> Result:
    """The rows, and a goal for each kind of data."""
    theirs = median(windows[PEER], "p50_ms")
    goals = [
        Goal(
            name=f"p50 of {server}",
            value=median(taken, "p50_ms"),
            unit="ms",
            floor=FLOOR_P50_MS,
            more_is_better=False,
        )
        for server, taken in windows.items()
        if server != PEER
    ]
    return Result(
        figure=name,
        title=f"{COUNT:,} one-minute bars over REST, warm, one client",
        columns=COLUMNS,
        rows=[row(server, taken, theirs) for server, taken in windows.items()],
        goals=goals,
        notes=["ratio: how many times as fast as the peer, by p50"],
        details={"windows": windows},
    )


def row(server: str, windows: list[Window], peer_p50_ms: float) -> list[str]:
    """What one server did, as cells."""
    p50 = median(windows, "p50_ms")
    return [
        server,
        number(p50),
        "1" if server == PEER else f"{peer_p50_ms / p50:.1f}x",
        number(median(windows, "p99_ms")),
        number(median(windows, "first_ms")),
        number(median(windows, "rate")),
        number(median(windows, "body_bytes") / 1000),
        number(peak_mb(windows)),
    ]
