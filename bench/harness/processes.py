"""Starts a server on a core of its own, waits until it answers, and ends it."""

import os
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from harness.native import BenchError
from harness.places import BENCH, WORK

STOP_S = 5.0
LOG_SHOWN = 1500


@dataclass(frozen=True)
class Server:
    """A running server process."""

    pid: int
    port: int
    process: subprocess.Popen[bytes]

    def wait_until_it_answers(self, path: str, patience_s: float = 30.0) -> None:
        """Return when `GET path` answers 200.

        Raises:
            BenchError: the process ended, or the time has passed.
        """
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"the server ended with {self.process.returncode}")
            try:
                self.get(path)
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise BenchError(f"{path} did not answer within {patience_s} s")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of `GET path`; an answer that is not 2xx raises `OSError`."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, headers=dict(headers or {}))
        with urllib.request.urlopen(request, timeout=20) as answer:
            body: bytes = answer.read()
        return body


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    core: int | None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server for the length of a `with` block, pinned to a core; its output goes to a log."""
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{name}.log"

    def pin() -> None:
        if core is not None:
            os.sched_setaffinity(0, {core})
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            preexec_fn=pin, cwd=BENCH, env=environment,
        )  # fmt: skip
    try:
        yield Server(process.pid, port, process)
    except BenchError as error:
        last_words = log.read_text(errors="replace")[-LOG_SHOWN:]
        raise BenchError(f"{name}: {error}\n{last_words}") from error
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
