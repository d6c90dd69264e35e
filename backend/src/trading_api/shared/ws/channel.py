"""One route of a socket: subscribe, resume and unsubscribe."""

from collections import Counter
from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.topics import route_of
from trading_api.shared.auth import Principal
from trading_api.shared.schema import decode_checked
from trading_api.shared.ws import protocol
from trading_api.shared.ws.client import Client
from trading_api.shared.ws.hub import Hub, Topic, Update
from trading_api.shared.ws.limits import LimitCounts, WsLimits
from trading_api.shared.ws.protocol import CloseCode, StreamPosition, Subscription
from trading_api.shared.ws.requests import ANSWERED, RequestId
from trading_api.shared.ws.router import WsRouter

PIECE = 256  # updates of a resumed topic that are handed over before looking for room


Recovery = Literal["recovered", "snapshot"]


class Resume(Struct):
    """A topic that goes on after a position; `replayed` is the first piece of what came since."""

    topic: Topic
    position: StreamPosition
    replayed: Sequence[Update]


class Later(Struct):
    """A topic whose rest must be read from the journal or is sent in pieces."""


class Channel:
    """Answers the requests about the topics of one router."""

    def __init__(
        self,
        router: WsRouter,
        hub: Hub,
        limits: WsLimits,
        counts: LimitCounts,
        recovers: Counter[Recovery],
    ) -> None:
        self.router = router
        self._hub = hub
        self._max_topics = limits.max_topics
        self._counts = counts
        self._recovers = recovers
        self._members = {field.encode_name for field in msgspec.structs.fields(router.parameters)}
        for reserved in ("recover", "topics"):
            if reserved in self._members:
                raise ValueError(f"parameter {reserved!r} of route {router.name!r} is reserved")

    def subscribe(
        self, client: Client, request: protocol.Request, request_id: RequestId
    ) -> Awaitable[Any] | None:
        """Send the state of every topic that the parameters name, then what follows it.

        All or nothing: an error for one topic leaves the connection's topics as they were.
        What cannot be done at once, since it must be read from the journal or is long, is left to
        the awaitable.

        Raises:
            TradingError: the parameters or a topic are refused.
        """
        principal = client.authorize(self.router.scope)
        members = decode_checked(dict[str, Raw], request.payload)
        positions = self._positions(members.pop("recover", None))
        names = self._names(principal, members)
        self._check_count(client, names)
        for name in positions:
            if name not in names:
                raise InvalidPayload(
                    f"recover.{name}", f"recover names {name[:64]!r}, which is not subscribed to"
                )
        topics = [self._hub.topic(name, self.router) for name in names]
        resumes: dict[str, Resume] = {}
        for topic in topics:
            if (position := positions.get(topic.name)) is not None:
                resume = self._resume_at_once(topic, position)
                if isinstance(resume, Later):
                    return self._begin_later(client, request, request_id, topics, positions)
                if resume is not None:
                    resumes[topic.name] = resume
        self._count(positions, resumes)
        self._begin(client, request, request_id, topics, resumes)
        for resume in resumes.values():
            self._send_rest(client, resume.topic, resume.replayed)
        return None

    def unsubscribe(self, client: Client, request: protocol.Request, request_id: RequestId) -> None:
        """Send no more of the topics, which are named or follow from the parameters.

        Raises:
            TradingError: the parameters are refused or a topic is not one of this route.
        """
        members = decode_checked(dict[str, Raw], request.payload)
        if "topics" in members:
            names = decode_checked(protocol.Topics, request.payload).topics
            for name in names:
                if route_of(name) != self.router.name:
                    raise TradingError(
                        "unknown_topic", f"{name[:64]!r} is no topic of {self.router.name}"
                    )
        else:
            names = self._names(client.authorize(self.router.scope), members)
        for name in names:
            client.unsubscribe(name)
        client.send(protocol.reply(request.type, request_id, protocol.Unsubscribed(topics=names)))

    def _positions(self, recover: Raw | None) -> Mapping[str, StreamPosition]:
        if recover is None:
            return {}
        return decode_checked(_Recover, b'{"recover":%b}' % bytes(recover)).recover or {}

    def _names(self, principal: Principal, members: Mapping[str, Raw]) -> list[str]:
        for name in members:
            if name not in self._members:
                known = ", ".join(sorted(self._members)) or "no parameters"
                raise InvalidPayload(
                    name[:64], f"{self.router.name} has no parameter {name[:64]!r}: {known}"
                )
        parameters = decode_checked(self.router.parameters, msgspec.json.encode(members))
        return list(dict.fromkeys(self.router.topics(principal, parameters)))

    def _check_count(self, client: Client, names: Sequence[str]) -> None:
        count = len(client.topics.keys() | names)
        if count > self._max_topics:
            self._counts.topics_refused += 1
            raise TradingError(
                "too_many_topics",
                f"{count} topics are above the limit of {self._max_topics} for one connection",
                details={"limit": self._max_topics},
            )

    def _count(self, positions: Collection[str], resumes: Collection[str]) -> None:
        self._recovers["recovered"] += len(resumes)
        self._recovers["snapshot"] += len(positions) - len(resumes)

    async def _begin_later(
        self,
        client: Client,
        request: protocol.Request,
        request_id: RequestId,
        topics: Sequence[Topic],
        positions: Mapping[str, StreamPosition],
    ) -> object:
        self._hub.pin(topics)
        try:
            resumes: dict[str, Resume] = {}
            for topic in topics:
                if (position := positions.get(topic.name)) is not None and (
                    resume := await self._resume(topic, position)
                ) is not None:
                    resumes[topic.name] = resume
            self._count(positions, resumes)
            self._begin(client, request, request_id, topics, resumes)
            for resume in resumes.values():
                await self._catch_up(client, resume)
        finally:
            self._hub.unpin(topics)
        return ANSWERED

    def _begin(
        self,
        client: Client,
        request: protocol.Request,
        request_id: RequestId,
        topics: Sequence[Topic],
        resumes: Mapping[str, Resume],
    ) -> None:
        """Reply, and hold what need not catch up.

        Nothing can be published meanwhile: no update is lost between the snapshot and the stream.
        """
        for name in resumes:
            client.unsubscribe(name)
        subscriptions = [self._subscription(topic, resumes.get(topic.name)) for topic in topics]
        reply = protocol.reply(
            request.type, request_id, protocol.Subscribed(subscriptions=subscriptions)
        )
        client.send(reply)
        for topic in topics:
            if topic.name not in resumes:
                client.subscribe(topic)

    def _subscription(self, topic: Topic, resume: Resume | None) -> Subscription:
        if resume is not None:
            position = resume.position
            return Subscription(topic.name, position.epoch, position.seq, True, None)
        now = self.router.read(topic.name)
        return Subscription(topic.name, now.epoch, now.seq, False, now.value)

    def _resume_at_once(self, topic: Topic, position: StreamPosition) -> Resume | Later | None:
        """How to go on from the ring alone; None when what came after is no longer known."""
        now = self.router.read(topic.name)
        if position.epoch != now.epoch or position.seq > now.seq:
            return None
        rest = topic.between(position.seq, now.seq)
        if rest is None and self.router.replay is None:
            return None
        if rest is None or len(rest) > PIECE:
            return Later()
        return Resume(topic, position, rest)

    async def _resume(self, topic: Topic, position: StreamPosition) -> Resume | None:
        """How to go on from the position; None when what came after it is no longer known."""
        now = self.router.read(topic.name)
        if position.epoch != now.epoch or position.seq > now.seq:
            return None
        if topic.between(position.seq, now.seq) is not None:
            return Resume(topic, position, ())
        replayed = await self._replay(topic, position.epoch, position.seq, now.seq)
        return None if replayed is None else Resume(topic, position, replayed)

    async def _replay(
        self, topic: Topic, epoch: str, after: int, until: int
    ) -> Sequence[Update] | None:
        """The next piece from the source that outlives the process."""
        if self.router.replay is None:
            return None
        until = min(until, after + PIECE)
        values = await self.router.replay(topic.name, epoch, after, until)
        if values is None or [seq for seq, _ in values] != list(range(after + 1, until + 1)):
            return None
        return [Update(seq, value) for seq, value in values]

    async def _catch_up(self, client: Client, resume: Resume) -> None:
        """Send what came after the position, in pieces, until the ring holds the short rest."""
        topic, epoch, after = resume.topic, resume.position.epoch, resume.position.seq
        piece = resume.replayed
        while not client.left:
            for update in piece:
                client.send(topic.frame_of(update))
                after = update.seq
            rest = topic.between(after, self.router.read(topic.name).seq)
            if rest is not None and len(rest) <= PIECE:
                self._send_rest(client, topic, rest)
                return
            await client.room()
            now = self.router.read(topic.name)
            rest = topic.between(after, now.seq)
            if rest is None and (rest := await self._replay(topic, epoch, after, now.seq)) is None:
                client.close(CloseCode.TOO_SLOW, "too slow to catch up")
                return
            piece = rest[:PIECE]

    def _send_rest(self, client: Client, topic: Topic, rest: Sequence[Update]) -> None:
        for update in rest:
            client.send(topic.frame_of(update))
        client.subscribe(topic)


class _Recover(Struct):
    recover: dict[str, StreamPosition] | None
