"""The server under test: the command that a user types, on a data directory of its own."""

import os
import sys
from collections.abc import Iterator, Mapping
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
) -> Iterator[Server]:
    """`python -m trading_api serve`, ready, with fresh databases on the disk of this repository."""
    port = free_port()
    with fresh_folder() as folder:
        if packs().is_dir():
            (folder / "packs").symlink_to(packs().resolve())
        command = [sys.executable, "-m", "trading_api", "serve", "--port", str(port)]
        command += ["--modules", modules, "--data-dir", str(folder)]
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
