"""The machine that is measured on: its cores, its disk, its versions."""

import os
import platform
import statistics
import subprocess
import time
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from harness.places import ROOT

PACKAGES = (
    "trading_api", "fastapi", "starlette", "uvicorn", "uvloop", "httptools", "websockets",
    "msgspec", "pydantic", "sqlalchemy",
)  # fmt: skip


class Cores(NamedTuple):
    """The core of the server and the core of the load client; None leaves both unpinned."""

    server: int | None
    client: int | None


def choose_cores() -> Cores:
    """Two cores of this process, physically apart where the machine says which are."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        return Cores(None, None)
    server = mine[0]
    siblings = _siblings(server)
    apart = [core for core in mine[1:] if core not in siblings]
    return Cores(server, (apart or mine[1:])[0])


def _siblings(core: int) -> set[int]:
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    if not path.exists():
        return {core}
    found: set[int] = set()
    for part in path.read_text().strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def fsync_ms(folder: Path, count: int = 200) -> dict[str, float]:
    """Milliseconds of `fdatasync` after appending 4 KiB, in the folder that databases lie in."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fsync-probe"
    took = []
    with path.open("wb", buffering=0) as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    path.unlink()
    took.sort()
    return {"p50_ms": statistics.median(took), "p99_ms": took[int(count * 0.99)]}


def describe(cores: Cores) -> dict[str, Any]:
    """What a reader must know to compare these figures with others."""
    return {
        "cpu": _from_proc("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "server_core": cores.server,
        "client_core": cores.client,
        "memory": _from_proc("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "system": platform.platform(),
        "load_average_before": os.getloadavg(),
    }


def versions() -> dict[str, str]:
    """The interpreter and the packages that the server under test stands on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def commit() -> str:
    """The commit that is measured, with `-dirty` when files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _from_proc(path: str, member: str) -> str:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == member:
            return value.strip()
    return "unknown"
