"""Measure the figures, print them, write them down: `bench/run.py [--quick] [NAME …]`."""

import argparse
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import crowd
import fanout
import group_commit
import history
import imports
import orders
import orders_socket
import peers
import quotes
import replay
from harness import machine
from harness.native import BenchError
from harness.places import ROOT
from harness.report import FULL, QUICK, Effort, Result, write

Measure = Callable[[str, Effort, machine.Cores], Result]

FIGURES: dict[str, Measure] = {
    "single": fanout.measure,
    "single-5000": fanout.measure,
    "burst": fanout.measure,
    "market": fanout.measure,
    "steady": fanout.measure,
    "stalled": crowd.stalled,
    "idle": crowd.idle,
    "crowd": crowd.crowd,
    "orders": orders.measure,
    "orders-socket": orders_socket.measure,
    "quotes": quotes.measure,
    "group-commit": group_commit.measure,
    "history": history.measure,
    "import": imports.measure,
    "replay": replay.measure,
}


def main() -> int:
    """Measure what was asked for; 1 when a figure could not be measured, 0 even if one misses."""
    parser = argparse.ArgumentParser(description="Measure the figures and print them as a table.")
    parser.add_argument("figures", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="short windows: a smoke test only")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.figures if name not in FIGURES]
    if unknown:
        parser.error(f"unknown figure {', '.join(unknown)}; known are {', '.join(FIGURES)}")
    if platform.system() != "Linux":
        print("bench: the load clients need Linux (epoll, /proc); nothing was measured")
        return 1
    return run(arguments.figures or list(FIGURES), QUICK if arguments.quick else FULL)


def run(names: list[str], effort: Effort) -> int:
    """Measure each figure in turn; one that fails does not keep the others from being measured."""
    cores, began, commit = machine.choose_cores(), datetime.now(UTC), machine.commit()
    described = machine.describe(cores)
    print(heading(described, commit, effort), flush=True)
    results = []
    for name in names:
        try:
            result = FIGURES[name](name, effort, cores)
        except (BenchError, OSError, subprocess.CalledProcessError) as error:
            result = Result(figure=name, title="could not be measured", error=str(error))
        print(f"\n{result.text()}", flush=True)
        results.append(result)
    document = {
        "measured_at": began.isoformat(timespec="seconds"),
        "commit": commit,
        "quick": effort is QUICK,
        "effort": vars(effort),
        "machine": described,
        "versions": {"ours": machine.versions()}
        | {name: peers.versions_of(name) for name in peers.NAMES}
        | {peers.JAVASCRIPT: peers.javascript_versions()},
        "figures": [result.as_json() for result in results],
    }
    path = write(document, "quick" if effort is QUICK else f"{began:%Y%m%dT%H%M%SZ}-{commit}")
    print(f"\n{summary(results)}\n{path.relative_to(ROOT)}")
    return 1 if any(result.error for result in results) else 0


def heading(described: dict[str, object], commit: str, effort: Effort) -> str:
    """What the figures below were measured on, and how."""
    lines = [
        f"{described['cpu']}, {described['cores']} cores, {described['system']}",
        f"commit {commit}; medians of {effort.rounds} alternating rounds, windows of "
        f"{effort.window_ms / 1000:g} s; server on core {described['server_core']}, "
        f"load client on core {described['client_core']}",
    ]
    if effort is QUICK:
        lines.append("QUICK: a smoke test, these are not figures")
    return "\n".join(lines)


def summary(results: list[Result]) -> str:
    """How many floors were reached; a miss is named."""
    verdicts = [goal for result in results for goal in result.goals if goal.met is not None]
    missed = [
        f"{result.figure} ({goal.name})"
        for result in results
        for goal in result.goals
        if goal.met is False
    ]
    failed = [result.figure for result in results if result.error is not None]
    text = f"{len(verdicts) - len(missed)} of {len(verdicts)} floors reached"
    if missed:
        text += f"; missed: {', '.join(missed)}"
    if failed:
        text += f"; could not be measured: {', '.join(failed)}"
    return text


if __name__ == "__main__":
    sys.exit(main())
