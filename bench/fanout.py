"""Fan-out over WebSocket: deliveries per second, ours in both twins beside the peers."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from contenders import (
    BLAST,
    BUN,
    COMPILED,
    FASTWS,
    OURS,
    PEERS,
    PURE,
    SHAPES,
    Shape,
    started,
    wire_of,
)
from harness.machine import Cores
from harness.native import BenchError, run_client
from harness.ours import TOKEN
from harness.report import Effort, Goal, Result, Window, cpu_per_million, median, number, peak_mb

Windows = dict[str, list[Window]]

TITLES = {
    "single": "one topic, one message per turn",
    "single-5000": "one topic, one message per turn",
    "burst": "one topic, ten messages per turn",
    "market": "200 topics, 20 per client, 50 updates per turn",
    "steady": "one topic, 20 messages a second",
}
TO_FASTWS: Mapping[str, Mapping[str, float]] = {
    "single": {PURE: 4.0, COMPILED: 5.0},
    "single-5000": {PURE: 4.5, COMPILED: 7.0},
    "burst": {PURE: 30.0, COMPILED: 55.0},
    "market": {PURE: 10.0, COMPILED: 18.0},
}
TO_BUN: Mapping[str, Mapping[str, float]] = {
    "single": {PURE: 0.5, COMPILED: 0.8},
    "single-5000": {PURE: 0.5, COMPILED: 0.8},
    "burst": {PURE: 0.5, COMPILED: 1.0},
    "market": {PURE: 0.5, COMPILED: 1.0},
}
STEADY_P99_MS = 20.0
MANY, LONG_MS = 1000, 2000  # above so many clients, one message takes the slowest peer a second
COLUMNS = ("server", "deliveries/s", "× FastWS", "× Bun", "p50 ms", "p99 ms", "CPU s/M", "peak MB")


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """Measure one shape: in each round every server, one after the other."""
    effort = effort.at_least_ms(LONG_MS) if SHAPES[name].clients > MANY else effort
    windows = alternate((*OURS, *PEERS), name, effort, cores)
    ceiling = None if SHAPES[name].pause_ms else one_window(BLAST, name, effort, cores)
    return report(name, SHAPES[name], windows, ceiling)


def alternate(servers: Sequence[str], name: str, effort: Effort, cores: Cores) -> Windows:
    """The windows of each server, taken in rounds so that a disturbance meets all of them."""
    windows: Windows = {server: [] for server in servers}
    for _ in range(effort.rounds):
        for server in servers:
            windows[server].append(one_window(server, name, effort, cores))
    return windows


def one_window(
    server: str, name: str, effort: Effort, cores: Cores, options: Sequence[str] = ()
) -> Window:
    """Start a server, connect every client, publish, count what arrives."""
    found = load(server, name, effort, cores, options)
    memory = {key: value for key, value in found.items() if key.endswith("_kib")}
    return {**found["windows"][0], **memory}


def load(
    server: str, name: str, effort: Effort, cores: Cores, options: Sequence[str] = ()
) -> dict[str, Any]:
    """What the load client reports of one server: all windows, and the memory."""
    shape, wire = SHAPES[name], wire_of(server)
    with started(server, name, cores) as process:
        arguments = ["--port", str(process.port), "--path", wire.path, "--hello", wire.hello]
        arguments += ["--header", f"Authorization: Bearer {TOKEN}"]
        arguments += ["--plan", str(wire.plan(name, shape)), "--server-pid", str(process.pid)]
        arguments += ["--connections", str(shape.clients)]
        arguments += ["--cpu", str(-1 if cores.client is None else cores.client), *options]
        found = run_client("ws_load", arguments + effort.client_options(), deadline_s=120)
        if not all(window["count"] for window in found["windows"]):
            raise BenchError(f"{server} delivered nothing")
    return found


def report(name: str, shape: Shape, windows: Windows, ceiling: Window | None) -> Result:
    """The rows and the goals of one shape."""
    rows = [row(server, taken, windows) for server, taken in windows.items()]
    notes = [f"{server}: rates of the rounds {spread(taken)}" for server, taken in windows.items()]
    if ceiling is not None:
        rows.append(row(BLAST, [ceiling], windows))
        notes.append(
            f"the load client used {median(windows[COMPILED], 'client_core'):.0%} of its core for "
            f"{COMPILED}; fed by the C blaster {ceiling['client_core']:.0%}"
        )
    return Result(
        figure=name,
        title=f"fan-out to {shape.clients:,} clients, {TITLES[name]}",
        columns=COLUMNS,
        rows=rows,
        goals=steady_goals(windows) if shape.pause_ms else ratio_goals(name, windows),
        notes=notes,
        details={"windows": windows, "ceiling": ceiling},
    )


def ratio_goals(name: str, windows: Windows) -> list[Goal]:
    """Ours over FastWS and over Bun, for each twin."""
    return [
        Goal(name=f"{ours} / {peer}", value=ratio(ours, peer, windows), unit="x", floor=floor)
        for peer, floors in ((FASTWS, TO_FASTWS[name]), (BUN, TO_BUN[name]))
        for ours, floor in floors.items()
    ]


def steady_goals(windows: Windows) -> list[Goal]:
    """The p99 of each twin at a rate that is given."""
    return [
        Goal(
            name=f"p99 of {ours}",
            value=median(windows[ours], "p99_ms"),
            unit="ms",
            floor=STEADY_P99_MS,
            more_is_better=False,
        )
        for ours in OURS
    ]


def ratio(server: str, peer: str, windows: Windows) -> float:
    """The median rate of one over that of the other."""
    return median(windows[server], "rate") / median(windows[peer], "rate")


def row(server: str, taken: list[Window], windows: Windows) -> list[str]:
    """What one server did, as cells."""
    known = {**windows, server: taken}
    return [
        server,
        number(median(taken, "rate")),
        f"{ratio(server, FASTWS, known):.2f}",
        f"{ratio(server, BUN, known):.2f}",
        number(median(taken, "p50_ms")),
        number(median(taken, "p99_ms")),
        number(cpu_per_million(taken)),
        number(peak_mb(taken)),
    ]


def spread(taken: list[Window]) -> str:
    """The lowest and the highest rate: the noise."""
    rates: list[Any] = [window["rate"] for window in taken]
    return f"{number(min(rates))} to {number(max(rates))}, deviation {share(rates):.0%}"


def share(rates: list[float]) -> float:
    """The standard deviation as a share of the median."""
    return statistics.pstdev(rates) / statistics.median(rates)
