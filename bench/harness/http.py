"""One window of HTTP load: the same request over and over on keep-alive connections."""

from collections.abc import Mapping

from harness.machine import Cores
from harness.native import BenchError, run_client
from harness.places import WORK
from harness.processes import Server
from harness.report import Effort, Window


def one_window(
    server: Server, request: bytes, connections: int, effort: Effort, cores: Cores
) -> Window:
    """Send the request from each connection, one outstanding, and time the answers.

    Raises:
        BenchError: an answer was not 2xx, or a connection was lost.
    """
    path = WORK / "request"
    path.write_bytes(request)
    arguments = ["--port", str(server.port), "--request", str(path)]
    arguments += ["--connections", str(connections), "--server-pid", str(server.pid)]
    arguments += ["--cpu", str(-1 if cores.client is None else cores.client)]
    report = run_client("http_load", arguments + effort.client_options())
    window: Window = {
        **report["windows"][0],
        "server_peak_kib": report["server_peak_kib"],
        "reconnects": report["reconnects"],
    }
    if report["refused"] or not window["count"]:
        raise BenchError(
            f"{window['count']} answers, {report['refused']} refused: {report['first_refusal']}"
        )
    return window


def request_bytes(
    method: str, path: str, port: int, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """An HTTP request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
