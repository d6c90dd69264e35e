"""The server under test: the command that a user types, on a data directory of its own."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.places import ROOT, WORK
from harness.processes import Server, free_port, running

TOKEN = "bench-owner-token-0123456789"
READY = "/api/v1/health"
MANY_CLIENTS = {
    "TRADING_API_WS_MAX_CONNECTIONS_PER_CALLER": "100000",
    "TRADING_API_WS_MAX_CONNECTIONS_PER_ADDRESS": "100000",
}
"""All load comes from one address and one caller."""


def packs() -> Path:
    """Where `make bench` has put the optional data; it may be absent."""
    return ROOT / os.environ.get("TRADING_API_DATA_DIR", "var") / "packs"


@contextmanager
def our_server(
    name: str,
    core: int | None,
    *,
    modules: str = "broker,datafeed",
    environment: Mapping[str, str] | None = None,
    prepare: Callable[[Path], object] = lambda folder: None,
) -> Iterator[Server]:
    """`python -m trading_api serve`, ready, with fresh databases on the disk of this repository.

    `prepare` is called with the data directory before the server starts.
    """
    with fresh_folder() as folder:
        prepare(folder)
        arguments = ["serve", "--modules", modules, "--data-dir", str(folder)]
        with _ours(name, core, folder, arguments, environment) as server:
            yield server


@contextmanager
def our_replay(name: str, core: int | None, *arguments: str) -> Iterator[Server]:
    """`python -m trading_api replay …`, ready, on a folder of its own."""
    with fresh_folder() as folder:
        given = ["replay", *arguments, "--data-dir", str(folder / "run")]
        usual = {"TRADING_API_DATA_DIR": str(folder)}
        with _ours(name, core, folder, given, usual) as server:
            yield server


@contextmanager
def _ours(
    name: str,
    core: int | None,
    folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None,
) -> Iterator[Server]:
    port = free_port()
    if packs().is_dir():
        (folder / "packs").symlink_to(packs().resolve())
    command = [sys.executable, "-m", "trading_api", *arguments, "--port", str(port)]
    # What the user of this machine has set must not change the figures.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_API_")}
    given = {**kept, **MANY_CLIENTS, "TRADING_API_TOKEN": TOKEN, **(environment or {})}
    with running(name, command, port, core, given) as server:
        server.wait_until_it_answers(READY)
        yield server


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """An empty folder beside the results, gone afterwards."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=WORK) as made:
        yield Path(made)
