"""Write what TA-Lib makes of a seeded walk: the table that the terminal's indicators are held to.

Needs `pip install TA-Lib numpy` (0.8.2 was used); run from `frontend/`:
`python tools/talib-values.py > terminal/tests/lib/talib.json`.
"""

import json
import random

import numpy as np
import talib

BARS = 120


def main() -> None:
    """Print the columns that went in and the columns that came out."""
    rng = random.Random(7)
    close, bars = 100.0, []
    for _ in range(BARS):
        opening = close
        close = round(opening + rng.gauss(0, 1), 2)
        high = round(max(opening, close) + abs(rng.gauss(0, 0.5)), 2)
        low = round(min(opening, close) - abs(rng.gauss(0, 0.5)), 2)
        bars.append((high, low, close, float(rng.randint(1, 500))))
    high, low, closes, volume = (np.array(column) for column in zip(*bars, strict=True))
    upper, middle, lower = talib.BBANDS(closes, 20, 2, 2)
    line, signal, histogram = talib.MACD(closes, 12, 26, 9)
    k, d = talib.STOCH(high, low, closes, 14, 3, 0, 3, 0)
    columns = {
        "high": high, "low": low, "close": closes, "volume": volume,
        "sma": talib.SMA(closes, 20), "ema": talib.EMA(closes, 20),
        "upper": upper, "middle": middle, "lower": lower,
        "rsi": talib.RSI(closes, 14), "atr": talib.ATR(high, low, closes, 14),
        "line": line, "signal": signal, "histogram": histogram, "k": k, "d": d,
        "vwap": np.cumsum(talib.TYPPRICE(high, low, closes) * volume) / np.cumsum(volume),
    }  # fmt: skip
    table = {name: [rounded(value) for value in column] for name, column in columns.items()}
    lines = (f'  "{name}": {json.dumps(column)}' for name, column in table.items())
    print("{\n" + ",\n".join(lines) + "\n}")


def rounded(value: float) -> float | None:
    """Nine digits after the point; nothing where TA-Lib has nothing."""
    return None if np.isnan(value) else round(float(value), 9)


if __name__ == "__main__":
    main()
