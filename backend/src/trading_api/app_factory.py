"""Builds the application: the context, the enabled modules, their faces. Sees everything."""

import asyncio
import platform
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from trading_api import __version__
from trading_api.domain.ports import Clock
from trading_api.infra.catalogue import SqlCatalogue
from trading_api.infra.data_dir import DataDir
from trading_api.infra.database import EQUITY, JOURNAL, MARKET, open_database
from trading_api.infra.equity import SqlEquityStore
from trading_api.infra.journal import SqlJournal
from trading_api.infra.market_store import SqlMarketStore
from trading_api.infra.tokens import SqlCredentials
from trading_api.modules.broker import BrokerModule
from trading_api.modules.datafeed import DatafeedModule
from trading_api.modules.datafeed.sources.exchanges import exchange_sources
from trading_api.settings import VITE_ORIGINS, Settings
from trading_api.shared import http_errors, openapi, sources
from trading_api.shared.api.docs import DocsApi
from trading_api.shared.api.health import HealthApi
from trading_api.shared.api.metrics import MetricsApi
from trading_api.shared.api.probes import ProbeApi
from trading_api.shared.api.session import LoginApi, SessionApi
from trading_api.shared.api.terminal import TerminalApi, built_terminal
from trading_api.shared.api.tickets import TicketApi
from trading_api.shared.api.versions import BASE_URL, CURRENT, VersionApi
from trading_api.shared.auth import Auth
from trading_api.shared.clock import SystemClock, SystemIds
from trading_api.shared.context import AppContext, committed_symbols
from trading_api.shared.http_guard import HttpGuard
from trading_api.shared.http_meter import HttpCounts, HttpMeter
from trading_api.shared.http_protocol import CENSUS, COUNTS, LIMITS
from trading_api.shared.memory import MemoryBus
from trading_api.shared.metrics import Family, LoopLag, gauge
from trading_api.shared.module import ModuleProtocol
from trading_api.shared.module_finding import (
    ModuleError,
    ModuleFactory,
    check_names,
    find_factories,
    make_module,
)
from trading_api.shared.module_registry import ModuleRegistry
from trading_api.shared.replay import ReplayClock, ReplayPlan
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.counts import limit_families
from trading_api.shared.ws.twins import choose

BUILT_IN: dict[str, ModuleFactory] = {"broker": BrokerModule, "datafeed": DatafeedModule}
TEST_HOSTS: tuple[str, ...] = ("testserver", "127.0.0.1", "localhost", "[::1]")

SHARED_TAGS = [
    {"name": "health", "description": "How the server and its modules are."},
    {"name": "versioning", "description": "Versions of the API, and where everything is."},
    {"name": "session", "description": "Logging in and out with a browser; tickets for sockets."},
    {"name": CURRENT, "description": "Everything in this version of the API."},
]

_DOCS_PAGE = f"{BASE_URL}/docs"


def create_app(
    enabled_modules: list[str] | None = None, *, settings: Settings | None = None
) -> tuple[FastAPI, list[FastWSAdapter]]:
    """The application, and the socket application of each enabled module.

    Args:
        enabled_modules: names of modules; None for those of the settings or, without settings,
            the built-in ones. A module that another package provides is mounted only when named.
        settings: without them the application reads no environment and writes no file: it lives
            in memory, on the committed data set, with its owner token at `app.state.owner_token`.

    Returns:
        The app, and its socket applications in the order broker, datafeed, others by name.

    Raises:
        ModuleError: a name is unknown, reserved, or its module breaks the contract.
    """
    if settings is None:
        context, hosts, origins = AppContext.in_memory(), TEST_HOSTS, VITE_ORIGINS
    else:
        check_names(BUILT_IN, settings.modules)
        context = _context(settings)
        hosts, origins = settings.allowed_hosts, settings.allowed_origins
        enabled_modules = enabled_modules if enabled_modules is not None else _names(settings)
    return build_app(context, enabled_modules, allowed_hosts=hosts, allowed_origins=origins)


def create_replay(
    plan: ReplayPlan, settings: Settings, packs_dir: Path | None = None
) -> tuple[FastAPI, list[FastWSAdapter]]:
    """The application on a clock and a data directory of its own; see `create_app`.

    Args:
        plan: what is to be replayed.
        settings: those of the replay; its data directory holds no journal yet.
        packs_dir: where the data packs lie; None for the packs of its data directory.

    Raises:
        ModuleError: a module or a symbol is unknown.
        ValueError: the plan makes no sense.
    """
    check_names(BUILT_IN, settings.modules)
    clock = ReplayClock(plan)
    context = _context(settings, clock, plan.symbols)
    context.replay = clock
    context.packs_dir = packs_dir or context.packs_dir
    if plan.symbols is not None:
        options = {**settings.modules.get("datafeed", {}), "symbols": plan.symbols}
        context.module_options = {**settings.modules, "datafeed": options}
    built = build_app(
        context,
        _names(settings),
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
    )
    context.add_runner(partial(_passing, context, clock))
    return built


@asynccontextmanager
async def _passing(context: AppContext, clock: ReplayClock) -> AsyncIterator[None]:
    """Time passes while the block lasts: the last to start and the first to end."""

    def report(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            context.fail(error)

    task = asyncio.create_task(clock.run(), name="replay clock")
    task.add_done_callback(report)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def build_app(
    context: AppContext,
    enabled_modules: Sequence[str] | None = None,
    *,
    allowed_hosts: Collection[str] = TEST_HOSTS,
    allowed_origins: Collection[str] = VITE_ORIGINS,
) -> tuple[FastAPI, list[FastWSAdapter]]:
    """The application over a given context; see `create_app`."""
    registry = ModuleRegistry()
    _measure(context)
    context.offered_sources = offered_sources()
    for name, factory in find_factories(BUILT_IN, enabled_modules):
        registry.register(make_module(name, factory, context))
    app = _bare_app(context, registry)
    _install_middleware(app, context, allowed_hosts, allowed_origins)
    ws_apps = [
        ws_app
        for module in registry.get_enabled_modules()
        if (ws_app := _mount(app, context, module)) is not None
    ]
    _mount_shared(app)
    validate_response_models(app)
    openapi.install(app)
    return app, ws_apps


def validate_response_models(app: FastAPI) -> None:
    """Refuse a documented route that does not declare what it answers with.

    Raises:
        ModuleError: names the route.
    """
    for route in openapi.rest_routes(app):
        if route.include_in_schema and route.response_model is None:
            methods = ", ".join(sorted(route.methods or ()))
            raise ModuleError(f"{methods} {route.path} declares no response model")


def offered_sources() -> dict[str, sources.SourceLoader]:
    """The sources that other packages offer, and the exchanges, by name."""
    points = entry_points(group=sources.ENTRY_POINTS)
    return {**{point.name: point.load for point in points}, "ccxt": _exchanges}


def _exchanges() -> sources.SourceFactory:
    """Makes sources of exchanges; what that needs is large, and imported now.

    Raises:
        ValueError: it is not installed.
    """
    if find_spec("ccxt") is None:
        raise ValueError("it needs one more package: pip install 'trading_api[ccxt]'")
    from trading_api.infra.ccxt_exchange import CcxtExchange
    from trading_api.infra.ccxt_symbols import symbol_name

    return partial(exchange_sources, driver=CcxtExchange, symbol_name=symbol_name)


def _names(settings: Settings) -> list[str] | None:
    return None if settings.enabled_modules is None else list(settings.enabled_modules)


def _context(
    settings: Settings, clock: Clock | None = None, wanted: Collection[str] | None = None
) -> AppContext:
    """A context on the data directory; nothing is written or opened before it runs."""
    wall, ids, folder = SystemClock(), SystemIds(), DataDir(settings.data_dir)
    journal, credentials = SqlJournal(), SqlCredentials()
    symbols = [info for info in committed_symbols() if wanted is None or info.symbol in wanted]
    catalogue, market = SqlCatalogue(symbols), SqlMarketStore()
    equity = SqlEquityStore()
    token = settings.token or folder.token() or ids.new_secret()
    context = AppContext(
        clock=clock or wall,
        wall=wall,
        ids=ids,
        bus=MemoryBus(),
        journal=journal,
        catalogue=catalogue,
        market=market,
        auth=Auth(
            clock=wall,
            ids=ids,
            store=credentials,
            owner_token=token,
            public_market_data=settings.market_data_is_public,
        ),
        limits=settings.ws_limits,
        twin=choose(settings.ws_hub),
        equity=equity,
        packs_dir=folder.packs,
        module_options=settings.modules,
    )

    @asynccontextmanager
    async def databases() -> AsyncIterator[None]:
        with folder.acquire():
            if settings.token is None:
                folder.keep_token(token)
            journal_engine = open_database(folder.journal, JOURNAL, "FULL")
            market_engine = open_database(folder.market, MARKET, "NORMAL")
            equity_engine = open_database(folder.equity, EQUITY, "NORMAL")
            equity.open(equity_engine)
            journal.open(journal_engine)
            credentials.open(journal_engine)
            catalogue.open(market_engine)
            market.open(market_engine)
            try:
                yield
            finally:
                market.close()
                catalogue.close()
                credentials.close()
                journal.close()
                equity.close()
                equity_engine.dispose()
                market_engine.dispose()
                journal_engine.dispose()

    context.add_runner(databases)
    return context


def _bare_app(context: AppContext, registry: ModuleRegistry) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        app.state.started_at = context.wall.now_ms()
        async with context.running():
            yield {LIMITS: context.limits, COUNTS: context.limit_counts, CENSUS: context.census}

    tags = [tag for module in registry.get_enabled_modules() for tag in module.get_openapi_tags()]
    app = FastAPI(
        title="trading_api",
        description="Modules with a REST face and a WebSocket face of their own.",
        version=__version__,
        openapi_url=f"{BASE_URL}/openapi.json",
        docs_url=None,
        redoc_url=None,
        openapi_tags=[*tags, *SHARED_TAGS],
        lifespan=lifespan,
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    app.router.default = _nothing_there
    app.state.context = context
    app.state.registry = registry
    app.state.owner_token = context.auth.owner_token
    app.state.started_at = context.wall.now_ms()
    http_errors.install(app)
    return app


def _measure(context: AppContext) -> None:
    """What the server as a whole tells of itself."""
    lag = LoopLag()
    context.add_runner(lag.running)
    context.metrics.add(lag.families)
    context.metrics.add(partial(limit_families, context.limit_counts))
    context.metrics.add(partial(_build, context.twin.name))


def _build(hub: str) -> Iterable[Family]:
    labels = {"version": __version__, "python": platform.python_version(), "hub": hub}
    values = {tuple(labels.values()): 1.0}
    yield gauge("trading_build_info", "What runs; the value is 1", tuple(labels), values)


async def _nothing_there(scope: Scope, receive: Receive, send: Send) -> None:
    """An unknown address: sockets get the error's body as well, not a bare refusal."""
    raise HTTPException(404)


def _mount_shared(app: FastAPI) -> None:
    """What belongs to no module; after the modules, whose addresses are asked for more often."""
    for router in (
        HealthApi(tags=["health"]),
        VersionApi(tags=["versioning"]),
        SessionApi(tags=["session"]),
        TicketApi(tags=["session"]),
    ):
        app.include_router(router, prefix=BASE_URL, tags=[CURRENT])
    app.include_router(DocsApi(), prefix=BASE_URL)
    app.include_router(MetricsApi())
    app.include_router(ProbeApi())
    terminal = built_terminal()
    app.include_router(LoginApi(home=_DOCS_PAGE if terminal is None else "/"))
    app.include_router(TerminalApi(terminal))


def _install_middleware(
    app: FastAPI, context: AppContext, hosts: Collection[str], origins: Collection[str]
) -> None:
    """All is counted, then guarded; CORS answers what passes, from the guard's list of origins."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["X-Request-ID", "Idempotent-Replayed", "Retry-After"],
    )
    app.add_middleware(HttpGuard, ids=context.ids, allowed_hosts=hosts, allowed_origins=origins)
    counts = HttpCounts()
    context.metrics.add(counts.families)
    app.add_middleware(HttpMeter, counts=counts)


def _mount(app: FastAPI, context: AppContext, module: ModuleProtocol) -> FastWSAdapter | None:
    """Give a module its REST addresses, its socket with the documents, and its life-cycle."""
    own = f"/{module.name}/"
    for router in module.get_api_routers():
        for route in iter_route_contexts(router.routes):
            path = str(getattr(route, "path", ""))
            if not f"{path}/".startswith(own):
                raise ModuleError(f"module {module.name!r} may not have the address {path}")
        app.include_router(router, prefix=BASE_URL, tags=[CURRENT])
    ws_app: FastWSAdapter | None = None
    if module.get_ws_routers():
        sockets: Any = module
        ws_app = sockets.get_ws_app(BASE_URL)
        ws_app.setup(app)
        sockets.register_ws_endpoint(app, BASE_URL)
    module.configure_app(app, None)
    running = getattr(module, "running", None)
    if running is not None:
        context.add_runner(running)
    return ws_app
