"""The folder that a server owns, and the lock that makes it the only one there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWN_FOLDER = 0o700
_OWN_FILE = 0o600


class DataDirInUse(Exception):
    """Another server runs on the folder."""


class DataDir:
    """Names and files of one data directory; nothing is written before `acquire`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal.db"
        self.market = path / "market.db"
        self.equity = path / "equity.db"
        self.packs = path / "packs"
        self._token = path / "token"
        self._lock = path / "lock"
        self._server = path / "server.json"

    def make(self) -> None:
        """Make the folder, for its owner alone.

        Raises:
            OSError: it cannot be made, or is none; the message is a sentence.
        """
        try:
            self.path.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
        except FileExistsError as error:
            raise OSError(f"the data directory {self.path} is not a folder") from error
        except OSError as error:
            raise OSError(
                f"the data directory {self.path} cannot be made: {error.strerror}"
            ) from error

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Be the only server on the folder until the end of the block.

        Raises:
            DataDirInUse: another process is.
        """
        self.make()
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                where = self.running_url()
                raise DataDirInUse(
                    f"another server runs on {self.path}" + (f" at {where}" if where else "")
                ) from None
            try:
                yield
            finally:
                self._server.unlink(missing_ok=True)

    def token(self) -> str | None:
        """The owner token that is kept here, if any."""
        try:
            return self._token.read_text().strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def keep_token(self, token: str) -> None:
        """Keep the owner token, readable by its owner alone."""
        _write_private(self._token, token + "\n")

    def announce(self, url: str) -> None:
        """Say where the server answers, for commands that run beside it."""
        _write_private(self._server, json.dumps({"url": url, "pid": os.getpid()}) + "\n")

    def running_url(self) -> str | None:
        """Where the server on this folder answers; None when none has said so."""
        try:
            return str(json.loads(self._server.read_text())["url"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def is_running(self) -> bool:
        """Whether a server holds the folder."""
        if not self._lock.exists():
            return False
        with self._lock.open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False


def _write_private(path: Path, text: str) -> None:
    """Replace a file at once, so that no reader sees half of it, and nobody else any of it."""
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
