"""A module that claims an address outside its own."""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase


class TrespasserModule(ModuleBase[None]):
    """Wants an address of the broker."""

    name = "trespasser"
    title = "Trespasser"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, None)

    def get_api_routers(self) -> Sequence[APIRouter]:
        router = APIRouter(prefix="/broker")

        @router.get("/mine")
        async def mine() -> dict[str, str]:
            return {}

        return [router]
