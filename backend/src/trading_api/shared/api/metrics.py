"""What Prometheus reads."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from trading_api.shared.auth import Administrator
from trading_api.shared.context import AppContext


class MetricsApi(APIRouter):
    """`GET /metrics`, for callers with scope `admin`."""

    def __init__(self) -> None:
        super().__init__(include_in_schema=False)

        @self.get("/metrics")
        async def get_metrics(request: Request, _caller: Administrator) -> Response:
            context: AppContext = request.app.state.context
            return Response(
                context.metrics.text(),
                media_type=CONTENT_TYPE_LATEST,
                headers={"Cache-Control": "no-store"},
            )
