"""Writes small recordings in the form of the BTCUSD pack."""

import csv
import gzip
import random
from pathlib import Path

from trading_api.modules.datafeed.sources.bitstamp import LENGTH_MS, START_MS
from trading_api.modules.datafeed.sources.packs import BTCUSD_PACK

ORDER_COLUMNS = (
    "id", "timestamp", "exchange_timestamp", "price", "volume", "action", "direction",
)  # fmt: skip
TRADE_COLUMNS = (
    "trade_id", "timestamp", "exchange_timestamp", "price", "amount",
    "buy_order_id", "sell_order_id", "side",
)  # fmt: skip

LONGEST_LIFE_MS = 4001
"""In the synthetic recording no order stands for longer, so the ladder changes within it."""

OrderRow = tuple[int, int, float, float, str, str]
TradeRow = tuple[int, int, float, float, str]


def write_pack(packs_dir: Path, orders: list[OrderRow], trades: list[TradeRow]) -> Path:
    """Write a recording in the form of the real one.

    Orders are (offset, id, price, volume, action, direction), trades are (offset, id, price,
    amount, side).
    """
    folder = packs_dir / BTCUSD_PACK
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "orders.csv.gz", "wt", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(ORDER_COLUMNS)
        for offset, order, price, volume, action, direction in orders:
            time = START_MS + offset
            rows.writerow((order, time, time, price, f"{volume:.8f}", action, direction))
    with (folder / "trades.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(TRADE_COLUMNS)
        for offset, trade, price, amount, side in trades:
            time = START_MS + offset
            rows.writerow((trade, time, time, price, f"{amount:.8f}", 1, 2, side))
    return folder


def synthetic_recording() -> tuple[list[OrderRow], list[TradeRow]]:
    """A quiet market that wanders: an order of a dollar away on each side, trades now and then."""
    chance = random.Random(20260502)
    orders: list[OrderRow] = []
    trades: list[TradeRow] = []
    offset, price, number = 0, 78_300.0, 1
    while offset < LENGTH_MS:
        until = min(offset + chance.randint(200, LONGEST_LIFE_MS - 1), LENGTH_MS - 1)
        size = chance.randint(1, 10**8) / 10**8
        for direction, distance in (("bid", -1.0), ("ask", 1.0)):
            level = price + distance
            orders.append((offset, number, level, size, "created", direction))
            orders.append((until, number, level, size, "deleted", direction))
            number += 1
        if chance.random() < 0.3:
            side = chance.choice(("buy", "sell"))
            level = price + (1.0 if side == "buy" else -1.0)
            trades.append((until - 1, 900_000 + number, level, size / 2, side))
        offset = until + 1
        price += chance.randint(-3, 3)
    orders.sort(key=lambda row: row[0])
    return orders, trades
