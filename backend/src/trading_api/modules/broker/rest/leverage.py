"""Addresses of the leverage of a symbol."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from trading_api.domain.commands import SetLeverage
from trading_api.domain.leverage import (
    Leverage,
    LeveragePreview,
    preview_leverage,
    view_leverage,
)
from trading_api.modules.broker import examples
from trading_api.modules.broker.rest.parameters import (
    AccountQuery,
    SymbolPath,
    one_account,
    refuse_others,
)
from trading_api.modules.broker.schemas import LeverageRequest
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader, Trader
from trading_api.shared.http_errors import answers
from trading_api.shared.schema import (
    Wire,
    decode,
    json_body,
    json_response,
    json_text,
    parse_decimal,
)


def add_leverage(router: APIRouter, service: BrokerService) -> None:
    """Add the addresses of leverage."""
    _add_reading(router, service)
    _add_setting(router, service)
    _add_preview(router, service)


def _add_reading(router: APIRouter, service: BrokerService) -> None:
    @router.get(
        "/leverage/{symbol}",
        operation_id="getLeverage",
        summary="The leverage of a symbol",
        response_model=Annotated[Leverage, Wire()],
        responses=answers(examples.LEVERAGE, 401, 403, 404, 422, 503),
    )
    async def get_leverage(
        caller: AccountReader, symbol: SymbolPath, account_id: AccountQuery = None
    ) -> Response:
        state = await service.state(caller, account_id)
        return json_response(view_leverage(state, service.symbol(symbol), service.market))


def _add_setting(router: APIRouter, service: BrokerService) -> None:
    @router.put(
        "/leverage/{symbol}",
        operation_id="setLeverage",
        summary="Set the leverage of a symbol",
        description="Less leverage is refused while positions and orders would need more margin "
        "than there is.",
        response_model=Annotated[Leverage, Wire()],
        responses=answers(examples.LEVERAGE, 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(LeverageRequest, examples.SET_LEVERAGE),
    )
    async def set_leverage(
        request: Request, caller: Trader, symbol: SymbolPath, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        body = decode(LeverageRequest, await json_text(request))
        command = SetLeverage(symbol, parse_decimal(body.leverage, "leverage"))
        account_id = one_account(account_id, body.account_id)
        state = await service.administer(caller, command, account_id)
        return json_response(view_leverage(state, service.symbol(symbol), service.market))


def _add_preview(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/leverage/{symbol}/preview",
        operation_id="previewLeverage",
        summary="What another leverage would mean; nothing changes",
        response_model=Annotated[LeveragePreview, Wire()],
        responses=answers(examples.LEVERAGE_PREVIEW, 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(LeverageRequest, examples.SET_LEVERAGE),
    )
    async def preview(
        request: Request, caller: Trader, symbol: SymbolPath, account_id: AccountQuery = None
    ) -> Response:
        refuse_others(request, "account_id")
        body = decode(LeverageRequest, await json_text(request))
        leverage = parse_decimal(body.leverage, "leverage")
        state = await service.state(caller, one_account(account_id, body.account_id))
        command = SetLeverage(service.symbol(symbol), leverage)
        return json_response(preview_leverage(state, command, service.market))
