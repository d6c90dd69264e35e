"""A replay as fast as it goes: BTCUSD with its depth, the broker with ten open orders."""

import json
import time
import urllib.request

from harness.machine import Cores
from harness.native import BenchError
from harness.ours import TOKEN, our_replay, packs
from harness.processes import Server
from harness.report import Effort, Goal, Result, Window, median, number

OPEN_ORDERS = 10
FLOOR_RATE = 20_000.0
COLUMNS = ("server", "events/s", "times real time")
SPAN = ("2026-11-20T00:00", "2026-11-27T00:00")
ARGUMENTS = (*SPAN, "--symbols", "BTCUSD", "--speed", "0", "--paused")


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """One window of a fresh replay per round."""
    if not (packs() / "ob_analytics").is_dir():
        raise BenchError("the BTCUSD data pack is not there: its packages could not be fetched")
    windows = []
    for _ in range(effort.rounds):
        with our_replay(name, cores.server, *ARGUMENTS) as server:
            windows.append(one_window(server, effort))
    rate = median(windows, "rate")
    return Result(
        figure=name,
        title=f"a replay as fast as it goes: BTCUSD with depth, {OPEN_ORDERS} open orders",
        columns=COLUMNS,
        rows=[["trading_api", number(rate), number(median(windows, "times"))]],
        goals=[Goal(name="events", value=rate, unit="per s", floor=FLOOR_RATE)],
        notes=[
            "an event: a trade, a best bid and ask, or a change of depth, as the source says it"
        ],
        details={"windows": windows},
    )


def one_window(server: Server, effort: Effort) -> Window:
    """Place the orders while time stands, let it run, and look twice."""
    for number_ in range(OPEN_ORDERS):
        order = {
            "symbol": "BTCUSD",
            "side": "buy",
            "type": "limit",
            "quantity": "0.001",
            "limit_price": str(70_000 + number_),
        }
        placed = send(server, "POST", "/broker/orders", order)
        if placed["status"] != "working":
            raise BenchError(f"an order that should rest is {placed['status']}")
    send(server, "PATCH", "/datafeed/replay", {"state": "running"})
    time.sleep(effort.warmup_ms / 1000)
    first, began = look(server)
    time.sleep(effort.window_ms / 1000)
    last, ended = look(server)
    if last["state"] != "running":
        raise BenchError("the replay has ended within the window")
    seconds = ended - began
    return {
        "rate": (last["events"] - first["events"]) / seconds,
        "times": (last["now"] - first["now"]) / 1000 / seconds,
    }


def look(server: Server) -> tuple[dict[str, float], float]:
    """Where the replay stands, and when that was."""
    state = json.loads(server.get("/api/v1/datafeed/replay"))
    return state, time.perf_counter()


def send(server: Server, method: str, path: str, body: dict[str, str]) -> dict[str, str]:
    """One request of the owner."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v1{path}",
        method=method,
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, str] = json.loads(answer.read())
    return found
