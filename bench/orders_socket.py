"""Orders over the broker's socket: durable, one server core, 64 clients × 1 and 4 outstanding."""

import json
from dataclasses import dataclass

from harness.machine import Cores, fsync_ms
from harness.native import BenchError, run_client
from harness.ours import TOKEN, our_server
from harness.places import WORK
from harness.processes import Server
from harness.report import Effort, Goal, Result, Window, cpu_per_million, median, number, peak_mb
from orders import BTCUSD, ORDER, SHARES, has_bitcoin

CLIENTS = 64
MANY = "1000000"
LIMITS = {"TRADING_API_WS_RATE": MANY, "TRADING_API_WS_BURST": MANY}
"""What a user whose programs send more than 100 requests a second on a connection would set."""
COLUMNS = ("clients × outstanding", "orders/s", "p50 ms", "p99 ms", "CPU s/M", "peak MB")


@dataclass(frozen=True)
class Load:
    """How many orders each client has outstanding, and what has to be reached with them."""

    outstanding: int
    floor_rate: float
    floor_p99_ms: float | None

    @property
    def name(self) -> str:
        """As a table says it."""
        return f"{CLIENTS} × {self.outstanding}"


LOADS = (Load(1, 12_000.0, 15.0), Load(4, 20_000.0, None))


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """In each round each load, each on a server of its own with an empty database."""
    windows: dict[str, list[Window]] = {load.name: [] for load in LOADS}
    fsync = fsync_ms(WORK)
    symbol = ""
    for _ in range(effort.rounds):
        for load in LOADS:
            with our_server(name, cores.server, environment=LIMITS) as server:
                order = ORDER | (BTCUSD if has_bitcoin(server) else SHARES)
                symbol = order["symbol"]
                windows[load.name].append(one_window(server, order, load, effort, cores))
    return Result(
        figure=name,
        title=f"orders over the socket, SQLite synchronous=FULL, {CLIENTS} clients",
        columns=COLUMNS,
        rows=[row(load.name, windows[load.name]) for load in LOADS],
        goals=[goal for load in LOADS for goal in goals(load, windows[load.name])],
        notes=notes(windows, fsync, symbol),
        details={"windows": windows, "fsync": fsync, "symbol": symbol},
    )


def one_window(
    server: Server, order: dict[str, str], load: Load, effort: Effort, cores: Cores
) -> Window:
    """Every client of one owner, so all orders are of one account.

    Raises:
        BenchError: an order was refused, a connection was lost, or nothing was answered.
    """
    path = WORK / "order"
    path.write_text(json.dumps(order))
    arguments = ["--port", str(server.port), "--path", "/api/v1/broker/ws", "--order", str(path)]
    arguments += ["--header", f"Authorization: Bearer {TOKEN}", "--server-pid", str(server.pid)]
    arguments += ["--connections", str(CLIENTS), "--outstanding", str(load.outstanding)]
    arguments += ["--cpu", str(-1 if cores.client is None else cores.client)]
    found = run_client("ws_orders", arguments + effort.client_options())
    window: Window = {**found["windows"][0], "server_peak_kib": found["server_peak_kib"]}
    if not window["count"]:
        raise BenchError("no order was answered within the window")
    return window


def goals(load: Load, windows: list[Window]) -> list[Goal]:
    """The rate, and the p99 where one is set."""
    rate, p99 = median(windows, "rate"), median(windows, "p99_ms")
    return [
        Goal(name=f"orders, {load.name}", value=rate, unit="per s", floor=load.floor_rate),
        Goal(
            name=f"p99, {load.name}",
            value=p99,
            unit="ms",
            floor=load.floor_p99_ms,
            more_is_better=False,
        ),
    ]


def row(name: str, windows: list[Window]) -> list[str]:
    """What was done under one load, as cells."""
    return [
        name,
        number(median(windows, "rate")),
        number(median(windows, "p50_ms")),
        number(median(windows, "p99_ms")),
        number(cpu_per_million(windows)),
        number(peak_mb(windows)),
    ]


def notes(windows: dict[str, list[Window]], fsync: dict[str, float], symbol: str) -> list[str]:
    """What the rates depend on, and how far the rounds lie apart."""
    found = [
        f"{name}: rates of the rounds {number(min(rates))} to {number(max(rates))}; "
        f"the load client used {median(windows[name], 'client_core'):.0%} of its core"
        for name in windows
        if (rates := [window["rate"] for window in windows[name]])
    ]
    return [
        f"limit orders for {symbol} that rest, all of one account; fdatasync of 4 KiB on this "
        f"disk: p50 {fsync['p50_ms']:.2f} ms, p99 {fsync['p99_ms']:.2f} ms",
        *found,
    ]
