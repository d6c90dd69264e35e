"""History as a user would write it by hand: bars in DuckDB, answered through Pydantic models.

With `--fill` it makes the database instead: 1,000,000 one-minute bars of five symbols.
"""

import sys
from pathlib import Path

import duckdb
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

DATABASE = str(Path(sys.argv[2]) / "bars.duckdb")
FILL = """
CREATE TABLE bars AS
SELECT 'S' || (i % 5) AS symbol, 1 AS resolution, 1577836800000 + (i // 5) * 60000 AS time,
       100 + (i % 997) / 100 AS open, 101 + (i % 997) / 100 AS high,
       99 + (i % 997) / 100 AS low, 100.5 + (i % 991) / 100 AS close, 10.0 + i % 89 AS volume
FROM range(1000000) AS rows(i) ORDER BY symbol, time;
CREATE INDEX by_time ON bars (symbol, resolution, time);
"""
NEWEST = """
SELECT time, open, high, low, close, volume FROM bars
WHERE symbol = ? AND resolution = ? ORDER BY time DESC LIMIT ?
"""


class Bar(BaseModel):
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Bars(BaseModel):
    symbol: str
    resolution: str
    bars: list[Bar]
    next_time: int | None


app = FastAPI()


@app.get("/api/v1/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/v1/datafeed/bars")
def bars(symbol: str, resolution: str, count_back: int) -> Bars:
    # A cursor per request: DuckDB's connections are not to be shared between threads.
    rows = database.cursor().execute(NEWEST, [symbol, int(resolution), count_back]).fetchall()
    found = [
        Bar(time=time, open=open_, high=high, low=low, close=close, volume=volume)
        for time, open_, high, low, close, volume in reversed(rows)
    ]
    return Bars(symbol=symbol, resolution=resolution, bars=found, next_time=None)


if __name__ == "__main__":
    if sys.argv[1] == "--fill":
        with duckdb.connect(DATABASE) as made:
            made.execute(FILL)
    else:
        database = duckdb.connect(DATABASE, read_only=True)
        port = int(sys.argv[1])
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
