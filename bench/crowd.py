"""Many connections: memory of an idle one, one that reads nothing, and 6,000 at once."""

import resource

from contenders import BUN, COMPILED, FASTWS, NODE, OURS, SHAPES, SOCKETIO
from fanout import Windows, load, one_window
from harness.machine import Cores
from harness.report import Effort, Goal, Result, Window, median, number

WARM = 100  # connections after which memory is noted, so that what is loaded lazily is not counted
IDLE_FLOOR_KB = 34.0
STALLED_SHARE = 0.95
STALLED_MB = 2.0
STALL_MS = 4000  # until a reader's kernel buffers are full, and then until it has caught up
WITH, WITHOUT = "one stalled", "none stalled"


def idle(name: str, effort: Effort, cores: Cores) -> Result:
    """Memory per connection that holds a topic on which nothing comes, beside the peers."""
    clients = SHAPES[name].clients
    options = ["--warm", str(WARM)]
    short = Effort(1, 100, 1100)
    taken = {
        server: [one_window(server, name, short, cores, options) for _ in range(effort.rounds)]
        for server in (COMPILED, FASTWS, SOCKETIO, NODE, BUN)
    }
    per = {
        server: median([_per(each, clients) for each in all_], "kb")
        for server, all_ in taken.items()
    }
    return Result(
        figure=name,
        title=f"resident memory per idle connection, {clients:,} connections",
        columns=("server", "kB per connection"),
        rows=[[server, number(kb)] for server, kb in per.items()],
        goals=[
            Goal(
                name="memory per idle connection",
                value=per[COMPILED],
                unit="kB",
                floor=IDLE_FLOOR_KB,
                more_is_better=False,
            )
        ],
        notes=[f"what the process grew by between connection {WARM} and the last one"],
        details={"windows": taken},
    )


def stalled(name: str, effort: Effort, cores: Cores) -> Result:
    """The rate of 1,000 readers while one more reads nothing, and while that one reads too.

    Both are windows of the same process, by turns: two processes differ by more than what is looked
    for.
    """
    shape = SHAPES[name]
    options = ["--stalled", str(shape.stalled), "--settle-ms", str(STALL_MS)]
    options += ["--windows", str(2 * effort.rounds)]
    rows, goals = [], []
    details: dict[str, Windows] = {}
    for ours in OURS:
        taken = load(ours, name, effort, cores, options)["windows"]
        windows = {WITHOUT: taken[::2], WITH: taken[1::2]}
        others = {
            WITHOUT: median(taken[::2], "rate") * (1 - shape.stalled / shape.clients),
            WITH: median(taken[1::2], "rate"),
        }
        rows += [
            [f"{ours}, {case}", number(rate), number(median(windows[case], "p99_ms")),
             number(median(windows[case], "rss_kib") * 1024 / 1e6)]
            for case, rate in others.items()
        ]  # fmt: skip
        goals.append(
            Goal(
                name=f"{ours}: rate", value=others[WITH] / others[WITHOUT], unit="x",
                floor=STALLED_SHARE,
            )
        )  # fmt: skip
        goals.append(
            Goal(
                name=f"{ours}: memory", value=grown_mb(windows), unit="MB more", floor=STALLED_MB,
                more_is_better=False,
            )
        )  # fmt: skip
        details[ours] = windows
    return Result(
        figure=name,
        title="1,000 readers beside one that reads nothing, ten messages per turn",
        columns=("server", "deliveries/s", "p99 ms", "MB at the end"),
        rows=rows,
        goals=goals,
        notes=["rates are of the 1,000; windows with and without alternate in one process"],
        details={"windows": details},
    )


def grown_mb(windows: Windows) -> float:
    """By how much more memory is held when somebody does not read, after the first two windows."""
    with_, without = windows[WITH], windows[WITHOUT]
    steady = 1 if len(without) > 1 else 0  # in the very first window memory still grows by itself
    more = median(with_[steady:], "rss_kib") - median(without[steady:], "rss_kib")
    return more * 1024 / 1e6


def crowd(name: str, effort: Effort, cores: Cores) -> Result:
    """5,000 idle connections beside 1,000 busy ones; any lost connection fails the figure."""
    shape = SHAPES[name]
    options = ["--warm", str(shape.idle // 5)]
    windows: Windows = {ours: [] for ours in OURS}
    for _ in range(effort.rounds):
        for ours in OURS:
            windows[ours].append(one_window(ours, name, effort, cores, options))
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return Result(
        figure=name,
        title=f"{shape.idle:,} idle connections and {shape.clients - shape.idle:,} busy ones, "
        f"20 messages a second",
        columns=("server", "deliveries/s", "p50 ms", "p99 ms", "peak MB", "kB per connection"),
        rows=[
            [
                ours,
                number(median(taken, "rate")),
                number(median(taken, "p50_ms")),
                number(median(taken, "p99_ms")),
                number(median(taken, "server_peak_kib") * 1024 / 1e6),
                number(
                    median([_per(each, shape.clients, shape.idle // 5) for each in taken], "kb")
                ),
            ]
            for ours, taken in windows.items()
        ],
        notes=[
            f"ulimit -n {descriptors} for server and client; the limits of connections per caller "
            f"and per address raised by settings; no connection was lost"
        ],
        details={"windows": windows},
    )


def _per(window: Window, clients: int, warm: int = WARM) -> Window:
    grown = window["rss_open_kib"] - window["rss_warm_kib"]
    return {"kb": grown * 1024 / 1000 / (clients - warm)}
