"""Every error that a caller can see: its code, its HTTP status, whether to try again.

    TradingError            a request is refused; carries a code of CODES
    └── InvalidPayload      … because members of its body have the wrong shape or value
    JournalError            the record of truth failed: the process must end
    └── JournalConflict     … because another writer holds the same stream
    JournalCorrupt          the record of truth is damaged: starting must stop

A business refusal that an order keeps is an event with a code of the same table, not an exception.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class ErrorCode(NamedTuple):
    """HTTP status of a code, whether the same request may succeed later, a title for people."""

    status: int
    retryable: bool
    title: str


CODES: Mapping[str, ErrorCode] = {
    "invalid_json": ErrorCode(400, False, "The body is not strict JSON"),
    "unknown_type": ErrorCode(400, False, "The message type is not known"),
    "invalid_host": ErrorCode(400, False, "The Host header is not allowed"),
    "unauthenticated": ErrorCode(401, False, "A valid credential is needed"),
    "forbidden": ErrorCode(403, False, "The caller may not do this"),
    "not_found": ErrorCode(404, False, "There is no such thing"),
    "unknown_symbol": ErrorCode(404, False, "The symbol is not known"),
    "unknown_topic": ErrorCode(404, False, "The topic is not known"),
    "unknown_account": ErrorCode(404, False, "The account is not known"),
    "method_not_allowed": ErrorCode(405, False, "The address does not take this method"),
    "conflict": ErrorCode(409, False, "The request conflicts with the present state"),
    "duplicate_client_order_id": ErrorCode(409, False, "Another order has this client id"),
    "version_conflict": ErrorCode(409, False, "The order has changed meanwhile"),
    "order_final": ErrorCode(409, False, "The order is final"),
    "too_large": ErrorCode(413, False, "The body is too large"),
    "unsupported_media_type": ErrorCode(415, False, "The media type is not supported"),
    "invalid_payload": ErrorCode(422, False, "A member has the wrong shape or value"),
    "unsupported_resolution": ErrorCode(422, False, "The resolution is not supported"),
    "bad_tick": ErrorCode(422, False, "The price is off the tick"),
    "bad_lot": ErrorCode(422, False, "The quantity is off the step"),
    "min_notional": ErrorCode(422, False, "The order is worth too little"),
    "quantity_out_of_range": ErrorCode(422, False, "The quantity is out of range"),
    "immutable_field": ErrorCode(422, False, "The member cannot be changed"),
    "quantity_below_filled": ErrorCode(422, False, "More than that has been filled"),
    "no_market": ErrorCode(422, True, "There is no market data for the symbol"),
    "stale_quote": ErrorCode(422, True, "The quote is too old"),
    "market_closed": ErrorCode(422, True, "The market is closed"),
    "would_take": ErrorCode(422, False, "A post-only order would take liquidity"),
    "stop_would_trigger": ErrorCode(422, False, "The stop would trigger at once"),
    "price_collar": ErrorCode(422, False, "The price is too far from the market"),
    "insufficient_margin": ErrorCode(422, False, "The buying power does not suffice"),
    "reduce_only_mode": ErrorCode(422, False, "The account may only reduce"),
    "account_halted": ErrorCode(422, False, "The account is halted"),
    "symbol_not_tradable": ErrorCode(422, False, "The symbol cannot be traded"),
    "max_order_size": ErrorCode(422, False, "The order is above the allowed size"),
    "max_position": ErrorCode(422, False, "The position would be above the allowed size"),
    "max_open_orders": ErrorCode(422, False, "There are too many open orders"),
    "daily_loss_limit": ErrorCode(422, False, "The day's loss limit is reached"),
    "self_trade": ErrorCode(422, False, "The order would trade with the caller's own"),
    "rate_limited": ErrorCode(429, True, "Too many requests"),
    "order_rate_limit": ErrorCode(429, True, "Too many orders"),
    "too_many_topics": ErrorCode(429, False, "Too many topics on one connection"),
    "internal": ErrorCode(500, False, "The server failed"),
    "unavailable": ErrorCode(503, True, "The server cannot do this now"),
}


class FieldError(NamedTuple):
    """What is wrong with one member: its path (`orders[0].quantity`), a code, a message."""

    field: str
    code: str
    message: str


class TradingError(Exception):
    """A request is refused. The message names the thing, the value and the limit.

    `details` are machine-readable values of the socket's error frame; `order_id` names the order
    that a refusal is about.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: Sequence[FieldError] = (),
        details: Mapping[str, Any] | None = None,
        order_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = tuple(errors)
        self.details = dict(details or {})
        self.order_id = order_id

    @property
    def status(self) -> int:
        """HTTP status that the error is answered with."""
        return CODES[self.code].status

    @property
    def retryable(self) -> bool:
        """Whether the very same request may succeed later."""
        return CODES[self.code].retryable


class InvalidPayload(TradingError):
    """A member of a body has the wrong shape, type or value."""

    def __init__(self, field: str, message: str, code: str = "invalid_payload") -> None:
        super().__init__(
            code,
            message,
            errors=[FieldError(field, code, message)],
            details={"field": field},
        )


class JournalError(Exception):
    """The journal could not store what was handed to it; nothing after that may be believed."""


class JournalConflict(JournalError):
    """A record with this stream and number is there already."""


class JournalCorrupt(Exception):
    """What the journal holds cannot be read back as it was written."""
