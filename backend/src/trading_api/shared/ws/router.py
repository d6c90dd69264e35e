"""A channel of a module's socket: what may be subscribed to, and what then arrives."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec

from trading_api.domain.ports import Message
from trading_api.domain.topics import topic as topic_of
from trading_api.shared.auth import Principal

GAP_ROUTE = "gap"
RESERVED_OPERATIONS = frozenset({"subscribe", "unsubscribe", "update"})

Delivery = Literal["every", "latest"]


class Snapshot(NamedTuple):
    """The state of a topic at one instant: `seq + 1`, `seq + 2`, … follow."""

    epoch: str
    seq: int
    value: Any


@dataclass(frozen=True, kw_only=True)
class WsRouter:
    """One channel: `{name}.subscribe`, `{name}.unsubscribe` and `{name}.update`.

    Attributes:
        name: the route; also the first part of its topics and the route of its bus messages.
        summary: one sentence for the AsyncAPI document.
        scope: what a principal must be allowed to do to subscribe.
        parameters: struct of the subscribe payload, without `recover`; unknown members are refused.
        update: type of the payload of an update.
        snapshot: type of the `snapshot` member of the reply, `list[Trade]` for instance.
        delivery: `every` loses nothing and closes a reader that is too slow; `latest` keeps the
            newest value per key for a reader that is behind.
        topics: the topics that parameters name for a principal; raises `TradingError` for what is
            unknown or not the caller's.
        read: the state of a topic now. Synchronous, so nothing can happen between the value and
            its number.
        key: what updates of a `latest` topic replace each other by; None means one value per
            topic.
        replay: for topics that outlive the process: the values numbered `after + 1` to `until`,
            or None when the epoch is not the topic's. Asked only when the hub's ring no longer
            holds them.
        operations: what else can be asked of the channel.
        examples: a subscribe payload, a snapshot and an update for the document.
    """

    name: str
    summary: str
    scope: str
    parameters: type[msgspec.Struct]
    update: Any
    snapshot: Any
    delivery: Delivery
    topics: Callable[[Principal, Any], Sequence[str]]
    read: Callable[[str], Snapshot]
    key: Callable[[Any], Hashable] | None = None
    replay: Callable[[str, str, int, int], Awaitable[Sequence[tuple[int, Any]] | None]] | None = (
        None
    )
    operations: Sequence["Operation"] = ()
    examples: "Examples" = field(default_factory=lambda: Examples())


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A request of a channel besides subscribe and unsubscribe: `{route}.{name}`.

    Handlers are called in the order in which the requests of a connection come (a coroutine begins
    in the next turn of the event loop). One that waits holds up nothing else: each reply is sent
    when it is there.

    Attributes:
        name: the second part of the request's type.
        summary: one sentence for the AsyncAPI document.
        scope: what a principal must be allowed to do to ask.
        payload: struct of the request's payload, which should forbid unknown members.
        reply: type of the reply's payload.
        handler: given the principal and the payload, gives the reply's payload or an awaitable of
            it, and raises `TradingError` for what it refuses. A future costs nothing more while
            it waits; a coroutine is run as a task, to its end even if the caller goes away.
        example: a payload and a reply for the document.
    """

    name: str
    summary: str
    scope: str
    payload: type[msgspec.Struct]
    reply: Any
    handler: Callable[[Principal, Any], Any]
    example: tuple[Any, Any] = (None, None)


class Examples(NamedTuple):
    """Values that illustrate a channel in its document; each validates against its schema."""

    parameters: Any = None
    snapshot: Any = None
    update: Any = None


def gap(topic: str, reason: str) -> Message:
    """The bus message by which a service says that a topic has lost its continuity.

    The topic's holders get a notice. The service gives the topic a new epoch first, so that nobody
    resumes across it, not even a client that was away and had received everything before.
    """
    return Message(topic_of(GAP_ROUTE, topic), 0, reason)
