"""Tells a request that comes again from another one with the same client order id."""

import hashlib

import msgspec
from msgspec.structs import replace

from trading_api.domain import linked
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    ClosePosition,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
)
from trading_api.domain.errors import TradingError
from trading_api.domain.orders import Order, OrderType

PLAIN: frozenset[OrderType] = frozenset({"market", "limit"})
"""Types of which an order shows all that was asked, whatever happens to it before its answer."""


Repeatable = PlaceOrder | ClosePosition | ReversePosition


def first_answer(state: AccountState, command: Repeatable) -> Order | None:
    """The order as it was answered when this request came first; None for a new request.

    Raises:
        TradingError: `duplicate_client_order_id` when another request had the id.
    """
    if command.client_order_id is None:
        return None
    first = state.first_answers.get(command.client_order_id)
    if first is None:
        return None
    if _request_of(command) != _first_request(state, first):
        raise TradingError(
            "duplicate_client_order_id",
            f"client_order_id {command.client_order_id!r} belongs to order {first.id}, which was "
            "placed by another request",
            order_id=first.id,
        )
    return first


def _request_of(command: Repeatable) -> object:
    """What tells a request from others: its members, or a digest where those do not last."""
    if not isinstance(command, PlaceOrder):
        return digest_of(command)
    if (found := digest(command)) is not None:
        return found
    asked = (command.symbol, command.side, command.kind, command.quantity, command.limit_price)
    return (*asked, command.time_in_force, command.tag)


def _first_request(state: AccountState, first: Order) -> object:
    if (found := state.requests.get(first.client_order_id)) is not None:
        return found
    had = (first.symbol, first.side, first.kind, first.quantity, first.limit_price)
    return (*had, first.time_in_force, first.tag)


def digest(command: PlaceOrder) -> str | None:
    """Of a request that the order alone does not tell; None for the plain ones, which are many."""
    if (
        command.kind in PLAIN
        and command.expire_at is None
        and command.notional is None
        and command.session == "regular"
        and not (command.post_only or command.reduce_only)
        and linked.group_type(command) is None
    ):
        return None
    return digest_of(command)


def digest_of(command: Repeatable | ResetAccount) -> str:
    """Of a request, whatever id it came with."""
    if isinstance(command, ResetAccount):
        command = replace(command, key=None)
    else:
        command = replace(command, client_order_id=None)
    data = msgspec.json.encode(command)
    return hashlib.blake2b(data, digest_size=16).hexdigest()
