"""Where the benchmarks find and leave files; nothing is written outside these folders."""

from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
RESULTS = BENCH / "results"
BINARIES = RESULTS / "bin"
WORK = RESULTS / "work"
PEERS = ROOT / ".venv-peers"
