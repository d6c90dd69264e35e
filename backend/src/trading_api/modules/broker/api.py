"""The broker's REST addresses."""

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from trading_api.domain.accounts import Account, view_account
from trading_api.domain.commands import CancelAllOrders, CancelOrder, ClosePosition
from trading_api.domain.decisions import known_order
from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import Order
from trading_api.domain.positions import Position
from trading_api.modules.broker import examples
from trading_api.modules.broker.lists import (
    ExecutionFilter,
    OrderFilter,
    StatusFilter,
    cut,
    list_executions,
    list_orders,
)
from trading_api.modules.broker.schemas import (
    AccountPage,
    CanceledOrders,
    ExecutionPage,
    ModifyOrderRequest,
    OrderPage,
    PlaceOrderRequest,
    PositionPage,
)
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader, Requires, Trader
from trading_api.shared.http_errors import answers
from trading_api.shared.openapi import security
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit, Moment
from trading_api.shared.schema import (
    Wire,
    decode,
    json_body,
    json_response,
    json_text,
    parse_decimal,
)

TRADER = Requires("orders:write")

ACCOUNT_TEXT = "Default: the caller's own account"
AccountQuery = Annotated[str | None, Query(max_length=100, description=ACCOUNT_TEXT)]
ACCOUNT_PARAMETER = {
    "name": "account_id",
    "in": "query",
    "description": ACCOUNT_TEXT,
    "schema": {"type": "string", "maxLength": 100},
}
OrderPath = Annotated[str, Path(max_length=120, examples=[examples.ORDER_ID])]
PositionPath = Annotated[str, Path(max_length=100, examples=["BTCUSD"])]
SymbolQuery = Annotated[str | None, Query(max_length=100, examples=["BTCUSD"])]
Text = Annotated[str | None, Query(max_length=128)]

REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when the client order id and the body had come before; this is the "
        "first answer again",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


class BrokerApi(APIRouter):
    """Orders, positions, executions and accounts."""

    def __init__(
        self, service: BrokerService, prefix: str = "", tags: list[str | Enum] | None = None
    ) -> None:
        super().__init__(prefix=prefix, tags=tags)
        self._service = service
        self._add_placing()
        self._add_changing()
        self._add_canceling()
        self._add_order_lists()
        self._add_positions()
        self._add_closing()
        self._add_executions()
        self._add_accounts()

    def _add_placing(self) -> None:
        service = self._service

        @self.post(
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
            _refuse_others(request, "account_id")
            body = decode(PlaceOrderRequest, await json_text(request))
            account_id = _one_account(request.query_params.get("account_id"), body.account_id)
            answer = await service.submit(caller, body.command(), account_id)
            headers = {"Idempotent_Replayed": "true"} if answer.replayed else {}
            return json_response(answer.orders[0], 201, **headers)

    def _add_changing(self) -> None:
        service = self._service

        @self.patch(
            "/orders/{order_id}",
            operation_id="modifyOrder",
            summary="Change the quantity or the price of an open order",
            response_model=Annotated[Order, Wire()],
            responses=answers(examples.ORDER, 400, 401, 403, 404, 409, 413, 415, 422, 503),
            openapi_extra=json_body(ModifyOrderRequest, examples.MODIFY),
        )
        async def modify_order(
            request: Request, caller: Trader, order_id: OrderPath, account_id: AccountQuery = None
        ) -> Response:
            _refuse_others(request, "account_id")
            body = decode(ModifyOrderRequest, await json_text(request))
            account_id = _one_account(account_id, body.account_id)
            answer = await service.submit(caller, body.command(OrderId(order_id)), account_id)
            return json_response(answer.orders[0])

    def _add_canceling(self) -> None:
        service = self._service

        @self.delete(
            "/orders/{order_id}",
            operation_id="cancelOrder",
            summary="Cancel an open order",
            response_model=Annotated[Order, Wire()],
            responses=answers(examples.ORDER, 401, 403, 404, 409, 422, 503),
        )
        async def cancel_order(
            request: Request, caller: Trader, order_id: OrderPath, account_id: AccountQuery = None
        ) -> Response:
            _refuse_others(request, "account_id")
            answer = await service.submit(caller, CancelOrder(OrderId(order_id)), account_id)
            return json_response(answer.orders[0])

        @self.delete(
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
            _refuse_others(request, "symbol", "account_id")
            answer = await service.submit(caller, CancelAllOrders(symbol), account_id)
            return json_response(CanceledOrders(list(answer.orders)))

    def _add_order_lists(self) -> None:
        service = self._service

        @self.get(
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
            account_id: AccountQuery = None,
            limit: Limit = DEFAULT_LIMIT,
            cursor: Cursor = None,
        ) -> Response:
            state = await service.state(caller, account_id)
            wanted = OrderFilter(status=status, symbol=symbol, client_order_id=client_order_id)
            return json_response(OrderPage(*list_orders(state, wanted, limit, cursor)))

        @self.get(
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

    def _add_positions(self) -> None:
        service = self._service

        @self.get(
            "/positions",
            operation_id="listPositions",
            summary="Open positions, by symbol",
            response_model=Annotated[PositionPage, Wire()],
            responses=answers(PositionPage([examples.POSITION], None), 401, 403, 404, 422, 503),
        )
        async def get_positions(
            caller: AccountReader,
            account_id: AccountQuery = None,
            limit: Limit = DEFAULT_LIMIT,
            cursor: Cursor = None,
        ) -> Response:
            positions = service.publisher.positions(await service.state(caller, account_id))
            return json_response(PositionPage(*cut(positions, lambda p: p.id, limit, cursor)))

        @self.get(
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

    def _add_closing(self) -> None:
        service = self._service

        @self.delete(
            "/positions/{position_id}",
            operation_id="closePosition",
            summary="Close a position, the whole or a part, by a market order",
            status_code=201,
            response_model=Annotated[Order, Wire()],
            responses=answers(examples.ORDER, 401, 403, 404, 409, 422, 503, status=201),
        )
        async def close_position(
            request: Request,
            caller: Trader,
            position_id: PositionPath,
            quantity: Annotated[
                str | None, Query(max_length=40, description="Default: all of it", examples=["1"])
            ] = None,
            account_id: AccountQuery = None,
        ) -> Response:
            _refuse_others(request, "quantity", "account_id")
            amount = None if quantity is None else parse_decimal(quantity, "quantity")
            answer = await service.submit(caller, ClosePosition(position_id, amount), account_id)
            return json_response(answer.orders[0], 201)

    def _add_executions(self) -> None:
        service = self._service

        @self.get(
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

    def _add_accounts(self) -> None:
        service = self._service

        @self.get(
            "/accounts",
            operation_id="listAccounts",
            summary="The caller's accounts",
            response_model=Annotated[AccountPage, Wire()],
            responses=answers(AccountPage([examples.ACCOUNT], None), 401, 403, 404, 422, 503),
        )
        async def get_accounts(
            caller: AccountReader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
        ) -> Response:
            mark = service.market.mark
            states = await service.states(caller)
            found = [view_account(s, mark) for s in sorted(states, key=lambda s: s.account_id)]
            return json_response(AccountPage(*cut(found, lambda a: a.id, limit, cursor)))

        @self.get(
            "/accounts/{account_id}",
            operation_id="getAccount",
            summary="One account",
            response_model=Annotated[Account, Wire()],
            responses=answers(examples.ACCOUNT, 401, 403, 404, 422, 503),
        )
        async def get_account(
            caller: AccountReader,
            account_id: Annotated[str, Path(max_length=100, examples=[examples.ACCOUNT_ID])],
        ) -> Response:
            state = await service.state(caller, account_id)
            return json_response(view_account(state, service.market.mark))


def _refuse_others(request: Request, *known: str) -> None:
    """A misspelt parameter of a command must not come to mean all of it, or the default."""
    for name in request.query_params:
        if name not in known:
            name = name[:64]
            message = f"{name} is not a parameter of this address; known are {', '.join(known)}"
            raise InvalidPayload(name, message)


def _one_account(query: str | None, body: str | None) -> str | None:
    if query is not None and body is not None and query != body:
        raise TradingError(
            "invalid_payload", f"account_id {body[:80]!r} in the body, {query!r} in the address"
        )
    return body if query is None else query
