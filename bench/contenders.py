"""The servers that are measured beside each other in fan-out: ours in both twins, and the peers."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peers
from harness.machine import Cores
from harness.native import program
from harness.ours import our_server
from harness.places import BENCH, WORK
from harness.processes import Server, free_port, running

sys.path.insert(0, str(BENCH / "servers"))
from shapes import SHAPES, UPDATE_BYTES, Shape, choices  # the servers import it too

COMPILED, PURE = "trading_api, compiled", "trading_api, pure Python"
OURS = (COMPILED, PURE)
FASTWS, SOCKETIO, NODE, BUN = (
    "FastWS 0.1.7",
    "python-socketio 5.18",
    "Node ws 8.23",
    "Bun 1.4 publish",
)
PEERS = (FASTWS, SOCKETIO, NODE, BUN)
BLAST = "C blaster"

MANY = "1000000"
LIMITS = {
    "TRADING_API_WS_MAX_CONNECTIONS_PER_CALLER": MANY,
    "TRADING_API_WS_MAX_CONNECTIONS_PER_ADDRESS": MANY,
}
"""What a user who expects thousands of clients from one machine would set."""


@dataclass(frozen=True)
class Wire:
    """How the load client speaks to a server."""

    path: str = "/api/v1/ticks/ws"
    hello: str = ""
    subscribe: str = '{{"type": "ticks.subscribe", "payload": {payload}}}'

    def plan(self, name: str, shape: Shape) -> Path:
        """A file with one line per client: the text that subscribes it."""
        WORK.mkdir(parents=True, exist_ok=True)
        path = WORK / f"plan-{name}-{'socketio' if self.hello else 'envelope'}"
        payloads = (json.dumps({"symbols": chosen}) for chosen in choices(shape))
        path.write_text("".join(f"{self.subscribe.format(payload=each)}\n" for each in payloads))
        return path


SOCKETIO_WIRE = Wire(
    path="/socket.io/?EIO=4&transport=websocket",
    hello="40",
    subscribe='42["ticks.subscribe",{payload}]',
)


def wire_of(server: str) -> Wire:
    """How that server is spoken to."""
    return SOCKETIO_WIRE if server == SOCKETIO else Wire()


@contextmanager
def started(server: str, name: str, cores: Cores) -> Iterator[Server]:
    """The server of that name with the shape of that name, listening or about to."""
    if server in OURS:
        hub = "compiled" if server == COMPILED else "python"
        environment = {
            **LIMITS,
            "PYTHONPATH": str(BENCH / "servers"),
            "TRADING_API_WS_HUB": hub,
            "TRADING_API_MODULES": json.dumps({"ticks": {"shape": name}}),
        }
        with our_server(
            f"ticks-{name}-{hub}", cores.server, modules="ticks", environment=environment
        ) as process:
            yield process
        return
    port = free_port()
    command, environment = command_of(server, SHAPES[name], port)
    label = f"{server.split()[0]}-{name}"
    with running(label, command, port, cores.server, environment) as process:
        yield process


def command_of(server: str, shape: Shape, port: int) -> tuple[list[str], Mapping[str, str] | None]:
    """What starts a peer, and in which environment."""
    if server == BLAST:
        command = [str(program("blast")), "--port", str(port), "--size", str(UPDATE_BYTES)]
        return [*command, "--connections", str(shape.clients), "--batch", str(shape.per_turn)], None
    if server in (FASTWS, SOCKETIO):
        peer = "fastws" if server == FASTWS else "socketio"
        script = str(BENCH / "servers" / f"fanout_{peer}.py")
        return [str(peers.python_of(peer)), script, str(port), shape.as_argument()], None
    packages = peers.javascript()
    interpreter = peers.node() if server == NODE else packages / "bun"
    script = str(BENCH / "servers" / ("fanout_node.mjs" if server == NODE else "fanout_bun.mjs"))
    environment = {**peers.inherited(), "PEERS_JS": str(packages.parent)}
    return [str(interpreter), script, str(port), shape.as_argument()], environment
