"""Turns windows into medians, medians into rows and goals, and those into a table and JSON."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.places import RESULTS

Window = dict[str, Any]


@dataclass(frozen=True)
class Effort:
    """How long is measured: every round starts each server afresh and takes one window of it."""

    rounds: int
    warmup_ms: int
    window_ms: int

    def client_options(self) -> list[str]:
        """The effort in the words of the load clients."""
        return ["--warmup-ms", str(self.warmup_ms), "--window-ms", str(self.window_ms)]

    def at_least_ms(self, shortest: int) -> "Effort":
        """The same, with windows that are no shorter than that."""
        return replace(self, window_ms=max(self.window_ms, shortest))


FULL = Effort(rounds=5, warmup_ms=1000, window_ms=2000)
QUICK = Effort(rounds=1, warmup_ms=200, window_ms=400)


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One number that has to be reached. `floor` None means that this issue sets none."""

    name: str
    value: float
    unit: str
    floor: float | None
    more_is_better: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the floor was reached; None where there is none."""
        if self.floor is None:
            return None
        return self.value >= self.floor if self.more_is_better else self.value <= self.floor

    def line(self) -> str:
        """The goal as a sentence for people."""
        text = f"{self.name}: {number(self.value)} {self.unit}"
        if self.floor is None:
            return f"  ·      {text} (no floor)"
        word = "at least" if self.more_is_better else "at most"
        verdict = "  ok  " if self.met else " MISS "
        return f" {verdict} {text} (floor: {word} {number(self.floor)})"


@dataclass(kw_only=True)
class Result:
    """A figure as it was measured, or why it could not be."""

    figure: str
    title: str
    columns: Sequence[str] = ()
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    error: str | None = None

    def text(self) -> str:
        """The figure for people."""
        lines = [f"{self.figure}: {self.title}"]
        if self.error is not None:
            return "\n".join([*lines, f"  FAILED {self.error}"])
        lines += table(self.columns, self.rows)
        lines += [goal.line() for goal in self.goals]
        return "\n".join([*lines, *(f"         {note}" for note in self.notes)])

    def as_json(self) -> dict[str, Any]:
        """The figure for machines, every window included."""
        goals = [{**asdict(goal), "met": goal.met} for goal in self.goals]
        return {**asdict(self), "goals": goals}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    lines = [columns, *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    made = []
    for line in lines:
        first, *others = [
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        made.append("  " + "  ".join([first, *others]))
    made.insert(1, "  " + "  ".join("-" * width for width in widths))
    return made


def number(value: float) -> str:
    """A number with as many digits as are worth reading."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def median(windows: Sequence[Window], member: str) -> float:
    """The median of one member over the windows."""
    return statistics.median(float(window[member]) for window in windows)


def cpu_per_million(windows: Sequence[Window]) -> float:
    """CPU seconds of the server per million of what was counted, the median over the windows."""
    return statistics.median(
        float(window["server_cpu_s"]) / int(window["count"]) * 1e6
        for window in windows
        if window["count"]
    )


def peak_mb(windows: Sequence[Window]) -> float:
    """The most memory that any of the server's processes held, in MB."""
    return max(float(window["server_peak_kib"]) for window in windows) * 1024 / 1e6


def write(document: dict[str, Any], name: str) -> Path:
    """Write a run to a file of that name."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=2) + "\n")
    return path
