"""Make the environments of the peers: `python bench/peers.py [fastws] [socketio] [rest] [js]`."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from harness.native import BenchError
from harness.places import BENCH, PEERS

NAMES = ("fastws", "socketio", "rest")
JAVASCRIPT = "js"


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, made or renewed when its requirements changed."""
    requirements = BENCH / "peers" / f"{name}.txt"
    folder = PEERS / name
    stamp, python = folder / "requirements.txt", folder / "bin" / "python"
    wanted = requirements.read_text()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"making the environment of the peer {name} …", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(requirements)], check=True)
    stamp.write_text(wanted)
    return python


def versions_of(name: str) -> list[str]:
    """Every package of a peer's environment, as `name==version`."""
    command = [str(python_of(name)), "-m", "pip", "freeze", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()


def javascript() -> Path:
    """The folder of the programs from npm, installed when the lock file has changed.

    Raises:
        BenchError: there is no npm.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise BenchError("npm was not found: install node, or leave the figure out")
    source, folder = BENCH / "peers" / JAVASCRIPT, PEERS / JAVASCRIPT
    programs, stamp = folder / "node_modules" / ".bin", folder / "package-lock.json"
    wanted = (source / "package-lock.json").read_text()
    if programs.exists() and stamp.exists() and stamp.read_text() == wanted:
        return programs
    print("installing the peers from npm …", file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(source / name, folder / name)
    subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True
    )
    return programs


def node() -> Path:
    """The interpreter of node.

    Raises:
        BenchError: there is none.
    """
    found = shutil.which("node")
    if found is None:
        raise BenchError("node was not found")
    return Path(found)


def inherited() -> dict[str, str]:
    """The environment of this process, for a peer that needs one more variable."""
    return dict(os.environ)


def javascript_versions() -> list[str]:
    """The packages from npm, and node itself."""
    lock = json.loads((BENCH / "peers" / JAVASCRIPT / "package.json").read_text())
    done = subprocess.run([str(node()), "--version"], capture_output=True, text=True, check=True)
    named = [f"{name}=={version}" for name, version in lock["dependencies"].items()]
    return [*named, f"node=={done.stdout.strip()}"]


if __name__ == "__main__":
    for chosen in sys.argv[1:] or (*NAMES, JAVASCRIPT):
        print(javascript() if chosen == JAVASCRIPT else python_of(chosen))
