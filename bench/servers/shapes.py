"""The shapes of fan-out traffic and the updates that are sent: plain Python, for every server."""

import asyncio
import os
import random
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
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
    """

    clients: int
    topics: int
    topics_per_client: int
    per_turn: int


SHAPES = {
    "single": Shape(clients=1000, topics=1, topics_per_client=1, per_turn=1),
    "burst": Shape(clients=1000, topics=1, topics_per_client=1, per_turn=10),
    "market": Shape(clients=1000, topics=200, topics_per_client=20, per_turn=50),
}


def symbols(shape: Shape) -> list[str]:
    """The names of the topics, most wanted first."""
    return [f"S{rank:03d}" for rank in range(shape.topics)]


def choices(shape: Shape) -> Iterator[list[str]]:
    """What each client subscribes to; the same for every server and every run."""
    chance = random.Random(SEED)
    names = symbols(shape)
    weights = [1 / (rank + 10) for rank in range(shape.topics)]
    for _ in range(shape.clients):
        chosen: dict[str, None] = {}
        while len(chosen) < shape.topics_per_client:
            chosen[chance.choices(names, weights)[0]] = None
        yield list(chosen)


def turns(shape: Shape) -> Iterator[list[str]]:
    """The symbols to publish in each turn of the event loop, for ever."""
    names = cycle(symbols(shape))
    while True:
        yield [next(names) for _ in range(shape.per_turn)]


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


def note_for(size_without_note: int) -> str:
    """What fills a message up to the size that all servers send."""
    if size_without_note > UPDATE_BYTES:
        raise ValueError(f"a message of {size_without_note} bytes is over {UPDATE_BYTES}")
    return "x" * (UPDATE_BYTES - size_without_note)
