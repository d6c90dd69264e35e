"""How the server and each of its modules are."""

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from msgspec import Meta, Struct
from starlette.responses import Response

from trading_api import __version__
from trading_api.shared.auth import Anyone
from trading_api.shared.context import AppContext
from trading_api.shared.http_errors import answers
from trading_api.shared.module import ModuleHealth, ModuleProtocol, StaleTopic
from trading_api.shared.schema import Wire, json_response

MOST_STALE = 100


class ModuleStatus(Struct, frozen=True, omit_defaults=True):
    """How one module is; `detail` says why it is degraded."""

    name: str
    status: str
    detail: str | None
    stale_topics: Annotated[
        tuple[StaleTopic, ...],
        Meta(
            description="Where something is: what is silent that should not be, oldest first, at "
            f"most {MOST_STALE}"
        ),
    ] = ()


class Health(Struct, frozen=True):
    """How the server is: `degraded` when one of its modules is.

    Attributes:
        replay: whether it runs on the clock of a replay, which `GET /datafeed/replay` tells of.
    """

    status: Literal["ok", "degraded"]
    version: str
    uptime_s: float
    modules: tuple[ModuleStatus, ...]
    replay: bool


EXAMPLE = Health("ok", __version__, 12.5, (ModuleStatus("broker", "ok", None),), False)


class HealthApi(APIRouter):
    """`GET /health`: 200 also when degraded; the body tells."""

    def __init__(self, tags: list[str | Enum] | None = None) -> None:
        super().__init__(tags=tags)

        @self.get(
            "/health",
            operation_id="getHealth",
            summary="How the server and its modules are",
            response_model=Annotated[Health, Wire()],
            responses=answers(EXAMPLE, 401, 403),
        )
        async def get_health(request: Request, _caller: Anyone) -> Response:
            context: AppContext = request.app.state.context
            modules = tuple(
                status_of(module) for module in request.app.state.registry.get_enabled_modules()
            )
            well = context.failure is None and all(module.status == "ok" for module in modules)
            uptime_ms = context.wall.now_ms() - request.app.state.started_at
            status: Literal["ok", "degraded"] = "ok" if well else "degraded"
            is_replay = context.replay is not None
            health = Health(status, __version__, uptime_ms / 1000, modules, is_replay)
            return json_response(health, Cache_Control="no-store")


def status_of(module: ModuleProtocol) -> ModuleStatus:
    """What a module says of itself; a module that offers no `health()` is `ok`."""
    report = getattr(module, "health", None)
    health: ModuleHealth = report() if report is not None else ModuleHealth("ok")
    stale = sorted(health.stale_topics, key=lambda topic: topic.age_s, reverse=True)
    return ModuleStatus(module.name, health.status, health.detail, tuple(stale[:MOST_STALE]))
