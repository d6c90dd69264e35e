"""What whoever keeps the server running asks: does it live, and does it take requests."""

from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.responses import Response

from trading_api.shared.context import AppContext
from trading_api.shared.schema import json_response


class Probe(Struct, frozen=True):
    """The answer to a probe; `detail` says why it is not ready."""

    status: str
    detail: str | None = None


class ProbeApi(APIRouter):
    """`GET /livez` and `GET /readyz`, without a credential."""

    def __init__(self) -> None:
        super().__init__(include_in_schema=False)

        @self.get("/livez")
        async def get_livez() -> Response:
            return json_response(Probe("ok"), Cache_Control="no-store")

        @self.get("/readyz")
        async def get_readyz(request: Request) -> Response:
            context: AppContext = request.app.state.context
            obstacle = await context.readiness.obstacle()
            probe = Probe("ready") if obstacle is None else Probe("not ready", obstacle)
            status = 200 if obstacle is None else 503
            return json_response(probe, status, Cache_Control="no-store")
