"""What a module is, and the half of it that is the same for every module."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Generic, Protocol, TypeVar, runtime_checkable

from fastapi import APIRouter, Depends, FastAPI
from msgspec import Meta, Struct

from trading_api.shared.context import AppContext
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.client import Client
from trading_api.shared.ws.router import WsRouter

S = TypeVar("S")


@runtime_checkable
class ModuleProtocol(Protocol):
    """A service with a REST face and, where it has socket routers, a WebSocket face.

    A module without sockets may leave out `get_ws_app` and `register_ws_endpoint`. It may also
    offer `running()`, an async context manager entered at start-up, and `health()`, which returns
    a `ModuleHealth`.
    """

    name: str
    enabled: bool

    def get_api_routers(self) -> Sequence[APIRouter]:
        """The REST routers, whose addresses begin with the module's name."""

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """One router per channel of the module's socket."""

    def get_openapi_tags(self) -> list[dict[str, Any]]:
        """The OpenAPI tags of the module's addresses, with their descriptions."""

    def configure_app(self, api_app: FastAPI, ws_app: None) -> None:
        """Change the application after mounting; the second argument is deprecated."""


class StaleTopic(Struct, frozen=True):
    """A topic on which something should be happening and nothing has been heard for a while."""

    topic: str
    age_s: Annotated[int, Meta(description="Seconds since it was heard of last")]


class ModuleHealth(Struct, frozen=True):
    """How a module is: `ok`, or `degraded` with the reason; and what is silent meanwhile."""

    status: str
    detail: str | None = None
    stale_topics: Sequence[StaleTopic] = ()


class ModuleBase(Generic[S]):
    """The body that every module shares: a module adds its name, its service and its routers.

    Class attributes that a module sets: `name`, `title`, `summary` (of its REST addresses),
    `description` (of its socket), and where they differ from the default `version`,
    `heartbeat_interval` and `max_connection_lifespan` (both in seconds).
    """

    name: str
    title: str
    summary: str = ""
    description: str = ""
    version: str = "1.0.0"
    heartbeat_interval: float = 30.0
    max_connection_lifespan: float = 3600.0

    def __init__(self, context: AppContext, service: S) -> None:
        self.context = context
        self.service = service
        self.enabled = True
        self._ws_app: FastWSAdapter | None = None

    def get_api_routers(self) -> Sequence[APIRouter]:
        """The REST routers of the module; none by default."""
        return []

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """The socket's channels; none by default, and then there is no socket."""
        return []

    def get_openapi_tags(self) -> list[dict[str, Any]]:
        """One tag named after the module."""
        return [{"name": self.name, "description": self.summary}]

    def get_ws_app(self, base_url: str) -> FastWSAdapter:
        """The module's socket application, made at the first call and remembered.

        Args:
            base_url: the versioned root, such as `/api/v1`.
        """
        if self._ws_app is None:
            address = f"{base_url}/{self.name}/ws"
            self._ws_app = FastWSAdapter(
                title=f"{self.title} WebSockets",
                description=self.description,
                version=self.version,
                asyncapi_url=f"{address}/asyncapi.json",
                asyncapi_docs_url=f"{address}/asyncapi",
                heartbeat_interval=self.heartbeat_interval,
                max_connection_lifespan=self.max_connection_lifespan,
            )
            for router in self.get_ws_routers():
                self._ws_app.include_router(router)
            self._ws_app.bind(self.context)
        return self._ws_app

    def register_ws_endpoint(self, api_app: FastAPI, base_url: str) -> None:
        """Mount the module's WebSocket at `{base_url}/{name}/ws`."""
        ws_app = self.get_ws_app(base_url)

        @api_app.websocket(f"{base_url}/{self.name}/ws", name=f"{self.name}_ws")
        async def endpoint(client: Annotated[Client, Depends(ws_app.manage)]) -> None:
            await ws_app.serve(client)

    def configure_app(self, api_app: FastAPI, ws_app: None) -> None:
        """Make the module's service known to the context."""
        self.context.services[self.name] = self.service

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the service for as long as the application lives."""
        run = getattr(self.service, "running", None)
        if run is None:
            yield
            return
        manager: AbstractAsyncContextManager[object] = run()
        async with manager:
            yield

    def health(self) -> ModuleHealth:
        """What the service says of itself, `ok` where it says nothing."""
        report = getattr(self.service, "health", None)
        return report() if report is not None else ModuleHealth("ok")
