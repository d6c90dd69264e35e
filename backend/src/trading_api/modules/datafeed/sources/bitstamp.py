"""Turns a Bitstamp recording, order by order, into a tape of trades, quotes and price levels."""

import csv
import gzip
import heapq
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from trading_api.domain.bars import Grid
from trading_api.domain.market import SymbolInfo
from trading_api.modules.datafeed.sources.order_book import OrderBook, OrderEvent
from trading_api.modules.datafeed.sources.tape import Levels, Prints, Tape, Tops

START_MS: Final = 1_777_689_380_521
LENGTH_MS: Final = 1_800_000
SHORTEST_LIFE_MS: Final = 100
REPEAT_AFTER_MS: Final = 5_000
"""A top that stands is said again with the first event after so long."""

BTCUSD: Final = SymbolInfo(
    symbol="BTCUSD",
    full_name="BITSTAMP:BTCUSD",
    description="Bitcoin / US Dollar",
    kind="crypto",
    exchange="BITSTAMP",
    currency="USD",
    base_currency="BTC",
    timezone="Etc/UTC",
    session="24x7",
    price_scale=100,
    min_move=1,
    tick_size=Decimal("0.01"),
    lot_size=Decimal(1),
    min_quantity=Decimal("0.00000001"),
    max_quantity=Decimal(10000),
    quantity_step=Decimal("0.00000001"),
    has_depth=True,
    fidelity="tick",
)

_price = Grid(BTCUSD.tick_size)
_quantity = Grid(BTCUSD.quantity_step)


class PackError(Exception):
    """A data pack is there but cannot be read."""


class PrintEvent(NamedTuple):
    """A trade."""

    offset: int
    id: int
    price: int
    size: int
    is_buy: bool


E = TypeVar("E", OrderEvent, PrintEvent)


def read_tape(orders: Path, trades: Path) -> Tape:
    """The tape of a recording.

    Raises:
        PackError: a file is damaged or has another form.
    """
    try:
        with gzip.open(orders, "rt", encoding="ascii", newline="") as file:
            events = _in_time(_order_events(file))
        with trades.open(encoding="ascii", newline="") as file:
            prints = _in_time(_print_events(file))
    except (OSError, EOFError, zlib.error, ValueError, csv.Error) as error:
        raise PackError(f"{orders.parent} is not a readable recording: {error!r}") from error
    return _tape(_lasting(events), prints)


def _order_events(file: Iterable[str]) -> Iterator[OrderEvent]:
    columns = ("exchange_timestamp", "id", "price", "volume", "action", "direction")
    for time, id_, price, volume, action, direction in _rows(file, columns):
        yield OrderEvent(
            int(time) - START_MS,
            int(id_),
            _price.units(float(price)),
            _quantity.units(float(volume)),
            action,
            direction == "bid",
        )


def _print_events(file: Iterable[str]) -> Iterator[PrintEvent]:
    columns = ("exchange_timestamp", "trade_id", "price", "amount", "side")
    for time, id_, price, amount, side in _rows(file, columns):
        yield PrintEvent(
            int(time) - START_MS,
            int(id_),
            _price.units(float(price)),
            _quantity.units(float(amount)),
            side == "buy",
        )


def _rows(file: Iterable[str], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    rows = csv.reader(file)
    header = next(rows, [])
    pick = itemgetter(*(header.index(column) for column in columns))
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(f"line {number} has {len(row)} columns, not {len(header)}")
        yield pick(row)


def _in_time(events: Iterable[E]) -> list[E]:
    """In order of time; at the same time as they stand in the file."""
    inside = (event for event in events if 0 <= event.offset < LENGTH_MS)
    return sorted(inside, key=attrgetter("offset"))


def _lasting(events: list[OrderEvent]) -> list[OrderEvent]:
    """Without the orders that lived so shortly that nobody could have met them."""
    created: dict[int, int] = {}
    short: set[int] = set()
    for event in events:
        if event.action == "created":
            created[event.id] = event.offset
        elif event.action == "deleted":
            life = event.offset - created.get(event.id, event.offset - SHORTEST_LIFE_MS)
            if life < SHORTEST_LIFE_MS:
                short.add(event.id)
    return [event for event in events if event.id not in short]


def _tape(events: list[OrderEvent], prints: list[PrintEvent]) -> Tape:
    tops: list[tuple[int, ...]] = []
    levels: list[tuple[int, ...]] = []
    book = OrderBook()
    # The orders of an instant are applied before its trades, which then clean the book.
    together: Iterable[OrderEvent | PrintEvent]
    together = heapq.merge(events, prints, key=attrgetter("offset"))
    for offset, group in groupby(together, key=attrgetter("offset")):
        for event in group:
            if isinstance(event, OrderEvent):
                book.apply(event)
            else:
                book.clean(event.price)
        top = book.top()
        if top is None:
            continue
        if not tops or top != tops[-1][1:] or offset - tops[-1][0] >= REPEAT_AFTER_MS:
            tops.append((offset, *top))
        levels += ((offset, *change) for change in book.changes())
    return Tape(
        Tops(*_columns(tops, 5)), Prints(*_columns(prints, 5)), Levels(*_columns(levels, 4))
    )


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list["array[int]"]:
    return [array("q", (row[column] for row in rows)) for column in range(width)]
