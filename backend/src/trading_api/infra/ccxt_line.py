"""Makes ccxt's connections fail as ours do: refusals with their time, nonsense as an error."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, WSServerHandshakeError
from ccxt import (
    BadResponse,
    BaseError,
    DDoSProtection,
    ExchangeClosedByUser,
    InvalidNonce,
    NetworkError,
)

from trading_api.domain.exchanges import ExchangeFailure

REFUSALS = frozenset({403, 418, 429, 451})
"""What a server answers who does not want to be asked, or not by us."""

RETRY_AFTER_S = 30.0
"""So long we stay away from one that refuses and does not say for how long."""

NONSENSE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading an answer raises that is not what ccxt expects."""

FAILURES = (ExchangeFailure, BaseError, ClientError, OSError, *NONSENSE)

_MOST_TOLD = 200
_NO_ANSWER = ("", "<", "n")  # nothing, a page, null: ccxt takes these for an empty list


def translated(error: Exception, name: str) -> ExchangeFailure:
    """The failure that something means which ccxt raised while an exchange was asked."""
    if isinstance(error, ExchangeFailure):
        return error
    told = " ".join(str(error).split())[:_MOST_TOLD].removeprefix(f"{name} ")
    cause = error.args[0] if error.args else None
    if isinstance(cause, WSServerHandshakeError) and cause.status in REFUSALS:
        return refusal(name, cause.status, cause.headers or {})
    if isinstance(error, (BadResponse, InvalidNonce)):  # among them: a book with a hole
        return _nonsense(name, told)
    if isinstance(error, DDoSProtection):  # among them: too many requests
        return ExchangeFailure("refused", f"{name} refuses: {told}", RETRY_AFTER_S)
    if isinstance(error, (NetworkError, ExchangeClosedByUser, ClientError, OSError)):
        return ExchangeFailure("lost", f"{name} cannot be reached: {told}")
    if isinstance(error, BaseError):
        return ExchangeFailure("refused", f"{name} refuses: {told}")
    return _nonsense(name, told)


def _nonsense(name: str, told: str) -> ExchangeFailure:
    return ExchangeFailure("nonsense", f"{name} says what cannot be understood: {told}")


def refusal(name: str, status: int, headers: Mapping[str, str]) -> ExchangeFailure:
    """The failure that a refusing answer means; it tells how long to stay away."""
    written = {key.lower(): value for key, value in headers.items()}.get("retry-after")
    wait_s = _seconds(written)
    return ExchangeFailure(
        "refused",
        f"{name} answers {status} and wants to be left alone for {wait_s:.0f} s",
        wait_s,
    )


def guarded(base: Any) -> Any:
    """A class of ccxt whose connections tell refusals, and break at what they cannot read."""

    def on_rest_response(
        self: Any, code: int, reason: str, url: str, method: str, headers: Any, *args: Any
    ) -> Any:
        if code in REFUSALS:
            raise refusal(self.id, code, headers)
        if code == HTTPStatus.OK and args[0].lstrip()[:1] in _NO_ANSWER:
            raise ExchangeFailure("nonsense", f"{self.id} gives no answer: {args[0][:40]!r}")
        return base.on_rest_response(self, code, reason, url, method, headers, *args)

    def client(self: Any, url: str) -> Any:
        is_new = url not in (self.clients or {})
        found = base.client(self, url)
        if is_new:
            _guard(found, self.id)
            _keep_what_nobody_waits_for(found)
        return found

    return type(base.__name__, (base,), {"on_rest_response": on_rest_response, "client": client})


def break_off(exchange: Any) -> None:
    """Do not wait any longer for the other sides to say goodbye."""
    for client in (exchange.clients or {}).values():
        held = getattr(client.connection, "_conn", None)
        if held is not None and held.transport is not None:
            held.transport.abort()


def _guard(client: Any, name: str) -> None:
    """Ccxt would stop reading at a message that it cannot decode, and tell nobody."""
    read = client.handle_message

    def handle_message(message: Any) -> None:
        try:
            read(message)
        except NONSENSE as error:
            client.on_error(translated(error, name))

    client.handle_message = handle_message


def _keep_what_nobody_waits_for(client: Any) -> None:
    """Of several messages that come at once, ccxt tells the first: the others with the next one.

    Who asks again is told at once that there is more.
    """
    resolve, future = client.resolve, client.future
    missed: dict[str, Any] = {}

    def resolving(result: Any, name: Any = None) -> Any:
        if name is not None and name not in client.futures:
            missed[name] = result
        return resolve(result, name)

    def asking(name: Any) -> Any:
        found = future(name)
        if name in missed:
            resolve(missed.pop(name), name)
        return found

    client.resolve, client.future = resolving, asking


def _seconds(retry_after: str | None) -> float:
    """What `Retry-After` says, as a number or as a date."""
    if retry_after is None:
        return RETRY_AFTER_S
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return RETRY_AFTER_S
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
