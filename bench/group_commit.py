"""Group commit, storage alone: 128 records per durable commit beside one, on this disk."""

import asyncio
import time
from pathlib import Path

from harness.machine import Cores, fsync_ms
from harness.ours import fresh_folder
from harness.places import WORK
from harness.report import Effort, Goal, Result, number
from trading_api.domain.chain import Chain
from trading_api.infra.database import JOURNAL, open_database
from trading_api.infra.journal import SqlJournal

WAITING = 128
RECORD_BYTES = 600
FLOOR = 10.0


def measure(name: str, effort: Effort, cores: Cores) -> Result:
    """In each round one record per commit, then 128, each on an empty database."""
    fsync = fsync_ms(WORK)
    rates: dict[int, list[float]] = {1: [], WAITING: []}
    for _ in range(effort.rounds):
        for batch in rates:
            with fresh_folder() as folder:
                rates[batch].append(rate_of(folder / "journal.db", batch, effort.window_ms / 1000))
    ratio = middle(rates[WAITING]) / middle(rates[1])
    return Result(
        figure=name,
        title="records made durable, SQLite synchronous=FULL, storage alone",
        columns=("records per commit", "records/s", "ratio"),
        rows=[
            [str(batch), number(middle(found)), f"{middle(found) / middle(rates[1]):.1f}x"]
            for batch, found in rates.items()
        ],
        goals=[Goal(name="ratio", value=ratio, unit="x", floor=FLOOR)],
        notes=[
            f"records of {RECORD_BYTES} bytes; fdatasync of 4 KiB on this disk: "
            f"p50 {fsync['p50_ms']:.2f} ms, p99 {fsync['p99_ms']:.2f} ms"
        ],
        details={"rates": rates, "fsync": fsync},
    )


def middle(found: list[float]) -> float:
    return sorted(found)[len(found) // 2]


def rate_of(path: Path, batch: int, seconds: float) -> float:
    """Records per second when so many share a commit."""
    engine = open_database(path, JOURNAL, "FULL")
    journal = SqlJournal()
    journal.open(engine)
    try:
        return asyncio.run(append_for(journal, batch, seconds))
    finally:
        journal.close()
        engine.dispose()


async def append_for(journal: SqlJournal, batch: int, seconds: float) -> float:
    chain, data = Chain("acc-bench"), bytes(RECORD_BYTES)
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        await journal.append([chain.add(0, data) for _ in range(batch)])
    return chain.seq / passed
