"""A real server process, as a user starts it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

from tests.modules.datafeed.conftest import PACKS_FOUND
from tests.modules.datafeed.recordings import synthetic_recording, write_pack
from trading_api.testing.client import bearer

TOKEN = "owner-token-of-the-tests-0123456789"
START_TIMEOUT_S = 30
REPOSITORY = Path(__file__).parents[3]


class ServerProcess:
    """`python -m trading_api serve` on a data directory of its own and a free port."""

    def __init__(
        self, data_dir: Path, *, command: Sequence[str] | None = None, **environment: str
    ) -> None:
        self.data_dir = data_dir
        self.url = ""
        self.said_later = ""
        self.log = data_dir.with_suffix(".log")
        serve = ("serve", "--port", "0", "--data-dir", str(data_dir))
        self._command = serve if command is None else command
        self._environment = environment
        self.largest_file_kib: int | None = None
        self._process: subprocess.Popen[str] | None = None
        link_packs(data_dir)

    def start(self) -> Self:
        """Start it; return when it has said where it is."""
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("TRADING_API_")},
            "TRADING_API_TOKEN": TOKEN,
            **self._environment,
        }
        command = [sys.executable, "-m", "trading_api", *self._command]
        if self.largest_file_kib is not None:  # counted in blocks of 512 bytes
            limit = f'ulimit -f {2 * self.largest_file_kib}; exec "$@"'
            command = ["sh", "-c", limit, "sh", *command]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                start_new_session=True,
            )
        self.banner = self._read_banner()
        self.url = json.loads((self.data_dir / "server.json").read_text())["url"]
        return self

    def _read_banner(self) -> str:
        """The lines up to the last one; reading blocks until the server writes or ends."""
        assert self._process is not None
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def resident_bytes(self) -> int:
        """What the process holds of the machine's memory."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """SIGKILL: nothing of the process runs after it."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def send_signal(self, number: int) -> None:
        """Send a signal and do not wait."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop, as Ctrl-C does; gives the exit status."""
        self.send_signal(number)
        return self._end()

    def wait(self) -> int:
        """Wait until it has ended by itself; gives the exit status."""
        return self._end()

    def _end(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        self.said_later = self._process.stdout.read()
        self._process.stdout.close()
        return self._process.wait(START_TIMEOUT_S)

    def get(self, path: str, token: str | None = TOKEN) -> Any:
        """The JSON of an address."""
        headers = {} if token is None else bearer(token)
        return httpx.get(self.url + path, headers=headers).raise_for_status().json()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command line that runs beside the server."""
        return subprocess.run(
            [sys.executable, "-m", "trading_api", *arguments, "--data-dir", str(self.data_dir)],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_TIMEOUT_S,
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(signal.SIGTERM)


def link_packs(data_dir: Path) -> None:
    """Let the server read the data packs that `make run` or `make test` fetched, if any."""
    packs = Path(os.environ.get("TRADING_API_TEST_PACKS", REPOSITORY / "var/packs"))
    data_dir.mkdir(parents=True, exist_ok=True)
    target = data_dir / "packs"
    if packs.is_dir() and not target.exists():
        target.symlink_to(packs)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "data") as running:
        yield running


@pytest.fixture
def has_bitcoin(server: ServerProcess) -> bool:
    """Whether the order-by-order pack is here."""
    return "BTCUSD" in server.banner


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real packs where they were fetched, else a small recording."""
    if PACKS_FOUND is not None:
        return PACKS_FOUND
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder, *synthetic_recording())
    return folder
