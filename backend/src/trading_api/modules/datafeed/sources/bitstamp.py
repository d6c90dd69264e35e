"""Turns a Bitstamp recording, order by order, into a tape of trades and of the best bid and ask."""

import csv
import gzip
import heapq
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar

from trading_api.domain.bars import Grid
from trading_api.domain.market import SymbolInfo
from trading_api.modules.datafeed.sources.tape import Prints, Tape, Tops

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
    fidelity="tick",
)

_price = Grid(BTCUSD.tick_size)
_quantity = Grid(BTCUSD.quantity_step)


class PackError(Exception):
    """A data pack is there but cannot be read."""


class OrderEvent(NamedTuple):
    """A resting order was created, changed or deleted; volume is what is left of it."""

    offset: int
    id: int
    price: int
    volume: int
    action: str
    is_bid: bool


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
    return Tape(_tops(_lasting(events), prints), _prints(prints))


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


def _tops(events: list[OrderEvent], prints: list[PrintEvent]) -> Tops:
    rows: list[tuple[int, int, int, int, int]] = []
    book = _Book()
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
        if not rows or top != rows[-1][1:] or offset - rows[-1][0] >= REPEAT_AFTER_MS:
            rows.append((offset, *top))
    return Tops(*_columns(rows, 5))


def _prints(prints: list[PrintEvent]) -> Prints:
    return Prints(*_columns(prints, 5))


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list["array[int]"]:
    return [array("q", (row[column] for row in rows)) for column in range(width)]


class _Book:
    """The resting orders by side and price."""

    def __init__(self) -> None:
        self._sides = {True: _Side(sign=-1), False: _Side(sign=1)}
        self._place: dict[int, tuple[bool, int]] = {}
        self._gone: set[int] = set()

    def apply(self, event: OrderEvent) -> None:
        """Let an order come, change or go; one that was deleted before it came is ignored."""
        place = self._place.pop(event.id, None)
        if place is not None:
            self._sides[place[0]].remove(place[1], event.id)
        if event.action == "deleted":
            self._gone.add(event.id)
        elif (
            event.volume > 0
            and event.id not in self._gone
            and (event.action == "created" or place is not None)
        ):
            self._sides[event.is_bid].add(event.price, event.id, event.volume)
            self._place[event.id] = (event.is_bid, event.price)

    def clean(self, price: int) -> None:
        """Remove what cannot be there any more once a trade has printed at a price."""
        for side in self._sides.values():
            for order in side.remove_better_than(price):
                self._place.pop(order, None)

    def top(self) -> tuple[int, int, int, int] | None:
        """Bid, ask and their sizes; None while a side is empty or they cross or lock."""
        bid, ask = self._sides[True].best(), self._sides[False].best()
        if bid is None or ask is None or bid[0] >= ask[0]:
            return None
        return bid[0], ask[0], bid[1], ask[1]


class _Side:
    """The orders of one side by price; the sign makes the best price the lowest."""

    def __init__(self, sign: Literal[1, -1]) -> None:
        self._sign = sign
        self._levels: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._heap: list[int] = []

    def add(self, price: int, order: int, volume: int) -> None:
        level = self._levels[price]
        if not level:
            heapq.heappush(self._heap, price * self._sign)
        level[order] = volume

    def remove(self, price: int, order: int) -> None:
        self._levels[price].pop(order, None)

    def best(self) -> tuple[int, int] | None:
        # A price whose orders have all gone stays on the heap until it comes to its top.
        while self._heap:
            price = self._heap[0] * self._sign
            if level := self._levels[price]:
                return price, sum(level.values())
            heapq.heappop(self._heap)
            del self._levels[price]
        return None

    def remove_better_than(self, price: int) -> list[int]:
        removed: list[int] = []
        while (best := self.best()) and best[0] * self._sign < price * self._sign:
            level = self._levels[best[0]]
            removed += level
            level.clear()
        return removed
