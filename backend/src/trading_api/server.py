"""Runs the application on a socket, says where it is, and stops it cleanly."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import typer
import uvicorn
from fastapi import FastAPI

from trading_api import __version__
from trading_api.app_factory import create_app, create_replay
from trading_api.infra.data_dir import DataDir
from trading_api.settings import Settings
from trading_api.shared import logs
from trading_api.shared.api.terminal import built_terminal
from trading_api.shared.context import AppContext, OptionsError
from trading_api.shared.module_finding import ModuleError
from trading_api.shared.readiness import Readiness
from trading_api.shared.replay import ReplayClock, ReplayPlan
from trading_api.shared.ws.twins import TwinMissing

PORTS_TO_TRY = 100
GRACE_S = 5
GC_THRESHOLDS = (50_000, 20, 100)
"""Accounts are large and full of small immutable objects: looking through all of them as often as
Python does by default costs a third of the order rate and most of its tail."""

_HUBS = {
    "compiled": "compiled",
    "python": "pure Python; with a C compiler at installation it is compiled, and faster",
}

_log = logging.getLogger(__name__)


class ServeError(Exception):
    """The server cannot start, or had to stop; the message says why."""


def run(
    settings: Settings, replay: ReplayPlan | None = None, packs_dir: Path | None = None
) -> None:
    """Serve until a signal comes.

    Args:
        settings: those of the server.
        replay: what to replay; None serves the present.
        packs_dir: where a replay finds the data packs; None for its own data directory.

    Raises:
        ServeError: the address or the data directory is taken, or a part of the server failed.
    """
    redactor = logs.configure(settings.log_level, settings.log_format)
    folder = DataDir(settings.data_dir)
    if folder.is_running():
        raise ServeError(f"another server runs on {folder.path} ({folder.running_url()})")
    try:
        if replay is None:
            app, _ = create_app(settings=settings)
        else:
            app, _ = create_replay(replay, settings, packs_dir)
        folder.make()
    except (ModuleError, OptionsError, TwinMissing, ValueError, OSError) as error:
        raise ServeError(str(error)) from error
    listener = listen(
        settings.host, settings.port, may_move="port" not in settings.model_fields_set
    )
    url = _url(settings.host, listener.getsockname()[1])
    context: AppContext = app.state.context
    redactor.secrets.add(context.auth.owner_token)

    def started() -> None:
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        folder.announce(url)
        typer.echo(banner(app, url, context.auth.make_login_code()))

    server = Server(_config(app, settings), started, context.readiness, settings.drain_s)
    context.on_failure(server.stop_because)
    with suppress(
        SystemExit
    ):  # uvicorn's way to say that the start failed, with a status of its own
        server.run(sockets=[listener])
    if context.failure is not None:
        what = "a part of the server failed" if server.started else "the server did not start"
        raise ServeError(f"{what}: {context.failure}")


class Server(uvicorn.Server):
    """uvicorn's server that tells when it has started, drains, and ends quietly at a signal."""

    def __init__(
        self,
        config: uvicorn.Config,
        started: Callable[[], None],
        readiness: Readiness,
        drain_s: float,
    ) -> None:
        super().__init__(config)
        self._tell = started
        self._readiness = readiness
        self._drain_s = drain_s
        self._is_draining = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM without raising them again afterwards: exit status 0."""
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Be not ready for a while, then stop; a second signal stops at once."""
        self._readiness.drain()
        if self._is_draining or not self._drain_s:
            super().handle_exit(sig, frame)
            return
        self._is_draining = True
        asyncio.get_running_loop().call_later(self._drain_s, self._stop)

    def _stop(self) -> None:
        self.should_exit = True

    def stop_because(self, error: BaseException) -> None:
        """Stop as a part of the server has failed."""
        _log.critical("stopping: %s", error, exc_info=error)
        self.should_exit = True


def listen(host: str, port: int, *, may_move: bool) -> socket.socket:
    """A listening socket on the port or, where it may move, on the next free one.

    Raises:
        ServeError: there is none.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + PORTS_TO_TRY, 65535) if may_move else port
    for candidate in range(port, last + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), candidate))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            if candidate == last:
                raise ServeError(
                    f"cannot listen on {host}:{candidate}: {error.strerror}"
                ) from error
        else:
            return listener
    raise ServeError(f"no free port from {port} to {last}")


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    proxies = list(settings.trusted_proxies)
    return uvicorn.Config(
        app,
        http="trading_api.shared.http_protocol:HttpProtocol",
        ws="trading_api.shared.ws.transport:WsProtocol",
        ws_max_size=settings.ws_max_frame,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=GRACE_S,
    )


def _url(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"http://[{name}]:{port}" if ":" in name.strip("[]") else f"http://{name}:{port}"


def _what(replay: ReplayClock | None) -> str:
    if replay is None:
        return "paper trading on real data, replayed at the present time"
    state = replay.state()
    start, end = (
        datetime.fromtimestamp(at / 1000, UTC).isoformat(" ", "seconds")
        for at in (state.start, state.end)
    )
    speed = f"{state.speed:g} times real time" if state.speed else "as fast as it goes"
    return f"paper trading in a replay from {start} to {end}, {speed}, {state.state}"


def banner(app: FastAPI, url: str, code: str) -> str:
    """What a person reads when the server has started: the addresses, a link, a curl line."""
    modules = app.state.registry.get_enabled_modules()
    sockets = [
        f"  {module.name + ' socket':<17}{url.replace('http', 'ws', 1)}/api/v1/{module.name}/ws"
        for module in modules
        if module.get_ws_routers()
    ]
    symbols = ", ".join(symbol.symbol for symbol in app.state.context.catalogue.all())
    has_quotes = any(module.name == "datafeed" for module in modules)
    curl = "datafeed/quotes?symbols=" + symbols.replace(", ", ",") if has_quotes else "health"
    lines = [
        f"trading_api {__version__}: {_what(app.state.context.replay)}",
        f"  {'Symbols':<17}{symbols}",
        f"  {'Terminal':<17}{url}/"
        if built_terminal()
        else f"  {'Terminal':<17}not built: it needs node 20.19 or newer",
        f"  {'REST':<17}{url}/api/v1/docs",
        *sockets,
        f"  {'Socket hub':<17}{_HUBS[app.state.context.twin.name]}",
        f"  {'Log in':<17}{url}/login?code={code}",
        f"  {'':<17}(one use, ten minutes; a fresh one: trading-api link)",
        f"  {'Try':<17}curl -s '{url}/api/v1/{curl}'",
        f"  {'Stop':<17}Ctrl-C",
    ]
    return "\n".join(lines)
