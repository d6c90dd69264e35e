"""The hub with outboxes that lead nowhere: what is made, gathered and written."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.ws.prices import PricesParameters, run
from tests.shared.ws.twins import TWINS
from trading_api.domain.ports import Message
from trading_api.shared.ws import protocol
from trading_api.shared.ws.hub import Hub, HubCounts
from trading_api.shared.ws.outbox import Outbox
from trading_api.shared.ws.protocol import frame, texts
from trading_api.shared.ws.router import Delivery, Snapshot, WsRouter
from trading_api.shared.ws.twins import Twin
from trading_api.testing.clock import ManualClock

TURN_BYTES = 1_000_000

pytestmark = pytest.mark.parametrize("twin", TWINS)
RING_BYTES = 100_000


def router(delivery: Delivery = "latest") -> WsRouter:
    return WsRouter(
        name="prices",
        summary="For tests.",
        scope="market:read",
        parameters=PricesParameters,
        update=Any,
        snapshot=Any,
        delivery=delivery,
        key=lambda value: value % 3,
        topics=lambda _, asked: asked.symbols,
        read=lambda _: Snapshot("e", 0, None),
    )


def outbox(hub: Hub, writes: list[bytes]) -> Outbox:
    made = hub.outbox(TURN_BYTES, lambda: None)
    made.write = writes.append
    return made


async def end_of_turn() -> None:
    await asyncio.sleep(0)


def test_the_messages_of_a_turn_are_one_write_per_connection(twin: Twin) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
        topics = [hub.topic(f"prices:{name}", router()) for name in "ab"]
        writes: list[list[bytes]] = [[], []]
        for written in writes:
            box = outbox(hub, written)
            for topic in topics:
                hub.subscribe(topic, box)

        for seq in range(1, 6):
            hub.publish(Message("prices:a", seq, seq))
            hub.publish(Message("prices:b", seq, seq))
        assert writes == [[], []]
        await end_of_turn()

        for written in writes:
            [data] = written
            numbers = [msgspec.json.decode(text)["seq"] for text in texts(data)]
            assert numbers == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        assert writes[0][0] is writes[1][0]
        hub.publish(Message("prices:a", 6, 6))
        await end_of_turn()
        assert [len(written) for written in writes] == [2, 2]

    run(main())


def test_a_message_is_framed_at_the_first_need_only(twin: Twin) -> None:
    class Unencodable:
        pass

    async def main() -> None:
        hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
        hub.publish(Message("prices:a", 1, Unencodable()))  # nobody has ever asked
        hub.topic("prices:a", router())
        with pytest.raises(TypeError, match="Unencodable"):
            hub.publish(Message("prices:a", 2, Unencodable()))  # kept for those who resume

    run(main())


def test_all_subscribers_get_the_same_bytes_object(twin: Twin) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
        topic = hub.topic("prices:a", router())
        writes: list[bytes] = []
        boxes = [outbox(hub, writes) for _ in range(3)]
        for box in boxes:
            hub.subscribe(topic, box)
        hub.publish(Message("prices:a", 1, 7))
        [frame] = {id(box.frames[0]) for box in boxes}
        [update] = topic.between(0, 1) or []
        assert id(topic.frame_of(update)) == frame

    run(main())


def test_a_paused_outbox_takes_the_newest_per_topic_in_order(twin: Twin) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
        topics = [hub.topic(f"prices:{name}", router()) for name in "ab"]
        writes: list[bytes] = []
        box = outbox(hub, writes)
        for topic in topics:
            hub.subscribe(topic, box)
        box.paused = True
        hub.publish(Message("prices:a", 1, 0))
        hub.publish(Message("prices:b", 1, 0))
        hub.send(box, b"\x81\x02{}")
        hub.publish(Message("prices:a", 2, 0))
        await end_of_turn()
        assert writes == []

        box.paused = False
        box.flush()

        [data] = writes
        received = [msgspec.json.decode(text) for text in texts(data)]
        assert [(one.get("topic"), one.get("seq")) for one in received] == [
            ("prices:b", 1),
            (None, None),
            ("prices:a", 2),
        ]

    run(main())


def test_a_flood_is_conflated_in_its_own_turn_only(twin: Twin) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), 200, RING_BYTES, twin)
        writes: list[bytes] = []
        hub.subscribe(hub.topic("prices:a", router()), outbox(hub, writes))
        for seq in range(1, 21):
            hub.publish(Message("prices:a", seq, 0))
        await end_of_turn()
        flood = [seq for _, seq, _ in received(writes)]
        assert flood == [*range(1, len(flood)), 20]
        assert len(flood) < 10
        writes.clear()
        for seq in (21, 22):
            hub.publish(Message("prices:a", seq, 0))
        await end_of_turn()
        assert [seq for _, seq, _ in received(writes)] == [21, 22]

    run(main())


def test_an_outbox_that_overflows_takes_nothing_more(twin: Twin) -> None:
    overflows: list[int] = []
    hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
    box = hub.outbox(100, lambda: overflows.append(1))
    box.paused = True
    for _ in range(20):
        box.hold(None, b"x" * 10)
    assert overflows == [1]
    assert hub.counts.overflowed == 1
    assert box.closed


def test_a_hub_counts_what_it_does(twin: Twin) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
        topic = hub.topic("prices:a", router())
        boxes = [outbox(hub, []) for _ in range(3)]
        hub.publish(Message("prices:a", 1, 0))
        hub.publish(Message("prices:b", 1, 0))  # nobody has ever asked
        for box in boxes:
            hub.subscribe(topic, box)
        boxes[0].paused = True
        for seq in (2, 3):
            hub.publish(Message("prices:a", seq, 0))
        await end_of_turn()
        assert hub.counts == HubCounts(
            published=3, delivered=6, conflated=1, overflowed=0, writes=2
        )

    run(main())


def test_a_service_that_skips_a_number_breaks_the_ring(twin: Twin) -> None:
    hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
    topic = hub.topic("prices:a", router())
    for seq in (1, 2, 4, 5):
        hub.publish(Message("prices:a", seq, seq))
    assert topic.between(1, 5) is None
    assert [update.seq for update in topic.between(3, 5) or ()] == [4, 5]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=60),
    st.integers(0, 2000),
    st.sets(st.integers(2, 60)),
)
def test_a_ring_is_bounded_in_bytes_and_holds_as_many_as_fit(
    twin: Twin, sizes: list[int], most: int, skipped: set[int]
) -> None:
    hub = Hub(ManualClock(), TURN_BYTES, most, twin)
    topic = hub.topic("prices:a", router("every"))
    kept: list[tuple[int, int]] = []  # number, bytes
    for seq, size in enumerate(sizes, 1):
        if seq in skipped:
            kept = []
            continue
        hub.publish(Message("prices:a", seq, "x" * size))
        kept.append((seq, len(framed(topic.name, seq, "x" * size))))
        while sum(length for _, length in kept) > most:
            kept.pop(0)
    last = len(sizes)
    for after in range(last):
        held = last in [seq for seq, _ in kept] and after + 1 >= kept[0][0]
        found = topic.between(after, last)
        assert [one.seq for one in found or ()] == list(range(after + 1, last + 1)) * held
        for one in found or ():
            assert one.value is None, "the value is held beside its frame"


def framed(topic: str, seq: int, value: Any) -> bytes:
    return protocol.update(protocol.update_head("prices", topic), seq, value)


def test_topics_are_forgotten_when_nobody_has_held_them_for_120_seconds(twin: Twin) -> None:
    async def main() -> None:
        clock = ManualClock()
        hub = Hub(clock, TURN_BYTES, RING_BYTES, twin)
        first = hub.topic("prices:a", router())
        box = outbox(hub, [])
        hub.subscribe(first, box)
        hub.unsubscribe("prices:a", box)
        await clock.advance(119_999)
        assert hub.topic("prices:a", router()) is first
        hub.pin([first])
        await clock.advance(120_000)
        assert hub.topic("prices:a", router()) is first
        hub.unpin([first])
        await clock.advance(120_000)
        assert hub.topic("prices:b", router()).name == "prices:b"
        assert hub.topic("prices:a", router()) is not first

    run(main())


def test_publishing_to_nobody_needs_no_event_loop(twin: Twin) -> None:
    hub = Hub(ManualClock(), TURN_BYTES, RING_BYTES, twin)
    hub.publish(Message("prices:a", 1, object()))
    hub.gap("prices:a", "nobody hears")


def received(writes: list[bytes]) -> list[tuple[str, int, int]]:
    messages = (msgspec.json.decode(text) for data in writes for text in texts(data))
    return [(one["topic"], one["seq"], one["payload"]) for one in messages]


steps = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 8))
    | st.sampled_from(["pause", "resume", "turn", "reply"]),
    max_size=60,
)


@settings(deadline=None)
@given(steps, st.sampled_from([60, 400, TURN_BYTES]))
@pytest.mark.parametrize("delivery", ["every", "latest"])
def test_whatever_happens_a_reader_gets_what_its_class_promises(
    twin: Twin, delivery: Delivery, steps: list[Any], turn_bytes: int
) -> None:
    async def main() -> None:
        hub = Hub(ManualClock(), turn_bytes, RING_BYTES, twin)
        writes: list[bytes] = []
        box = outbox(hub, writes)
        published: dict[str, list[int]] = {"prices:a": [], "prices:b": []}
        sent: list[tuple[str, int]] = []
        replies = 0
        for name in published:
            hub.subscribe(hub.topic(name, router(delivery)), box)
        for step in [*steps, "turn", "resume"]:
            if step == "pause":
                box.paused = True
            elif step == "resume":
                box.paused = False
                box.flush()
            elif step == "turn":
                await end_of_turn()
            elif step == "reply":
                replies += 1
                sent.append(("reply", replies))
                hub.send(box, frame(b'{"topic":"reply","seq":%d,"payload":0}' % replies))
            else:
                name = f"prices:{step[0]}"
                published[name].append(step[1])
                sent.append((name, len(published[name])))
                hub.publish(Message(name, len(published[name]), step[1]))

        arrived = [(topic, seq) for topic, seq, _ in received(writes)]
        assert arrived == [one for one in sent if one in set(arrived)], "in the order of sending"
        assert sum(topic == "reply" for topic, _ in arrived) == replies
        for name, values in published.items():
            seen = {seq: value for topic, seq, value in received(writes) if topic == name}
            assert seen.items() <= dict(enumerate(values, 1)).items()
            if delivery == "every":
                assert len(seen) == len(values)
            newest = {value % 3: seq for seq, value in enumerate(values, 1)}
            assert set(newest.values()) <= set(seen)
        assert len(received(writes)) == len(set(received(writes)))

    run(main())
