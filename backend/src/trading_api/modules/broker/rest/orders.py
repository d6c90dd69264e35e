"""Addresses of orders and executions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from trading_api.domain.changing import known_order
from trading_api.domain.commands import CancelAllOrders, CancelOrder
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import Order
from trading_api.domain.preview import Preview
from trading_api.modules.broker import examples
from trading_api.modules.broker.lists import (
    ExecutionFilter,
    OrderFilter,
    StatusFilter,
    list_executions,
    list_orders,
)
from trading_api.modules.broker.requests import ModifyOrderRequest, PlaceOrderRequest
from trading_api.modules.broker.rest.parameters import (
    ACCOUNT_PARAMETER,
    REPLAYED,
    AccountQuery,
    OrderPath,
    SymbolQuery,
    Text,
    one_account,
    refuse_others,
    replayed_header,
)
from trading_api.modules.broker.schemas import CanceledOrders, ExecutionPage, OrderPage
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader, Requires, Trader
from trading_api.shared.http_errors import answers
from trading_api.shared.openapi import security
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit, Moment
from trading_api.shared.schema import Wire, decode, json_body, json_response, json_text

TRADER = Requires("orders:write")


def add_orders(router: APIRouter, service: BrokerService) -> None:
    """Add the addresses of orders and executions."""
    _add_placing(router, service)
    _add_preview(router, service)
    _add_changing(router, service)
    _add_canceling(router, service)
    _add_lists(router, service)
    _add_executions(router, service)


def _add_placing(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/orders",
        operation_id="placeOrder",
        summary="Place an order",
        description="A market order that could be filled at once carries its fill in the "
        "answer. An order that is refused for a reason of state exists as `rejected`; the "
        "error names it.",
        status_code=201,
        response_model=Annotated[Order, Wire()],
        responses=answers(
            examples.ORDER,
            400,
            401,
            403,
            404,
            409,
            413,
            415,
            422,
            503,
            status=201,
            headers=REPLAYED,
        ),
        openapi_extra={
            **json_body(PlaceOrderRequest, examples.PLACE),
            "parameters": [ACCOUNT_PARAMETER],
            "security": security(TRADER),
        },
    )
    async def place_order(request: Request) -> Response:
        # The address that is in a hurry resolves its own arguments: FastAPI's way costs as
        # much as the engine takes to decide on the order.
        caller = await TRADER(request)
        refuse_others(request, "account_id")
        body = decode(PlaceOrderRequest, await json_text(request))
        account_id = one_account(request.query_params.get("account_id"), body.account_id)
        answer = await service.submit(caller, body.command(), account_id)
        return json_response(answer.orders[0], 201, **replayed_header(answer.replayed))


def _add_preview(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/orders/preview",
        operation_id="previewOrder",
        summary="What placing an order would do now",
        description="Decides as placing does and lets nothing happen. A refusal by the state of "
        "things is listed in `errors`; what is wrong with the order itself is a 422.",
        response_model=Annotated[Preview, Wire()],
        responses=answers(examples.PREVIEW, 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(PlaceOrderRequest, examples.PLACE),
    )
    async def preview_order(
        request: Request, caller: Trader, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        body = decode(PlaceOrderRequest, await json_text(request))
        account_id = one_account(account_id, body.account_id)
        return json_response(service.preview(caller, body.command(), account_id))


def _add_changing(router: APIRouter, service: BrokerService) -> None:
    @router.patch(
        "/orders/{order_id}",
        operation_id="modifyOrder",
        summary="Change the quantity, the prices or the end of an open order",
        response_model=Annotated[Order, Wire()],
        responses=answers(examples.ORDER, 400, 401, 403, 404, 409, 413, 415, 422, 503),
        openapi_extra=json_body(ModifyOrderRequest, examples.MODIFY),
    )
    async def modify_order(
        request: Request, caller: Trader, order_id: OrderPath, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        body = decode(ModifyOrderRequest, await json_text(request))
        account_id = one_account(account_id, body.account_id)
        answer = await service.submit(caller, body.command(OrderId(order_id)), account_id)
        return json_response(answer.orders[0])


def _add_canceling(router: APIRouter, service: BrokerService) -> None:
    @router.delete(
        "/orders/{order_id}",
        operation_id="cancelOrder",
        summary="Cancel an open order",
        response_model=Annotated[Order, Wire()],
        responses=answers(examples.ORDER, 401, 403, 404, 409, 422, 503),
    )
    async def cancel_order(
        request: Request, caller: Trader, order_id: OrderPath, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        answer = await service.submit(caller, CancelOrder(OrderId(order_id)), account_id)
        return json_response(answer.orders[0])

    @router.delete(
        "/orders",
        operation_id="cancelAllOrders",
        summary="Cancel every open order, or those of one symbol",
        response_model=Annotated[CanceledOrders, Wire()],
        responses=answers(CanceledOrders([examples.ORDER]), 401, 403, 404, 422, 503),
    )
    async def cancel_all_orders(
        request: Request,
        caller: Trader,
        symbol: SymbolQuery = None,
        account_id: AccountQuery = None,
    ) -> Response:
        refuse_others(request, "symbol", "account_id")
        answer = await service.submit(caller, CancelAllOrders(symbol), account_id)
        return json_response(CanceledOrders(list(answer.orders)))


def _add_lists(router: APIRouter, service: BrokerService) -> None:
    @router.get(
        "/orders",
        operation_id="listOrders",
        summary="Orders, newest first",
        response_model=Annotated[OrderPage, Wire()],
        responses=answers(OrderPage([examples.ORDER], None), 401, 403, 404, 422, 503),
    )
    async def get_orders(
        caller: AccountReader,
        status: StatusFilter = "all",
        symbol: SymbolQuery = None,
        client_order_id: Text = None,
        group_id: Text = None,
        since: Annotated[Moment, Query(alias="from", description="Of `created_at`")] = None,
        until: Annotated[Moment, Query(alias="to", description="Exclusive")] = None,
        account_id: AccountQuery = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        state = await service.state(caller, account_id)
        wanted = OrderFilter(
            status=status,
            symbol=symbol,
            client_order_id=client_order_id,
            group_id=group_id,
            from_ms=since,
            to_ms=until,
        )
        return json_response(OrderPage(*list_orders(state, wanted, limit, cursor)))

    @router.get(
        "/orders/{order_id}",
        operation_id="getOrder",
        summary="One order",
        response_model=Annotated[Order, Wire()],
        responses=answers(examples.ORDER, 401, 403, 404, 422, 503),
    )
    async def get_order(
        caller: AccountReader, order_id: OrderPath, account_id: AccountQuery = None
    ) -> Response:
        state = await service.state(caller, account_id)
        return json_response(known_order(state, OrderId(order_id)))


def _add_executions(router: APIRouter, service: BrokerService) -> None:
    @router.get(
        "/executions",
        operation_id="listExecutions",
        summary="Executions, newest first",
        response_model=Annotated[ExecutionPage, Wire()],
        responses=answers(ExecutionPage([examples.EXECUTION], None), 401, 403, 404, 422, 503),
    )
    async def get_executions(
        caller: AccountReader,
        symbol: SymbolQuery = None,
        order_id: Text = None,
        since: Annotated[Moment, Query(alias="from")] = None,
        until: Annotated[Moment, Query(alias="to", description="Exclusive")] = None,
        account_id: AccountQuery = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        state = await service.state(caller, account_id)
        wanted = ExecutionFilter(symbol=symbol, order_id=order_id, from_ms=since, to_ms=until)
        return json_response(ExecutionPage(*list_executions(state, wanted, limit, cursor)))
