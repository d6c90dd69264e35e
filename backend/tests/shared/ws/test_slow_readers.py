"""Readers that read nothing, beside many that do, against a real server process.

Windows with and without them alternate: what a busy machine does, it does to both.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.journeys.conftest import TOKEN, ServerProcess

pytestmark = pytest.mark.process

FOLDER = Path(__file__).parent
_log = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
SLACK_MS = 5.0  # of the clocks and the scheduler: a stall would be seconds


class Form(NamedTuple):
    readers: int
    stalled: int
    rounds: int
    window_s: float
    stall_s: float


SHORT = Form(readers=200, stalled=4, rounds=2, window_s=1.0, stall_s=20)
FULL = Form(readers=1000, stalled=20, rounds=5, window_s=5.0, stall_s=60)


class Readers:
    """The process of `readers.py`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, command: str) -> Any:
        """What a command gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert not (isinstance(answer, dict) and "lost" in answer), answer
        return answer


@contextmanager
def server(tmp_path: Path, stall_s: float) -> Iterator[ServerProcess]:
    data = tmp_path / "data"
    with ServerProcess(
        data,
        command=("serve", "--port", "0", "--data-dir", str(data), "--modules", "flood"),
        PYTHONPATH=os.pathsep.join((str(FOLDER / "flood"), os.environ.get("PYTHONPATH", ""))),
        TRADING_API_WS_MAX_CONNECTIONS_PER_CALLER="2000",
        TRADING_API_WS_MAX_CONNECTIONS_PER_ADDRESS="2000",
        TRADING_API_WS_STALL_S=str(stall_s),
    ) as process:
        yield process


@contextmanager
def readers_of(process: ServerProcess) -> Iterator[Readers]:
    port = process.url.rpartition(":")[2]
    with subprocess.Popen(
        [sys.executable, str(FOLDER / "flood" / "readers.py"), port, TOKEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as readers:
        try:
            yield Readers(readers)
        finally:
            readers.kill()


def test_readers_that_stall_cost_the_others_nothing(tmp_path: Path) -> None:
    compare(tmp_path, SHORT)


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_twenty_of_a_thousand_readers_that_stall_cost_the_others_nothing(tmp_path: Path) -> None:
    compare(tmp_path, FULL)


def compare(tmp_path: Path, form: Form) -> None:
    without, beside = [], []
    with server(tmp_path, form.stall_s) as process, readers_of(process) as readers:
        readers(f"open {form.readers}")
        readers(f"measure {form.window_s}")
        fill_once(readers, form)
        before = process.resident_bytes()
        most = before
        for _ in range(form.rounds):
            without.append(readers(f"measure {form.window_s}"))
            readers(f"stall {form.stalled} heavy")
            readers(f"measure {form.window_s}")  # in which their buffers fill
            beside.append(readers(f"measure {form.window_s}"))
            most = max(most, process.resident_bytes())
            assert readers("ended") == 0, "they were to stall all the while"
            readers("drop")
    rate = sum(each["count"] for each in beside) / sum(each["count"] for each in without)
    assert sum(each["count"] for each in without) > 0.9 * 20 * form.readers * form.window_s
    assert rate >= 0.95
    p99, usual = (min(each["p99_ms"] for each in windows) for windows in (beside, without))
    assert p99 <= 1.5 * usual + SLACK_MS
    assert most - before <= (form.stalled + 5) * MEGABYTE
    _log.info("rate %.1f%%, p99 %.1f ms beside, %.1f ms without", rate * 100, p99, usual)
    _log.info("%.1f MiB more", (most - before) / MEGABYTE)


def fill_once(readers: Readers, form: Form) -> None:
    """One reader that stalls, so that the ring of `heavy` is full before memory is compared."""
    readers("stall 1 heavy")
    readers(f"measure {form.window_s}")
    readers("drop")


@pytest.mark.parametrize("route", ["heavy", "heavy_every"])
def test_a_reader_that_stalls_is_ended(tmp_path: Path, route: str) -> None:
    with server(tmp_path, stall_s=1) as process, readers_of(process) as readers:
        readers("open 10")
        readers(f"stall 3 {route}")
        for _ in range(40):
            assert readers("measure 0.25")["count"] > 0
            if readers("ended") == 3:
                break
        assert readers("ended") == 3
