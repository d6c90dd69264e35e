"""Topics and who holds them: each message is framed once and gathered for one write per turn."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from trading_api.domain.ports import Clock, Message
from trading_api.shared.clock import elapsed_s
from trading_api.shared.metrics import Histogram
from trading_api.shared.ws import protocol
from trading_api.shared.ws.outbox import Outbox, Tally
from trading_api.shared.ws.router import WsRouter
from trading_api.shared.ws.twins import PYTHON, Twin

RETENTION_MS = 120_000
RING_SIZES = {"every": 4096, "latest": 256}


class Update:
    """One numbered value of a topic, and its frame once that has been needed."""

    __slots__ = ("frame", "seq", "value")

    def __init__(self, seq: int, value: Any) -> None:
        self.seq = seq
        self.value = value
        self.frame: bytes | None = None


class Topic:
    """Who holds a topic, and its newest updates without a hole: so many, and so many bytes."""

    __slots__ = (
        "_head", "_most_ring_bytes", "_ring", "_ring_bytes", "_ring_size", "left_at", "name",
        "outboxes", "pins", "router",
    )  # fmt: skip

    def __init__(self, name: str, router: WsRouter, ring_bytes: int) -> None:
        self.name = name
        self.router = router
        self._ring: deque[Update] = deque()
        self._ring_size = RING_SIZES[router.delivery]
        self._ring_bytes = 0
        self._most_ring_bytes = ring_bytes
        self.outboxes: dict[Outbox, None] = {}
        self.pins = 0
        self.left_at = 0
        self._head = protocol.update_head(router.name, name)

    def frame_of(self, update: Update) -> bytes:
        """The update as the bytes that every subscriber gets."""
        if update.frame is None:
            update.frame = protocol.update(self._head, update.seq, update.value)
        return update.frame

    def key_of(self, update: Update) -> tuple[str, object] | None:
        """What a waiting update is replaced by; None when none may be lost."""
        if self.router.delivery == "every":
            return None
        key = self.router.key
        return (self.name, None if key is None else key(update.value))

    def keep(self, update: Update) -> bytes:
        """Add the newest update to the ring, and drop the oldest ones above its bounds."""
        ring = self._ring
        if ring and ring[-1].seq + 1 != update.seq:
            self.forget()
        frame = self.frame_of(update)
        ring.append(update)
        self._ring_bytes += len(frame)
        while self._ring_bytes > self._most_ring_bytes or len(ring) > self._ring_size:
            self._ring_bytes -= len(self.frame_of(ring.popleft()))
        return frame

    def forget(self) -> None:
        """Empty the ring: nobody resumes from what was before."""
        self._ring.clear()
        self._ring_bytes = 0

    def between(self, after: int, until: int) -> Sequence[Update] | None:
        """The updates numbered `after + 1` to `until`; None when one is no longer here."""
        if after == until:
            return ()
        ring = self._ring
        if not ring or not ring[0].seq <= after + 1 <= until == ring[-1].seq:
            return None
        return list(islice(ring, after + 1 - ring[0].seq, None))


class HubCounts(NamedTuple):
    """What a hub has done since it was made.

    Attributes:
        published: messages of topics that somebody holds or held lately.
        delivered: updates given to a connection; one that ten connections hold counts ten times.
        conflated: of those, how many a newer one replaced before the reader was ready for them.
        overflowed: connections that were closed since too much waited for them.
        writes: how often a connection was written to; several updates may be one write.
    """

    published: int
    delivered: int
    conflated: int
    overflowed: int
    writes: int


class Hub:
    """The topics of one module's socket.

    Publishing is synchronous and touches no socket: frames gather in the outboxes of the
    subscribers and are written when this turn of the event loop ends. What may gather within one
    turn is bounded by `turn_bytes`; beyond that, updates wait like those for a slow reader.
    A topic keeps its newest updates for those who resume: at most `RING_SIZES` of them, and at
    most `ring_bytes` bytes.

    Attributes:
        tally: what happened to readers that were behind.
        turns: seconds from the first frame of a turn to the last write.
    """

    def __init__(self, clock: Clock, turn_bytes: int, ring_bytes: int, twin: Twin = PYTHON) -> None:
        self._clock = clock
        self._topics: dict[str, Topic] = {}
        self._left: dict[str, Topic] = {}
        self._new_outbox = twin.outbox
        self._fan_out = twin.fan_out()
        self._turn_bytes = 0
        self._most_turn_bytes = turn_bytes
        self._ring_bytes = ring_bytes
        self.tally = Tally()
        self.turns = Histogram()
        self._published = 0
        self._delivered = 0

    @property
    def counts(self) -> HubCounts:
        """What the hub has done so far."""
        return HubCounts(
            self._published,
            self._delivered,
            self.tally.conflated,
            self.tally.overflowed,
            self._fan_out.writes,
        )

    def publish(self, message: Message) -> None:
        """Send a value to everybody who holds its topic."""
        topic = self._topics.get(message.topic)
        if topic is None:
            return
        self._published += 1
        update = Update(message.seq, message.value)
        frame = topic.keep(update)
        if not topic.outboxes:
            update.value = None
            self._forget_the_left()
            return
        self._delivered += len(topic.outboxes)
        if self._turn_bytes > self._most_turn_bytes:
            self._hold_back(topic, update)
            return
        self._turn_bytes += len(frame)
        if self._fan_out.idle:
            asyncio.get_running_loop().call_soon(self._flush, elapsed_s())
        behind = self._fan_out.add(topic.outboxes, frame)
        if behind is not None:
            key = topic.key_of(update)
            for outbox in behind:
                outbox.hold(key, frame)
        update.value = None  # the ring keeps the frame

    def send(self, outbox: Outbox, frame: bytes) -> None:
        """Send a frame to one connection, in order with its updates."""
        if outbox.closed:
            return
        if outbox.paused or outbox.waits:
            outbox.hold(None, frame)
            return
        self._touch(outbox)
        outbox.frames.append(frame)

    def outbox(self, limit: int, on_overflow: Callable[[], None]) -> Outbox:
        """A new outbox; above so many bytes that wait, it forgets all and says so."""
        return self._new_outbox(limit, on_overflow, self.tally)

    def topic(self, name: str, router: WsRouter) -> Topic:
        """The topic of that name, which collects its updates from now on."""
        self._forget_the_left()
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name, router, self._ring_bytes)
            self._leave_alone(topic)
        return topic

    def pin(self, topics: Iterable[Topic]) -> None:
        """Keep topics collecting until `unpin`, although nobody holds them."""
        for topic in topics:
            topic.pins += 1
            self._left.pop(topic.name, None)

    def unpin(self, topics: Iterable[Topic]) -> None:
        """Undo one `pin` of each."""
        for topic in topics:
            topic.pins -= 1
            self._leave_alone(topic)

    def subscribe(self, topic: Topic, outbox: Outbox) -> None:
        """Send the topic's updates to the outbox from now on."""
        topic.outboxes[outbox] = None
        self._left.pop(topic.name, None)

    def unsubscribe(self, name: str, outbox: Outbox) -> None:
        """Send no more; nothing happens when the outbox does not hold the topic."""
        topic = self._topics.get(name)
        if topic is not None and outbox in topic.outboxes:
            del topic.outboxes[outbox]
            self._leave_alone(topic)

    def subscribers(self, name: str) -> int:
        """How many connections hold a topic."""
        topic = self._topics.get(name)
        return len(topic.outboxes) if topic is not None else 0

    def gap(self, name: str, message: str) -> None:
        """Tell the holders of a topic that something is missing; nobody resumes across it."""
        topic = self._topics.get(name)
        if topic is None:
            return
        topic.forget()
        if not topic.outboxes:
            return
        now = topic.router.read(name)
        frame = protocol.notice(
            protocol.Notice(code="gap", message=message, topic=name, epoch=now.epoch, seq=now.seq)
        )
        for outbox in topic.outboxes:
            self.send(outbox, frame)

    def _hold_back(self, topic: Topic, update: Update) -> None:
        key, frame = topic.key_of(update), topic.frame_of(update)
        for outbox in topic.outboxes:
            if not (outbox.paused or outbox.waits):
                self._touch(outbox)
            outbox.hold(key, frame)
        update.value = None

    def _touch(self, outbox: Outbox) -> None:
        if self._fan_out.idle:
            asyncio.get_running_loop().call_soon(self._flush, elapsed_s())
        self._fan_out.touch(outbox)

    def _flush(self, began: float) -> None:
        held_back = self._turn_bytes > self._most_turn_bytes
        self._turn_bytes = 0
        if self._fan_out.idle:
            return
        if held_back:
            for outbox in self._fan_out.take():
                outbox.flush()
        else:
            self._fan_out.write_out()
        self.turns.observe(elapsed_s() - began)

    def _leave_alone(self, topic: Topic) -> None:
        if topic.pins or topic.outboxes:
            return
        topic.left_at = self._clock.now_ms()
        self._left.pop(topic.name, None)
        self._left[topic.name] = topic

    def _forget_the_left(self) -> None:
        """Drop topics, oldest first, that nobody has held for the time of retention."""
        while self._left:
            topic = next(iter(self._left.values()))
            if self._clock.now_ms() - topic.left_at < RETENTION_MS:
                return
            del self._left[topic.name]
            del self._topics[topic.name]
