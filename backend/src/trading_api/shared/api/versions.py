"""Which versions of the API there are, and what the enabled modules offer."""

from collections.abc import Iterable
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.responses import Response

from trading_api import __version__
from trading_api.shared.auth import Anyone
from trading_api.shared.http_errors import answers
from trading_api.shared.schema import Wire, json_response

CURRENT = "v1"
BASE_URL = f"/api/{CURRENT}"
RELEASED = "2026-11-23"


class Version(Struct, frozen=True):
    """One version of the API; `released` is a date."""

    version: str
    status: str
    released: str


class Versions(Struct, frozen=True):
    """The versions of the API, and that of the server."""

    current: str
    versions: tuple[Version, ...]
    server: str


class WebSocketEndpoint(Struct, frozen=True):
    """Where a module's socket is, and its documents."""

    module: str
    url: str
    asyncapi_url: str
    asyncapi_docs: str


class Overview(Struct, frozen=True):
    """Where to read on, and the socket of every enabled module."""

    api_version: str
    documentation: str
    openapi_spec: str
    websocket_endpoints: tuple[WebSocketEndpoint, ...]


VERSIONS = Versions(CURRENT, (Version(CURRENT, "stable", RELEASED),), __version__)


class VersionApi(APIRouter):
    """`GET /versions` and the overview at `GET /`."""

    def __init__(self, tags: list[str | Enum] | None = None) -> None:
        super().__init__(tags=tags)

        @self.get(
            "/versions",
            operation_id="getVersions",
            summary="The versions of the API",
            response_model=Annotated[Versions, Wire()],
            responses=answers(VERSIONS, 401, 403),
        )
        async def get_versions(_caller: Anyone) -> Response:
            return json_response(VERSIONS)

        @self.get(
            "/",
            operation_id="getAPIOverview",
            summary="Where everything is",
            response_model=Annotated[Overview, Wire()],
            responses=answers(_overview_of(["broker"]), 401, 403),
        )
        async def get_overview(request: Request, _caller: Anyone) -> Response:
            return json_response(overview(request))


def overview(request: Request) -> Overview:
    """The overview of the modules that the request's application has enabled."""
    modules = request.app.state.registry.get_enabled_modules()
    return _overview_of(module.name for module in modules if module.get_ws_routers())


def _overview_of(names: Iterable[str]) -> Overview:
    endpoints = []
    for name in names:
        address = f"{BASE_URL}/{name}/ws"
        endpoints.append(
            WebSocketEndpoint(
                module=name,
                url=address,
                asyncapi_url=f"{address}/asyncapi.json",
                asyncapi_docs=f"{address}/asyncapi",
            )
        )
    return Overview(CURRENT, f"{BASE_URL}/docs", f"{BASE_URL}/openapi.json", tuple(endpoints))
