"""Addresses of positions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from trading_api.domain.commands import ClosePosition, ReversePosition
from trading_api.domain.errors import TradingError
from trading_api.domain.orders import Order
from trading_api.domain.positions import Position
from trading_api.modules.broker import examples
from trading_api.modules.broker.lists import cut
from trading_api.modules.broker.requests import ExitsRequest
from trading_api.modules.broker.rest.parameters import (
    REPLAYED,
    AccountQuery,
    IdempotencyKey,
    PositionPath,
    one_account,
    refuse_others,
    replayed_header,
)
from trading_api.modules.broker.schemas import PositionExits, PositionPage
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader, Trader
from trading_api.shared.http_errors import answers
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit
from trading_api.shared.schema import (
    AMOUNT_PATTERN,
    Wire,
    decode,
    json_body,
    json_response,
    json_text,
    parse_decimal,
)


def add_positions(router: APIRouter, service: BrokerService) -> None:
    """Add the addresses of positions."""
    _add_lists(router, service)
    _add_closing(router, service)
    _add_exits(router, service)


def _add_lists(router: APIRouter, service: BrokerService) -> None:
    @router.get(
        "/positions",
        operation_id="listPositions",
        summary="Open positions, by symbol",
        response_model=Annotated[PositionPage, Wire()],
        responses=answers(PositionPage([examples.POSITION], None), 401, 403, 404, 422, 503),
    )
    async def get_positions(
        caller: AccountReader,
        view: Annotated[
            Literal["individual", "net"],
            Query(description="`net`: those of a symbol taken together, in hedging mode too"),
        ] = "individual",
        account_id: AccountQuery = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        state, publisher = await service.state(caller, account_id), service.publisher
        read = publisher.net_positions if view == "net" else publisher.positions
        positions = read(state)
        return json_response(PositionPage(*cut(positions, lambda p: p.id, limit, cursor)))

    @router.get(
        "/positions/{position_id}",
        operation_id="getPosition",
        summary="One open position; its id is its symbol",
        response_model=Annotated[Position, Wire()],
        responses=answers(examples.POSITION, 401, 403, 404, 422, 503),
    )
    async def get_position(
        caller: AccountReader, position_id: PositionPath, account_id: AccountQuery = None
    ) -> Response:
        state = await service.state(caller, account_id)
        for position in service.publisher.positions(state):
            if position.id == position_id:
                return json_response(position)
        raise TradingError("not_found", f"there is no position {position_id!r}")


def _add_closing(router: APIRouter, service: BrokerService) -> None:
    @router.delete(
        "/positions/{position_id}",
        operation_id="closePosition",
        summary="Close a position, the whole or a part, by a market order",
        description="An `Idempotency-Key` becomes the order's `client_order_id`: repeated, it "
        "gives the first answer again and closes nothing more.",
        status_code=201,
        response_model=Annotated[Order, Wire()],
        responses=answers(
            examples.ORDER, 401, 403, 404, 409, 422, 503, status=201, headers=REPLAYED
        ),
    )
    async def close_position(
        request: Request,
        caller: Trader,
        position_id: PositionPath,
        quantity: Annotated[
            str | None,
            Query(
                max_length=40,
                pattern=AMOUNT_PATTERN,
                description="Default: all of it",
                examples=["1"],
            ),
        ] = None,
        account_id: AccountQuery = None,
        key: IdempotencyKey = None,
    ) -> Response:
        refuse_others(request, "quantity", "account_id")
        amount = None if quantity is None else parse_decimal(quantity, "quantity")
        command = ClosePosition(position_id, amount, key)
        answer = await service.submit(caller, command, account_id)
        return json_response(answer.orders[0], 201, **replayed_header(answer.replayed))

    @router.post(
        "/positions/{position_id}/reverse",
        operation_id="reversePosition",
        summary="Turn a position round, in one step or not at all",
        description="A net position takes one market order of twice its size, which is the answer. "
        "An individual one takes an order that closes it and another that opens the other side, "
        "which is the answer. Exits of the position end with it. An `Idempotency-Key` becomes the "
        "`client_order_id` of the answered order.",
        status_code=201,
        response_model=Annotated[Order, Wire()],
        responses=answers(
            examples.ORDER, 401, 403, 404, 409, 422, 503, status=201, headers=REPLAYED
        ),
    )
    async def reverse_position(
        request: Request,
        caller: Trader,
        position_id: PositionPath,
        account_id: AccountQuery = None,
        key: IdempotencyKey = None,
    ) -> Response:
        refuse_others(request, "account_id")
        command = ReversePosition(position_id, key)
        answer = await service.submit(caller, command, account_id)
        return json_response(answer.orders[0], 201, **replayed_header(answer.replayed))


def _add_exits(router: APIRouter, service: BrokerService) -> None:
    @router.put(
        "/positions/{position_id}/brackets",
        operation_id="setPositionBrackets",
        summary="Set the exits of a position; one that is left out is taken away",
        description="An exit is as large as its position, whoever changes that, and ends with it.",
        response_model=Annotated[PositionExits, Wire()],
        responses=answers(PositionExits([examples.EXIT]), 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(ExitsRequest, examples.EXITS),
    )
    async def set_position_brackets(
        request: Request, caller: Trader, position_id: PositionPath, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        body = decode(ExitsRequest, await json_text(request))
        account_id = one_account(account_id, body.account_id)
        answer = await service.submit(caller, body.command(position_id), account_id)
        return json_response(PositionExits(list(answer.orders)))
