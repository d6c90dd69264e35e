"""What the server counts, in the form that Prometheus reads."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TypeAlias

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from trading_api.shared.clock import elapsed_s

SECONDS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0
)  # fmt: skip
LOOK_S = 1.0

Labels = tuple[str, ...]
Family: TypeAlias = Metric
Source = Callable[[], Iterable[Family]]


class Histogram:
    """How often a value fell between two bounds: two additions per value."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def timed(self) -> "Timed":
        """A context manager that counts the seconds that its block takes."""
        return Timed(self)

    def buckets(self) -> list[tuple[str, float]]:
        """How many values are at most each bound, as Prometheus wants it."""
        found, below = [], 0
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            below += count
            found.append((bound, float(below)))
        return found


class Timed:
    """Counts the seconds that its block takes, whether it succeeds or not."""

    __slots__ = ("_histogram", "_started")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = elapsed_s()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._histogram.observe(elapsed_s() - self._started)


def counter(
    name: str, text: str, names: Sequence[str], values: Mapping[Labels, float]
) -> CounterMetricFamily:
    """A family of counts that only rise; `values` by the values of the labels `names`."""
    family = CounterMetricFamily(name, text, labels=names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def gauge(
    name: str, text: str, names: Sequence[str], values: Mapping[Labels, float]
) -> GaugeMetricFamily:
    """A family of present values; `values` by the values of the labels `names`."""
    family = GaugeMetricFamily(name, text, labels=names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def histogram(
    name: str, text: str, names: Sequence[str], values: Mapping[Labels, Histogram]
) -> HistogramMetricFamily:
    """A family of histograms; `values` by the values of the labels `names`."""
    family = HistogramMetricFamily(name, text, labels=names)
    for labels, value in values.items():
        family.add_metric(labels, value.buckets(), value.total)
    return family


class Metrics(Collector):
    """The metrics of one application: nothing happens until somebody reads them.

    Several sources may give the same family: each adds its samples.
    """

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def add(self, source: Source) -> None:
        """Ask the source for its families whenever somebody reads."""
        self._sources.append(source)

    def collect(self) -> Iterator[Family]:
        """Every family once."""
        families: dict[str, Family] = {}
        for source in self._sources:
            for family in source():
                known = families.setdefault(family.name, family)
                if known is not family:
                    known.samples.extend(family.samples)
        yield from families.values()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Family]:
        """Nothing beforehand: what there is depends on the modules."""
        return ()


class LoopLag:
    """How late the event loop is: once a second, by how much a timer came after its time."""

    def __init__(self) -> None:
        self._lags = Histogram()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look until the block ends."""
        loop = asyncio.get_running_loop()

        def look(due: float) -> None:
            self._lags.observe(max(0.0, loop.time() - due))
            self._timer = loop.call_at(loop.time() + LOOK_S, look, loop.time() + LOOK_S)

        self._timer = loop.call_later(LOOK_S, look, loop.time() + LOOK_S)
        try:
            yield
        finally:
            self._timer.cancel()

    def families(self) -> Iterable[Family]:
        """`trading_event_loop_lag_seconds`."""
        text = "By how much a timer of the event loop came late; looked at once a second"
        yield histogram("trading_event_loop_lag_seconds", text, (), {(): self._lags})
