"""Make the environments of the peers: `python bench/peers.py [fastws] [rest]`."""

import subprocess
import sys
import venv
from pathlib import Path

from harness.places import BENCH, PEERS

NAMES = ("fastws", "rest")


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


if __name__ == "__main__":
    for chosen in sys.argv[1:] or NAMES:
        print(python_of(chosen))
