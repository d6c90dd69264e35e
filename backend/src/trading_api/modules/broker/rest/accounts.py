"""Addresses of accounts."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from trading_api.domain.accounts import Account, view_account
from trading_api.modules.broker import examples
from trading_api.modules.broker.lists import cut
from trading_api.modules.broker.rest.parameters import AccountPath
from trading_api.modules.broker.schemas import AccountPage
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader
from trading_api.shared.http_errors import answers
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit
from trading_api.shared.schema import Wire, json_response


def add_accounts(router: APIRouter, service: BrokerService) -> None:
    """Add the addresses of accounts."""
    _add_lists(router, service)


def _add_lists(router: APIRouter, service: BrokerService) -> None:
    @router.get(
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

    @router.get(
        "/accounts/{account_id}",
        operation_id="getAccount",
        summary="One account",
        response_model=Annotated[Account, Wire()],
        responses=answers(examples.ACCOUNT, 401, 403, 404, 422, 503),
    )
    async def get_account(
        caller: AccountReader,
        account_id: AccountPath,
    ) -> Response:
        state = await service.state(caller, account_id)
        return json_response(view_account(state, service.market.mark))
