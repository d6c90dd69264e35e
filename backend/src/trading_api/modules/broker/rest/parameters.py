"""Parameters that several of the broker's addresses take."""

from typing import Annotated

from fastapi import Header, Path, Query, Request

from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.modules.broker import examples
from trading_api.modules.broker.requests import VISIBLE_ASCII

REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when the same request had come before under this id or key; this "
        "is the first answer again",
        "schema": {"type": "string", "enum": ["true"]},
    }
}

ACCOUNT_TEXT = "Default: the caller's own account"
ACCOUNT_PARAMETER = {
    "name": "account_id",
    "in": "query",
    "description": ACCOUNT_TEXT,
    "schema": {"type": "string", "maxLength": 100},
}
AccountQuery = Annotated[str | None, Query(max_length=100, description=ACCOUNT_TEXT)]
AccountPath = Annotated[str, Path(max_length=100, examples=[examples.ACCOUNT_ID])]
OrderPath = Annotated[str, Path(max_length=120, examples=[examples.ORDER_ID])]
PositionPath = Annotated[str, Path(max_length=100, examples=["BTCUSD"])]
SymbolPath = Annotated[str, Path(max_length=100, examples=["BTCUSD"])]
SymbolQuery = Annotated[str | None, Query(max_length=100, examples=["BTCUSD"])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=VISIBLE_ASCII,
        description="Visible ASCII; the same key with the same request is carried out once",
    ),
]
Text = Annotated[str | None, Query(max_length=128)]


def replayed_header(replayed: bool) -> dict[str, str]:
    """The header that tells a repeated answer."""
    return {"Idempotent_Replayed": "true"} if replayed else {}


def refuse_others(request: Request, *known: str) -> None:
    """A misspelt parameter of a command must not come to mean all of it, or the default.

    Nor may one of two symbols, or of two accounts, be left out silently.

    Raises:
        InvalidPayload: names the parameter.
    """
    seen = set[str]()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            name = name[:64]
            listed = f"known are {', '.join(known)}" if known else "it takes none"
            message = f"{name} is not a parameter of this address; {listed}"
            raise InvalidPayload(name, message)
        if name in seen:
            raise InvalidPayload(name, f"{name} is given more than once")
        seen.add(name)


def one_account(query: str | None, body: str | None) -> str | None:
    """The account that is meant where the address and the body may both name one.

    Raises:
        TradingError: `invalid_payload` when they differ.
    """
    if query is not None and body is not None and query != body:
        raise TradingError(
            "invalid_payload", f"account_id {body[:80]!r} in the body, {query!r} in the address"
        )
    return body if query is None else query
