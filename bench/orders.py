"""Orders over REST: durable, one server core, 64 connections, beside a server written by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import peers
from harness.http import one_window, request_bytes
from harness.machine import Cores, fsync_ms
from harness.ours import READY, TOKEN, fresh_folder, our_server
from harness.places import BENCH, WORK
from harness.processes import Server, free_port, running
from harness.report import Effort, Goal, Result, Window, cpu_per_million, median, number, peak_mb

CONNECTIONS = 64
FLOOR_RATE, FLOOR_P99_MS = 3000.0, 30.0
OURS, PEER = "trading_api", "FastAPI + SQLAlchemy"
COLUMNS = ("server", "orders/s", "ratio", "p50 ms", "p99 ms", "CPU s/M", "peak MB")
SYMBOLS = "/api/v1/datafeed/symbols"
# Far below the market: the order is checked, reserved for, recorded and rests; none is refused.
BTCUSD = {"symbol": "BTCUSD", "quantity": "0.001"}
SHARES = {"symbol": "AAPL", "quantity": "1"}
ORDER = {"side": "buy", "type": "limit", "limit_price": "1.00"}


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """In each round our server, then the one written by hand, each on an empty database."""
    windows: dict[str, list[Window]] = {OURS: [], PEER: []}
    fsync = fsync_ms(WORK)
    symbol = ""
    for _ in range(effort.rounds):
        with our_server("orders", cores.server) as server:
            instrument = BTCUSD if has_bitcoin(server) else SHARES
            symbol = instrument["symbol"]
            windows[OURS].append(place(server, instrument, effort, cores))
        with by_hand(cores) as server:
            windows[PEER].append(place(server, instrument, effort, cores))
    return report(name, windows, fsync, symbol)


def has_bitcoin(server: Server) -> bool:
    """Whether the optional data pack is there; without it shares are ordered."""
    return b'"BTCUSD"' in server.get(SYMBOLS)


@contextmanager
def by_hand(cores: Cores) -> Iterator[Server]:
    """What a user would write: `servers/orders_by_hand.py`."""
    port = free_port()
    with fresh_folder() as folder:
        script = str(BENCH / "servers" / "orders_by_hand.py")
        command = [str(peers.python_of("rest")), script, str(port), str(folder)]
        with running("orders-by-hand", command, port, cores.server) as server:
            server.wait_until_it_answers(READY)
            yield server


def place(server: Server, instrument: dict[str, str], effort: Effort, cores: Cores) -> Window:
    """One window of orders. No client order id is sent: every request is an order of its own."""
    request = request_bytes(
        "POST",
        "/api/v1/broker/orders",
        server.port,
        {"Authorization": f"Bearer {TOKEN}"},
        json.dumps({**ORDER, **instrument}).encode(),
    )
    return one_window(server, request, CONNECTIONS, effort, cores)


def report(
    name: str, windows: dict[str, list[Window]], fsync: dict[str, float], symbol: str
) -> Result:
    """The rows and the goals."""
    ours, theirs = windows[OURS], windows[PEER]
    ratio = median(ours, "rate") / median(theirs, "rate")
    p99 = median(ours, "p99_ms")
    return Result(
        figure=name,
        title=f"orders over REST, SQLite synchronous=FULL, {CONNECTIONS} connections",
        columns=COLUMNS,
        rows=[row(OURS, ours, f"{ratio:.1f}x"), row(PEER, theirs, "1")],
        goals=[
            Goal(name="orders", value=median(ours, "rate"), unit="per s", floor=FLOOR_RATE),
            Goal(name="p99", value=p99, unit="ms", floor=FLOOR_P99_MS, more_is_better=False),
        ],
        notes=[
            f"limit orders for {symbol} that rest; fdatasync of 4 KiB on this disk: "
            f"p50 {fsync['p50_ms']:.2f} ms, p99 {fsync['p99_ms']:.2f} ms"
        ],
        details={"windows": windows, "fsync": fsync, "symbol": symbol},
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
