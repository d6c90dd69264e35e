"""The curves of accounts in a database, written behind by one thread."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.sqlite import insert

from trading_api.domain.equity import (
    INTERVALS_MS,
    KEPT_MS,
    CurveInterval,
    EquityPoint,
    Sample,
    bucket,
)
from trading_api.domain.ids import AccountId
from trading_api.infra.tables import equity_points as table


class SqlEquityStore:
    """Points of equity that last. Usable between `open` and `close`."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._thread: ThreadPoolExecutor | None = None

    def open(self, engine: Engine) -> None:
        """Begin to use the database."""
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="equity")

    def close(self) -> None:
        """Wait for what is under way and stop."""
        if self._thread is not None:
            self._thread.shutdown()
        self._engine = self._thread = None

    async def record(self, samples: Sequence[Sample]) -> None:
        """Keep the points, and drop those of their accounts whose time is over."""
        if samples:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._record, samples)

    async def read(
        self,
        account_id: AccountId,
        interval: CurveInterval,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
    ) -> Sequence[EquityPoint]:
        """The oldest points of a span, ascending."""
        query = select(table).where(table.c.account_id == account_id, table.c.interval == interval)
        if from_ms is not None:
            query = query.where(table.c.time >= from_ms)
        if to_ms is not None:
            query = query.where(table.c.time < to_ms)
        query = query.order_by(table.c.bucket).limit(limit)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, query)

    def _record(self, samples: Sequence[Sample]) -> None:
        rows = {
            (sample.account_id, interval, bucket(sample.point.time, interval)): sample.point
            for sample in samples
            for interval in INTERVALS_MS
        }
        newest = {sample.account_id: sample.point.time for sample in samples}
        statement = insert(table)
        fresh = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[table.c.account_id, table.c.interval, table.c.bucket],
            set_={"time": fresh.time, "equity": fresh.equity, "balance": fresh.balance},
        )
        with self._opened().begin() as connection:
            connection.execute(statement, [_row(*key, point) for key, point in rows.items()])
            for account_id, time in newest.items():
                for interval, kept in KEPT_MS.items():
                    if kept is not None:
                        connection.execute(
                            delete(table).where(
                                table.c.account_id == account_id,
                                table.c.interval == interval,
                                table.c.bucket < time - kept,
                            )
                        )

    def _read(self, query: Any) -> Sequence[EquityPoint]:
        with self._opened().connect().execution_options(reading=True) as connection:
            return [
                EquityPoint(time=row.time, equity=Decimal(row.equity), balance=Decimal(row.balance))
                for row in connection.execute(query)
            ]

    def _opened(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("the store of equity is not open")
        return self._engine


def _row(account_id: str, interval: str, begin: int, point: EquityPoint) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "interval": interval,
        "bucket": begin,
        "time": point.time,
        "equity": format(point.equity, "f"),
        "balance": format(point.balance, "f"),
    }
