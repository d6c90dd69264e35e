"""The shapes of fan-out traffic and the updates that are sent: plain Python, for every server."""

import asyncio
import json
import os
import random
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

UPDATE_BYTES = 168
SEED = 20240501


@dataclass(frozen=True)
class Shape:
    """How many clients listen to what, and how much is published per turn of the event loop.

    Attributes:
        topics: topics in all; the publisher takes them in turn.
        topics_per_client: drawn without repetition, with weight 1 / (rank + 10).
        per_turn: messages published before the publisher gives way to the event loop.
        pause_ms: time between turns; 0: as fast as the clients take it.
        idle: of the clients, how many listen to a topic on which nothing is ever published.
        stalled: of the clients, how many never read what they subscribed to.
        update_bytes: size of an update, its envelope included.
    """

    clients: int
    topics: int = 1
    topics_per_client: int = 1
    per_turn: int = 1
    pause_ms: int = 0
    idle: int = 0
    stalled: int = 0
    update_bytes: int = UPDATE_BYTES

    @property
    def publishing(self) -> int:
        """How many of the topics are published on, the first ones."""
        return self.topics - (self.idle > 0)

    def as_argument(self) -> str:
        """The shape in the words that the peers' servers are told."""
        return json.dumps({**asdict(self), "publishing": self.publishing})


SHAPES = {
    "single": Shape(clients=1000),
    "single-5000": Shape(clients=5000),
    "burst": Shape(clients=1000, per_turn=10),
    "market": Shape(clients=1000, topics=200, topics_per_client=20, per_turn=50),
    "steady": Shape(clients=1000, pause_ms=50),
    "stalled": Shape(clients=1001, per_turn=10, stalled=1),
    "idle": Shape(clients=1000, pause_ms=1000),
    "crowd": Shape(clients=6000, topics=2, pause_ms=50, idle=5000),
}


def shape_from(argument: str) -> Shape:
    """What `as_argument` has written."""
    members = json.loads(argument)
    del members["publishing"]
    return Shape(**members)


def symbols(shape: Shape) -> list[str]:
    """The names of the topics, most wanted first."""
    return [f"S{rank:03d}" for rank in range(shape.topics)]


def choices(shape: Shape) -> Iterator[list[str]]:
    """What each client subscribes to; the same for every server and every run."""
    chance = random.Random(SEED)
    names = symbols(shape)
    if shape.idle:
        for index in range(shape.clients):
            yield [names[-1] if index < shape.idle else names[0]]
        return
    weights = [1 / (rank + 10) for rank in range(shape.topics)]
    for _ in range(shape.clients):
        chosen: dict[str, None] = {}
        while len(chosen) < shape.topics_per_client:
            chosen[chance.choices(names, weights)[0]] = None
        yield list(chosen)


async def turns(shape: Shape) -> AsyncIterator[list[str]]:
    """The symbols to publish in each turn of the event loop, for ever, each at its time."""
    names = cycle(symbols(shape)[: shape.publishing])
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        yield [next(names) for _ in range(shape.per_turn)]
        if shape.pause_ms:
            due = max(due + shape.pause_ms / 1000, loop.time())
            await asyncio.sleep(due - loop.time())


def fields(count: int, note: str) -> dict[str, Any]:
    """One update. `t` is the instant of publishing, read by the load client."""
    close = 101.25 + (count % 97) / 4
    return {
        "t": time.monotonic_ns(),
        "time": 1700000000000,
        "open": 101.25,
        "high": close + 1,
        "close": close,
        "note": note,
    }


def end_with(task: "asyncio.Task[None]") -> None:
    """End the process when the publisher fails: a silent server must not look like a slow one."""
    if not task.cancelled() and task.exception() is not None:
        traceback.print_exception(task.exception())
        os._exit(1)


def note_for(size_without_note: int, shape: Shape) -> str:
    """What fills a message up to the size that all servers send."""
    if size_without_note > shape.update_bytes:
        raise ValueError(f"a message of {size_without_note} bytes is over {shape.update_bytes}")
    return "x" * (shape.update_bytes - size_without_note)
