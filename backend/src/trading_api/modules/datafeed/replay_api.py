"""The addresses that drive a replay."""

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from msgspec import Meta, Struct
from starlette.responses import Response

from trading_api.domain.errors import TradingError
from trading_api.shared.auth import MarketReader, Trader
from trading_api.shared.context import AppContext
from trading_api.shared.http_errors import answers
from trading_api.shared.replay import ReplayClock, ReplayState
from trading_api.shared.schema import Wire, decode, json_body, json_response, json_text

MOST_STEPS = 1_000_000
EXAMPLE = ReplayState(
    1_795_100_400_000, 1_795_186_800_000, 1_795_104_123_450, 60.0, "running", 161_250
)


Speed = Annotated[float, Meta(ge=0, le=1e9, description="Times real time; 0 is as fast as it goes")]
Steps = Annotated[
    int,
    Meta(
        ge=1,
        le=MOST_STEPS,
        description="Pause, then go on by so many instants at which the market says something",
    ),
]


class ReplayChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change about a replay; what is left out stays."""

    speed: Speed | None = None
    state: Literal["running", "paused"] | None = None
    step: Steps | None = None


class ReplayApi(APIRouter):
    """State and speed of a replay; `not_found` in any other server."""

    def __init__(
        self, context: AppContext, prefix: str = "", tags: list[str | Enum] | None = None
    ) -> None:
        super().__init__(prefix=prefix, tags=tags)

        @self.get(
            "/replay",
            operation_id="getReplay",
            summary="Where the replay stands",
            description="`not_found` in a server that was not started as a replay.",
            response_model=Annotated[ReplayState, Wire()],
            responses=answers(EXAMPLE, 401, 403, 404),
        )
        async def get_replay(_: MarketReader) -> Response:
            return json_response(_clock_of(context).state(), Cache_Control="no-store")

        @self.patch(
            "/replay",
            operation_id="changeReplay",
            summary="Pause, go on, step, or change the speed",
            description="A step answers when everything that followed from it is durable and "
            "shown. `conflict` once the replay has ended.",
            response_model=Annotated[ReplayState, Wire()],
            responses=answers(EXAMPLE, 400, 401, 403, 404, 409, 413, 415, 422),
            openapi_extra=json_body(ReplayChange, ReplayChange(step=1)),
        )
        async def change_replay(request: Request, _: Trader) -> Response:
            body = decode(ReplayChange, await json_text(request))
            clock = _clock_of(context)
            clock.change(body.speed, body.state)
            if body.step is not None:
                await clock.step(body.step)
            await context.settle()
            return json_response(clock.state())


def _clock_of(context: AppContext) -> ReplayClock:
    if context.replay is None:
        raise TradingError("not_found", "this server is not a replay")
    return context.replay
