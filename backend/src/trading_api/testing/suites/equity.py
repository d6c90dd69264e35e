"""What every store of equity curves must do."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal

from trading_api.domain.equity import CurveInterval, EquityPoint, Sample
from trading_api.domain.ids import AccountId
from trading_api.domain.ports import EquityStore

START = 1_700_006_400_000  # midnight UTC
MINUTE, DAY = 60_000, 86_400_000
ANN, BOB = AccountId("acc-ann"), AccountId("acc-bob")


def point(time: int, equity: str) -> EquityPoint:
    """A point at an instant after START."""
    return EquityPoint(time=START + time, equity=Decimal(equity), balance=Decimal("100.50"))


class EquitySuite:
    """Inherit, and give `opened`."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[EquityStore]:
        """A store; what was recorded is there again when it is opened twice."""

    def read(
        self,
        *samples: Sample,
        account_id: AccountId = ANN,
        interval: CurveInterval = "1m",
        from_ms: int | None = None,
        to_ms: int | None = None,
        limit: int = 1000,
    ) -> list[EquityPoint]:
        """Record the samples one batch each, and read a curve."""

        async def scenario(store: EquityStore) -> Sequence[EquityPoint]:
            for sample in samples:
                await store.record([sample])
            return await store.read(account_id, interval, from_ms, to_ms, limit)

        with self.opened() as store:
            return list(asyncio.run(scenario(store)))

    def test_the_last_point_of_each_minute_is_kept(self) -> None:
        """One per minute, hour and day; each keeps its own instant."""
        points = [point(0, "1"), point(59_999, "2"), point(MINUTE, "3"), point(DAY, "4")]
        samples = [Sample(ANN, each) for each in points]
        assert self.read(*samples) == points[1:]

    def test_hours_and_days_have_their_own_last_point(self) -> None:
        """Three curves of one account."""
        points = [point(0, "1"), point(MINUTE, "2"), point(DAY, "3")]
        samples = [Sample(ANN, each) for each in points]
        assert self.read(*samples, interval="1h") == points[1:]
        assert self.read(*samples, interval="1d") == points[1:]

    def test_accounts_are_apart(self) -> None:
        """A curve is one account's."""
        samples = [Sample(ANN, point(0, "1")), Sample(BOB, point(1, "2"))]
        assert self.read(*samples, account_id=BOB) == [point(1, "2")]

    def test_a_span_is_half_open_and_limited(self) -> None:
        """From is inclusive, to exclusive, the oldest come first."""
        points = [point(n * MINUTE, str(n)) for n in range(6)]
        samples = [Sample(ANN, each) for each in points]
        found = self.read(*samples, from_ms=points[1].time, to_ms=points[5].time, limit=3)
        assert found == points[1:4]

    def test_minutes_are_dropped_after_a_week_and_hours_after_a_year(self) -> None:
        """Days stay; so a curve has a bounded size."""
        old, week, year = point(0, "1"), point(8 * DAY, "2"), point(400 * DAY, "3")
        samples = [Sample(ANN, each) for each in (old, week, year)]
        assert self.read(*samples[:2]) == [week]
        assert self.read(*samples[:2], interval="1h") == [old, week]
        assert self.read(*samples, interval="1h") == [year]
        assert self.read(*samples, interval="1d") == [old, week, year]

    def test_figures_come_back_as_they_were(self) -> None:
        """Decimals of any length, exactly."""
        exact = point(0, "-0.000000000001")
        assert self.read(Sample(ANN, exact)) == [exact]
