"""The envelope of the sockets, without I/O: bytes to requests, replies and updates to frames."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from pydantic import BaseModel

from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.shared.schema import check_json

VERSION = 1
LARGEST_EXACT = 2**53 - 1
_SHOWN = 64

RequestId = (
    Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=-LARGEST_EXACT, le=LARGEST_EXACT)]
)


class CloseCode(IntEnum):
    """Why a connection ended; 4000–4499 mean «come back and resume», 4500–4999 mean «don't»."""

    DONE = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    INVALID_TEXT = 1007
    TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    RESTART = 1012
    HEARTBEAT_MISSED = 4001
    LIFESPAN_REACHED = 4002
    TOO_SLOW = 4003
    LIMIT_ABUSED = 4004
    CREDENTIALS_EXPIRED = 4500
    CREDENTIALS_REVOKED = 4501


class Closing(NamedTuple):
    """What a close code means, and whether to connect again."""

    meaning: str
    reconnect: str


CLOSE_CODES: Mapping[CloseCode, Closing] = {
    CloseCode.DONE: Closing("done", "as you like"),
    CloseCode.GOING_AWAY: Closing("going away", "as you like"),
    CloseCode.PROTOCOL_ERROR: Closing("protocol error", "no"),
    CloseCode.UNSUPPORTED_DATA: Closing("binary frame", "no"),
    CloseCode.INVALID_TEXT: Closing("text that is not UTF-8", "no"),
    CloseCode.TOO_BIG: Closing("frame too big", "no"),
    CloseCode.INTERNAL_ERROR: Closing("internal error", "yes, with back-off"),
    CloseCode.RESTART: Closing("restart", "yes, after the notice's delay"),
    CloseCode.HEARTBEAT_MISSED: Closing("heartbeat missed", "yes"),
    CloseCode.LIFESPAN_REACHED: Closing("lifespan reached", "yes, at once, and resume"),
    CloseCode.TOO_SLOW: Closing("too slow", "yes, with back-off, and resume"),
    CloseCode.LIMIT_ABUSED: Closing("limit abused", "yes, with back-off"),
    CloseCode.CREDENTIALS_EXPIRED: Closing("credentials expired", "no, log in again"),
    CloseCode.CREDENTIALS_REVOKED: Closing("credentials revoked", "no, log in again"),
}


class Request(Struct, frozen=True):
    """What a client asks: `payload` is an undecoded JSON value."""

    type: str
    payload: bytes


class StreamPosition(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client stands in a topic."""

    epoch: Annotated[str, Meta(max_length=128)]
    seq: Annotated[int, Meta(ge=0, description="The last number that was received")]


class Subscription(Struct, frozen=True):
    """One topic of a subscribe reply: `seq + 1`, `seq + 2`, … follow."""

    topic: str
    epoch: Annotated[str, Meta(description="Names one unbroken life of the topic")]
    seq: int
    recovered: Annotated[bool, Meta(description="Whether everything after the position follows")]
    snapshot: Annotated[Any, Meta(description="The state at `seq`; null when recovered")]


class Subscribed(Struct, frozen=True, kw_only=True):
    """Reply to a subscribe request."""

    status: Literal["ok"] = "ok"
    subscriptions: list[Subscription]


class Unsubscribed(Struct, frozen=True, kw_only=True):
    """Reply to an unsubscribe request: the topics that were named."""

    status: Literal["ok"] = "ok"
    topics: list[str]


class Topics(Struct, frozen=True, forbid_unknown_fields=True):
    """Topics by the names that subscribe replies gave."""

    topics: list[str]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class ServerTime(Struct, frozen=True):
    """Reply to a ping."""

    server_time: Annotated[int, Meta(description="Epoch milliseconds, UTC")]


class ConnectionLimits(Struct, frozen=True):
    """What bounds a connection."""

    max_frame: Annotated[int, Meta(description="Bytes of one message from the client")]
    max_topics: int
    rate: Annotated[float, Meta(description="Requests a second; ten times as many frames")]
    burst: Annotated[int, Meta(description="Requests at once after a pause")]
    max_connections_per_caller: int
    max_connections_per_address: int
    handshake_s: Annotated[float, Meta(description="Seconds for the head of a handshake")]
    outbox_bytes: Annotated[int, Meta(description="Bytes that may wait for the client")]
    stall_s: Annotated[float, Meta(description="Seconds without progress before it is cut")]


class ConnectionInfo(Struct, frozen=True):
    """Reply to an info request: this connection as the server sees it."""

    protocol: int
    connection_id: str
    heartbeat_interval: float
    max_connection_lifespan: float
    limits: ConnectionLimits
    topics: list[str]


class SocketError(Struct, frozen=True):
    """Why a request was refused; the socket stays open."""

    code: str
    message: str
    retryable: bool
    details: dict[str, Any]


class Notice(Struct, frozen=True, kw_only=True):
    """Something that the server says of itself."""

    code: Literal["closing", "gap"]
    message: str
    reconnect_after_ms: int | UnsetType = UNSET
    topic: str | UnsetType = UNSET
    epoch: str | UnsetType = UNSET
    seq: int | UnsetType = UNSET


_members_decoder = msgspec.json.Decoder(dict[str, Raw])
_id_decoder: msgspec.json.Decoder[str | int] = msgspec.json.Decoder(RequestId)
_text_decoder = msgspec.json.Decoder(str)


def open_envelope(data: bytes) -> dict[str, Raw]:
    """The members of a request.

    Raises:
        TradingError: `invalid_json`, or `invalid_payload` when it is not an object.
    """
    check_json(data)
    try:
        return _members_decoder.decode(data)
    except msgspec.ValidationError:
        raise InvalidPayload("", "the message is not a JSON object") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise TradingError("invalid_json", f"the message is not strict JSON: {error}") from None


def request_id_of(members: Mapping[str, Raw]) -> str | int | None:
    """The id that the answer echoes; None when the request has none.

    Raises:
        InvalidPayload: it is neither a text of at most 64 characters nor an exact integer.
    """
    if "id" not in members:
        return None
    try:
        request_id: str | int = _id_decoder.decode(members["id"])
    except msgspec.DecodeError:
        raise InvalidPayload(
            "id", "id is not a text of at most 64 characters or an integer of at most 53 bits"
        ) from None
    return request_id


def request_of(members: Mapping[str, Raw]) -> Request:
    """The request that the members of an envelope make.

    Raises:
        InvalidPayload: a member is missing, unknown or of the wrong type; names it.
    """
    for name in members:
        if name not in ("type", "id", "payload"):
            raise InvalidPayload(
                name[:_SHOWN], f"a request has no member {name[:_SHOWN]!r}: type, id, payload"
            )
    try:
        type_ = _text_decoder.decode(members["type"])
    except KeyError:
        raise InvalidPayload("type", "the request has no type") from None
    except msgspec.DecodeError:
        raise InvalidPayload("type", "type is not a text") from None
    payload = bytes(members.get("payload", b"{}"))
    if payload == b"null":
        payload = b"{}"
    if not payload.startswith(b"{"):
        raise InvalidPayload("payload", "payload is not an object")
    return Request(type_, payload)


def unknown_type(type_: str) -> TradingError:
    """The error for a request that nothing here answers."""
    return TradingError("unknown_type", f"type {type_[:_SHOWN]!r} is not known on this socket")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return Raw(value.model_dump_json().encode())
    raise TypeError(f"a {type(value).__name__} cannot be sent as JSON")


encode = msgspec.json.Encoder(enc_hook=_plain).encode


def reply(type_: str, request_id: str | int | None, payload: Any) -> bytes:
    """The frame that answers a request."""
    return _message(f"{type_}.response", request_id, payload)


def error(refusal: TradingError, request_id: str | int | None) -> bytes:
    """The frame that says why a request was refused."""
    details = dict(refusal.details)
    if refusal.order_id is not None:
        details["order_id"] = refusal.order_id
    if len(refusal.errors) > 1:
        details["errors"] = [item._asdict() for item in refusal.errors]
    payload = SocketError(refusal.code, refusal.message, refusal.retryable, details)
    return _message("error", request_id, payload)


def notice(payload: Notice) -> bytes:
    """The frame of a notice."""
    return _message("system.notice", None, payload)


def _message(type_: str, request_id: str | int | None, payload: Any) -> bytes:
    message = {"type": type_, "payload": payload}
    if request_id is not None:
        message = {"type": type_, "id": request_id, "payload": payload}
    return frame(encode(message))


def update_head(route: str, topic: str) -> bytes:
    """The part of an update that is the same for all updates of a topic."""
    return b'{"type":%b,"topic":%b,"seq":' % (encode(f"{route}.update"), encode(topic))


def update(head: bytes, seq: int, value: Any) -> bytes:
    """The frame of an update, `head` being that of its topic."""
    return frame(b'%b%d,"payload":%b}' % (head, seq, encode(value)))


def frame(text: bytes) -> bytes:
    """A whole text frame as a server sends it (RFC 6455, 5.2): final, not masked."""
    length = len(text)
    if length < 126:
        return bytes((0x81, length)) + text
    if length < 65536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + text
    return b"\x81\x7f" + length.to_bytes(8, "big") + text


def texts(frames: bytes) -> Iterator[str]:
    """The texts in a run of frames made by `frame`, for servers that frame by themselves."""
    at = 0
    while at < len(frames):
        length, at = frames[at + 1], at + 2
        if length > 125:
            width = 2 if length == 126 else 8
            length, at = int.from_bytes(frames[at : at + width], "big"), at + width
        yield frames[at : at + length].decode()
        at += length
