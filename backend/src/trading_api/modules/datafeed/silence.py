"""Notices when a source falls silent or loses its line, and when it is heard again."""

from collections.abc import Callable, Iterator

from trading_api.domain.ports import SILENT_AFTER_MS, Clock, QuoteSource, RemoteSource
from trading_api.shared.metrics import Family, Labels, counter, gauge

LOOK_MS = 1_000


class SilenceWatch:
    """When each source was heard last; `on_change` gets a source and whether it is silent now."""

    def __init__(self, clock: Clock, on_change: Callable[[QuoteSource, bool], None]) -> None:
        self._clock = clock
        self._on_change = on_change
        self._heard_ms: dict[str, int] = {}
        self._sources: dict[str, QuoteSource] = {}
        self._silent: set[str] = set()

    def add(self, source: QuoteSource) -> None:
        """Watch a source from now on."""
        self._sources[source.name] = source
        self._heard_ms[source.name] = self._clock.now_ms()

    def heard(self, source: QuoteSource, time_ms: int) -> None:
        """A source has said everything up to an instant."""
        self._heard_ms[source.name] = time_ms
        if source.name in self._silent:
            self.look_at(source)

    def heard_ms(self, source: QuoteSource) -> int:
        """The instant up to which a source has said everything."""
        return self._heard_ms[source.name]

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await self._clock.sleep_until(self._clock.now_ms() + LOOK_MS)
            for source in self._sources.values():
                self.look_at(source)

    def complaint(self) -> str | None:
        """What is wrong with which sources, in a sentence; None when all are heard and well."""
        found = [
            f"{name} {reason}"
            for name, source in self._sources.items()
            if (reason := self._reason(source)) is not None
        ]
        found += [
            f"{name}: {status.detail}"
            for name, source in self._sources.items()
            if (status := source.status()).state == "live" and status.detail is not None
        ]
        return "; ".join(found) or None

    def families(self) -> Iterator[Family]:
        """How old the newest that was heard is, and how often remote ones were lost."""
        now = self._clock.now_ms()
        ages: dict[Labels, float] = {
            (name,): max(now - heard, 0) / 1000 for name, heard in self._heard_ms.items()
        }
        yield gauge(
            "trading_api_market_data_age_seconds",
            "Seconds since a source was heard of last",
            ("source",),
            ages,
        )
        outages: dict[Labels, float] = {
            (name, reason): count
            for name, source in self._sources.items()
            if isinstance(source, RemoteSource)
            for reason, count in source.outages.items()
        }
        yield counter(
            "trading_api_source_outages",
            "How often a source was lost or refused to answer",
            ("source", "reason"),
            outages,
        )

    def look_at(self, source: QuoteSource) -> None:
        """Tell at once if a source has fallen silent or is heard again."""
        if source.name not in self._sources:
            return
        is_silent = self._reason(source) is not None
        if is_silent != (source.name in self._silent):
            (self._silent.add if is_silent else self._silent.discard)(source.name)
            self._on_change(source, is_silent)

    def _reason(self, source: QuoteSource) -> str | None:
        status = source.status()
        if status.state == "down":
            return f"is down: {status.detail or 'it does not say why'}"
        late_ms = self._clock.now_ms() - self._heard_ms[source.name]
        return f"has been silent for {late_ms // 1000} s" if late_ms > SILENT_AFTER_MS else None
