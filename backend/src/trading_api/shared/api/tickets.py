"""One-time tickets for sockets."""

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Request
from msgspec import Meta, Struct
from starlette.responses import Response

from trading_api.shared.auth import Auth, Known
from trading_api.shared.http_errors import answers
from trading_api.shared.schema import Wire, json_response


class Ticket(Struct, frozen=True):
    """What opens one connection as its caller."""

    ticket: Annotated[str, Meta(description="For `?ticket=` of a socket's address; works once")]
    expires_at: Annotated[int, Meta(description="Epoch milliseconds, UTC: 30 s from now")]


EXAMPLE = Ticket("8Vb0Jt1sX1nqf0m3l2k9wYp7c5r6e4d3b2a1Z0y9x8w", 1_700_000_030_000)


class TicketApi(APIRouter):
    """`POST /tickets`: for those who can send neither a header nor a cookie in a handshake."""

    def __init__(self, tags: list[str | Enum] | None = None) -> None:
        super().__init__(tags=tags)

        @self.post(
            "/tickets",
            operation_id="makeTicket",
            summary="Make a ticket for one socket connection",
            description="It opens one connection to any module's socket as the caller, who keeps "
            "the rights of the credential that asked. At most 100 unused ones per caller.",
            status_code=201,
            response_model=Annotated[Ticket, Wire()],
            responses=answers(EXAMPLE, 401, 403, 429, status=201),
        )
        async def make_ticket(request: Request, caller: Known) -> Response:
            auth: Auth = request.app.state.context.auth
            ticket = Ticket(*auth.make_ticket(caller))
            return json_response(ticket, 201, Cache_Control="no-store")
