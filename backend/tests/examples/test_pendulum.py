"""The pendulum keeps what the port of sources promises."""

from trading_api.shared.sources import SourceContext
from trading_api.testing.clock import ManualClock
from trading_api.testing.suites.sources import OpenedSource, SourceSuite
from watchlist_module.pendulum import pendulum


class TestPendulum(SourceSuite):
    """The suite asks; this gives it a fresh source, at an instant at which it trades."""

    def opened(self) -> OpenedSource:
        """The source as a server makes it, with the options of its table."""
        clock = ManualClock(1_700_000_000_000)
        return OpenedSource(pendulum(SourceContext(clock=clock, options={"swing": 7})), clock)
