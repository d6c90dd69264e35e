"""Stretches of time that are known: what was asked for differs from what was never asked."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """A stretch of time, its beginning included and its end excluded."""

    from_ms: int
    to_ms: int


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """The same stretches in order, without overlaps; those that touch are one."""
    found: list[Interval] = []
    for from_ms, to_ms in sorted(intervals):
        if from_ms >= to_ms:
            continue
        if found and from_ms <= found[-1].to_ms:
            found[-1] = Interval(found[-1].from_ms, max(found[-1].to_ms, to_ms))
        else:
            found.append(Interval(from_ms, to_ms))
    return found


def missing(known: Sequence[Interval], wanted: Interval) -> list[Interval]:
    """What of a stretch is not known, in order."""
    gaps = []
    start = wanted.from_ms
    for from_ms, to_ms in united(known):
        if to_ms <= start:
            continue
        if from_ms >= wanted.to_ms:
            break
        if from_ms > start:
            gaps.append(Interval(start, from_ms))
        start = max(start, to_ms)
    if start < wanted.to_ms:
        gaps.append(Interval(start, wanted.to_ms))
    return gaps
