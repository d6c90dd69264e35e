"""The page that shows the REST document, and the files of all documentation pages."""

from collections.abc import Sequence
from enum import Enum

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from trading_api.domain.errors import TradingError
from trading_api.shared import assets
from trading_api.shared.conditional import unless_known

MAX_AGE_S = 3600


class DocsApi(APIRouter):
    """`/docs` and `/docs/assets/{file}`, public and outside the documents themselves."""

    def __init__(self, *, prefix: str = "", tags: Sequence[str | Enum] = ("docs",)) -> None:
        super().__init__(prefix=prefix, tags=list(tags), include_in_schema=False)
        self.add_api_route("/docs", self.swagger_page)
        self.add_api_route("/docs/assets/{file}", self.asset)

    async def swagger_page(self, request: Request) -> HTMLResponse:
        """The application's OpenAPI document, drawn by Swagger UI from our own files."""
        application = request.app
        return assets.page(
            application.title, "swagger-ui", "swagger-page.js", application.openapi_url
        )

    async def asset(self, file: str, request: Request) -> Response:
        """One file of the fixed list.

        Raises:
            TradingError: `not_found`.
        """
        if file not in assets.MEDIA_TYPES:
            raise TradingError("not_found", f"there is no file {file[:64]!r}")
        found = assets.asset(file)
        response = Response(found.content, media_type=found.media_type)
        return unless_known(request, response, found.checksum, f"public, max-age={MAX_AGE_S}")
