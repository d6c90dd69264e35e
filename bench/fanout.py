"""Fan-out over WebSocket: deliveries per second to 1,000 clients, beside FastWS 0.1.7."""

import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peers
from harness.machine import Cores
from harness.native import BenchError, program, run_client
from harness.ours import TOKEN, our_server
from harness.places import BENCH, WORK
from harness.processes import Server, free_port, running
from harness.report import Effort, Goal, Result, Window, cpu_per_million, median, number, peak_mb

sys.path.insert(0, str(BENCH / "servers"))
from shapes import SHAPES, UPDATE_BYTES, Shape, choices  # the servers import it too

FLOORS = {"single": None, "burst": 20.0, "market": 8.0}
TITLES = {
    "single": "one topic, one message per turn",
    "burst": "one topic, ten messages per turn",
    "market": "200 topics, 20 per client, 50 updates per turn",
}
COLUMNS = ("server", "deliveries/s", "ratio", "p50 ms", "p99 ms", "CPU s/M", "peak MB")
OURS, PEER, BLAST = "trading_api", "FastWS 0.1.7", "C blaster"


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """Measure one shape: in each round our server, then FastWS."""
    shape = SHAPES[name]
    plan = write_plan(name, shape)
    windows: dict[str, list[Window]] = {OURS: [], PEER: [], BLAST: []}
    for _ in range(effort.rounds):
        for server in (OURS, PEER):
            windows[server].append(one_window(server, name, plan, effort, cores))
    windows[BLAST].append(one_window(BLAST, name, plan, effort, cores))
    return report(name, shape, windows)


def write_plan(name: str, shape: Shape) -> Path:
    """One line per client: the frame that subscribes it. The servers speak the same envelope."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"plan-{name}"
    lines = (
        json.dumps({"type": "ticks.subscribe", "payload": {"symbols": chosen}})
        for chosen in choices(shape)
    )
    path.write_text("\n".join(lines) + "\n")
    return path


def one_window(server: str, name: str, plan: Path, effort: Effort, cores: Cores) -> Window:
    """Start a server, connect every client, publish, count what arrives."""
    shape = SHAPES[name]
    with started(server, name, cores) as process:
        arguments = ["--port", str(process.port), "--path", "/api/v1/ticks/ws"]
        arguments += ["--header", f"Authorization: Bearer {TOKEN}", "--plan", str(plan)]
        arguments += ["--connections", str(shape.clients), "--server-pid", str(process.pid)]
        arguments += ["--cpu", str(-1 if cores.client is None else cores.client)]
        report = run_client("ws_load", arguments + effort.client_options())
        if not report["windows"][0]["count"]:
            raise BenchError(f"{server} delivered nothing")
    return {**report["windows"][0], "server_peak_kib": report["server_peak_kib"]}


@contextmanager
def started(server: str, name: str, cores: Cores) -> Iterator[Server]:
    """The server of that name, listening or about to."""
    if server == OURS:
        environment = {
            "PYTHONPATH": str(BENCH / "servers"),
            "TRADING_API_MODULES": json.dumps({"ticks": {"shape": name}}),
        }
        with our_server(
            f"ticks-{name}", cores.server, modules="ticks", environment=environment
        ) as s:
            yield s
        return
    port = free_port()
    if server == PEER:
        script = str(BENCH / "servers" / "fanout_fastws.py")
        command = [str(peers.python_of("fastws")), script, str(port), name]
    else:
        shape = SHAPES[name]
        command = [str(program("blast")), "--port", str(port), "--size", str(UPDATE_BYTES)]
        command += ["--connections", str(shape.clients), "--batch", str(shape.per_turn)]
    with running(f"{server.split()[0]}-{name}", command, port, cores.server) as s:
        yield s


def report(name: str, shape: Shape, windows: dict[str, list[Window]]) -> Result:
    """The rows and the goal of one shape."""
    ours, theirs = windows[OURS], windows[PEER]
    ratio = median(ours, "rate") / median(theirs, "rate")
    pairs = [a["rate"] / b["rate"] for a, b in zip(ours, theirs, strict=True)]
    ceiling = windows[BLAST][0]
    return Result(
        figure=name,
        title=f"fan-out to {shape.clients:,} clients, {TITLES[name]}",
        columns=COLUMNS,
        rows=[row(OURS, ours, f"{ratio:.1f}x"), row(PEER, theirs, "1"), row(BLAST, [ceiling], "")],
        goals=[Goal(name="trading_api / FastWS", value=ratio, unit="x", floor=FLOORS[name])],
        notes=[
            f"the load client used {median(ours, 'client_core'):.0%} of its core for trading_api; "
            f"fed by the C blaster it took {number(ceiling['rate'])}/s at "
            f"{ceiling['client_core']:.0%}: its ceiling is at least that",
            f"messages of {median(ours, 'message_bytes'):.0f} and "
            f"{median(theirs, 'message_bytes'):.0f} bytes; ratio per round: "
            f"{min(pairs):.1f} to {max(pairs):.1f}",
        ],
        details={"windows": windows, "ratio_per_round": pairs, "spread": spread(windows)},
    )


def row(server: str, windows: list[Window], ratio: str) -> list[str]:
    """What one server did, as cells."""
    return [
        server,
        number(median(windows, "rate")),
        ratio,
        number(median(windows, "p50_ms")),
        number(median(windows, "p99_ms")),
        number(cpu_per_million(windows)),
        number(peak_mb(windows)),
    ]


def spread(windows: dict[str, list[Window]]) -> dict[str, Any]:
    """How far the rounds of one server lie apart, as a share of their median: the noise."""
    return {
        server: (max(rates) - min(rates)) / statistics.median(rates)
        for server, taken in windows.items()
        if (rates := [float(window["rate"]) for window in taken])
    }
