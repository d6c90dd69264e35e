"""Import of five million one-minute bars from CSV: how long the command takes, and its memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

from harness.machine import Cores
from harness.native import BenchError
from harness.ours import fresh_folder
from harness.report import QUICK, Effort, Goal, Result, Window, median, number

ROWS = 5_000_000
QUICK_ROWS = 200_000
FEW = 0.1
FLOOR_S = 15.0
FLOOR_MB = 40.0
COLUMNS = ("rows", "s", "rows/s", "CPU s", "peak MB", "on disk MB")
START, MINUTE_MS = 999_999_960_000, 60_000


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """In each round a tenth of the rows, then all of them, each into an empty folder."""
    most = QUICK_ROWS if effort is QUICK else ROWS
    windows: dict[int, list[Window]] = {int(most * FEW): [], most: []}
    with fresh_folder() as folder:
        for count in windows:
            write_minutes(folder / f"{count}.csv", count)
        for _ in range(min(effort.rounds, 3)):
            for count, taken in windows.items():
                taken.append(one_import(folder / f"{count}.csv", count, cores))
    few, all_ = windows.values()
    growth = median(all_, "peak_mb") - median(few, "peak_mb")
    return Result(
        figure=name,
        title=f"import of {most:,} one-minute bars from CSV, in a process of its own",
        columns=COLUMNS,
        rows=[row(count, taken) for count, taken in windows.items()],
        goals=[
            Goal(
                name="time for all",
                value=median(all_, "seconds"),
                unit="s",
                floor=FLOOR_S,
                more_is_better=False,
            ),
            Goal(
                name="more memory than for a tenth",
                value=growth,
                unit="MB",
                floor=FLOOR_MB,
                more_is_better=False,
            ),
        ],
        notes=["the time of the whole command, start of the interpreter included"],
        details={"windows": {str(count): taken for count, taken in windows.items()}},
    )


def one_import(path: Path, count: int, cores: Cores) -> Window:
    """The command as a user types it, on the core of the server."""
    with fresh_folder() as folder:
        command = [
            sys.executable,
            "-m",
            "trading_api",
            "import",
            str(path),
            "--symbol",
            "ACME",
        ]

        def pin() -> None:
            if cores.server is not None:
                os.sched_setaffinity(0, {cores.server})

        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--data-dir", str(folder)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=pin,
        )  # fmt: skip
        said = process.stdout.read() if process.stdout is not None else ""
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or f"{count:,} new" not in said:
            raise BenchError(f"the import ended with {process.returncode}: {said}")
        return {
            "seconds": seconds,
            "cpu_s": used.ru_utime + used.ru_stime,
            "peak_mb": used.ru_maxrss * 1024 / 1e6,
            "disk_mb": (folder / "market.db").stat().st_size / 1e6,
        }


def write_minutes(path: Path, count: int) -> None:
    """Bars whose prices walk like a market's, with a volume."""
    price = 10_000
    with path.open("w") as file:
        file.write("time,open,high,low,close,volume\n")
        for number_ in range(count):
            opened, close = price, price + (number_ * 7919 % 23 - 11)
            high, low = (
                max(opened, close) + number_ % 5,
                min(opened, close) - number_ % 3,
            )
            prices = ",".join(f"{value / 100:.2f}" for value in (opened, high, low, close))
            file.write(f"{START + number_ * MINUTE_MS},{prices},{number_ * 31 % 977}\n")
            price = close if 5_000 < close < 20_000 else 10_000


def row(count: int, windows: list[Window]) -> list[str]:
    """One size of file, as cells."""
    seconds = median(windows, "seconds")
    return [
        f"{count:,}",
        number(seconds),
        number(count / seconds),
        number(median(windows, "cpu_s")),
        number(median(windows, "peak_mb")),
        number(median(windows, "disk_mb")),
    ]
