"""A module that implements the protocol without inheriting, and has no socket."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from trading_api.shared.context import AppContext
from trading_api.shared.ws.router import WsRouter


class Greeting(BaseModel):
    """A Pydantic model, which the kit accepts as well."""

    text: str


class PlainModule:
    """Says hello."""

    name = "plain"
    enabled = True

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.configured_with: tuple[FastAPI, None] | None = None

    def get_api_routers(self) -> Sequence[APIRouter]:
        router = APIRouter(prefix="/plain", tags=["plain"])

        @router.get("/greeting", operation_id="getGreeting")
        async def get_greeting() -> Greeting:
            return Greeting(text="hello")

        return [router]

    def get_ws_routers(self) -> Sequence[WsRouter]:
        return []

    def get_openapi_tags(self) -> list[dict[str, Any]]:
        return [{"name": "plain", "description": "Greetings"}]

    def configure_app(self, api_app: FastAPI, ws_app: None) -> None:
        self.configured_with = (api_app, ws_app)
