"""Addresses of accounts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from trading_api.domain.account_view import Account, view_account
from trading_api.domain.commands import HaltAccount, ResumeAccount, SetDeadman
from trading_api.domain.equity import CurveInterval
from trading_api.modules.broker import examples
from trading_api.modules.broker.lists import cut, number_of
from trading_api.modules.broker.rest.parameters import (
    REPLAYED,
    AccountPath,
    IdempotencyKey,
    refuse_others,
    replayed_header,
)
from trading_api.modules.broker.schemas import (
    AccountPage,
    CreateAccountRequest,
    Deadman,
    DeadmanRequest,
    EquityPage,
    HaltRequest,
    ResetRequest,
)
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import AccountReader, Trader
from trading_api.shared.http_errors import answers
from trading_api.shared.paging import DEFAULT_LIMIT, Cursor, Limit, Moment
from trading_api.shared.schema import (
    Wire,
    decode,
    json_body,
    json_response,
    json_text,
    optional_body,
)


def add_accounts(router: APIRouter, service: BrokerService) -> None:
    """Add the addresses of accounts."""
    _add_lists(router, service)
    _add_creating(router, service)
    _add_equity(router, service)
    _add_resetting(router, service)
    _add_halting(router, service)
    _add_deadman(router, service)


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
        states = await service.states(caller)
        found = [
            view_account(s, service.market) for s in sorted(states, key=lambda s: s.account_id)
        ]
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
        return json_response(view_account(state, service.market))


def _add_creating(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/accounts",
        operation_id="createAccount",
        summary="Open another account",
        status_code=201,
        response_model=Annotated[Account, Wire()],
        responses=answers(
            examples.ACCOUNT, 400, 401, 403, 404, 409, 413, 415, 422, 503, status=201
        ),
        openapi_extra=json_body(CreateAccountRequest, examples.CREATE_ACCOUNT),
    )
    async def create_account(request: Request, caller: Trader) -> Response:
        refuse_others(request)
        body = decode(CreateAccountRequest, await json_text(request))
        state = await service.create_account(caller, body)
        return json_response(view_account(state, service.market), 201)


def _add_equity(router: APIRouter, service: BrokerService) -> None:
    @router.get(
        "/accounts/{account_id}/equity",
        operation_id="getEquityCurve",
        summary="The equity curve, oldest first",
        description="Begins with a point at the account's creation. Of each minute, hour or day "
        "(UTC) the last point is kept: one after every fill and, while something is held, one a "
        "minute. Minutes are kept for a week, hours for a year, days for ever.",
        response_model=Annotated[EquityPage, Wire()],
        responses=answers(EquityPage([examples.EQUITY_POINT], None), 401, 403, 404, 422, 503),
    )
    async def get_equity(
        caller: AccountReader,
        account_id: AccountPath,
        interval: CurveInterval = "1m",
        since: Annotated[Moment, Query(alias="from")] = None,
        until: Annotated[Moment, Query(alias="to", description="Exclusive")] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        state = await service.state(caller, account_id)
        if cursor is not None:
            since = max(since or 0, number_of(cursor) + 1)
        points = await service.engine.curves.read(state, interval, since, until, limit + 1)
        more = len(points) > limit
        return json_response(
            EquityPage(list(points[:limit]), str(points[limit - 1].time) if more else None)
        )


def _add_resetting(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/accounts/{account_id}/reset",
        operation_id="resetAccount",
        summary="Begin anew",
        description="Cancels every order, drops every position without a trade, and sets the "
        "balance. Orders and executions stay listed and client order ids stay taken; a halted "
        "account stays halted. Under an `Idempotency-Key` that has come before nothing is done and "
        "the account is answered as it is; 409 if it came with another body.",
        response_model=Annotated[Account, Wire()],
        responses=answers(
            examples.ACCOUNT, 400, 401, 403, 404, 409, 413, 415, 422, 503, headers=REPLAYED
        ),
        openapi_extra=json_body(ResetRequest, examples.RESET, required=False),
    )
    async def reset_account(
        request: Request, caller: Trader, account_id: AccountPath, key: IdempotencyKey = None
    ) -> Response:
        refuse_others(request)
        body = await optional_body(request, ResetRequest)
        state, replayed = await service.reset(caller, body.command(key), account_id)
        account = view_account(state, service.market)
        return json_response(account, 200, **replayed_header(replayed))


def _add_halting(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/accounts/{account_id}/halt",
        operation_id="haltAccount",
        summary="Stop trading: the kill switch",
        description="Cancels every order and refuses new ones; with `flatten` every position is "
        "closed by a market order, with `reducing` orders that only close go on. Nothing but a "
        "resume ends it.",
        response_model=Annotated[Account, Wire()],
        responses=answers(examples.ACCOUNT, 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(HaltRequest, examples.HALT, required=False),
    )
    async def halt_account(request: Request, caller: Trader, account_id: AccountPath) -> Response:
        refuse_others(request)
        body = await optional_body(request, HaltRequest)
        command = HaltAccount(reducing=body.reducing, flatten=body.flatten)
        state = await service.administer(caller, command, account_id)
        return json_response(view_account(state, service.market))

    @router.post(
        "/accounts/{account_id}/resume",
        operation_id="resumeAccount",
        summary="Trade again after a halt",
        response_model=Annotated[Account, Wire()],
        responses=answers(examples.ACCOUNT, 401, 403, 404, 422, 503),
    )
    async def resume_account(request: Request, caller: Trader, account_id: AccountPath) -> Response:
        refuse_others(request)
        state = await service.administer(caller, ResumeAccount(), account_id)
        return json_response(view_account(state, service.market))


def _add_deadman(router: APIRouter, service: BrokerService) -> None:
    @router.post(
        "/accounts/{account_id}/deadman",
        operation_id="setDeadman",
        summary="Cancel every order unless this is called again in time",
        description="Each call begins the seconds anew, 0 ends them. When they are over every "
        "order is canceled and the switch is off until it is set again. It outlives a restart: "
        "what came due meanwhile is done first.",
        response_model=Annotated[Deadman, Wire()],
        responses=answers(examples.DEADMAN, 400, 401, 403, 404, 413, 415, 422, 503),
        openapi_extra=json_body(DeadmanRequest, examples.SET_DEADMAN),
    )
    async def set_deadman(request: Request, caller: Trader, account_id: AccountPath) -> Response:
        refuse_others(request)
        body = decode(DeadmanRequest, await json_text(request))
        state = await service.administer(caller, SetDeadman(body.seconds), account_id)
        return json_response(Deadman.of(state))
