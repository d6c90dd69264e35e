"""Compiles the C programs of `load/` when they are first needed."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.places import BENCH, BINARIES

SOURCES = BENCH / "load"


class BenchError(Exception):
    """A figure could not be measured; the message says what went wrong."""


def program(name: str) -> Path:
    """The compiled program of that name, built again when a source is newer."""
    binary = BINARIES / name
    newest = max(path.stat().st_mtime for path in SOURCES.iterdir())
    if not binary.exists() or binary.stat().st_mtime < newest:
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if compiler is None:
            raise BenchError("no C compiler was found: install one, or name it in CC")
        BINARIES.mkdir(parents=True, exist_ok=True)
        source = str(SOURCES / f"{name}.c")
        command = [compiler, "-std=c11", "-O2", "-Wall", "-Wextra", "-o", str(binary), source]
        subprocess.run(command, check=True)
    return binary


def run_client(name: str, arguments: Sequence[str], deadline_s: int = 60) -> dict[str, Any]:
    """Run a load client and give back what it reports.

    Raises:
        BenchError: it ended with an error or did not end in time; its own words are in the message.
    """
    command = [str(program(name)), *arguments, "--deadline-s", str(deadline_s)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=deadline_s + 5, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{name} did not end within {deadline_s} s") from error
    if done.returncode != 0:
        raise BenchError(f"{name} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    if report.get("closed"):
        raise BenchError(f"{name}: {done.stderr.strip()[-500:]}")
    return report
